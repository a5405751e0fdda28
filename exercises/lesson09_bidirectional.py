"""Lesson 09: bidirectional LSTMs.

Goal: read sequences from both ends at once, and find out when that helps and what it costs.

Find out:
    Q1. What is a bidirectional LSTM?
    Q2. Where are bidirectional LSTMs in use?
    Q3. What can a bidirectional LSTM do that a plain one cannot?
    Q4. What has to be known of a sequence before it can be read in both directions?
    Q5. How are LSTMs made bidirectional in Keras?

Experiment: the numbers of a sequence are weights along a beam. Tell for each step whether the weights up to this
step outweigh those that follow. Whoever reads from one end only has to guess at the other half of the beam.

What is graded (100 points):
     5  the file runs from top to bottom
    15  each answer of `build_forward` rests on the steps up to its own
    15  each answer of `build_backward` rests on its own step and those that follow
    20  each answer of `build_bidirectional` rests on both
    10  `merge_directions` puts the outputs of two LSTMs together as Keras does
    10  `usable_online` tells which models can answer while a sequence still comes in
    10  the trained bidirectional model is right on unseen sequences
     5  the answers come from what the LSTMs have learned
    10  `compare_directions` compares the three models fairly

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson09` to see how far you are.
"""

import keras
import numpy as np


def balance_point(n: int, n_steps: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes n sequences of weights and tells which side is heavier at each step. (Given; nothing to do.)

    Returns X with shape (n, n_steps, 1) and y with the same shape: 1 where the weights up to this step, itself
    included, sum up to more than those that follow, else 0.
    """
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, n_steps, 1))  # some weights pull upwards
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    return X.astype("float32"), (so_far > to_come).astype("float32")


def build_forward(n_steps: int, n_features: int, units: int) -> keras.Model:
    """Builds a model whose LSTM layer reads each sequence from the first step to the last.

    Input (batch, n_steps, n_features), output (batch, n_steps, 1): one answer for each step.

    >>> build_forward(12, 1, units=16).output_shape
    (None, 12, 1)
    """
    raise NotImplementedError


def build_backward(n_steps: int, n_features: int, units: int) -> keras.Model:
    """Builds a model whose LSTM layer reads each sequence from the last step to the first.

    Input and output as in `build_forward`. The answer at place t belongs to step t, whatever the direction.

    >>> build_backward(12, 1, units=16).output_shape
    (None, 12, 1)
    """
    raise NotImplementedError


def build_bidirectional(n_steps: int, n_features: int, units: int) -> keras.Model:
    """Builds a model that reads each sequence in both directions, with an LSTM of `units` units for each.

    Input and output as in `build_forward`. How the outputs of the two are merged is up to you.

    >>> build_bidirectional(12, 1, units=16).output_shape
    (None, 12, 1)
    """
    raise NotImplementedError


def merge_directions(forward: np.ndarray, backward: np.ndarray, merge_mode: str = "concat") -> np.ndarray:
    """Does with NumPy what `keras.layers.Bidirectional` does with the outputs of its two LSTM layers.

    `forward` and `backward` have shape (n, n_steps, units). `backward` is what an LSTM with go_backwards=True
    returns: in the order in which it reads, so what it says of the last step comes first. `merge_mode` is "concat",
    "sum", "mul" or "ave", as in Keras. The result has shape (n, n_steps, 2 * units) for "concat", with the units of
    `forward` first, and (n, n_steps, units) otherwise; its place t holds what both say of step t.

    >>> forward = np.array([[[1.0], [2.0], [3.0]]])
    >>> backward = np.array([[[30.0], [20.0], [10.0]]])
    >>> merge_directions(forward, backward, "sum")[0, :, 0]
    array([11., 22., 33.])
    """
    raise NotImplementedError


def usable_online(model: keras.Model, X: np.ndarray) -> bool:
    """Finds out whether a model can answer while a sequence still comes in.

    It can if no answer needs a step that comes later. The model may be of any kind, so do not look at its layers:
    change later steps and see whether an earlier answer changes. X holds a few sequences to try that with, (n,
    n_steps, n_features); the model puts out one answer for each step, (n, n_steps, ...).

    >>> usable_online(build_forward(12, 1, 16), balance_point(4)[0])
    True
    """
    raise NotImplementedError


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_steps, n_features), y has shape (n, n_steps, 1). Takes some 10 seconds at most.

    >>> model = train(build_bidirectional(12, 1, 16), *balance_point(1500), seed=1)
    """
    raise NotImplementedError


def predict_labels(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Answers with a trained model: 1 where it takes the steps so far for the heavier side, else 0.

    X has shape (n, n_steps, n_features), the result (n, n_steps, 1). `grade` calls it in another process, which has
    the model and X but no global variables of the training.

    >>> predict_labels(model, balance_point(3, seed=9)[0]).shape
    (3, 12, 1)
    """
    raise NotImplementedError


def fit_and_score(direction: str, units: int, seed: int) -> float:
    """Trains a model and returns its share of right answers on unseen sequences. (Given; nothing to do.)

    `direction` is "forward", "backward" or "bidirectional".
    """
    builders = {"forward": build_forward, "backward": build_backward, "bidirectional": build_bidirectional}
    keras.utils.set_random_seed(seed)  # the initial weights are random, too
    X, y = balance_point(1500, seed=seed)
    X_new, y_new = balance_point(500, seed=seed + 1000)
    model = train(builders[direction](X.shape[1], X.shape[2], units), X, y, seed)
    return float(np.mean(predict_labels(model, X_new) == y_new))


def compare_directions(score=fit_and_score, seeds: tuple[int, ...] = (0, 1)) -> dict[str, float]:
    """Compares reading forward, reading backward, and reading in both directions.

    Call `score(direction, units, seed)` for each direction ("forward", "backward", "bidirectional") and each seed,
    and return the mean score of each direction. Training is random: the same seeds for all make the comparison
    fair, and so do models of like size. A bidirectional model has two LSTMs, so choose `units` with care.

    >>> compare_directions()
    {'forward': ..., 'backward': ..., 'bidirectional': ...}
    """
    raise NotImplementedError


if __name__ == "__main__":
    print(compare_directions())

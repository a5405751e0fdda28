"""Lesson 05: the vanilla LSTM.

Goal: build the plainest of all LSTM models, train it, and find out whether it is better than guessing.

Find out:
    Q1. Of which layers is a vanilla LSTM made, and what does each of them hand to the next?
    Q2. Where have vanilla LSTMs been applied?

Experiment: each step of a sequence brings a value and a flag. The flag is 1 at one step and 0 at all others; what is
asked for is the value at the flagged step. The model has to notice the flag, keep the value, and let nothing that
follows overwrite it. How far off is it, compared with two guesses that need no model at all?

What is graded (100 points):
     5  the file runs from top to bottom
    10  the model turns each sequence into one number
    15  its only recurrent layer is one LSTM with `units` units
    15  the LSTM reads the sequence step by step
    10  the last output of the LSTM, and nothing else, makes the prediction
    20  the trained model finds the flagged value in unseen sequences
    10  the prediction comes from what the LSTM has learned
    15  `run_experiment` holds sequences back and reports errors that can be recomputed

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson05` to see how far you are.
"""

import keras
import numpy as np


def flagged_value(n: int, n_steps: int = 20, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes n sequences of values, one of them flagged in each. (Given; nothing to do.)

    Returns X with shape (n, n_steps, 2), a value in -1 … 1 and a flag for each step, and y with shape (n, 1), the
    value at the flagged step.
    """
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (n, n_steps))
    flagged = rng.integers(0, n_steps, n)  # which step of each sequence
    flags = np.zeros((n, n_steps))
    flags[np.arange(n), flagged] = 1
    X = np.stack([values, flags], axis=-1)  # (n, n_steps, 2)
    y = values[np.arange(n), flagged][:, None]  # (n, 1)
    return X.astype("float32"), y.astype("float32")


def build_vanilla_lstm(n_steps: int, n_features: int, units: int) -> keras.Model:
    """Builds a vanilla LSTM: the input, one hidden LSTM layer with `units` units, a dense output.

    Input (batch, n_steps, n_features), output (batch, 1).

    >>> build_vanilla_lstm(20, 2, units=24).output_shape
    (None, 1)
    """
    raise NotImplementedError


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_steps, n_features), y has shape (n, 1). Takes some 10 seconds at most.

    >>> model = train(build_vanilla_lstm(20, 2, units=24), *flagged_value(1500), seed=1)
    """
    raise NotImplementedError


def predict(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Predicts with a trained model.

    X has shape (n, n_steps, n_features), the result (n, 1), in the units of y. `grade` calls it in another process,
    which has the model and X but no global variables of the training.

    >>> predict(model, flagged_value(3, seed=9)[0]).shape
    (3, 1)
    """
    raise NotImplementedError


def fit(X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Builds a model for the data and trains it. (Given; nothing to do.)"""
    keras.utils.set_random_seed(seed)  # the initial weights are random, too
    return train(build_vanilla_lstm(X.shape[1], X.shape[2], units=24), X, y, seed)


def run_experiment(
    X: np.ndarray, y: np.ndarray, n_test: int = 500, seed: int = 0, fit=fit, predict=predict
) -> dict[str, float]:
    """Holds n_test sequences back and measures how well a model and two guesses do on them.

    X has shape (n, n_steps, 2), y has shape (n, 1). Which n_test sequences are held back is up to you. Call
    `fit(X, y, seed)` with all the others, then `predict(model, X)` with those held back. Return three errors on the
    held-back sequences, each the root of the mean squared error:

        'rmse'           of the model's predictions
        'baseline_mean'  of one guess for all, the mean of the targets that the model was fitted on
        'baseline_last'  of the value at the last step of each sequence

    >>> run_experiment(*flagged_value(2000))
    {'rmse': ..., 'baseline_mean': ..., 'baseline_last': ...}
    """
    raise NotImplementedError


if __name__ == "__main__":
    print(run_experiment(*flagged_value(2000)))

"""Lesson 09: bidirectional LSTMs, a reference solution.

An LSTM knows at each step what it has read so far. A second LSTM that starts at the other end knows the rest, and
Bidirectional lays the outputs of both side by side, step by step. The price: nothing can be said before the whole
sequence is there.
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


def yes_or_no(x: keras.KerasTensor) -> keras.KerasTensor:
    """Adds the last layer: it answers each step on its own, (batch, n_steps, any) in and (batch, n_steps, 1) out."""
    return keras.layers.Dense(1, activation="sigmoid")(x)


def build_forward(n_steps: int, n_features: int, units: int) -> keras.Model:
    """Builds a model whose LSTM layer reads each sequence from the first step to the last.

    Input (batch, n_steps, n_features), output (batch, n_steps, 1): one answer for each step.

    >>> build_forward(12, 1, units=16).output_shape
    (None, 12, 1)
    """
    inputs = keras.Input((n_steps, n_features))
    x = keras.layers.LSTM(units, return_sequences=True)(inputs)  # (batch, n_steps, units)
    return keras.Model(inputs, yes_or_no(x))


def build_backward(n_steps: int, n_features: int, units: int) -> keras.Model:
    """Builds a model whose LSTM layer reads each sequence from the last step to the first.

    Input and output as in `build_forward`. The answer at place t belongs to step t, whatever the direction.

    >>> build_backward(12, 1, units=16).output_shape
    (None, 12, 1)
    """
    inputs = keras.Input((n_steps, n_features))
    # The LSTM puts out its steps in the order in which it reads them, so the last one comes first ...
    x = keras.layers.LSTM(units, return_sequences=True, go_backwards=True)(inputs)  # (batch, n_steps, units)
    x = keras.ops.flip(x, axis=1)  # ... until they are turned around: now place t belongs to step t
    return keras.Model(inputs, yes_or_no(x))


def build_bidirectional(n_steps: int, n_features: int, units: int) -> keras.Model:
    """Builds a model that reads each sequence in both directions, with an LSTM of `units` units for each.

    Input and output as in `build_forward`. How the outputs of the two are merged is up to you.

    >>> build_bidirectional(12, 1, units=16).output_shape
    (None, 12, 1)
    """
    inputs = keras.Input((n_steps, n_features))
    # The LSTM inside returns its sequence; Bidirectional makes the second one and turns its outputs around.
    lstm = keras.layers.LSTM(units, return_sequences=True)
    x = keras.layers.Bidirectional(lstm, merge_mode="concat")(inputs)  # (batch, n_steps, 2 * units)
    return keras.Model(inputs, yes_or_no(x))


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
    aligned = backward[:, ::-1]  # (n, n_steps, units), the first step first
    match merge_mode:
        case "concat":
            return np.concatenate([forward, aligned], axis=-1)  # (n, n_steps, 2 * units)
        case "sum":
            return forward + aligned
        case "mul":
            return forward * aligned
        case "ave":
            return (forward + aligned) / 2
    raise ValueError(f"unknown merge_mode: {merge_mode}")


def usable_online(model: keras.Model, X: np.ndarray) -> bool:
    """Finds out whether a model can answer while a sequence still comes in.

    It can if no answer needs a step that comes later. The model may be of any kind, so do not look at its layers:
    change later steps and see whether an earlier answer changes. X holds a few sequences to try that with, (n,
    n_steps, n_features); the model puts out one answer for each step, (n, n_steps, ...).

    >>> usable_online(build_forward(12, 1, 16), balance_point(4)[0])
    True
    """
    before = model.predict(X, verbose=0)  # (n, n_steps, ...)
    for step in range(1, X.shape[1]):
        changed = X.copy()
        changed[:, step:] += 1.0  # what comes from this step on is not known yet ...
        after = model.predict(changed, verbose=0)
        if not np.allclose(before[:, :step], after[:, :step], atol=1e-6):  # ... so no answer before may need it
            return False
    return True


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_steps, n_features), y has shape (n, n_steps, 1). Takes some 10 seconds at most.

    >>> model = train(build_bidirectional(12, 1, 16), *balance_point(1500), seed=1)
    """
    keras.utils.set_random_seed(seed)
    # A rate of 0.01 with batches of 50 learns this task in 12 epochs; Adam's default of 0.001 would need far more.
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=12, batch_size=50, verbose=0)
    return model


def predict_labels(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Answers with a trained model: 1 where it takes the steps so far for the heavier side, else 0.

    X has shape (n, n_steps, n_features), the result (n, n_steps, 1). `grade` calls it in another process, which has
    the model and X but no global variables of the training.

    >>> predict_labels(model, balance_point(3, seed=9)[0]).shape
    (3, 12, 1)
    """
    return np.round(model.predict(X, verbose=0))  # (n, n_steps, 1), from probabilities to 0 or 1


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
    # One LSTM of 23 units has 2,300 weights; two of 16 units have 2,304 in all.
    units = {"forward": 23, "backward": 23, "bidirectional": 16}
    return {
        direction: float(np.mean([score(direction, size, seed) for seed in seeds])) for direction, size in units.items()
    }


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. What is inside of a bidirectional LSTM?
    #     - two_of_them: Two LSTMs with weights of their own; both read the input, from opposite ends.
    #     - same_one_twice: One LSTM that reads the sequence forward, then backward, with the same weights and one
    #       state.
    #     - one_above_other: Two LSTMs, of which the second reads the outputs of the first in reversed order.
    #     - two_gradients: One LSTM whose error is sent back through the sequence in both directions.
    "inside": "two_of_them",
    # Q1. A sequence has 5 steps, and each step gets an answer. What can the answer at step 2 rest on?
    #     - forward: a forward LSTM
    #     - backward: a backward LSTM, its outputs turned around
    #     - bidirectional: a bidirectional LSTM
    #     - dense: a dense layer alone, applied to each step
    # Partners:
    #     - step_two: step 2
    #     - all_steps: steps 1 to 5
    #     - up_to_two: steps 1 and 2
    #     - from_two: steps 2 to 5
    "what_it_rests_on": {
        "forward": "up_to_two",
        "backward": "from_two",
        "bidirectional": "all_steps",
        "dense": "step_two",
    },
    # Q1. What is a bidirectional LSTM: what reads what, and what becomes of the two outputs?
    "both_ways": (
        "It is made of two LSTMs with weights of their own. One of them reads the sequence from the first step to "
        "the last, the other from the last to the first. Their outputs are concatenated at each step."
    ),
    # Q2. Bidirectional LSTMs were used for all of these tasks. What does the later part of the sequence tell?
    #     - names: finding the names in a text
    #     - sounds: naming the sounds in a recording
    #     - translation: reading a sentence that is to be translated
    #     - handwriting: reading handwriting from the strokes of a pen
    # Partners:
    #     - next_letter: which letter it must have been, by the word that comes of it
    #     - verb_at_end: what the sentence is about, in languages whose verb stands at its end
    #     - mouth_moves: for which sound the mouth was already moving
    #     - kind_of_name: whether “April” goes on as a month or as a first name
    "what_follows_tells": {
        "names": "kind_of_name",
        "sounds": "mouth_moves",
        "translation": "verb_at_end",
        "handwriting": "next_letter",
    },
    # Q2. Name a task for which bidirectional LSTMs are in use, and say why both directions help there.
    "in_use": (
        "Finding names in a text. The words that come after a word help to tell whether it is a name, and of what."
    ),
    # Q3. Which side of the beam is heavier? A forward LSTM is right at three steps of four, whatever its size. Why?
    #     - vanishing: Its gradient vanishes: twelve steps are too many for an LSTM.
    #     - half_unseen: It cannot know the weights that are still to come, so it has to guess.
    #     - needs_depth: A second LSTM on top of it would have read the other half.
    #     - too_short_trained: It learns more slowly and would reach the same with more epochs.
    "why_not_forward": "half_unseen",
    # Q3. A forward LSTM of 16 units is compared with `Bidirectional(LSTM(16))`, over the same seeds. What is unfair?
    #     - twice_the_data: The bidirectional one reads each sequence twice, so it needs half of the epochs.
    #     - nothing_unfair: Nothing; both have 16 units.
    #     - same_seed: The seeds have to differ, or both begin with the same weights.
    #     - twice_the_weights: The bidirectional one has twice as many LSTM weights.
    "equal_terms": "twice_the_weights",
    # Q3. What can a bidirectional LSTM do that a plain one cannot, and is it always better?
    "both_sides": (
        "At each step it knows what came before and also what comes after. It is not always better: that helps only "
        "where later steps matter, and it takes twice the weights, so both have to be compared on unseen data."
    ),
    # Q4. For which tasks is a bidirectional LSTM over the whole sequence out of question? Choose all that hold.
    #     - names_in_articles: Marking the names in articles of a newspaper.
    #     - alarm: Raising an alarm at the moment when a sensor shows something odd.
    #     - recorded_speech: Writing down an interview that was recorded yesterday.
    #     - live_subtitles: Subtitles that appear while somebody speaks, word by word.
    #     - gaps_in_text: Filling in words that cannot be read in an old letter.
    "while_it_comes_in": ["alarm", "live_subtitles"],
    # Q4. What has to be known of a sequence before it can be read in both directions, and what follows from that?
    "whole_first": (
        "The whole sequence has to be there, up to its last step. So the model cannot be used in real time, while "
        "the sequence still comes in."
    ),
    # Q5. The input has the shape (32, 12, 1). What does `Bidirectional(LSTM(16, return_sequences=True))` put out?
    #     - sixteen: (32, 12, 16)
    #     - twice_the_steps: (32, 24, 16)
    #     - only_last: (32, 32)
    #     - thirty_two: (32, 12, 32)
    "output_shape": "thirty_two",
    # Q5. The outputs of an LSTM and of one with `go_backwards=True` are concatenated as they are. What is wrong?
    #     - wrong_neighbours: At the first place stand what the one says of the first step and what the other says of
    #       the last.
    #     - nothing_wrong: Nothing; Keras turns the outputs of the second one around by itself.
    #     - sizes_differ: The sequences have different lengths, since the second LSTM begins at the last step.
    #     - weights_shared: Both layers get the same weights in that way.
    "not_turned": "wrong_neighbours",
    # Q5. How do you let LSTMs read a sequence both ways in Keras, and what has to be minded when two are joined by
    #   hand?
    "wrapper": (
        "The LSTM is wrapped in a Bidirectional layer. Done by hand, the output of the LSTM that has "
        "go_backwards=True has to be flipped along the axis of time before the two are joined, so that their steps "
        "match."
    ),
}


if __name__ == "__main__":
    print(compare_directions())

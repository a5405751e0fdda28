"""Lesson 06: stacked LSTMs, a reference solution.

An LSTM layer returns by default one vector per sequence: its last output. The LSTM above it needs a vector per
time step. So every LSTM but the last returns its whole sequence.
"""

import keras
import numpy as np


def two_scale(n: int, n_steps: int = 24, n_out: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes n series of a fast wave whose height follows a slow wave. (Given; nothing to do.)

    Returns X with shape (n, n_steps, 1) and the values that follow, y with shape (n, n_out).
    """
    rng = np.random.default_rng(seed)
    t = np.arange(n_steps + n_out)[None, :]  # (1, n_steps + n_out)
    fast = rng.uniform(0.15, 0.25, (n, 1))  # waves per step
    slow = rng.uniform(0.01, 0.04, (n, 1))
    phase = rng.uniform(0, 2 * np.pi, (n, 2))
    height = 0.6 + 0.4 * np.sin(2 * np.pi * slow * t + phase[:, 1:])
    series = (np.sin(2 * np.pi * fast * t + phase[:, :1]) * height).astype("float32")  # (n, n_steps + n_out)
    return series[:, :n_steps, None], series[:, n_steps:]


def build_stacked_lstm(n_steps: int, n_features: int, n_out: int, units: tuple[int, ...]) -> keras.Model:
    """Builds a model with one LSTM layer for each number in `units`, one on top of the other.

    Input (batch, n_steps, n_features), output (batch, n_out).

    >>> build_stacked_lstm(24, 1, 4, units=(16, 16)).output_shape
    (None, 4)
    """
    model = keras.Sequential([keras.Input((n_steps, n_features))])
    for number, size in enumerate(units):
        is_last = number == len(units) - 1
        # (batch, n_steps, size) for the LSTM above, (batch, size) from the last one
        model.add(keras.layers.LSTM(size, return_sequences=not is_last))
    model.add(keras.layers.Dense(n_out))  # linear: a forecast can have any value
    return model


def sequence_shapes(model: keras.Model) -> list[tuple]:
    """Returns the output shape of each LSTM layer of a model, from the input upwards.

    >>> sequence_shapes(build_stacked_lstm(24, 1, 4, units=(16,)))
    [(None, 16)]
    """
    return [layer.output.shape for layer in model.layers if isinstance(layer, keras.layers.LSTM)]


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_steps, n_features), y has shape (n, n_out). Takes some 10 seconds at most.

    >>> model = train(build_stacked_lstm(24, 1, 4, (16, 16)), *two_scale(1500), seed=1)
    """
    keras.utils.set_random_seed(seed)
    # A rate of 0.01 with batches of 64 learns this task in 15 epochs; Adam's default of 0.001 would need far more.
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=15, batch_size=64, verbose=0)
    return model


def forecast(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Forecasts with a trained model.

    X has shape (n, n_steps, n_features), the result (n, n_out). `grade` calls it in another process, which has the
    model and X but no global variables of the training.

    >>> forecast(model, two_scale(3, seed=9)[0]).shape
    (3, 4)
    """
    return model.predict(X, verbose=0)  # (n, n_out)


def fit_and_score(units: tuple[int, ...], seed: int) -> float:
    """Trains a model and returns its error on unseen series, as RMSE. (Given; nothing to do.)"""
    keras.utils.set_random_seed(seed)  # the initial weights are random, too
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds: tuple[int, ...] = (0, 1)) -> dict[str, float]:
    """Compares one LSTM layer with a stack that has about as many weights.

    Call `score(units, seed)` for each seed, with `units` of one layer and with `units` of at least two layers, and
    return the mean score of each. Training is random: the same seeds for both make the comparison fair. The
    better one need not be the stack; report what you find.

    >>> compare_depth()
    {'vanilla': ..., 'stacked': ...}
    """
    # One layer of 25 units has 2,700 LSTM weights, two of 16 have 3,200: about as many.
    vanilla = [score((25,), seed) for seed in seeds]
    stacked = [score((16, 16), seed) for seed in seeds]
    return {"vanilla": float(np.mean(vanilla)), "stacked": float(np.mean(stacked))}


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. Letters form words, words form sentences. What makes such a sequence hard for one LSTM layer?
    #     - needs_words: An LSTM reads words only, so somebody has to join the letters by hand first.
    #     - no_memory: A single LSTM layer carries nothing from one time step to the next.
    #     - two_levels_inside: An LSTM layer is two hidden layers, one for the gates, so it handles two levels and no
    #       third.
    #     - one_state: One state has to follow the quick small patterns and the slow large ones at the same time.
    "small_in_large": "one_state",
    # Q1. Why are small patterns inside larger ones hard for a single LSTM layer?
    "levels": (
        "There are patterns on several time scales: letters make words, and words make sentences. A single layer "
        "has just one state to follow all of them at the same time."
    ),
    # Q2. Two LSTM layers are stacked. What does the upper one read?
    #     - last_vector: One vector: what the lower layer puts out at its last time step.
    #     - whole_sequence: One vector for each time step: all outputs of the lower layer, in their order.
    #     - later_start: The outputs of the lower layer from the second time step on; each layer starts one step
    #       later.
    #     - raw_input: The series itself, a second time, beside the lower layer.
    #     - gates_below: The gates of the lower layer.
    "upper_input": "whole_sequence",
    # Q2. What does it mean to stack LSTM layers, and what does one layer pass to the next?
    "stacking": (
        "The upper LSTM reads what the lower LSTM puts out. It gets the whole sequence: one vector for each time step."
    ),
    # Q3. Stacked LSTMs were used for all of these tasks. What goes in and what comes out?
    #     - speech: naming the sound in each slice of a recording
    #     - translation: translating sentences
    #     - handwriting: writing by hand like a person
    #     - reviews: telling whether a review is kind
    # Partners:
    #     - words_to_class: words in, one class out
    #     - strokes_to_stroke: the strokes so far in, the next stroke out
    #     - frames_to_labels: slices in, one label for each slice out
    #     - words_to_words: words in, other words out, of another number
    "applications": {
        "speech": "frames_to_labels",
        "translation": "words_to_words",
        "handwriting": "strokes_to_stroke",
        "reviews": "words_to_class",
    },
    # Q3. Name a task for which stacked LSTMs have been used, and say why depth suits it.
    "applied": (
        "Speech recognition. Speech has levels: sounds make up syllables, these make up words, and each layer can "
        "work on a level of its own."
    ),
    # Q4. What can a second LSTM layer bring, compared with one wider layer? Choose all that hold.
    #     - always_better: Each layer that is added makes the forecasts better.
    #     - slower_scale: The upper layer can describe longer stretches, out of what the lower one has found in short
    #       ones.
    #     - trains_itself: Only the lower layer has to be trained; the upper one follows from it.
    #     - fewer_weights: On some tasks the same skill is reached with fewer weights.
    #     - faster: Training gets faster, since the layers work side by side.
    "depth_gain": ["slower_scale", "fewer_weights"],
    # Q4. One LSTM layer and a stack are to be compared. Which comparison is fair?
    #     - loss_at_end: Train each once and compare the losses on the training data.
    #     - best_of_many: Train each many times and compare their best runs.
    #     - same_seeds: Give both about as many weights and the same seeds, and compare their mean errors on unseen
    #       data.
    #     - same_units: Give each layer the same units, whatever their number, and compare one run of each on unseen
    #       data.
    "fair_comparison": "same_seeds",
    # Q4. What can a second layer give that a wider one does not, and how do you find out whether it does?
    "depth": (
        "The second layer works on what the first one has found, so it can describe slower and more abstract "
        "patterns. Whether that helps shows when both models, of about the same size, are trained with the same "
        "seeds and their mean errors on unseen data are compared."
    ),
    # Q5. A stack of two LSTM layers in Keras, with one forecast a sequence at the end: what has to be set?
    #     - state_below: `return_state=True` in the lower layer.
    #     - sequences_both: `return_sequences=True` in both layers.
    #     - sequences_above: `return_sequences=True` in the upper layer only.
    #     - sequences_below: `return_sequences=True` in the lower layer only.
    #     - repeat_between: Nothing; a `RepeatVector` goes between the two layers.
    "keras_argument": "sequences_below",
    # Q5. Keras says “expected ndim=3, found ndim=2” at the second LSTM layer. What has happened?
    #     - batch_missing: The batch axis is missing in the training data.
    #     - vector_arrives: The layer below hands over one vector a sequence, so the axis of time is gone.
    #     - dense_missing: The model has no Dense layer at its end.
    #     - units_differ: The two LSTM layers have different numbers of units.
    "ndim_error": "vector_arrives",
    # Q5. The input has the shape (32, 24, 1): batch, time steps, features. What shape does each of these put out?
    #     - lstm_plain: `LSTM(8)` on the input
    #     - lstm_sequences: `LSTM(8, return_sequences=True)` on the input
    #     - upper_plain: `LSTM(5)` on top of `LSTM(8, return_sequences=True)`
    #     - upper_sequences: `LSTM(5, return_sequences=True)` on top of `LSTM(8, return_sequences=True)`
    # Partners:
    #     - steps_and_five: (32, 24, 5)
    #     - only_eight: (32, 8)
    #     - only_five: (32, 5)
    #     - steps_and_eight: (32, 24, 8)
    "shapes": {
        "lstm_plain": "only_eight",
        "lstm_sequences": "steps_and_eight",
        "upper_plain": "only_five",
        "upper_sequences": "steps_and_five",
    },
    # Q5. How do you put one LSTM on top of another in Keras, and what happens if you leave the setting away?
    "in_keras": (
        "The lower LSTM gets return_sequences=True, so that it returns its whole sequence. Without it the upper "
        "LSTM receives one vector instead of a sequence, and Keras stops with an error: it expected three "
        "dimensions and found two."
    ),
}


if __name__ == "__main__":
    print(compare_depth())

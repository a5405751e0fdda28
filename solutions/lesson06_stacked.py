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


ANSWERS = {
    "small_in_large": "one_state",
    "upper_input": "whole_sequence",
    "depth_gain": ["slower_scale", "fewer_weights"],
    "fair_comparison": "same_seeds",
    "keras_argument": "sequences_below",
    "ndim_error": "vector_arrives",
    "applications": {
        "speech": "frames_to_labels",
        "translation": "words_to_words",
        "handwriting": "strokes_to_stroke",
        "reviews": "words_to_class",
    },
    "shapes": {
        "lstm_plain": "only_eight",
        "lstm_sequences": "steps_and_eight",
        "upper_plain": "only_five",
        "upper_sequences": "steps_and_five",
    },
    "levels": """
        There are patterns on several time scales: letters make words, and words make sentences. A single layer has
        just one state to follow all of them at the same time.
    """,
    "stacking": """
        The upper LSTM reads what the lower LSTM puts out. It gets the whole sequence: one vector for each time step.
    """,
    "applied": """
        Speech recognition. Speech has levels: sounds make up syllables, these make up words, and each layer can work on
        a level of its own.
    """,
    "depth": """
        The second layer works on what the first one has found, so it can describe slower and more abstract patterns.
        Whether that helps shows when both models, of about the same size, are trained with the same seeds and their
        mean errors on unseen data are compared.
    """,
    "in_keras": """
        The lower LSTM gets return_sequences=True, so that it returns its whole sequence. Without it the upper LSTM
        receives one vector instead of a sequence, and Keras stops with an error: it expected three dimensions and found
        two.
    """,
}


if __name__ == "__main__":
    print(compare_depth())

"""Lesson 06: stacked LSTMs.

Goal: build an LSTM on top of another LSTM, train it, and find out what the second layer is good for.

Find out:
    Q1. What is hard for a single LSTM layer when patterns contain smaller patterns?
    Q2. What does it mean to stack LSTM layers?
    Q3. Where have stacked LSTMs been applied?
    Q4. What does depth buy, compared with one wide layer?
    Q5. How is stacking done in Keras?

Experiment: each series has a fast wave whose height follows a slow wave. Forecast the next four values from
the last 24, once with one LSTM layer and once with a stack of them.

What is graded (100 points):
     5  the file runs from top to bottom
    10  the model turns sequences into forecasts of the right shape
    25  each LSTM hands its whole sequence to the LSTM above it
    15  the stack has the layers that `units` asks for
    10  `sequence_shapes` tells what each LSTM puts out
    15  the trained model forecasts unseen series
    10  the forecast comes from what the LSTMs have learned
    10  `compare_depth` compares one layer and a stack fairly

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson06` to see how far you are.
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
    raise NotImplementedError


def sequence_shapes(model: keras.Model) -> list[tuple]:
    """Returns the output shape of each LSTM layer of a model, from the input upwards.

    >>> sequence_shapes(build_stacked_lstm(24, 1, 4, units=(16,)))
    [(None, 16)]
    """
    raise NotImplementedError


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_steps, n_features), y has shape (n, n_out). Takes some 10 seconds at most.

    >>> model = train(build_stacked_lstm(24, 1, 4, (16, 16)), *two_scale(1500), seed=1)
    """
    raise NotImplementedError


def forecast(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Forecasts with a trained model.

    X has shape (n, n_steps, n_features), the result (n, n_out). `grade` calls it in another process, which has the
    model and X but no global variables of the training.

    >>> forecast(model, two_scale(3, seed=9)[0]).shape
    (3, 4)
    """
    raise NotImplementedError


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
    raise NotImplementedError


if __name__ == "__main__":
    print(compare_depth())

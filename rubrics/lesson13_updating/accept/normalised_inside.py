"""The model scales its windows itself, and undoes it; two LSTM layers, copies by deepcopy."""

from copy import deepcopy
from functools import partial

import keras
import numpy as np


def drifting(n_old: int = 240, n_new: int = 150, noise: float = 0.05, seed: int = 0) -> np.ndarray:
    """Makes a series whose cycle changes after n_old values. (Given; nothing to do.)

    Returns shape (n_old + n_new,). The values are small, around 0 or 1, so they need no scaling.
    """
    rng = np.random.default_rng(seed)
    old_period, new_period = rng.uniform(14, 20), rng.uniform(6, 9)
    old_phase, new_phase = rng.uniform(0, 2 * np.pi, 2)
    old = np.sin(2 * np.pi * np.arange(n_old) / old_period + old_phase)
    wave = np.sin(2 * np.pi * np.arange(n_new) / new_period + new_phase)
    new = 0.8 + 0.6 * np.sign(wave) * np.sqrt(np.abs(wave))  # faster, higher, and with steeper slopes
    return np.concatenate([old, new]) + noise * rng.normal(size=n_old + n_new)


def make_windows(series: np.ndarray, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Cuts a series into windows of n_steps values, each with the value that follows it. (Given; nothing to do.)

    For n values, X has shape (n - n_steps, n_steps, 1) and y has shape (n - n_steps, 1). Row i of X ends just before
    value i + n_steps of the series, which is row i of y.
    """
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(series, "float32"), n_steps + 1)
    return windows[:, :-1, None], windows[:, -1:]


def build_scaled(X, y):
    scaler = keras.layers.Normalization(axis=None)
    scaler.adapt(X)
    return keras.Sequential(
        [
            keras.Input(X.shape[1:]),
            scaler,
            keras.layers.LSTM(16, return_sequences=True),
            keras.layers.LSTM(16),
            keras.layers.Dense(1),
            keras.layers.Rescaling(float(y.std()), float(y.mean())),
        ]
    )


def fit_initial(series, n_steps, seed):
    X, y = make_windows(series, n_steps)
    return update_refit(None, X, y, len(X), seed)


def update_none(model, X, y, n_new, seed=0):
    return deepcopy(model)


def update_finetune(model, X, y, n_new, seed=0, epochs=25):
    keras.utils.set_random_seed(seed)
    tuned = deepcopy(model)  # with its weights, its scaling and its optimizer
    tuned.fit(X[-n_new:], y[-n_new:], epochs=epochs, batch_size=16, verbose=0)
    return tuned


def update_refit(model, X, y, n_new, seed=0):
    keras.utils.set_random_seed(seed)
    fresh = build_scaled(X, y)
    fresh.compile("adam", "mse")
    fresh.optimizer.learning_rate = 0.01
    fresh.fit(X, y, epochs=30, batch_size=32, verbose=0)
    return fresh


def walk_forward(model, series, n_steps, start, block, update):
    known = np.asarray(series[:start])
    predicted = np.empty(0)
    for values in np.split(series[start:], range(block, len(series) - start, block)):
        known = np.concatenate([known, values])
        X, y = make_windows(known, n_steps)
        predicted = np.append(predicted, model.predict_on_batch(X[-len(values) :]))
        model = update(model, X=X, y=y, n_new=len(values))
    return predicted


def fit_and_score(scheme: str, seed: int) -> float:
    """Walks through a series with an update scheme and returns the error after two updates. (Given; nothing to do.)

    `scheme` is "none", "finetune" or "refit". The error is the root of the mean squared error over the last block.
    """
    n_steps, start, block = 12, 240, 50
    schemes = {"none": update_none, "finetune": update_finetune, "refit": update_refit}
    series = drifting(n_old=start, n_new=3 * block, seed=seed)
    model = fit_initial(series[:start], n_steps, seed)
    predicted = walk_forward(model, series, n_steps, start, block, partial(schemes[scheme], seed=seed))
    return float(np.sqrt(np.mean((predicted[-block:] - series[-block:]) ** 2)))


def compare_schemes(score=fit_and_score, seeds=(0, 1)):
    def mean_of(scheme):
        return sum(score(scheme, seed) for seed in seeds) / len(seeds)

    return dict(none=mean_of("none"), finetune=mean_of("finetune"), refit=mean_of("refit"))


if __name__ == "__main__":
    print(compare_schemes())

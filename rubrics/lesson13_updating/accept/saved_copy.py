"""Fine-tuning goes on from a saved copy, optimizer and all; a convolution stands before the LSTM."""

import tempfile
from functools import partial
from pathlib import Path

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


def make_model(n_steps):
    model = keras.Sequential()
    model.add(keras.Input((n_steps, 1)))
    model.add(keras.layers.Conv1D(8, 3, padding="causal", activation="relu"))
    model.add(keras.layers.LSTM(24))
    model.add(keras.layers.Dropout(0.02))
    model.add(keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(1e-5)))
    model.compile(optimizer=keras.optimizers.AdamW(0.012, weight_decay=1e-4), loss="mean_squared_error")
    return model


def fit_initial(series, n_steps, seed):
    keras.utils.set_random_seed(seed)
    model = make_model(n_steps)
    X, y = make_windows(series, n_steps)
    model.fit(X, y, epochs=25, batch_size=32, verbose=0)
    return model


def update_none(model, X, y, n_new, seed=0):
    return model


def update_finetune(model, X, y, n_new, seed=0, epochs=25):
    keras.utils.set_random_seed(seed)
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder) / "copy.keras")
        tuned = keras.saving.load_model(Path(folder) / "copy.keras")
    tuned.fit(X[-n_new:], y[-n_new:], epochs=epochs, batch_size=16, verbose=0)
    return tuned


def update_refit(model, X, y, n_new, seed=0):
    keras.utils.set_random_seed(seed)
    weights = np.ones(len(X))
    weights[-n_new:] = 2.0  # what is new counts twice
    fresh = make_model(X.shape[1])
    fresh.fit(X, y, sample_weight=weights, epochs=30, batch_size=32, verbose=0)
    return fresh


def walk_forward(model, series, n_steps, start, block, update):
    X, y = make_windows(series, n_steps)
    edges = [*range(start - n_steps, len(X), block), len(X)]

    def predictions():
        current = model
        for low, high in zip(edges, edges[1:]):
            yield keras.ops.convert_to_numpy(current(X[low:high], training=False))
            current = update(current, X[:high], y[:high], high - low)

    return np.concatenate(list(predictions()))[:, 0]


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
    return {
        name: float(np.mean([score(scheme=name, seed=s) for s in reversed(seeds)]))
        for name in ("refit", "none", "finetune")
    }


if __name__ == "__main__":
    print(compare_schemes())

"""Fine-tuning takes one step for each new value; the cell of the LSTM stands in an RNN layer."""

from functools import partial

import keras
import numpy as np
from keras import layers


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


def compiled(model, optimizer):
    model.compile(loss="mean_squared_error", optimizer=optimizer)
    return model


def new_model(n_steps):
    return keras.Sequential([layers.Input(shape=(n_steps, 1)), layers.RNN(layers.LSTMCell(24)), layers.Dense(1)])


def fit_initial(series, n_steps, seed):
    keras.utils.set_random_seed(seed)
    X, y = make_windows(series, n_steps)
    model = compiled(new_model(n_steps), keras.optimizers.Nadam(0.01))
    model.fit(X, y[:, 0], epochs=30, batch_size=32, verbose=0)
    return model


def update_none(model, X, y, n_new, seed=0):
    same = keras.models.clone_model(model)
    same.set_weights(model.get_weights())
    return same


def update_finetune(model, X, y, n_new, seed=0, epochs=8):
    tuned = compiled(keras.Sequential.from_config(model.get_config()), keras.optimizers.Adam(0.004))
    tuned.set_weights(model.get_weights())
    for _ in range(epochs):
        for row in range(-n_new, 0):  # as they came in
            tuned.train_on_batch(X[row][None], y[row][None])
    return tuned


def update_refit(model, X, y, n_new, seed=0):
    keras.utils.set_random_seed(seed)
    fresh = compiled(new_model(X.shape[1]), keras.optimizers.Nadam(0.01))
    stop = keras.callbacks.EarlyStopping("loss", patience=8, restore_best_weights=True)
    fresh.fit(X, y, epochs=35, batch_size=32, verbose=0, callbacks=[stop])
    return fresh


def walk_forward(model, series, n_steps, start, block, update):
    windows = np.stack([series[t - n_steps : t] for t in range(n_steps, len(series))])[..., None]
    targets = np.asarray(series[n_steps:]).reshape(-1, 1)
    said = []
    for first in range(start - n_steps, len(windows), block):
        rows = slice(first, first + block)
        said.append(np.squeeze(model.predict(windows[rows], verbose=0), axis=1))
        last = min(first + block, len(windows))
        if last < len(windows):
            model = update(model, windows[:last], targets[:last], last - first)
    return np.hstack(said)


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
    schemes = ("none", "finetune", "refit")
    means = {}
    for scheme in schemes:
        total = 0.0
        for seed in seeds:
            total += score(scheme, seed)
        means[scheme] = total / len(seeds)
    means["best of all"] = min(means.values())
    return means


if __name__ == "__main__":
    print(compare_schemes())

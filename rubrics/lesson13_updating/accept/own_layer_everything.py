"""A layer of its own around the LSTM; fine-tuning on everything that is known, new rows more often."""

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


class Change(keras.layers.Layer):
    """Predicts how far the next value is from the last one."""

    def __init__(self, units):
        super().__init__()
        self.lstm = keras.layers.LSTM(units)
        self.dense = keras.layers.Dense(1)

    def build(self, shape):
        self.lstm.build(shape)
        self.dense.build((shape[0], self.lstm.units))

    def call(self, x):
        return x[:, -1, :] + self.dense(self.lstm(x))


def network(n_steps):
    inputs = keras.Input((n_steps, 1))
    model = keras.Model(inputs, Change(24)(inputs))
    model.compile(loss="huber", optimizer=keras.optimizers.Adam(0.015))
    return model


def fit_initial(series, n_steps, seed):
    keras.utils.set_random_seed(seed)
    model = network(n_steps)
    model.fit(*make_windows(series, n_steps), epochs=30, batch_size=32, verbose=0)
    return model


def update_none(model, X, y, n_new, seed=0):
    return model


def update_finetune(model, X, y, n_new, seed=0, epochs=15):
    keras.utils.set_random_seed(seed)
    tuned = network(X.shape[1])
    tuned.set_weights(model.get_weights())
    rows = np.concatenate([np.arange(len(X)), np.tile(np.arange(len(X) - n_new, len(X)), 4)])
    tuned.fit(X[rows], y[rows], epochs=epochs, batch_size=32, verbose=0)
    return tuned


def update_refit(model, X, y, n_new, seed=0):
    keras.utils.set_random_seed(seed)
    fresh = network(X.shape[1])
    fresh.fit(X, y, epochs=35, batch_size=32, verbose=0)
    return fresh


def walk_forward(model, series, n_steps, start, block, update):
    X, y = make_windows(series, n_steps)
    blocks = range(start, len(series), block)
    out = []
    for number, begin in enumerate(blocks):
        if number:
            model = update(model, X[: begin - n_steps], y[: begin - n_steps], block)
        out += model.predict(X[begin - n_steps :][:block], batch_size=256, verbose=0)[:, 0].tolist()
    return out


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
    return {scheme: np.mean([score(scheme, seed) for seed in seeds]) for scheme in ("none", "finetune", "refit")}


if __name__ == "__main__":
    print(compare_schemes())

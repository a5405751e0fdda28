"""A class of its own, trained by a loop of its own; the walk predicts value by value."""

from functools import partial

import keras
import numpy as np
import tensorflow as tf


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


class NextValue(keras.Model):
    def __init__(self, units=24):
        super().__init__()
        self.units = units
        self.memory = keras.layers.LSTM(units)
        self.out = keras.layers.Dense(1)

    def call(self, x):
        return self.out(self.memory(x))

    def get_config(self):
        return {"units": self.units}


def learn(model, X, y, epochs, batch_size, rate=0.015):
    optimizer = keras.optimizers.Adam(rate)

    @tf.function
    def step(x, target):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x, training=True) - target))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))

    optimizer.build(model.trainable_variables)
    rows = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(1000, seed=1).batch(batch_size)
    for _ in range(epochs):
        for x, target in rows:
            step(x, target)
    return model


def fresh(X, seed):
    keras.utils.set_random_seed(seed)
    model = NextValue()
    model(X[:1])  # now it has weights
    return model


def fit_initial(series, n_steps, seed):
    X, y = make_windows(series, n_steps)
    return learn(fresh(X, seed), X, y, epochs=25, batch_size=32)


def update_none(model, X, y, n_new, seed=0):
    return model


def update_finetune(model, X, y, n_new, seed=0, epochs=30):
    tuned = fresh(X, seed)
    for mine, theirs in zip(tuned.weights, model.weights):
        mine.assign(theirs)
    return learn(tuned, X[-n_new:], y[-n_new:], epochs, batch_size=16, rate=0.01)


def update_refit(model, X, y, n_new, seed=0):
    return learn(fresh(X, seed), X, y, epochs=30, batch_size=32)


def walk_forward(model, series, n_steps, start, block, update):
    result = np.zeros(len(series) - start)
    since = start
    for t in range(start, len(series)):
        window = np.asarray(series[t - n_steps : t], "float32").reshape(1, n_steps, 1)
        result[t - start] = model(window)[0, 0]
        if t + 1 - since == block:
            X, y = make_windows(series[: t + 1], n_steps)
            model, since = update(model, X, y, block), t + 1
    return result


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
    names = ["none", "finetune", "refit"]
    table = np.array([[score(name, seed) for seed in seeds] for name in names])
    return dict(zip(names, table.mean(axis=1).tolist()))


if __name__ == "__main__":
    print(compare_schemes())

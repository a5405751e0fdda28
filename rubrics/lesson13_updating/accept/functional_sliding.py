"""A functional model; both updates learn from the last rows, old and new ones mixed."""

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


def build(n_steps):
    inputs = keras.Input((n_steps, 1))
    x = keras.layers.LSTM(20)(inputs)
    x = keras.layers.Dense(10, activation="tanh")(x)
    return keras.Model(inputs, keras.layers.Dense(1)(x))


def fit(model, X, y, epochs):
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
    model.fit(X, y, epochs=epochs, batch_size=16, verbose=0)
    return model


def fit_initial(series, n_steps, seed):
    keras.utils.set_random_seed(seed)
    return fit(build(n_steps), *make_windows(series, n_steps), epochs=20)


def update_none(model, X, y, n_new, seed=0):
    return model


def update_finetune(model, X, y, n_new, seed=0, epochs=20):
    keras.utils.set_random_seed(seed)
    tuned = keras.models.clone_model(model)
    tuned.set_weights(model.get_weights())
    recent = 2 * n_new  # half of them have been learned before
    return fit(tuned, X[-recent:], y[-recent:], epochs)


def update_refit(model, X, y, n_new, seed=0):
    keras.utils.set_random_seed(seed)
    recent = max(3 * n_new, 100)
    return fit(build(X.shape[1]), X[-recent:], y[-recent:], 40)


def walk_forward(model, series, n_steps, start, block, update):
    predictions = []
    at = start
    while at < len(series):
        stop = min(at + block, len(series))
        X, y = make_windows(series[:stop], n_steps)
        n_new = stop - at
        predictions.extend(model.predict(X[-n_new:], verbose=0).ravel())
        model = update(model, X, y, n_new)
        at = stop
    return np.array(predictions)


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
    errors = {"none": [], "finetune": [], "refit": []}
    for seed in seeds:
        for scheme in errors:
            errors[scheme].append(score(scheme, seed))
    return {scheme: np.mean(found) for scheme, found in errors.items()}


if __name__ == "__main__":
    print(compare_schemes())

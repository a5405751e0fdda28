"""The copy is loaded without what it was compiled with, and nobody compiles it again.

fails: finetune
says: not compiled
"""

import tempfile
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


def build_model(n_steps: int) -> keras.Model:
    """Builds and compiles a model with random weights: (batch, n_steps, 1) in, (batch, 1) out."""
    model = keras.Sequential([keras.Input((n_steps, 1)), keras.layers.LSTM(24), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.015))  # each model gets an optimizer of its own
    return model


def fit_initial(series: np.ndarray, n_steps: int, seed: int) -> keras.Model:
    """Builds a model with an LSTM layer and fits it on a series, to predict the next value from the last n_steps.

    `series` has shape (n,). The model takes windows (batch, n_steps, 1) of the series as they are and puts out
    (batch, 1), in the same units. The same seed gives the same model. Takes some 5 seconds at most.

    >>> fit_initial(drifting()[:240], n_steps=12, seed=1).output_shape
    (None, 1)
    """
    keras.utils.set_random_seed(seed)  # initial weights and the order of the rows
    model = build_model(n_steps)
    X, y = make_windows(series, n_steps)  # (n - n_steps, n_steps, 1) and (n - n_steps, 1)
    model.fit(X, y, epochs=25, batch_size=32, verbose=0)
    return model


# An update scheme is a function update(model, X, y, n_new). It gets the model in use and all windows that are known
# by now, as `make_windows` cuts them; the last n_new rows are new since the last update. It returns the model to use
# from now on, and leaves the given one as it was: somebody may still compare with it.


def update_none(model: keras.Model, X: np.ndarray, y: np.ndarray, n_new: int, seed: int = 0) -> keras.Model:
    """Updates nothing: the model goes on as it is. The other two schemes are measured against this one.

    >>> update_none(model, X, y, n_new=50) is model
    True
    """
    return model


def update_finetune(
    model: keras.Model, X: np.ndarray, y: np.ndarray, n_new: int, seed: int = 0, epochs: int = 25
) -> keras.Model:
    """Goes on training from the weights of the given model, on the new rows or on more, for some epochs.

    Returns another model of the same structure; the given one keeps its weights. X has shape (n, n_steps, 1), y has
    shape (n, 1). The default of `epochs` is up to you.

    >>> tuned = update_finetune(model, X, y, n_new=50)
    >>> tuned is model
    False
    """
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/copy.keras")
        tuned = keras.saving.load_model(f"{folder}/copy.keras", compile=False)
    tuned.fit(X[-n_new:], y[-n_new:], epochs=epochs, batch_size=16, verbose=0)
    return tuned


def update_refit(model: keras.Model, X: np.ndarray, y: np.ndarray, n_new: int, seed: int = 0) -> keras.Model:
    """Fits a new model from scratch: nothing of what the given one has learned goes into it.

    On which of the known rows is up to you. The same rows and the same seed give the same model, whatever model is
    given. Takes some 5 seconds at most.

    >>> fresh = update_refit(model, X, y, n_new=50)
    """
    keras.utils.set_random_seed(seed)
    fresh = build_model(X.shape[1])
    fresh.fit(X, y, epochs=25, batch_size=32, verbose=0)  # all that is known, the old cycle as well
    return fresh


def walk_forward(model: keras.Model, series: np.ndarray, n_steps: int, start: int, block: int, update) -> np.ndarray:
    """Goes through a series block by block, as time does, and returns a prediction for each value from `start` on.

    Each value is predicted from the n_steps true values before it, also where these lie in an older block. When the
    values of a block have been predicted, they become known: call update(model, X, y, n_new) with all windows of the
    series up to the end of this block, and go on with the model that it returns. n_new is the number of values in the
    block; the last block may be shorter. Whether `update` is called after the last block does not matter.

    The result has shape (len(series) - start,).

    >>> walk_forward(model, drifting(), n_steps=12, start=240, block=50, update=update_none).shape
    (150,)
    """
    X, y = make_windows(series, n_steps)  # row i predicts value i + n_steps, so value t stands in row t - n_steps
    predicted = []
    for begin in range(start, len(series), block):
        end = min(begin + block, len(series))
        predicted.append(model.predict(X[begin - n_steps : end - n_steps], verbose=0)[:, 0])  # first predict ...
        if end < len(series):
            model = update(model, X[: end - n_steps], y[: end - n_steps], end - begin)  # ... then learn
    return np.concatenate(predicted)  # (len(series) - start,)


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


def compare_schemes(score=fit_and_score, seeds: tuple[int, ...] = (0, 1)) -> dict[str, float]:
    """Compares no update, fine-tuning and refitting.

    Call `score(scheme, seed)` for each scheme ("none", "finetune", "refit") and each seed, and return the mean score
    of each scheme. Training is random: one run says little, and the same seeds for all make the comparison fair.

    >>> compare_schemes()
    {'none': ..., 'finetune': ..., 'refit': ...}
    """
    return {scheme: float(np.mean([score(scheme, seed) for seed in seeds])) for scheme in ("none", "finetune", "refit")}


if __name__ == "__main__":
    print(compare_schemes())  # takes about half a minute

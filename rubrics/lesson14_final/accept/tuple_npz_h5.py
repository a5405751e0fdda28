"""A tuple; an .h5 file that is loaded without compiling; the numbers as .npz."""

from pathlib import Path
from typing import Any

import keras
import numpy as np


def seasonal(n: int = 240, period: int = 12, level: float = 400.0, noise: float = 4.0, seed: int = 0) -> np.ndarray:
    """Makes a series of n values whose season repeats after `period` steps. (Given; nothing to do.)"""
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    phase, second = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.5)
    season = np.sin(2 * np.pi * t / period + phase) + second * np.sin(4 * np.pi * t / period + 2 * phase)
    return level + 80 * season + noise * rng.normal(size=n)  # (n,)


def fit_final(series: np.ndarray, n_steps: int, seed: int) -> Any:
    """Fits the final model on a whole series, to predict the next value from the last n_steps."""
    series = np.asarray(series, dtype="float32")
    low, high = series.min(), series.max()
    scaled = 2 * (series - low) / (high - low) - 1  # between -1 and 1
    X, y = [], []
    for end in range(n_steps, len(scaled)):
        X.append(scaled[end - n_steps : end])
        y.append(scaled[end])
    keras.utils.set_random_seed(seed)
    model = keras.Sequential()
    model.add(keras.layers.Input((n_steps, 1)))
    model.add(keras.layers.LSTM(24, return_sequences=True))
    model.add(keras.layers.LSTM(16))
    model.add(keras.layers.Dense(1))
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    model.fit(np.array(X)[..., None], np.array(y), epochs=30, batch_size=32, verbose=0)
    return model, (low, high), n_steps


def predict_next(bundle: Any, history: np.ndarray) -> float:
    """Predicts the value that follows a history."""
    model, (low, high), n_steps = bundle
    scaled = 2 * (np.asarray(history[-n_steps:], dtype="float32") - low) / (high - low) - 1
    return (model.predict(scaled.reshape(1, n_steps, 1), verbose=0).item() + 1) / 2 * (high - low) + low


def forecast(bundle: Any, history: np.ndarray, n: int) -> np.ndarray:
    """Forecasts the n values that follow a history; the result has shape (n,) and holds raw values.

    The model knows one step ahead only: each value is predicted from the history and the values forecast before.

    >>> forecast(bundle, seasonal(), 3).shape
    (3,)
    """
    values = list(history)  # raw values all the way: predict_next scales what it gets
    for _ in range(n):
        values.append(predict_next(bundle, values))
    return np.array(values[-n:])


def save_bundle(bundle: Any, directory: str) -> None:
    """Saves a bundle into a directory, which may not exist yet. All that is written goes there."""
    model, limits, n_steps = bundle
    Path(directory).mkdir(parents=True, exist_ok=True)
    model.save(Path(directory) / "model.h5")
    np.savez(Path(directory) / "scaling.npz", limits=np.array(limits), n_steps=n_steps)


def load_bundle(directory: str) -> Any:
    """Loads what `save_bundle` saved, in another process, later."""
    scaling = np.load(Path(directory) / "scaling.npz")
    model = keras.models.load_model(Path(directory) / "model.h5", compile=False)
    return model, tuple(scaling["limits"]), int(scaling["n_steps"])


def save_structure_and_weights(model: keras.Model, directory: str) -> None:
    """Saves the structure of a model into one file and its weights into another."""
    Path(directory).mkdir(parents=True, exist_ok=True)
    model.save(Path(directory) / "both.keras")  # a zip file that holds config.json and model.weights.h5


def load_structure_and_weights(directory: str) -> keras.Model:
    """Builds the model again from its two files, in another process; the directory can only be read."""
    return keras.models.load_model(Path(directory) / "both.keras")


def run_experiment(
    series: np.ndarray,
    n_steps: int = 18,
    n_test: int = 24,
    seed: int = 0,
    fit=fit_final,
    forecast=forecast,
) -> dict[str, float]:
    """Holds the last n_test rows back and measures how well a final model forecasts them.

    Call `fit(series, n_steps, seed)` with all the rows that are not held back, then `forecast(bundle, history, n)`
    once for all held-back rows, from the rows before them. Return under 'rmse' the error of the forecast, and under
    'baseline' that of the simplest forecast: the last known value again for all n_test rows. Both are the root of
    the mean squared error.

    >>> run_experiment(seasonal())
    {'rmse': ..., 'baseline': ...}
    """
    known, held_back = series[:-n_test], series[-n_test:]
    bundle = fit(known, n_steps, seed)
    forecasts = forecast(bundle, known, n_test)  # (n_test,)
    return {
        "rmse": float(np.sqrt(np.mean((forecasts - held_back) ** 2))),
        "baseline": float(np.sqrt(np.mean((known[-1] - held_back) ** 2))),
    }


if __name__ == "__main__":
    print(run_experiment(seasonal()))

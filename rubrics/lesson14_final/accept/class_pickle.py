"""A bundle of an own class; the scaling is pickled, the model is not."""

import os
import pickle
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


class Scaler:
    """Scales to mean 0 and standard deviation 1."""

    def fit(self, values):
        self.mean, self.std = np.mean(values), np.std(values)
        return self

    def forward(self, values):
        return (np.asarray(values) - self.mean) / self.std

    def back(self, values):
        return values * self.std + self.mean


class Bundle:
    """A model, its scaler, and the number of steps."""

    def __init__(self, model, scaler, n_steps):
        self.model, self.scaler, self.n_steps = model, scaler, n_steps

    def step(self, history):
        window = self.scaler.forward(history[-self.n_steps :]).reshape(1, -1, 1)
        return self.scaler.back(self.model.predict_on_batch(window))[0, 0]


def fit_final(series: np.ndarray, n_steps: int, seed: int) -> Any:
    """Fits the final model on a whole series, to predict the next value from the last n_steps."""
    scaler = Scaler().fit(series)
    z = scaler.forward(series)
    X = np.array([z[i : i + n_steps] for i in range(len(z) - n_steps)])[..., None]
    y = np.array([z[i + n_steps] for i in range(len(z) - n_steps)])
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.layers.Input((n_steps, 1)), keras.layers.LSTM(32), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=30, batch_size=32, verbose=0)
    return Bundle(model, scaler, n_steps)


def predict_next(bundle: Any, history: np.ndarray) -> float:
    """Predicts the value that follows a history."""
    return float(bundle.step(history))


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
    os.makedirs(directory, exist_ok=True)
    bundle.model.save(os.path.join(directory, "model.keras"))
    with open(os.path.join(directory, "scaler.pkl"), "wb") as file:
        pickle.dump((bundle.scaler, bundle.n_steps), file)


def load_bundle(directory: str) -> Any:
    """Loads what `save_bundle` saved, in another process, later."""
    with open(os.path.join(directory, "scaler.pkl"), "rb") as file:
        scaler, n_steps = pickle.load(file)
    return Bundle(keras.models.load_model(os.path.join(directory, "model.keras")), scaler, n_steps)


def save_structure_and_weights(model: keras.Model, directory: str) -> None:
    """Saves the structure of a model into one file and its weights into another."""
    os.makedirs(directory, exist_ok=True)
    with open(os.path.join(directory, "model.json"), "w") as file:
        file.write(model.to_json())
    np.savez(os.path.join(directory, "weights.npz"), *model.get_weights())


def load_structure_and_weights(directory: str) -> keras.Model:
    """Builds the model again from its two files, in another process; the directory can only be read."""
    with open(os.path.join(directory, "model.json")) as file:
        model = keras.models.model_from_json(file.read())
    with np.load(os.path.join(directory, "weights.npz")) as weights:
        model.set_weights([weights[name] for name in weights.files])
    return model


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

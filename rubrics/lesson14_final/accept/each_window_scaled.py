"""A dataclass; each window is scaled by its own mean and spread, so there is no scaling to save."""

import dataclasses
import json
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


@dataclasses.dataclass
class Bundle:
    model: keras.Model
    n_steps: int


def fit_final(series: np.ndarray, n_steps: int, seed: int) -> Any:
    """Fits the final model on a whole series, to predict the next value from the last n_steps."""
    windows = np.lib.stride_tricks.sliding_window_view(series, n_steps + 1)
    mean = windows[:, :-1].mean(axis=1, keepdims=True)
    std = windows[:, :-1].std(axis=1, keepdims=True)
    z = (windows - mean) / std
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((n_steps, 1)), keras.layers.LSTM(32), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.015))
    model.fit(z[:, :-1, None], z[:, -1], epochs=30, batch_size=32, verbose=0)
    return Bundle(model, n_steps)


def predict_next(bundle: Any, history: np.ndarray) -> float:
    """Predicts the value that follows a history."""
    window = np.asarray(history)[-bundle.n_steps :]
    z = (window - window.mean()) / window.std()
    return bundle.model.predict(z[None, :, None], verbose=0).item() * window.std() + window.mean()


def forecast(bundle: Any, history: np.ndarray, n: int) -> np.ndarray:
    """Forecasts the n values that follow a history; the result has shape (n,) and holds raw values."""
    values = np.array(history, dtype=float)
    for _ in range(n):
        values = np.append(values, predict_next(bundle, values))
    return values[-n:]


def save_bundle(bundle: Any, directory: str) -> None:
    """Saves a bundle into a directory, which may not exist yet. All that is written goes there."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    bundle.model.save(folder / "model.keras")
    (folder / "rest.json").write_text(json.dumps({"n_steps": bundle.n_steps}))


def load_bundle(directory: str) -> Any:
    """Loads what `save_bundle` saved, in another process, later."""
    folder = Path(directory)
    rest = json.loads((folder / "rest.json").read_text())
    return Bundle(keras.models.load_model(folder / "model.keras"), rest["n_steps"])


def save_structure_and_weights(model: keras.Model, directory: str) -> None:
    """Saves the structure of a model into one file and its weights into another.

    The model can be any Keras model. The directory may not exist yet.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "structure.json").write_text(model.to_json())
    model.save_weights(folder / "model.weights.h5")  # Keras insists on this ending


def load_structure_and_weights(directory: str) -> keras.Model:
    """Builds the model again from its two files, in another process; the directory can only be read."""
    folder = Path(directory)
    model = keras.models.model_from_json((folder / "structure.json").read_text())  # its weights are random yet
    model.load_weights(folder / "model.weights.h5")
    return model


def run_experiment(
    series: np.ndarray,
    n_steps: int = 18,
    n_test: int = 24,
    seed: int = 0,
    fit=fit_final,
    forecast=forecast,
) -> dict[str, float]:
    """Holds the last n_test rows back and measures how well a final model forecasts them."""
    bundle = fit(series[: len(series) - n_test], n_steps, seed)
    truth = series[len(series) - n_test :]
    history = series[: len(series) - n_test][-2 * n_steps :]
    told = np.asarray(forecast(bundle, history=history, n=n_test))
    naive = np.full(n_test, history[-1])
    return {"rmse": np.sqrt(np.square(told - truth).mean()), "baseline": np.sqrt(np.square(naive - truth).mean())}


if __name__ == "__main__":
    print(run_experiment(seasonal()))

"""Lesson 14: finalising a model and predicting with it, a reference solution.

A model alone predicts nothing: it has only ever seen scaled values. So the two numbers of the scaling belong to it
and are saved with it, as are the number of steps. What `load_bundle` cannot find in the folder does not exist.
"""

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


def fit_final(series: np.ndarray, n_steps: int, seed: int) -> Any:
    """Fits the final model on a whole series, to predict the next value from the last n_steps.

    `series` has shape (n,) and holds raw values, at about 400. Takes some 10 seconds at most.

    Returns a bundle: all that `predict_next` and `forecast` need.

    >>> bundle = fit_final(seasonal(), n_steps=18, seed=1)
    """
    low, high = float(series.min()), float(series.max())
    scaled = (series - low) / (high - low)  # (n,), between 0 and 1
    windows = np.lib.stride_tricks.sliding_window_view(scaled, n_steps + 1)  # (n - n_steps, n_steps + 1)
    X, y = windows[:, :-1, None], windows[:, -1:]  # (n - n_steps, n_steps, 1) and (n - n_steps, 1)

    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((n_steps, 1)), keras.layers.LSTM(32), keras.layers.Dense(1)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.015))
    model.fit(X, y, epochs=30, batch_size=32, verbose=0)
    return {"model": model, "low": low, "high": high, "n_steps": n_steps}


def predict_next(bundle: Any, history: np.ndarray) -> float:
    """Predicts the value that follows a history.

    `history` holds raw values, n_steps of them or more; only the last n_steps count. The result is a raw value, too.

    >>> predict_next(bundle, seasonal())
    361.3...
    """
    span = bundle["high"] - bundle["low"]
    scaled = (np.asarray(history)[-bundle["n_steps"] :] - bundle["low"]) / span  # (n_steps,), as in training
    predicted = bundle["model"].predict(scaled[None, :, None], verbose=0)  # (1, 1)
    return float(predicted[0, 0]) * span + bundle["low"]


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
    """Saves a bundle into a directory, which may not exist yet. All that is written goes there.

    Write the model with Keras, not as a pickle: a pickle of a model runs code when it is loaded, and the next
    version of Keras may not read it. For the few numbers beside it, any format will do.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    bundle["model"].save(folder / "model.keras")  # structure, weights and what it was compiled with
    numbers = {name: bundle[name] for name in ("low", "high", "n_steps")}
    (folder / "numbers.json").write_text(json.dumps(numbers))


def load_bundle(directory: str) -> Any:
    """Loads what `save_bundle` saved, in another process, later.

    Nothing of the process that saved is left: no variable, no other folder. The directory may have another name now
    and can only be read.
    """
    folder = Path(directory)
    numbers = json.loads((folder / "numbers.json").read_text())
    return {"model": keras.saving.load_model(folder / "model.keras"), **numbers}


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


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. What does the file hold that `model.save("final.keras")` writes?
    #     - weights_only: The weights; the layers have to be built again in code.
    #     - structure_only: The layers and their settings; the weights have to be learned again.
    #     - whole_model: The layers, their weights, and how the model was compiled.
    #     - data_too: The model, the numbers that the series was scaled with, and the training data.
    "one_file": "whole_model",
    # Q1. You are given a file with weights, and nothing else. What do you need to predict with them?
    #     - same_structure: A model with the same layers, built from code or from its saved structure.
    #     - training_rows: The rows that the weights were learned from.
    #     - optimizer: The optimizer, with the learning rate that was used.
    #     - nothing_more: Nothing more; the weights know their layers.
    "weights_alone": "same_structure",
    # Q1. What is saved by what?
    #     - structure: the layers and their settings, without weights
    #     - weights: the weights, without layers
    #     - model: layers and weights together
    #     - scaling: the numbers of the scaling
    # Partners:
    #     - save_weights: `model.save_weights("final.weights.h5")`
    #     - own_file: code of your own, a JSON file for instance
    #     - to_json: `model.to_json()`, written into a file
    #     - save: `model.save("final.keras")`
    "where_saved": {
        "structure": "to_json",
        "weights": "save_weights",
        "model": "save",
        "scaling": "own_file",
    },
    # Q1. How is a Keras model saved in one file, and how are its structure and its weights saved apart?
    "saving": (
        'model.save("final.keras") writes the whole model into one file. Apart, the structure is saved as JSON, '
        'which model.to_json() gives, and the weights with model.save_weights("final.weights.h5").'
    ),
    # Q2. The comparison of models is over. On which rows is the final model fitted?
    #     - training_rows: On the training rows, so that the test rows stay unseen for ever.
    #     - best_part: On none: of the models of the comparison, the one with the smallest error is kept.
    #     - test_rows: On the test rows, since they are the newest.
    #     - all_rows: On all rows that there are, the held-back ones among them.
    "final_rows": "all_rows",
    # Q2. How well will the final model forecast? Where does the answer come from?
    #     - training_loss: From its loss in the last epoch.
    #     - earlier_test: From an earlier test: the same way of fitting, on fewer rows, and rows that were held back.
    #     - fitted_rows: From its error on the last rows of the series, which it was fitted on.
    #     - cannot_know: From nowhere; nobody can know before the first real forecasts.
    "known_skill": "earlier_test",
    # Q2. What is a final model fitted on, and how do you know how well it will do?
    "final": (
        "It is fitted on all the rows that there are. How well it will do is known from an earlier test: a model of "
        "its kind was measured on rows that had been held back."
    ),
    # Q3. New values have come in. What has to be done before the final model forecasts from them? Choose all that
    #   hold.
    #     - new_scaler: Fit a new scaler on the new values.
    #     - saved_scaling: Scale them with the numbers of the training series.
    #     - fit_again: Fit the model a few epochs more.
    #     - three_axes: Bring them into the shape (samples, time steps, features).
    #     - shuffle: Shuffle them, as in training.
    "new_rows": ["saved_scaling", "three_axes"],
    # Q3. A model has learned from values between 10 and 90. What if it is asked to go on after 1070, 1080, 1090?
    #     - same_rule: It answers 1100: the rule that it has learned holds for all numbers.
    #     - raises: Keras refuses: the values lie outside of the range of the training.
    #     - not_trusted: It answers something, but not to be trusted: it never saw such values.
    #     - scaler_mends: A scaler fitted on the three values brings them into range, and the answer is right again.
    "far_away": "not_trusted",
    # Q3. What do you do with new values before the final model predicts from them, and with its prediction
    #   afterwards?
    "predicting": (
        "New values are scaled with the same numbers as the training series and brought into the shape (samples, "
        "time steps, features). Afterwards the scaling of the prediction is undone, so that it is in the units of "
        "the series."
    ),
}


if __name__ == "__main__":
    print(run_experiment(seasonal()))

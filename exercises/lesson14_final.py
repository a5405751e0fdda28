"""Lesson 14: finalising a model and predicting with it.

Goal: fit a final model, save it with everything that a prediction needs, and use it later in another process.

Find out:
    Q1. How are the structure and the weights of a Keras model saved, together and apart?
    Q2. What is a final model, and on which data is it fitted?
    Q3. What has to be done to new data before the final model can predict from it, and to what it predicts?

Experiment: a series with a season lies at about 400. Hold the last 24 rows back, fit the final model on all the
rows before them, forecast the held-back rows, and compare the error with that of the simplest forecast.

A prediction needs more than a model: the numbers that the series was scaled with, and the number of steps. We call
all of it together a bundle. What a bundle is, you decide: a dict, a tuple, or an object of a class of your own.

What is graded (100 points):
     5  the file runs from top to bottom
    10  `fit_final` gives a bundle that `predict_next` turns into a number
    10  `predict_next` answers in the units of the series, from its last n_steps values
    15  `forecast` goes on from its own forecasts, one step after the other
    15  the final model predicts the held-back rows
     5  the prediction comes from what the model has learned
    20  a saved bundle predicts the same in another process
    10  structure and weights of any model can be saved apart and come back
    10  `run_experiment` holds the last rows back and reports errors that can be recomputed

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson14` to see how far you are.
"""

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
    raise NotImplementedError


def predict_next(bundle: Any, history: np.ndarray) -> float:
    """Predicts the value that follows a history.

    `history` holds raw values, n_steps of them or more; only the last n_steps count. The result is a raw value, too.

    >>> predict_next(bundle, seasonal())
    361.3...
    """
    raise NotImplementedError


def forecast(bundle: Any, history: np.ndarray, n: int) -> np.ndarray:
    """Forecasts the n values that follow a history; the result has shape (n,) and holds raw values.

    The model knows one step ahead only: each value is predicted from the history and the values forecast before.

    >>> forecast(bundle, seasonal(), 3).shape
    (3,)
    """
    raise NotImplementedError


def save_bundle(bundle: Any, directory: str) -> None:
    """Saves a bundle into a directory, which may not exist yet. All that is written goes there.

    Write the model with Keras, not as a pickle: a pickle of a model runs code when it is loaded, and the next
    version of Keras may not read it. For the few numbers beside it, any format will do.
    """
    raise NotImplementedError


def load_bundle(directory: str) -> Any:
    """Loads what `save_bundle` saved, in another process, later.

    Nothing of the process that saved is left: no variable, no other folder. The directory may have another name now
    and can only be read.
    """
    raise NotImplementedError


def save_structure_and_weights(model: keras.Model, directory: str) -> None:
    """Saves the structure of a model into one file and its weights into another.

    The model can be any Keras model. The directory may not exist yet.
    """
    raise NotImplementedError


def load_structure_and_weights(directory: str) -> keras.Model:
    """Builds the model again from its two files, in another process; the directory can only be read."""
    raise NotImplementedError


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
    raise NotImplementedError


if __name__ == "__main__":
    print(run_experiment(seasonal()))

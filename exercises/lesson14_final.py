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
     5  `predict_next` answers in the units of the series, from its last n_steps values
    15  `forecast` goes on from its own forecasts, one step after the other
    10  the final model predicts the held-back rows
     5  the prediction comes from what the model has learned
    20  a saved bundle predicts the same in another process
    10  structure and weights of any model can be saved apart and come back
     5  `run_experiment` holds the last rows back and reports errors that can be recomputed
    15  the questions in `ANSWERS` are answered

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


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. What does the file hold that `model.save("final.keras")` writes?
    #     - weights_only: The weights; the layers have to be built again in code.
    #     - structure_only: The layers and their settings; the weights have to be learned again.
    #     - whole_model: The layers, their weights, and how the model was compiled.
    #     - data_too: The model, the numbers that the series was scaled with, and the training data.
    "one_file": "",
    # Q1. You are given a file with weights, and nothing else. What do you need to predict with them?
    #     - same_structure: A model with the same layers, built from code or from its saved structure.
    #     - training_rows: The rows that the weights were learned from.
    #     - optimizer: The optimizer, with the learning rate that was used.
    #     - nothing_more: Nothing more; the weights know their layers.
    "weights_alone": "",
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
        "structure": "",
        "weights": "",
        "model": "",
        "scaling": "",
    },
    # Q1. How is a Keras model saved in one file, and how are its structure and its weights saved apart?
    "saving": "",
    # Q2. The comparison of models is over. On which rows is the final model fitted?
    #     - training_rows: On the training rows, so that the test rows stay unseen for ever.
    #     - best_part: On none: of the models of the comparison, the one with the smallest error is kept.
    #     - test_rows: On the test rows, since they are the newest.
    #     - all_rows: On all rows that there are, the held-back ones among them.
    "final_rows": "",
    # Q2. How well will the final model forecast? Where does the answer come from?
    #     - training_loss: From its loss in the last epoch.
    #     - earlier_test: From an earlier test: the same way of fitting, on fewer rows, and rows that were held back.
    #     - fitted_rows: From its error on the last rows of the series, which it was fitted on.
    #     - cannot_know: From nowhere; nobody can know before the first real forecasts.
    "known_skill": "",
    # Q2. What is a final model fitted on, and how do you know how well it will do?
    "final": "",
    # Q3. New values have come in. What has to be done before the final model forecasts from them? Choose all that
    #   hold.
    #     - new_scaler: Fit a new scaler on the new values.
    #     - saved_scaling: Scale them with the numbers of the training series.
    #     - fit_again: Fit the model a few epochs more.
    #     - three_axes: Bring them into the shape (samples, time steps, features).
    #     - shuffle: Shuffle them, as in training.
    "new_rows": [],
    # Q3. A model has learned from values between 10 and 90. What if it is asked to go on after 1070, 1080, 1090?
    #     - same_rule: It answers 1100: the rule that it has learned holds for all numbers.
    #     - raises: Keras refuses: the values lie outside of the range of the training.
    #     - not_trusted: It answers something, but not to be trusted: it never saw such values.
    #     - scaler_mends: A scaler fitted on the three values brings them into range, and the answer is right again.
    "far_away": "",
    # Q3. What do you do with new values before the final model predicts from them, and with its prediction
    #   afterwards?
    "predicting": "",
}


if __name__ == "__main__":
    print(run_experiment(seasonal()))

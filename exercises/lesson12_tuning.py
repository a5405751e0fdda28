"""Lesson 12: tuning hyperparameters.

Goal: find good hyperparameters for an LSTM, and believe only what more than one run has shown.

Find out:
    Q1. How do the curves of the losses tell a model that learned too little from one that learned too much?
    Q2. Which two schemes for searching hyperparameters are there, and when do you take which?
    Q3. Training is random: how is the skill of a configuration estimated all the same?
    Q4. What can be tuned at the start of a model: how its weights begin and how it behaves?
    Q5. What can be tuned in its structure?
    Q6. What can be tuned in its training?
    Q7. Which values are worth a try for each of these, and on which scale?

Experiment: one step of each sequence is flagged, and its value is asked for, as in lesson 05. Try a few learning
rates, several runs each, choose the best by its mean error on validation sequences, and measure the chosen one
once on test sequences that had no part in the choice.

Each function does one thing: `fit_config` trains one model, `evaluate_config` scores one configuration with several
runs, the two searches score several configurations, and `select_best` chooses. A configuration is a dict such as
{"learning_rate": 0.01, "units": 24}.

What is graded (100 points):
     3  the file runs from top to bottom
     6  `diagnose` tells underfitting, overfitting and good fits apart
     6  `diagnose` is not misled by noise, by a gap or by the scale of the loss
     6  `search_space` names what can be tuned in each group, with values worth trying
     7  `fit_config` builds and trains what the configuration says
     6  `fit_config` starts from a fresh model, and the seed decides how it turns out
     5  a model that is trained with good hyperparameters finds the flagged value
     3  the prediction comes from what the LSTM has learned
     9  `evaluate_config` scores a configuration with several runs on validation data
     8  `grid_search` scores each value with all its runs
     8  `random_search` draws configurations from the whole space, each only once
     6  `select_best` chooses by the mean and is not fooled by luck
     8  `run_experiment` chooses on validation data and uses the test data once, at the end
     4  the experiment, run for real, finds the learning rate that works
    15  the questions in `ANSWERS` are answered

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson12` to see how far you are.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

Config = dict[str, Any]
Data = tuple[np.ndarray, np.ndarray]  # X and y


def flagged_value(n: int, n_steps: int = 10, seed: int = 0) -> Data:
    """Makes n sequences of values, one of them flagged in each. (Given; nothing to do.)

    Returns X with shape (n, n_steps, 2), a value in -1 … 1 and a flag for each step, and y with shape (n, 1), the
    value at the flagged step.
    """
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (n, n_steps))
    flagged = rng.integers(0, n_steps, n)  # which step of each sequence
    flags = np.zeros((n, n_steps))
    flags[np.arange(n), flagged] = 1
    X = np.stack([values, flags], axis=-1)  # (n, n_steps, 2)
    y = values[np.arange(n), flagged][:, None]  # (n, 1)
    return X.astype("float32"), y.astype("float32")


def diagnose(history: dict[str, list[float]]) -> str:
    """Tells from the curves of a training how it went; returns one of three words.

    `history` is what `model.fit(...).history` holds: the lists 'loss' and 'val_loss', one number for each epoch.

        'underfit'  too little is learned: the losses still fall clearly when the training ends, or they have hardly
                    fallen since the first epoch
        'overfit'   the validation loss has turned: it ends clearly above its lowest stretch, while the training
                    loss went on falling
        'good'      both fell far and have levelled off; the validation loss may lie above the other all along

    There are 20 to 80 epochs. Curves wobble from epoch to epoch, so one epoch proves nothing, the last one least of
    all: compare means over a fifth of the epochs, for instance. Between such means, `clearly` is a quarter or more
    and `hardly` a tenth or less. The loss can have any unit, so only ratios count.

    >>> falling = [1 - 0.02 * epoch for epoch in range(30)]
    >>> diagnose({"loss": falling, "val_loss": falling})
    'underfit'
    """
    raise NotImplementedError


def search_space() -> dict[str, dict[str, list]]:
    """Names what can be tuned in three groups, each hyperparameter with a list of values to try.

        'initialization'  how the weights begin and how the layer behaves
        'architecture'    what the model is made of, 'units' among it
        'learning'        how it is trained, 'learning_rate', 'batch_size' and 'epochs' among it

    At least two hyperparameters a group, at least two values each. `fit_config` has to understand all of them.

    >>> search_space()["architecture"]["units"]
    [8, 24, 64]
    """
    raise NotImplementedError


def fit_config(config: Config, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Builds a new LSTM model as the configuration says, trains it, and returns it.

    X has shape (n, n_steps, n_features), y has shape (n, 1). `config` holds some of the names in `search_space`;
    for the others take defaults that suit the data, a few epochs among them. 'units' are those of the LSTM layer
    (of each, where there are several). Every call starts from scratch; the same seed gives the same model,
    another seed another one. Takes some 5 seconds at most.

    >>> fit_config({"units": 8, "epochs": 1}, *flagged_value(50), seed=1).output_shape
    (None, 1)
    """
    raise NotImplementedError


def predict(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Predicts with a trained model, (n, 1). (Given; nothing to do.)"""
    return model.predict(X, verbose=0)


def evaluate_config(
    config: Config, train: Data, validation: Data, repeats: int, seed: int = 0, fit=fit_config, predict=predict
) -> list[float]:
    """Scores a configuration: trains it `repeats` times and returns the error of each run.

    Call `fit(config, X, y, seed)` once for each run, with all training sequences and with another seed each time,
    then `predict(model, X)` with all validation sequences. The seeds follow from `seed`, so that the same `seed`
    gives the same scores again. A score is the root of the mean squared error on the validation sequences.

    >>> evaluate_config({"learning_rate": 0.01}, flagged_value(600), flagged_value(300, seed=1), repeats=3, seed=0)
    [0.04..., 0.05..., 0.04...]
    """
    raise NotImplementedError


def grid_search(name: str, values: list, evaluate: Callable[[Config, int], list[float]], repeats: int) -> list[dict]:
    """Tries each value of one hyperparameter.

    Call `evaluate({name: value}, repeats)` once for each value; it returns the errors of `repeats` runs. Returns
    one dict a value, in the order of `values`: 'value', and the 'mean', the standard deviation 'std' and the list
    'scores' of its errors.

    >>> grid_search("units", [8, 24], lambda config, repeats: [0.3, 0.1], repeats=2)
    [{'value': 8, 'mean': 0.2, 'std': 0.1, 'scores': [0.3, 0.1]}, {'value': 24, ...}]
    """
    raise NotImplementedError


def random_search(
    space: dict[str, list], n: int, evaluate: Callable[[Config, int], list[float]], repeats: int, seed: int
) -> list[dict]:
    """Tries n random configurations out of a space of hyperparameters.

    `space` has a list of values for each name, without groups. A configuration has one value for each name, drawn
    by chance from its list, and no configuration is tried twice; n is never more than there are. The same seed
    draws the same ones. Evaluate and return as in `grid_search`; 'value' is the whole configuration here.

    >>> random_search({"units": [8, 24], "epochs": [3, 6]}, 1, lambda config, repeats: [0.3, 0.1], repeats=2, seed=0)
    [{'value': {'units': 24, 'epochs': 3}, 'mean': 0.2, 'std': 0.1, 'scores': [0.3, 0.1]}]
    """
    raise NotImplementedError


def select_best(results: list[dict], better: str = "lower") -> Any:
    """Chooses the best of what a search has returned, and returns its 'value'.

    `better` is 'lower' where the scores are errors, 'higher' where they are shares of right answers. Choose by the
    mean of the runs (or their median): one lucky run makes no good configuration.

    >>> select_best(grid_search("units", [8, 24], lambda config, repeats: [1 / config["units"]] * repeats, 2))
    24
    """
    raise NotImplementedError


def run_experiment(
    train: Data,
    validation: Data,
    test: Data,
    name: str = "learning_rate",
    values: tuple = (1e-5, 1e-3, 1e-2, 1.0),
    repeats: int = 3,
    evaluate=evaluate_config,
) -> dict[str, Any]:
    """Tunes one hyperparameter and measures what was chosen.

    Call `evaluate(config, train, validation, repeats)` for each {name: value}; choose; then, for the chosen
    one alone, call it once more with `test` in the place of `validation`. Returns

        'best'        the chosen value
        'validation'  the mean error of the chosen one on the validation sequences
        'test'        the mean error of the chosen one on the test sequences

    >>> run_experiment(flagged_value(600), flagged_value(300, seed=1), flagged_value(300, seed=2))
    {'best': 0.01, 'validation': ..., 'test': ...}
    """
    raise NotImplementedError


if __name__ == "__main__":
    print(run_experiment(flagged_value(600), flagged_value(300, seed=1), flagged_value(300, seed=2)))

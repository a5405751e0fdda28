"""Lesson 13: updating models.

Goal: keep a model useful while new data come in, and find out what different ways of updating it are worth.

Find out:
    Q1. Why does a model that is in use have to be updated?
    Q2. Which schemes of updating are there, and what does each of them start from?

Experiment: a cycle goes its way for 240 values; then another period, level and shape set in. A model that has learned
the old cycle meets the new one, block by block. It predicts each block, then an update scheme may learn from it: one
that does nothing, one that goes on training (fine-tuning), one that starts afresh (refitting). Compare their errors.

What is graded (100 points):
     5  the file runs from top to bottom
     5  `fit_initial` gives an LSTM model that reads windows
     5  the first model has learned the old cycle
     5  `update_none` returns the model as it is
    10  `update_finetune` goes on from the weights of the model that it is given
    10  `update_refit` starts from fresh weights with a fresh optimizer
    15  `walk_forward` predicts each value from the values before it, and each block before it is learned
    10  `walk_forward` hands each update the windows that are known by then
     5  fine-tuning catches up with the new cycle
     5  refitting catches up with the new cycle
     5  the predictions come from what the LSTM has learned
     5  `compare_schemes` compares the three schemes fairly
    15  the questions in `ANSWERS` are answered

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson13` to see how far you are.
"""

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


def fit_initial(series: np.ndarray, n_steps: int, seed: int) -> keras.Model:
    """Builds a model with an LSTM layer and fits it on a series, to predict the next value from the last n_steps.

    `series` has shape (n,). The model takes windows (batch, n_steps, 1) of the series as they are and puts out
    (batch, 1), in the same units. The same seed gives the same model. Takes some 5 seconds at most.

    >>> fit_initial(drifting()[:240], n_steps=12, seed=1).output_shape
    (None, 1)
    """
    raise NotImplementedError


# An update scheme is a function update(model, X, y, n_new). It gets the model in use and all windows that are known
# by now, as `make_windows` cuts them; the last n_new rows are new since the last update. It returns the model to use
# from now on, and leaves the given one as it was: somebody may still compare with it.


def update_none(model: keras.Model, X: np.ndarray, y: np.ndarray, n_new: int, seed: int = 0) -> keras.Model:
    """Updates nothing: the model goes on as it is. The other two schemes are measured against this one.

    >>> update_none(model, X, y, n_new=50) is model
    True
    """
    raise NotImplementedError


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
    raise NotImplementedError


def update_refit(model: keras.Model, X: np.ndarray, y: np.ndarray, n_new: int, seed: int = 0) -> keras.Model:
    """Fits a new model from scratch: nothing of what the given one has learned goes into it.

    On which of the known rows is up to you. The same rows and the same seed give the same model, whatever model is
    given. Takes some 5 seconds at most.

    >>> fresh = update_refit(model, X, y, n_new=50)
    """
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. A model has forecast well for a year, without any update. Now its errors grow week by week. What has most
    #   likely happened?
    #     - weights_fade: Its weights have lost some of their precision in a year of use.
    #     - memory_full: The state of its LSTM has filled up with all the sequences that it was asked for.
    #     - world_changed: The series follows other rules now than it did in the data that the model was fitted on.
    #     - too_familiar: It has adapted to its own forecasts and overfits them by now.
    "errors_grow": "",
    # Q1. Which of these are reasons to update a model that is in use? Choose all that hold.
    #     - more_rows: Far more rows are known than at the first fit, some of them of a kind that was rare before.
    #     - every_forecast: It has made a forecast; each one changes it a bit.
    #     - errors_rise: Its errors on values that have just become known are larger than they were at first.
    #     - restart: The process that holds it has been restarted.
    #     - season_unseen: It was fitted on one season, and now another one begins.
    "worth_updating": [],
    # Q1. Why does a model that is in use have to be updated at all?
    "why_update": "",
    # Q2. Update schemes are compared on a series, block by block. In which order are a block's values used?
    #     - predict_learn: First they are predicted, then they may be learned.
    #     - learn_predict: First they are learned, then predicted: so the model in use is always up to date.
    #     - half_half: One half of them, drawn at random, is learned; the other half is predicted.
    #     - no_matter: The order does not matter, as long as it is the same for all schemes.
    "honest_order": "",
    # Q2. `model` is compiled and fitted. What does `keras.models.clone_model(model)` give?
    #     - full_copy: A copy with the same weights, ready to be fitted.
    #     - second_name: The same model under another name; what changes in one changes in both.
    #     - with_optimizer: A copy of weights and optimizer, moments and all, but without the data it was fitted on.
    #     - bare_structure: A model of the same structure with fresh weights and an optimizer that has made no step
    #       yet.
    "clone": "",
    # Q2. A fitted model gets back the weights of its first moment by `model.set_weights(initial)`, and is fitted
    #   anew. Is that a refit from scratch?
    #     - yes_all: Yes; all that a model has learned is in its weights.
    #     - no_optimizer: Not quite: the optimizer keeps its moments and its count of steps.
    #     - no_loss: Not quite: the loss starts where it was, since Keras remembers the last epoch.
    #     - not_allowed: No; Keras refuses to set the weights of a compiled model.
    "what_stays": "",
    # Q2. A model was fitted on scaled values. It is to be fine-tuned on a new block, whose values lie higher. How are
    #   these scaled?
    #     - own_range: With the smallest and the largest value of the new block, so that it fills the range from 0 to
    #       1 again.
    #     - unscaled: Not at all; that the new values are larger is what the model shall learn.
    #     - each_window: Once with the old and once with the new numbers, and the model is fitted on both.
    #     - first_numbers: With the numbers of the first fit, even if some results lie outside of 0 to 1.
    "scaling": "",
    # Q2. A model is fine-tuned for many epochs on the new rows alone. What has to be reckoned with? Choose all that
    #   hold.
    #     - forgets: It may forget the old behaviour, since no row speaks for it any more.
    #     - grows: It gets larger with each update.
    #     - few_rows: It may learn the noise of these rows, if they are few.
    #     - refuses: Keras refuses to fit a model twice.
    #     - scratch: Nothing of what it had learned before helps it.
    "only_new": [],
    # Q2. Where does each scheme start, and what does it learn from?
    #     - no_update: no update
    #     - fine_tuning: fine-tuning on new rows
    #     - mix: fine-tuning on a sliding mix
    #     - refit: refitting on all that is known
    # Partners:
    #     - fresh_all: fresh weights; old rows and new ones
    #     - old_latest: the present weights; only what has come in since
    #     - as_is: the present weights; nothing
    #     - old_both: the present weights; the latest rows and some from before
    "schemes": {
        "no_update": "",
        "fine_tuning": "",
        "mix": "",
        "refit": "",
    },
    # Q2. Name the schemes of updating that you know, and say what each of them starts from.
    "ways": "",
}


if __name__ == "__main__":
    print(compare_schemes())  # takes about half a minute

"""Lesson 04: the life-cycle of an LSTM in Keras.

Goal: take one model through all five steps of its life: define, compile, fit, evaluate, predict.

Find out:
    Q1. How is an LSTM model defined in Keras?
    Q2. What does compiling decide, and what has to be chosen for it?
    Q3. What happens while a model is fitted, and what can be set?
    Q4. How is a model evaluated, and on which data?
    Q5. How is a prediction made, and in which shape do the data go in and come out?
    Q6. Which kinds of sequence problems are there, and how does an LSTM fit each of them?

Experiment: a damped sine swings and dies away, each with a pace, a phase and a damping of its own. Twenty values are
known, the next one is asked for. Take a model through its life-cycle, and see whether it beats the simplest guess:
that the last value just comes again.

Two traps lie open here, and Keras falls silent in both of them. A last LSTM that returns its whole sequence trains
without a word, although there is one target only. And an array of shape (20, 1), meant as one series, is taken for
20 series of one value each.

What is graded (100 points):
     4  the file runs from top to bottom
     8  `define_model` gives a model with an LSTM that turns a whole series into one number
    10  `fit_model` fits the model that it is given
     6  `compile_model`, and nothing else, chooses a loss and metrics that suit numbers
     5  `fit_model` returns the history of its training, and prints nothing
    12  the fitted model predicts the next value of unseen series
     5  the prediction comes from what the LSTM has learned
     8  `evaluate_model` measures the error of the model on the data that it is given
     8  `predict_next` hands one series to the model and returns one number
     9  `define_mapping` builds a model for each kind of sequence problem
     7  `life_cycle` fits on some series and measures on others
     3  the same seed gives the same result
    15  the questions in `ANSWERS` are answered

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson04` to see how far you are.
"""

import keras
import numpy as np


def damped_sines(n: int, n_values: int = 21, seed: int = 0) -> np.ndarray:
    """Makes n series of n_values values between -1 and 1, shape (n, n_values). (Given; nothing to do.)"""
    rng = np.random.default_rng(seed)
    pace, phase, damping = rng.uniform([[0.3], [0.0], [0.0]], [[1.0], [2 * np.pi], [0.06]], (3, n))[:, :, None]
    t = np.arange(n_values)  # (n_values,)
    series = np.exp(-damping * t) * np.sin(pace * t + phase)  # (n, n_values)
    return series.astype("float32")


def define_model(n_steps: int, n_features: int) -> keras.Model:
    """Step 1: defines a model with at least one LSTM that reads the series step by step.

    Input (batch, n_steps, n_features), output (batch, 1). The model takes and gives values as they are in the data;
    if you want to scale them, let a layer of the model do it.

    >>> define_model(20, 1).output_shape
    (None, 1)
    """
    raise NotImplementedError


def compile_model(model: keras.Model) -> keras.Model:
    """Step 2: chooses loss, optimizer and, if you like, metrics. Returns the model, which is changed in place.

    >>> model = compile_model(define_model(20, 1))
    """
    raise NotImplementedError


def fit_model(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.callbacks.History:
    """Step 3: fits the model that it is given, in place and quietly; returns the history of the training.

    X has shape (n, n_steps, n_features), y has shape (n, 1). The same seed gives the same result. What was compiled
    counts: `fit_model` does not compile, so a model that is not compiled yet raises an error, as Keras does by
    itself. Takes some 10 seconds at most for 600 series. The history is what `model.fit` returns, or a dict like its
    `history`, with a list of losses under 'loss', one for each epoch.

    >>> history = fit_model(model, X, y, seed=1)
    """
    raise NotImplementedError


def evaluate_model(model: keras.Model, X: np.ndarray, y: np.ndarray) -> float:
    """Step 4: measures how far off the model is on X and y; it does not change the model.

    X has shape (n, n_steps, n_features), y has shape (n, 1). The result is the root of the mean squared error,
    whatever the loss is.

    >>> evaluate_model(model, X_test, y_test)
    0.012...
    """
    raise NotImplementedError


def predict_next(model: keras.Model, window: np.ndarray) -> float:
    """Step 5: predicts the value that follows one series of known values; `window` has shape (n_steps,).

    >>> predict_next(model, damped_sines(1, 20)[0])
    0.31...
    """
    raise NotImplementedError


def define_mapping(kind: str, n_in: int, n_out: int, n_features: int) -> keras.Model:
    """Defines a model for one kind of sequence problem; nothing is compiled or fitted.

    The input always has the shape (batch, n_in, n_features). The output depends on the kind:

        'one_to_one'    (batch, 1)         from a single step, n_in = n_out = 1
        'one_to_many'   (batch, n_out, 1)  a sequence from a single step, n_in = 1
        'many_to_one'   (batch, 1)         one number from the whole sequence, n_out = 1
        'many_to_many'  (batch, n_out, 1)  a number at each step, from that step and those before it, n_out = n_in
        'seq2seq'       (batch, n_out, 1)  a sequence of another length, once the whole input is read

    Each model has an LSTM. Where a sequence comes out, it comes out of an LSTM step by step, and not out of one wide
    dense layer.

    >>> define_mapping("seq2seq", 6, 3, 2).output_shape
    (None, 3, 1)
    """
    raise NotImplementedError


def life_cycle(
    series: np.ndarray,
    seed: int = 0,
    define_model=define_model,
    compile_model=compile_model,
    fit_model=fit_model,
    evaluate_model=evaluate_model,
    predict_next=predict_next,
) -> dict[str, float]:
    """Takes one model through all five steps.

    `series` has shape (n, n_values). All values but the last are the input, the last one is the target. Hold a
    quarter of the series back, n // 4 of them, whichever you like; fit the model on all the others. Each step is
    done by the function of that name. The same seed gives the same result; the first weights are random, too.

    Returns a dict:

        'rmse'           what `evaluate_model` says about the series held back
        'baseline_rmse'  root of the mean squared error of the simplest guess on these series: the last value of the
                         input comes again
        'next'           what `predict_next` says about the future of the last series, series[-1]: the value that
                         follows its last value and that nobody knows yet

    >>> life_cycle(damped_sines(800))
    {'rmse': ..., 'baseline_rmse': ..., 'next': ...}
    """
    raise NotImplementedError


if __name__ == "__main__":
    print(life_cycle(damped_sines(800)))
    for kind, n_in, n_out in [
        ("one_to_one", 1, 1),
        ("one_to_many", 1, 4),
        ("many_to_one", 6, 1),
        ("many_to_many", 6, 6),
        ("seq2seq", 6, 4),
    ]:
        model = define_mapping(kind, n_in, n_out, n_features=2)
        print(f"{kind:14} {model.input_shape} -> {model.output_shape}")

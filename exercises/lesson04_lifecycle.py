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


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. Each of 600 series has 20 steps with 3 features. Which shape is given to `keras.Input`?
    #     - batch_too: (600, 20, 3)
    #     - features_first: (3, 20)
    #     - flat: (60,)
    #     - steps_features: (20, 3)
    "input_shape": "",
    # Q1. The only LSTM was given `return_sequences=True` by mistake; then comes `Dense(1)`, and each series has one
    #   target. What happens?
    #     - raises_at_fit: `fit` stops and says that the shapes of output and target differ.
    #     - last_step_only: Keras takes the output of the last step, as it fits the target.
    #     - trains_silently: It trains without a word: the output of every step is compared with the one target.
    #     - more_targets: Keras makes the missing targets out of the input.
    "sequence_left_on": "",
    # Q1. How is an LSTM model defined in Keras, and what does its input layer have to know?
    "defining": "",
    # Q2. The target is a number between -1 and 1. What can sensibly be compiled? Choose all that hold.
    #     - accuracy: loss="mse", metrics=["accuracy"]
    #     - mse: loss="mse"
    #     - no_loss: no loss, an optimizer is enough
    #     - crossentropy: loss="binary_crossentropy"
    #     - mae_metric: loss="huber", metrics=["mae"]
    "loss_and_metrics": [],
    # Q2. Which step of the life-cycle does what?
    #     - define: define
    #     - compile: compile
    #     - fit: fit
    #     - evaluate: evaluate
    #     - predict: predict
    # Partners:
    #     - changes_weights: changes the weights, batch by batch
    #     - answers_unknown: gives answers that nobody has to compare with
    #     - chooses_aim: chooses what is aimed at, and how to get there
    #     - lays_out: lays out the layers and their shapes
    #     - compares: compares answers with known ones and changes nothing
    "steps_in_order": {
        "define": "",
        "compile": "",
        "fit": "",
        "evaluate": "",
        "predict": "",
    },
    # Q2. What is chosen when a model is compiled, and why does the choice depend on the target?
    "compiling": "",
    # Q3. 600 series, batches of 32, 30 epochs: how often does `fit` change the weights?
    #     - each_epoch: 30 times, after each epoch.
    #     - each_batch: 570 times, after each batch.
    #     - each_series: 18000 times, after each series.
    #     - once: Once, when all epochs are over.
    "one_epoch": "",
    # Q3. `fit` is called a second time on the same model. Where does it start?
    #     - from_scratch: From new random weights, as each call of `fit` is a training of its own.
    #     - goes_on: From the weights that the first call left; the training goes on.
    #     - refuses: Nowhere: Keras wants the model to be compiled again first.
    #     - best_epoch: From the weights of the epoch with the smallest loss.
    "fit_again": "",
    # Q3. What does `fit` do with the training data and the weights, and what can you set?
    "fitting": "",
    # Q4. Which number tells how well the model will do on new series?
    #     - last_loss: The loss of the last epoch.
    #     - best_loss: The smallest loss of all epochs.
    #     - test_fitted_later: The error on series that were held back, after a few more epochs on them.
    #     - held_back: The error on series that had no part in the training.
    "honest_error": "",
    # Q4. How is a model evaluated, and why not on the data that it was fitted on?
    "evaluating": "",
    # Q5. A model of 20 steps and one feature is given an array of shape (20, 1), meant as one series. What comes back
    #   from `predict`?
    #     - twenty: 20 predictions, each of them from a single value.
    #     - one: One prediction, from all 20 values.
    #     - error: An error: the axis of the batch is missing.
    #     - whole_future: The next 20 values of the series.
    "one_window": "",
    # Q5. How do you predict from one new series? In which shape does it go in, and what comes out?
    "predicting": "",
    # Q6. Of which kind is each problem?
    #     - next_value: twenty values of a series, the value after them is wanted
    #     - caption: one vector that describes a picture, a sentence about it is wanted
    #     - tagging: a sentence, the kind of each word is wanted as soon as the word is there
    #     - translation: a sentence, the same in another language is wanted
    # Partners:
    #     - many_to_many: many to many, in step
    #     - seq2seq: sequence to sequence, of another length
    #     - many_to_one: many to one
    #     - one_to_many: one to many
    "kinds": {
        "next_value": "",
        "caption": "",
        "tagging": "",
        "translation": "",
    },
    # Q6. Which kinds of sequence problems are there, and how does an LSTM model fit two of them?
    "problems": "",
}


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

"""Lesson 04: the life-cycle of an LSTM in Keras, a reference solution.

Five steps, always in this order. Define says what is computed: layers and shapes. Compile says what is aimed at: the
loss, and the optimizer that makes it smaller. Fit looks for the weights. Evaluate asks how good they are on data that
had no part in finding them. Predict uses them where nobody knows the answer.
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
    return keras.Sequential(
        [
            keras.Input((n_steps, n_features)),  # (batch, n_steps, n_features)
            keras.layers.LSTM(24),  # (batch, 24): its last output only; with all of them there would be n_steps answers
            keras.layers.Dense(1),  # (batch, 1), linear: the values of a sine have either sign
        ]
    )


def compile_model(model: keras.Model) -> keras.Model:
    """Step 2: chooses loss, optimizer and, if you like, metrics. Returns the model, which is changed in place.

    >>> model = compile_model(define_model(20, 1))
    """
    # The target is a number, so the loss is a distance; an accuracy would count exact hits, and there are none.
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.005))
    return model


def fit_model(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.callbacks.History:
    """Step 3: fits the model that it is given, in place and quietly; returns the history of the training.

    X has shape (n, n_steps, n_features), y has shape (n, 1). The same seed gives the same result. What was compiled
    counts: `fit_model` does not compile, so a model that is not compiled yet raises an error, as Keras does by
    itself. Takes some 10 seconds at most for 600 series. The history is what `model.fit` returns, or a dict like its
    `history`, with a list of losses under 'loss', one for each epoch.

    >>> history = fit_model(model, X, y, seed=1)
    """
    keras.utils.set_random_seed(seed)  # the order in which the series come is random
    return model.fit(X, y, epochs=30, batch_size=32, verbose=0)


def evaluate_model(model: keras.Model, X: np.ndarray, y: np.ndarray) -> float:
    """Step 4: measures how far off the model is on X and y; it does not change the model.

    X has shape (n, n_steps, n_features), y has shape (n, 1). The result is the root of the mean squared error,
    whatever the loss is.

    >>> evaluate_model(model, X_test, y_test)
    0.012...
    """
    predicted = model.predict(X, verbose=0)  # (n, 1)
    # `model.evaluate` would give the loss. That is the squared error here, but need not be with another loss.
    return float(np.sqrt(np.mean((predicted - y) ** 2)))


def predict_next(model: keras.Model, window: np.ndarray) -> float:
    """Step 5: predicts the value that follows one series of known values; `window` has shape (n_steps,).

    >>> predict_next(model, damped_sines(1, 20)[0])
    0.31...
    """
    batch = np.reshape(window, (1, -1, 1))  # (1, n_steps, 1): one series, its steps, one feature
    return float(model.predict(batch, verbose=0)[0, 0])  # (1, 1) comes back


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
    layers = keras.layers
    model = keras.Sequential([keras.Input((n_in, n_features))])  # (batch, n_in, n_features)
    if kind == "many_to_many":
        model.add(layers.LSTM(16, return_sequences=True))  # (batch, n_in, 16): an output at each step
    else:
        model.add(layers.LSTM(16))  # (batch, 16): all that was read, in one vector
    if kind in ("one_to_many", "seq2seq"):
        model.add(layers.RepeatVector(n_out))  # (batch, n_out, 16): the vector as input of each step to come
        model.add(layers.LSTM(16, return_sequences=True))  # (batch, n_out, 16): makes the steps differ
    model.add(layers.Dense(1))  # (batch, 1) or (batch, n_out, 1): a dense layer works on the last axis
    return model


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
    X, y = series[:, :-1, None], series[:, -1:]  # (n, n_values - 1, 1), (n, 1)
    n_test = len(series) // 4
    X_test, y_test = X[-n_test:], y[-n_test:]  # the series are independent, so the last ones will do

    keras.utils.set_random_seed(seed)  # before the model is defined, since its first weights are random
    model = define_model(X.shape[1], X.shape[2])
    compile_model(model)
    fit_model(model, X[:-n_test], y[:-n_test], seed)

    return {
        "rmse": evaluate_model(model, X_test, y_test),
        "baseline_rmse": float(np.sqrt(np.mean((X_test[:, -1] - y_test) ** 2))),  # (n_test, 1) minus (n_test, 1)
        "next": predict_next(model, series[-1, 1:]),  # (n_values - 1,): the newest values, up to the last
    }


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. Each of 600 series has 20 steps with 3 features. Which shape is given to `keras.Input`?
    #     - batch_too: (600, 20, 3)
    #     - features_first: (3, 20)
    #     - flat: (60,)
    #     - steps_features: (20, 3)
    "input_shape": "steps_features",
    # Q1. The only LSTM was given `return_sequences=True` by mistake; then comes `Dense(1)`, and each series has one
    #   target. What happens?
    #     - raises_at_fit: `fit` stops and says that the shapes of output and target differ.
    #     - last_step_only: Keras takes the output of the last step, as it fits the target.
    #     - trains_silently: It trains without a word: the output of every step is compared with the one target.
    #     - more_targets: Keras makes the missing targets out of the input.
    "sequence_left_on": "trains_silently",
    # Q1. How is an LSTM model defined in Keras, and what does its input layer have to know?
    "defining": (
        "Layers are put one after the other, in a Sequential or a functional model: an input, one LSTM or more, and "
        "a dense layer for the output. The input layer has to know the time steps and the features of one series; "
        "the number of series is left open."
    ),
    # Q2. The target is a number between -1 and 1. What can sensibly be compiled? Choose all that hold.
    #     - accuracy: loss="mse", metrics=["accuracy"]
    #     - mse: loss="mse"
    #     - no_loss: no loss, an optimizer is enough
    #     - crossentropy: loss="binary_crossentropy"
    #     - mae_metric: loss="huber", metrics=["mae"]
    "loss_and_metrics": ["mse", "mae_metric"],
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
        "define": "lays_out",
        "compile": "chooses_aim",
        "fit": "changes_weights",
        "evaluate": "compares",
        "predict": "answers_unknown",
    },
    # Q2. What is chosen when a model is compiled, and why does the choice depend on the target?
    "compiling": (
        "Compiling chooses a loss, the optimizer that makes it smaller, and metrics that are told beside it. A "
        "target that is a number asks for a distance such as the mean squared error, classes ask for a "
        "crossentropy."
    ),
    # Q3. 600 series, batches of 32, 30 epochs: how often does `fit` change the weights?
    #     - each_epoch: 30 times, after each epoch.
    #     - each_batch: 570 times, after each batch.
    #     - each_series: 18000 times, after each series.
    #     - once: Once, when all epochs are over.
    "one_epoch": "each_batch",
    # Q3. `fit` is called a second time on the same model. Where does it start?
    #     - from_scratch: From new random weights, as each call of `fit` is a training of its own.
    #     - goes_on: From the weights that the first call left; the training goes on.
    #     - refuses: Nowhere: Keras wants the model to be compiled again first.
    #     - best_epoch: From the weights of the epoch with the smallest loss.
    "fit_again": "goes_on",
    # Q3. What does `fit` do with the training data and the weights, and what can you set?
    "fitting": (
        "The series come in batches, and after each batch the weights are changed a little so that the loss gets "
        "smaller. One round over all batches is an epoch. The number of epochs and the batch size can be set, and "
        "so can shuffling and a share of the data for validation."
    ),
    # Q4. Which number tells how well the model will do on new series?
    #     - last_loss: The loss of the last epoch.
    #     - best_loss: The smallest loss of all epochs.
    #     - test_fitted_later: The error on series that were held back, after a few more epochs on them.
    #     - held_back: The error on series that had no part in the training.
    "honest_error": "held_back",
    # Q4. How is a model evaluated, and why not on the data that it was fitted on?
    "evaluating": (
        "Predictions are compared with known answers, and the error is computed, on series that were held back and "
        "had no part in the training. On the training series a model may be good because it has learned them by "
        "heart."
    ),
    # Q5. A model of 20 steps and one feature is given an array of shape (20, 1), meant as one series. What comes back
    #   from `predict`?
    #     - twenty: 20 predictions, each of them from a single value.
    #     - one: One prediction, from all 20 values.
    #     - error: An error: the axis of the batch is missing.
    #     - whole_future: The next 20 values of the series.
    "one_window": "twenty",
    # Q5. How do you predict from one new series? In which shape does it go in, and what comes out?
    "predicting": (
        "A single series is a batch of one: an array of shape (1, n_steps, n_features), prepared in the same way as "
        "the training data. What comes back has one row for each series, so here it is a single number in an array "
        "of shape (1, 1)."
    ),
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
        "next_value": "many_to_one",
        "caption": "one_to_many",
        "tagging": "many_to_many",
        "translation": "seq2seq",
    },
    # Q6. Which kinds of sequence problems are there, and how does an LSTM model fit two of them?
    "problems": (
        "Problems are one to one, one to many, many to one, many to many in step, or from one sequence to another "
        "of a different length. For many to one the LSTM returns its last output only, and a dense layer turns it "
        "into the answer. For a sequence of another length a first LSTM reads everything into one vector, which is "
        "repeated, and a second LSTM writes the answer step by step."
    ),
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

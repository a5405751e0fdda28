"""Lesson 05: the vanilla LSTM, a reference solution.

Three parts make a vanilla LSTM. The input is a sequence of steps. One hidden LSTM layer reads it step by step and
returns a single vector, its last output: all that it remembers. A dense layer turns that vector into the answer.
"""

import keras
import numpy as np


def flagged_value(n: int, n_steps: int = 20, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
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


def build_vanilla_lstm(n_steps: int, n_features: int, units: int) -> keras.Model:
    """Builds a vanilla LSTM: the input, one hidden LSTM layer with `units` units, a dense output.

    Input (batch, n_steps, n_features), output (batch, 1).

    >>> build_vanilla_lstm(20, 2, units=24).output_shape
    (None, 1)
    """
    return keras.Sequential(
        [
            keras.Input((n_steps, n_features)),  # (batch, n_steps, n_features)
            keras.layers.LSTM(units),  # (batch, units): the output of the last step only
            keras.layers.Dense(1),  # (batch, 1), linear: a prediction can have either sign
        ]
    )


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_steps, n_features), y has shape (n, 1). Takes some 10 seconds at most.

    >>> model = train(build_vanilla_lstm(20, 2, units=24), *flagged_value(1500), seed=1)
    """
    keras.utils.set_random_seed(seed)
    # With 30 small steps an epoch a rate of 0.005 learns the task in 15 epochs; Adam's default of 0.001 is too slow.
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.005))
    model.fit(X, y, epochs=15, batch_size=50, verbose=0)
    return model


def predict(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Predicts with a trained model.

    X has shape (n, n_steps, n_features), the result (n, 1), in the units of y. `grade` calls it in another process,
    which has the model and X but no global variables of the training.

    >>> predict(model, flagged_value(3, seed=9)[0]).shape
    (3, 1)
    """
    return model.predict(X, verbose=0)  # (n, 1)


def fit(X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Builds a model for the data and trains it. (Given; nothing to do.)"""
    keras.utils.set_random_seed(seed)  # the initial weights are random, too
    return train(build_vanilla_lstm(X.shape[1], X.shape[2], units=24), X, y, seed)


def run_experiment(
    X: np.ndarray, y: np.ndarray, n_test: int = 500, seed: int = 0, fit=fit, predict=predict
) -> dict[str, float]:
    """Holds n_test sequences back and measures how well a model and two guesses do on them.

    X has shape (n, n_steps, 2), y has shape (n, 1). Which n_test sequences are held back is up to you. Call
    `fit(X, y, seed)` with all the others, then `predict(model, X)` with those held back. Return three errors on the
    held-back sequences, each the root of the mean squared error:

        'rmse'           of the model's predictions
        'baseline_mean'  of one guess for all, the mean of the targets that the model was fitted on
        'baseline_last'  of the value at the last step of each sequence

    >>> run_experiment(*flagged_value(2000))
    {'rmse': ..., 'baseline_mean': ..., 'baseline_last': ...}
    """
    # The sequences are independent of each other, so the last ones are as good a test as any.
    X_test, y_test = X[-n_test:], y[-n_test:]  # (n_test, n_steps, 2), (n_test, 1)
    y_train = y[:-n_test]  # (n - n_test, 1)
    model = fit(X[:-n_test], y_train, seed)

    def rmse(guess) -> float:
        return float(np.sqrt(np.mean((guess - y_test) ** 2)))

    return {
        "rmse": rmse(predict(model, X_test)),  # (n_test, 1)
        "baseline_mean": rmse(y_train.mean()),
        # `:1` keeps the last axis; a guess of shape (n_test,) minus y_test would have shape (n_test, n_test).
        "baseline_last": rmse(X_test[:, -1, :1]),  # (n_test, 1)
    }


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. Which of these models is a vanilla LSTM?
    #     - gates_then_cells: input, a hidden layer of gates, a hidden layer of memory cells, dense output
    #     - two_lstms: input, an LSTM that returns its sequence, an LSTM, dense output
    #     - all_outputs: input, an LSTM that returns its sequence, flattened, dense output
    #     - one_lstm: input, an LSTM, dense output
    "layer_by_layer": "one_lstm",
    # Q1. 32 sequences of 20 steps go through `LSTM(24)`. What does the dense layer get?
    #     - one_vector: (32, 24): for each sequence what the LSTM puts out at its last step.
    #     - every_step: (32, 20, 24): for each sequence what the LSTM puts out at each step.
    #     - gate_values: (32, 4, 24): for each sequence the values of the three gates and of the candidate.
    #     - last_input: (32, 1): for each sequence its last value.
    "handed_on": "one_vector",
    # Q1. The values to be predicted lie between -1 and 1. Which output layer suits?
    #     - sigmoid: `Dense(1, activation="sigmoid")`
    #     - softmax: `Dense(1, activation="softmax")`
    #     - linear: `Dense(1)`
    #     - relu: `Dense(1, activation="relu")`
    "last_activation": "linear",
    # Q1. Sequences of 20 steps with 2 features are reshaped to (n, 1, 40) and given to an LSTM. What comes of it?
    #     - refused: Keras refuses it, since there have to be at least two steps.
    #     - nothing_to_carry: All values arrive in a single step, so there is nothing to remember from step to step.
    #     - same_result: The same as with (n, 20, 2): the numbers are the same and so is their order.
    #     - longer_memory: An LSTM that remembers twice as much.
    "all_in_one_step": "nothing_to_carry",
    # Q1. On unseen data the error of a model is 0.57; guessing the mean each time gives 0.58. What does that tell?
    #     - nearly_perfect: The model is good: its error is well below 1.
    #     - overfitted: The model has learned the training data by heart.
    #     - no_better: The model has learned next to nothing from the sequences.
    #     - wrong_measure: Nothing, since a model cannot be compared with a guess.
    "as_good_as_mean": "no_better",
    # Q1. What is wanted, and which output layer gives it?
    #     - any_number: one number of either sign
    #     - yes_or_no: the probability of yes
    #     - one_of_five: the probabilities of five classes that exclude each other
    #     - three_numbers: the next three values at once
    # Partners:
    #     - softmax_five: `Dense(5, activation="softmax")`
    #     - linear_one: `Dense(1)`
    #     - linear_three: `Dense(3)`
    #     - sigmoid_one: `Dense(1, activation="sigmoid")`
    "output_layers": {
        "any_number": "linear_one",
        "yes_or_no": "sigmoid_one",
        "one_of_five": "softmax_five",
        "three_numbers": "linear_three",
    },
    # Q1. Of which layers is a vanilla LSTM made, and what does each of them hand to the next?
    "layers": (
        "The input is a sequence of steps with their features. One hidden LSTM layer reads it step by step and "
        "hands on one vector, its last output. A dense layer makes the prediction of that."
    ),
    # Q2. Vanilla LSTMs were used for all of these tasks. What goes in and what comes out?
    #     - demand: forecasting how much power a town will use
    #     - activity: telling from a phone what its owner is doing
    #     - mood: telling whether a comment is kind
    #     - next_word: suggesting a word while somebody types
    # Partners:
    #     - words_to_word: words in, the probability of each word as the next one out
    #     - loads_to_load: hourly values in, the value of the next hour out
    #     - words_to_yes_no: words in, yes or no out
    #     - motions_to_class: accelerations in, one of several kinds out
    "tasks": {
        "demand": "loads_to_load",
        "activity": "motions_to_class",
        "mood": "words_to_yes_no",
        "next_word": "words_to_word",
    },
    # Q2. Name a task to which a vanilla LSTM was applied. What goes in, what comes out?
    "applications": (
        "Forecasting how much electricity a town will need: the consumption of the last hours goes in, that of the "
        "next hour comes out."
    ),
}


if __name__ == "__main__":
    print(run_experiment(*flagged_value(2000)))

"""Lesson 12: tuning hyperparameters, a reference solution.

Every function does one thing, so that each can be trusted by itself: one trains a model, one scores a configuration
with several runs, two try configurations, one chooses. Only `run_experiment` ever sees the test data, and only
after the choice.
"""

import itertools
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
    train, validation = np.array(history["loss"]), np.array(history["val_loss"])
    window = len(validation) // 5
    # Means over a fifth of the epochs: what a single epoch does hardly moves them.
    train_means, means = (
        np.lib.stride_tricks.sliding_window_view(curve, window).mean(axis=1) for curve in (train, validation)
    )
    if means[-1] > 1.15 * means.min() and train_means[-1] < train_means[means.argmin()]:
        return "overfit"  # it has been better before, while the training loss went on falling
    still_falls = means[-1 - window] > 1.15 * means[-1]  # the last fifth against the one before
    hardly_fell = means[-1] > 0.8 * validation[0]
    return "underfit" if still_falls or hardly_fell else "good"


def search_space() -> dict[str, dict[str, list]]:
    """Names what can be tuned in three groups, each hyperparameter with a list of values to try.

        'initialization'  how the weights begin and how the layer behaves
        'architecture'    what the model is made of, 'units' among it
        'learning'        how it is trained, 'learning_rate', 'batch_size' and 'epochs' among it

    At least two hyperparameters a group, at least two values each. `fit_config` has to understand all of them.

    >>> search_space()["architecture"]["units"]
    [8, 24, 64]
    """
    return {
        "initialization": {
            "kernel_initializer": ["glorot_uniform", "he_normal", "random_normal"],
            "unit_forget_bias": [True, False],
            "activation": ["tanh", "relu"],
        },
        "architecture": {
            "units": [8, 24, 64],  # sizes grow by a factor: 24 and 25 units hardly differ
            "layers": [1, 2],
            "dropout": [0.0, 0.2, 0.4],
        },
        "learning": {
            "learning_rate": [1e-4, 1e-3, 1e-2, 1e-1],  # the right order of magnitude matters most
            "batch_size": [8, 16, 32, 64],
            "epochs": [3, 6, 12],
            "optimizer": ["Adam", "RMSprop"],
        },
    }


def fit_config(config: Config, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Builds a new LSTM model as the configuration says, trains it, and returns it.

    X has shape (n, n_steps, n_features), y has shape (n, 1). `config` holds some of the names in `search_space`;
    for the others take defaults that suit the data, a few epochs among them. 'units' are those of the LSTM layer
    (of each, where there are several). Every call starts from scratch; the same seed gives the same model,
    another seed another one. Takes some 5 seconds at most.

    >>> fit_config({"units": 8, "epochs": 1}, *flagged_value(50), seed=1).output_shape
    (None, 1)
    """
    keras.utils.set_random_seed(seed)  # before the model is built: its initial weights are random, too
    layers = config.get("layers", 1)
    model = keras.Sequential([keras.Input(X.shape[1:])])  # (batch, n_steps, n_features)
    for layer in range(layers):
        model.add(
            keras.layers.LSTM(
                config.get("units", 24),
                return_sequences=layer < layers - 1,
                kernel_initializer=config.get("kernel_initializer", "glorot_uniform"),
                unit_forget_bias=config.get("unit_forget_bias", True),
                activation=config.get("activation", "tanh"),
            )
        )
    model.add(keras.layers.Dropout(config.get("dropout", 0.0)))
    model.add(keras.layers.Dense(1))  # (batch, 1)

    optimizer = getattr(keras.optimizers, config.get("optimizer", "Adam"))  # a class: each model gets its own
    model.compile(loss="mse", optimizer=optimizer(config.get("learning_rate", 0.01)))
    model.fit(X, y, epochs=config.get("epochs", 6), batch_size=config.get("batch_size", 16), verbose=0)
    return model


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
    (X, y), (X_validation, y_validation) = train, validation
    scores = []
    for run in range(repeats):
        model = fit(config, X, y, 1000 * seed + run)  # a seed of its own for each run
        predicted = predict(model, X_validation)  # (n_validation, 1)
        scores.append(float(np.sqrt(np.mean((predicted - y_validation) ** 2))))
    return scores


def grid_search(name: str, values: list, evaluate: Callable[[Config, int], list[float]], repeats: int) -> list[dict]:
    """Tries each value of one hyperparameter.

    Call `evaluate({name: value}, repeats)` once for each value; it returns the errors of `repeats` runs. Returns
    one dict a value, in the order of `values`: 'value', and the 'mean', the standard deviation 'std' and the list
    'scores' of its errors.

    >>> grid_search("units", [8, 24], lambda config, repeats: [0.3, 0.1], repeats=2)
    [{'value': 8, 'mean': 0.2, 'std': 0.1, 'scores': [0.3, 0.1]}, {'value': 24, ...}]
    """
    return [summary(value, evaluate({name: value}, repeats)) for value in values]


def summary(value: Any, scores: list[float]) -> dict:
    """What both searches tell of one configuration; the deviation shows how much of the mean is luck."""
    return {"value": value, "mean": float(np.mean(scores)), "std": float(np.std(scores)), "scores": scores}


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
    combinations = list(itertools.product(*space.values()))  # every one there is, so that none is drawn twice
    drawn = np.random.default_rng(seed).choice(len(combinations), size=n, replace=False)  # (n,)
    configs = [dict(zip(space, combinations[number], strict=True)) for number in drawn]
    return [summary(config, evaluate(config, repeats)) for config in configs]


def select_best(results: list[dict], better: str = "lower") -> Any:
    """Chooses the best of what a search has returned, and returns its 'value'.

    `better` is 'lower' where the scores are errors, 'higher' where they are shares of right answers. Choose by the
    mean of the runs (or their median): one lucky run makes no good configuration.

    >>> select_best(grid_search("units", [8, 24], lambda config, repeats: [1 / config["units"]] * repeats, 2))
    24
    """
    choose = min if better == "lower" else max
    return choose(results, key=lambda result: result["mean"])["value"]


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
    results = grid_search(name, values, lambda config, runs: evaluate(config, train, validation, runs), repeats)
    best = select_best(results)
    # The choice is made. Its validation error is a little too good, since it was the best of several; the test data
    # had no part in the choice, so they tell what to expect.
    test_scores = evaluate({name: best}, train, test, repeats)
    return {
        "best": best,
        "validation": next(result["mean"] for result in results if result["value"] == best),
        "test": float(np.mean(test_scores)),
    }


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. The validation loss lies clearly above the training loss all along; both have been level for many epochs.
    #   What does that tell?
    #     - overfit: The model overfits: any gap between the two shows that.
    #     - level: The training has arrived: a gap that does not grow, with a validation loss that does not rise, is
    #       no alarm.
    #     - more_epochs: The model underfits: more epochs will close the gap.
    #     - leak: Validation data have got into the training data.
    "gap_alone": "level",
    # Q1. The validation loss of the last epoch is a third above that of the epoch before. What do you do?
    #     - look_back: Look at means over several epochs, and run it again with other seeds, before you say anything.
    #     - stop_there: Take the model of the epoch before; from here on it overfits.
    #     - lower_rate: Halve the learning rate, since the training diverges.
    #     - ignore_validation: Judge by the training loss alone, which is smoother.
    "last_epoch": "look_back",
    # Q1. How do you see from the two loss curves that a model underfits, and how that it overfits?
    "diagnosis": (
        "A model underfits if both losses still fall when the training ends, or if they stay as high as at the "
        "beginning. It overfits if the validation loss turns and rises again while the training loss keeps falling. "
        "A single epoch or a steady gap between the two shows neither."
    ),
    # Q2. Six hyperparameters with five values each are to be searched, and there is time for 60 configurations. Which
    #   scheme suits that?
    #     - full_grid: A grid over all six: only a complete grid finds something.
    #     - first_sixty: The first 60 points of the grid; the others follow the same pattern.
    #     - by_hand: One hyperparameter after the other, each fixed at its best before the next is touched, in any
    #       order.
    #     - random_draws: Random draws from the whole space, and later a small grid around what did well.
    "many_names": "random_draws",
    # Q2. Describe two schemes for searching hyperparameters, and say when each is the better one.
    "schemes": (
        "A grid search tries every combination of some listed values; that suits one or two hyperparameters, or a "
        "close look around a good point. A random search draws configurations by chance. With many hyperparameters "
        "a grid grows beyond all bounds, and random draws show more different values of each for the same time."
    ),
    # Q3. Configuration A had one run with an error of 0.10, B one with 0.12. What has to be done before you prefer A?
    #   Choose all that hold.
    #     - nothing_more: Nothing more: 0.10 is less than 0.12.
    #     - same_seed: Run both again with the seed of the first run, to be sure.
    #     - more_seeds: Run both several times, each run with a seed of its own.
    #     - best_of_all: Take the better of all their runs as what each can do.
    #     - mean_spread: Compare the means, and look how far the runs of each lie apart.
    "enough_runs": ["more_seeds", "mean_spread"],
    # Q3. Validation data choose among 30 configurations. What are the test data for?
    #     - second_vote: To choose among the best five once more.
    #     - honest_error: To measure the chosen one, once: its validation error is too good, being the best of 30.
    #     - more_training: To train on, so that no data are wasted while tuning.
    #     - early_stop: To stop each training at the right epoch.
    "test_role": "honest_error",
    # Q3. Training is random. How do you estimate how good a configuration is?
    "skill": (
        "I train the configuration several times, each run with another seed, and score it on validation data. The "
        "mean of the scores is my estimate, and their standard deviation tells how much of it may be luck."
    ),
    # Q4. Why does Keras start the bias of the forget gate at 1 (`unit_forget_bias=True`)?
    #     - forgets_first: So that an untrained cell forgets everything and begins clean.
    #     - no_effect: Out of habit; after the first epoch it makes no difference.
    #     - keeps_first: So that an untrained cell keeps its state for some steps, and errors find their way back.
    #     - scales_input: So that inputs need not be scaled.
    "forget_bias": "keeps_first",
    # Q4. What can be tuned in how an LSTM begins and behaves? Name two things, with values you would try.
    "beginnings": (
        "The initializers of the weights can be tuned, such as glorot_uniform or he_normal for the kernel, and "
        "whether the bias of the forget gate starts at one. The behaviour is set by the activation, tanh or relu, "
        "and by stateful, which says whether the state is kept from batch to batch."
    ),
    # Q5. What can be tuned in the structure of an LSTM model? Name two things, with values you would try.
    "structure": (
        "I would try 8, 24 and 64 units in the LSTM, and one, two or three stacked layers. A bidirectional layer or "
        "a dropout of 0.2 between the layers are worth a run as well."
    ),
    # Q6. What is tuned by each of these?
    #     - kernel_initializer: `kernel_initializer` of the LSTM layer
    #     - stacked: how many LSTM layers are stacked
    #     - batch_size: `batch_size` of `fit`
    #     - seed: the seed of a run
    # Partners:
    #     - how_trained: the training
    #     - nothing: nothing: it is chance, and has to be averaged over
    #     - how_begun: how the weights begin
    #     - structure: the structure of the model
    "groups": {
        "kernel_initializer": "how_begun",
        "stacked": "structure",
        "batch_size": "how_trained",
        "seed": "nothing",
    },
    # Q6. What can be tuned in the training of an LSTM? Name two things, with values you would try.
    "learning": (
        "The learning rate comes first, with 0.0001, 0.001, 0.01 and 0.1. After it come the batch size, 16 to 128, "
        "the optimizer, and the number of epochs, for which early stopping can be used."
    ),
    # Q7. Which list of learning rates is worth a first search?
    #     - even_steps: 0.001, 0.002, 0.003, 0.004, 0.005
    #     - factors: 0.0001, 0.001, 0.01, 0.1
    #     - around_default: 0.0009, 0.001, 0.0011
    #     - whole_range: 0, 0.25, 0.5, 0.75, 1
    "rate_values": "factors",
    # Q7. How do you choose the values that are worth a try, for instance for a learning rate or for the number of
    #   units?
    "values": (
        "I choose values that differ by a factor, ten for a learning rate and two or three for units, since the "
        "order of magnitude matters most. The first search is coarse and wide; a later one looks closer around the "
        "best value, and goes further if the best one lies at the edge of the list."
    ),
}


if __name__ == "__main__":
    print(run_experiment(flagged_value(600), flagged_value(300, seed=1), flagged_value(300, seed=2)))

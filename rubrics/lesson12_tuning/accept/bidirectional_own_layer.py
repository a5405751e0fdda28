"""A bidirectional model inside a layer of one's own; one search is written with the other."""

import keras
import numpy as np


@keras.saving.register_keras_serializable()
class Reader(keras.layers.Layer):
    """Reads both ways and adds what both say."""

    def __init__(self, units, settings=None, **rest):
        super().__init__(**rest)
        self.units, self.settings = units, settings or {}
        self.both = keras.layers.Bidirectional(keras.layers.LSTM(units, **self.settings), merge_mode="sum")

    def call(self, x):
        return self.both(x)

    def get_config(self):
        return {**super().get_config(), "units": self.units, "settings": self.settings}


def search(tries, evaluate, repeats):
    results = []
    for value, config in tries:
        scores = evaluate(config, repeats)
        results.append({"value": value, "mean": np.mean(scores), "std": np.std(scores, ddof=1), "scores": scores})
    return results


def flagged_value(n, n_steps=10, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (n, n_steps))
    flagged = rng.integers(0, n_steps, n)
    flags = np.zeros((n, n_steps))
    flags[np.arange(n), flagged] = 1
    X = np.stack([values, flags], axis=-1)
    y = values[np.arange(n), flagged][:, None]
    return X.astype("float32"), y.astype("float32")


def diagnose(history):
    losses = np.array(history["val_loss"])
    fifths = [np.median(part) for part in np.array_split(losses, 5)]
    if fifths[-1] > 1.2 * min(fifths):
        return "overfit"
    if fifths[-2] > 1.15 * fifths[-1] or fifths[-1] > 0.85 * losses[0]:
        return "underfit"
    return "good"


def search_space():
    return {
        "initialization": {
            "kernel_initializer": ["glorot_uniform", "he_normal"],
            "unit_forget_bias": [True, False],
        },
        "architecture": {"units": [8, 24, 64], "dropout": [0.0, 0.3]},
        "learning": {"learning_rate": [0.0001, 0.001, 0.01], "batch_size": [16, 64], "epochs": [3, 6]},
    }


def fit_config(config, X, y, seed):
    keras.utils.set_random_seed(seed)
    settings = {name: config[name] for name in ("kernel_initializer", "unit_forget_bias", "dropout") if name in config}
    inputs = keras.Input(X.shape[1:])
    outputs = keras.layers.Dense(1)(Reader(config.get("units", 16), settings)(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(config.get("learning_rate", 0.01)))
    model.fit(X, y, epochs=config.get("epochs", 8), batch_size=config.get("batch_size", 16), verbose=0)
    return model


def predict(model, X):
    return model.predict(X, verbose=0)


def evaluate_config(config, train, validation, repeats, seed=0, fit=fit_config, predict=predict):
    scores = []
    for run in range(repeats):
        model = fit(config, *train, 1000 * seed + run)
        predicted = predict(model, validation[0])
        scores.append(float(np.sqrt(np.mean((predicted - validation[1]) ** 2))))
    return scores


def grid_search(name, values, evaluate, repeats):
    return search([(value, {name: value}) for value in values], evaluate, repeats)


def random_search(space, n, evaluate, repeats, seed):
    rng = np.random.default_rng(seed)
    drawn = {}
    while len(drawn) < n:
        config = {name: values[rng.integers(len(values))] for name, values in space.items()}
        drawn[repr(config)] = config
    return search([(config, config) for config in drawn.values()], evaluate, repeats)


def select_best(results, better="lower"):
    choose = min if better == "lower" else max
    return choose(results, key=lambda result: result["mean"])["value"]


def run_experiment(
    train,
    validation,
    test,
    name="learning_rate",
    values=(1e-5, 1e-3, 1e-2, 1.0),
    repeats=3,
    evaluate=evaluate_config,
):
    results = grid_search(name, values, lambda config, runs: evaluate(config, train, validation, runs), repeats)
    best = select_best(results)
    mean = next(result["mean"] for result in results if result["value"] == best)
    return {"best": best, "validation": mean, "test": float(np.mean(evaluate({name: best}, train, test, repeats)))}


if __name__ == "__main__":
    print(run_experiment(flagged_value(600), flagged_value(300, seed=1), flagged_value(300, seed=2)))

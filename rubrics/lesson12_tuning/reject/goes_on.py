"""A model is built once for each structure and trained on with every call.

fails: fresh, real
says: goes on from an earlier model
"""

import itertools

import keras
import numpy as np


MODELS = {}


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
    key = (X.shape[1:], *(config.get(name) for name in ("units", "kernel_initializer", "unit_forget_bias", "dropout")))
    model = MODELS.get(key) or keras.Sequential([keras.Input(X.shape[1:])])
    if key not in MODELS:
        lstm = keras.layers.LSTM(
            config.get("units", 24),
            kernel_initializer=config.get("kernel_initializer", "glorot_uniform"),
            unit_forget_bias=config.get("unit_forget_bias", True),
            dropout=config.get("dropout", 0.0),
        )
        model.add(lstm)
        model.add(keras.layers.Dense(1))
        MODELS[key] = model
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(config.get("learning_rate", 0.01)))
    model.fit(X, y, epochs=config.get("epochs", 6), batch_size=config.get("batch_size", 16), verbose=0)
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


def summary(value, scores):
    return {"value": value, "mean": float(np.mean(scores)), "std": float(np.std(scores)), "scores": scores}


def grid_search(name, values, evaluate, repeats):
    return [summary(value, evaluate({name: value}, repeats)) for value in values]


def random_search(space, n, evaluate, repeats, seed):
    combinations = list(itertools.product(*space.values()))
    drawn = np.random.default_rng(seed).choice(len(combinations), size=n, replace=False)
    configs = [dict(zip(space, combinations[number])) for number in drawn]
    return [summary(config, evaluate(config, repeats)) for config in configs]


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

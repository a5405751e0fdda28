"""Plain Python: statistics, random and loops, running means by hand."""

import math
import random
import statistics

import keras
import numpy as np


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
    losses = history["val_loss"]
    width = max(3, len(losses) // 6)
    means = [statistics.fmean(losses[at : at + width]) for at in range(len(losses) - width + 1)]
    lowest, last, before = min(means), means[-1], means[-1 - width]
    if last / lowest > 1.2:
        return "overfit"
    if before / last > 1.12 or last / max(losses[:3]) > 0.8:
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
    model = keras.Sequential([keras.Input(X.shape[1:])])
    model.add(
        keras.layers.LSTM(
            config.get("units", 24),
            kernel_initializer=config.get("kernel_initializer", "glorot_uniform"),
            unit_forget_bias=config.get("unit_forget_bias", True),
            dropout=config.get("dropout", 0.0),
        )
    )
    model.add(keras.layers.Dense(1))
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(config.get("learning_rate", 0.01)))
    model.fit(X, y, epochs=config.get("epochs", 6), batch_size=config.get("batch_size", 16), verbose=0)
    return model


def predict(model, X):
    return model.predict(X, verbose=0)


def evaluate_config(config, train, validation, repeats, seed=0, fit=fit_config, predict=predict):
    rng = random.Random(seed)
    seeds = rng.sample(range(1_000_000), repeats)
    X_validation, y_validation = validation
    errors = []
    for each in seeds:
        told = predict(fit(config=config, X=train[0], y=train[1], seed=each), X_validation)
        squares = [(float(one) - float(other)) ** 2 for one, other in zip(told.ravel(), y_validation.ravel())]
        errors.append(math.sqrt(sum(squares) / len(squares)))
    return errors


def summary(value, scores):
    spread = statistics.stdev(scores) if len(scores) > 1 else 0.0
    return {"value": value, "mean": statistics.fmean(scores), "std": spread, "scores": list(scores)}


def grid_search(name, values, evaluate, repeats):
    results = []
    for value in values:
        results.append(summary(value, evaluate(config={name: value}, repeats=repeats)))
    return results


def random_search(space, n, evaluate, repeats, seed):
    rng = random.Random(seed)
    results, seen = [], set()
    while len(results) < n:
        config = {name: rng.choice(values) for name, values in space.items()}
        if tuple(config.values()) not in seen:
            seen.add(tuple(config.values()))
            results.append(summary(config, evaluate(config, repeats)))
    return results


def select_best(results, better="lower"):
    ordered = sorted(results, key=lambda result: statistics.fmean(result["scores"]), reverse=better == "higher")
    return ordered[0]["value"]


def run_experiment(
    train,
    validation,
    test,
    name="learning_rate",
    values=(1e-5, 1e-3, 1e-2, 1.0),
    repeats=3,
    evaluate=evaluate_config,
):
    results = grid_search(name, values, lambda config, repeats: evaluate(config, train, validation, repeats), repeats)
    best = select_best(results)
    mean = next(result["mean"] for result in results if result["value"] == best)
    return {"best": best, "validation": mean, "test": float(np.mean(evaluate({name: best}, train, test, repeats)))}


if __name__ == "__main__":
    print(run_experiment(flagged_value(600), flagged_value(300, seed=1), flagged_value(300, seed=2)))

"""A functional model with two layers to choose from, early stopping, and medians instead of means."""

import itertools

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
    losses = np.array(history["val_loss"])
    last = losses[-(len(losses) // 3) :]
    slope = np.polyfit(np.arange(len(last)), last, 1)[0] * len(last) / np.median(last)
    lowest = np.convolve(losses, np.ones(5) / 5, "valid").min()
    end = np.median(losses[-5:])
    if end > 1.2 * lowest:
        return "overfit"
    return "underfit" if slope < -0.2 or end > 0.85 * losses[:3].max() else "good"


def search_space():
    return {
        "initialization": {
            "recurrent_activation": ("sigmoid", "hard_sigmoid"),
            "bias_initializer": ("zeros", "ones"),
            "recurrent_initializer": ("orthogonal", "glorot_uniform"),
        },
        "architecture": {"units": np.array([10, 20, 40]), "layers": [1, 2], "dropout": [0, 0.25]},
        "learning": {
            "learning_rate": np.logspace(-4, -1, 4),
            "batch_size": [2**power for power in range(3, 7)],
            "epochs": list(range(2, 12, 3)),
            "patience": [1, 3],
        },
    }


def fit_config(config, X, y, seed):
    given = {"units": 20, "layers": 1, "dropout": 0, "learning_rate": 0.01, "batch_size": 16, "epochs": 8, "patience": 4}
    given |= config
    names = ("recurrent_activation", "bias_initializer", "recurrent_initializer")
    behaviour = {name: config[name] for name in names if name in config}
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    x = inputs = keras.Input(X.shape[1:])
    for layer in range(given["layers"]):
        is_last = layer == given["layers"] - 1
        x = keras.layers.LSTM(int(given["units"]), return_sequences=not is_last, **behaviour)(x)
        x = keras.layers.Dropout(given["dropout"])(x)
    model = keras.Model(inputs, keras.layers.Dense(1)(x))
    model.compile(keras.optimizers.Nadam(float(given["learning_rate"])), "mse")
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=given["patience"], restore_best_weights=True)
    model.fit(X, y, epochs=given["epochs"], batch_size=given["batch_size"], callbacks=[stop], verbose=0)
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
    sign = 1 if better == "lower" else -1
    medians = [sign * np.median(result["scores"]) for result in results]
    return results[int(np.argmin(medians))]["value"]


def run_experiment(
    train,
    validation,
    test,
    name="learning_rate",
    values=(1e-5, 1e-3, 1e-2, 1.0),
    repeats=3,
    evaluate=evaluate_config,
):
    results = {}
    for value in values:
        results[value] = evaluate({name: value}, train, validation, repeats, seed=7)
    best = min(results, key=lambda value: np.median(results[value]))
    everything = tuple(np.concatenate(pair) for pair in zip(train, validation))
    scores = evaluate({name: best}, everything, test, repeats, seed=8)
    return {"best": best, "validation": np.mean(results[best]), "test": np.mean(scores), "std": np.std(scores)}


if __name__ == "__main__":
    print(run_experiment(flagged_value(600), flagged_value(300, seed=1), flagged_value(300, seed=2)))

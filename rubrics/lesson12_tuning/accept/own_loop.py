"""Cells in an RNN layer, an own training loop, exponential means, NumPy arrays as results."""

import itertools

import keras
import numpy as np
import tensorflow as tf


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
    smooth, mean = [], history["val_loss"][0]
    for loss in history["val_loss"]:
        mean = 0.7 * mean + 0.3 * loss
        smooth.append(mean)
    fifth = len(smooth) // 5
    if smooth[-1] > 1.2 * min(smooth):
        return "overfit"
    falls = np.mean(smooth[-2 * fifth : -fifth]) > 1.15 * np.mean(smooth[-fifth:])
    return "underfit" if falls or smooth[-1] > 0.8 * smooth[0] else "good"


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
    cell = keras.layers.LSTMCell(
        config.get("units", 24),
        kernel_initializer=config.get("kernel_initializer", "glorot_uniform"),
        unit_forget_bias=config.get("unit_forget_bias", True),
        dropout=config.get("dropout", 0.0),
    )
    model = keras.Sequential([keras.Input(X.shape[1:]), keras.layers.RNN(cell), keras.layers.Dense(1)])
    optimizer = keras.optimizers.Adam(config.get("learning_rate", 0.01))
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(inputs, targets):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(inputs, training=True) - targets) ** 2)
        optimizer.apply(tape.gradient(loss, model.trainable_variables))

    batches = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(len(X), seed=seed)
    for _ in range(config.get("epochs", 6)):
        for inputs, targets in batches.batch(config.get("batch_size", 16), drop_remainder=True):
            step(inputs, targets)
    return model


def predict(model, X):
    return model.predict(X, verbose=0)


def evaluate_config(config, train, validation, repeats, seed=0, fit=fit_config, predict=predict):
    scores = []
    for run in range(repeats):
        model = fit(config, *train, 1000 * seed + run)
        predicted = predict(model, validation[0])
        scores.append(float(np.sqrt(np.mean((predicted - validation[1]) ** 2))))
    return np.array(scores)


def summary(value, scores):
    scores = np.asarray(scores)
    return {"value": value, "mean": scores.mean(), "std": scores.std(), "scores": scores, "runs": len(scores)}


def grid_search(name, values, evaluate, repeats):
    return [summary(value, evaluate({name: value}, repeats)) for value in values]


def random_search(space, n, evaluate, repeats, seed):
    combinations = list(itertools.product(*space.values()))
    drawn = np.random.default_rng(seed).choice(len(combinations), size=n, replace=False)
    configs = [dict(zip(space, combinations[number])) for number in drawn]
    return [summary(config, evaluate(config, repeats)) for config in configs]


def select_best(results, better="lower"):
    best = results[0]
    for result in results[1:]:
        is_better = result["mean"] < best["mean"] if better == "lower" else result["mean"] > best["mean"]
        if is_better:
            best = result
    return best["value"]


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

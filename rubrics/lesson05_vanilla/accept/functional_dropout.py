"""Functional, with dropout, a hidden dense layer and early stopping; a shuffled split."""

import keras
import numpy as np
from keras import layers


def flagged_value(n, n_steps=20, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (n, n_steps))
    flagged = rng.integers(0, n_steps, n)
    flags = np.zeros((n, n_steps))
    flags[np.arange(n), flagged] = 1
    X = np.stack([values, flags], axis=-1)
    y = values[np.arange(n), flagged][:, None]
    return X.astype("float32"), y.astype("float32")


def build_vanilla_lstm(n_steps: int, n_features: int, units: int) -> keras.Model:
    inputs = layers.Input(shape=(n_steps, n_features), name="steps")
    x = layers.LSTM(units, name="memory")(inputs)
    x = layers.Dropout(0.05)(x)
    x = layers.Dense(16, activation="relu")(x)
    outputs = layers.Dense(1, activation="linear")(x)
    return keras.Model(inputs, outputs, name="vanilla")


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile("adam", "mse", metrics=["mae"])
    model.optimizer.learning_rate = 0.005
    stop = keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True)
    model.fit(X, y, validation_split=0.1, epochs=25, batch_size=50, callbacks=[stop], verbose=0)
    return model


def predict(model, X):
    return model.predict(X, verbose=0)


def fit(X, y, seed):
    keras.utils.set_random_seed(seed)
    return train(build_vanilla_lstm(X.shape[1], X.shape[2], units=24), X, y, seed)


def run_experiment(X, y, n_test=500, seed=0, fit=fit, predict=predict):
    order = np.random.default_rng(seed).permutation(len(X))
    test, rest = order[:n_test], order[n_test:]
    model = fit(X[rest], y[rest], seed)
    truth = y[test][:, 0]

    def rmse(guess):
        return np.sqrt(((guess - truth) ** 2).mean())

    return {
        "rmse": rmse(predict(model, X[test])[:, 0]),
        "baseline_mean": rmse(np.mean(y[rest])),
        "baseline_last": rmse(X[test][:, -1, 0]),
        "n": n_test,
    }


if __name__ == "__main__":
    print(run_experiment(*flagged_value(2000)))

"""The mean squared error is returned without its root.

fails: experiment
says: not its root
"""

import keras
import numpy as np


def flagged_value(n, n_steps=20, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (n, n_steps))
    flagged = rng.integers(0, n_steps, n)
    flags = np.zeros((n, n_steps))
    flags[np.arange(n), flagged] = 1
    X = np.stack([values, flags], axis=-1)
    y = values[np.arange(n), flagged][:, None]
    return X.astype("float32"), y.astype("float32")


def build_vanilla_lstm(n_steps, n_features, units):
    model = keras.Sequential()
    model.add(keras.Input((n_steps, n_features)))
    model.add(keras.layers.LSTM(units))
    model.add(keras.layers.Dense(1))
    return model


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.005))
    model.fit(X, y, epochs=15, batch_size=50, verbose=0)
    return model


def predict(model, X):
    return model.predict(X, verbose=0)


def fit(X, y, seed):
    keras.utils.set_random_seed(seed)
    return train(build_vanilla_lstm(X.shape[1], X.shape[2], units=24), X, y, seed)


def run_experiment(X, y, n_test=500, seed=0, fit=fit, predict=predict):
    X_test, y_test = X[-n_test:], y[-n_test:]
    X_train, y_train = X[:-n_test], y[:-n_test]
    model = fit(X_train, y_train, seed)

    def rmse(guess):
        return float(np.mean((guess - y_test) ** 2))

    return {
        "rmse": rmse(predict(model, X_test)),
        "baseline_mean": rmse(y_train.mean()),
        "baseline_last": rmse(X_test[:, -1, :1]),
    }


if __name__ == "__main__":
    print(run_experiment(*flagged_value(2000)))

"""Stacked cells inside one RNN layer; sequence_shapes tells what each cell puts out."""

import keras
import numpy as np


def two_scale(n, n_steps=24, n_out=4, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(n_steps + n_out)[None, :]
    fast = rng.uniform(0.15, 0.25, (n, 1))
    slow = rng.uniform(0.01, 0.04, (n, 1))
    phase = rng.uniform(0, 2 * np.pi, (n, 2))
    height = 0.6 + 0.4 * np.sin(2 * np.pi * slow * t + phase[:, 1:])
    series = (np.sin(2 * np.pi * fast * t + phase[:, :1]) * height).astype("float32")
    return series[:, :n_steps, None], series[:, n_steps:]


def build_stacked_lstm(n_steps, n_features, n_out, units):
    cells = [keras.layers.LSTMCell(u) for u in units]
    return keras.Sequential([keras.Input((n_steps, n_features)), keras.layers.RNN(cells), keras.layers.Dense(n_out)])


def sequence_shapes(model):
    n_steps = model.input_shape[1]
    cells = model.layers[0].cell.cells
    # Every cell but the last hands one vector per step to the cell above it.
    return [(None, n_steps, cell.units) if cell is not cells[-1] else (None, cell.units) for cell in cells]


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="mse", optimizer=keras.optimizers.RMSprop(0.005))
    model.fit(X, y, epochs=25, batch_size=64, verbose=0)
    return model


def forecast(model, X):
    return model.predict(X, verbose=0)


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    candidates = [("vanilla", (25,)), ("stacked", (16, 16))]
    return {name: float(np.mean(list(map(lambda s: score(units, s), seeds)))) for name, units in candidates}


if __name__ == "__main__":
    print(compare_depth())

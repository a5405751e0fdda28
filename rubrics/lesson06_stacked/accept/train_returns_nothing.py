"""train changes the model in place and returns nothing; each series is scaled by its own largest value."""

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
    stack = [keras.layers.LSTM(u, return_sequences=True) for u in units[:-1]] + [keras.layers.LSTM(units[-1])]
    return keras.Sequential([keras.layers.Input((n_steps, n_features))] + stack + [keras.layers.Dense(units=n_out)])


def sequence_shapes(model):
    shape = model.input_shape
    shapes = []
    for layer in model.layers:
        shape = layer.compute_output_shape(shape)
        if isinstance(layer, keras.layers.LSTM):
            shapes.append(shape)
    return shapes


def largest(X):
    return np.abs(X).max(axis=1)


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    size = largest(X)
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X / size[:, None], y / size, epochs=18, batch_size=64, verbose=0)


def forecast(model, X):
    size = largest(X)
    return model.predict(X / size[:, None], verbose=0) * size


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units)
    train(model, X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def mean_score(score, units, seeds):
    return sum(score(units, seed) for seed in seeds) / len(seeds)


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    return {"stacked": mean_score(score, (16, 16), seeds), "vanilla": mean_score(score, (25,), seeds)}


if __name__ == "__main__":
    print(compare_depth())

"""The functional interface, lists instead of tuples, and comparisons with loops."""

import numpy as np
from keras import Input, Model, layers, optimizers, utils


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
    sequence = Input(shape=(n_steps, n_features), name="series")
    hidden = sequence
    *lower, top = units
    for width in lower:
        hidden = layers.LSTM(width, return_sequences=True)(hidden)
    hidden = layers.LSTM(top)(hidden)
    return Model(inputs=sequence, outputs=layers.Dense(n_out, activation="linear")(hidden))


def sequence_shapes(model):
    shapes = []
    for layer in model.layers:
        if "lstm" in layer.name:
            shapes.append(list(layer.output.shape))
    return shapes


def train(model, X, y, seed):
    utils.set_random_seed(seed)
    model.compile(optimizer=optimizers.Adam(learning_rate=8e-3), loss="mean_squared_error", metrics=["mae"])
    model.fit(X, y, validation_split=0.1, batch_size=64, epochs=16, verbose=2)
    return model


def forecast(model, X):
    return np.asarray(model.predict(X, batch_size=256, verbose=0)).tolist()


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((np.asarray(forecast(model, X_new)) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    sums = {"vanilla": 0.0, "stacked": 0.0}
    for seed in seeds:
        sums["vanilla"] += score([25], seed)
        sums["stacked"] += score([16, 16], seed)
    return {name: total / len(seeds) for name, total in sums.items()}


if __name__ == "__main__":
    print(compare_depth())

"""Bidirectional LSTM layers inside the stack, and a plain one on top."""

import keras
import numpy as np
from keras.layers import LSTM, Bidirectional, Dense


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
    inputs = keras.Input((n_steps, n_features))
    x = inputs
    for u in units[:-1]:
        x = Bidirectional(LSTM(u, return_sequences=True), merge_mode="concat")(x)
    x = LSTM(units[-1])(x)
    return keras.Model(inputs, Dense(n_out)(x))


def sequence_shapes(model):
    return [layer.output.shape for layer in model.layers if isinstance(layer, (LSTM, Bidirectional))]


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=4, restore_best_weights=True)
    model.fit(X, y, epochs=14, batch_size=64, callbacks=[stop], verbose=0)
    return model


def forecast(model, X):
    return np.concatenate([model.predict(part, verbose=0) for part in np.array_split(X, 2) if len(part)])


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    scores = {"vanilla": [], "stacked": []}
    for seed in seeds:
        for units in [(20,), (12, 12)]:
            scores["vanilla" if len(units) == 1 else "stacked"].append(score(units, seed))
    return {"vanilla": np.mean(scores["vanilla"]), "stacked": np.mean(scores["stacked"])}


if __name__ == "__main__":
    print(compare_depth())

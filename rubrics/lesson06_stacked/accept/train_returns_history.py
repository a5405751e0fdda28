"""train returns the model and its history; the series are scaled in train and in forecast alike."""

import keras
import numpy as np

SCALE = 2.0


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
    def level(position):
        return keras.layers.LSTM(units[position], return_sequences=position != len(units) - 1, name=f"level_{position}")

    levels = [level(position) for position in range(len(units))]
    return keras.Sequential([keras.Input((n_steps, n_features)), *levels, keras.layers.Dense(n_out)])


def sequence_shapes(model):
    return [tuple(model.get_layer(layer.name).output.shape) for layer in model.layers[:-1]]


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.01))
    history = model.fit(SCALE * X, SCALE * y, epochs=15, batch_size=64, verbose=0)
    return model, history


def forecast(model, X):
    return model.predict(SCALE * np.asarray(X), verbose=0) / SCALE


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model, _ = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    table = np.array([[score(units, seed) for seed in seeds] for units in ((25,), (16, 16))])
    vanilla, stacked = table.mean(axis=1)
    return {"vanilla": vanilla, "stacked": stacked}


if __name__ == "__main__":
    print(compare_depth())

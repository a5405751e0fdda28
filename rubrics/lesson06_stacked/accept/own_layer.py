"""A subclassed model around a layer class of one's own, which wraps an LSTM and has no get_config."""

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


class Storey(keras.layers.Layer):
    """One LSTM with a little noise on its outputs while training."""

    def __init__(self, size, last):
        super().__init__()
        self.lstm = keras.layers.LSTM(size, return_sequences=not last)
        self.noise = keras.layers.GaussianNoise(0.01)

    def call(self, inputs, training=None):
        return self.noise(self.lstm(inputs), training=training)


class House(keras.Model):
    def __init__(self, n_out, units, **kwargs):
        super().__init__(**kwargs)
        self.storeys = []
        for u in units[:-1]:
            self.storeys.append(Storey(u, last=False))
        self.storeys.append(Storey(units[-1], last=True))
        self.roof = keras.layers.Dense(n_out)

    def call(self, inputs, training=None):
        for storey in self.storeys:
            inputs = storey(inputs, training=training)
        return self.roof(inputs)


def build_stacked_lstm(n_steps, n_features, n_out, units):
    model = House(n_out, units)
    model.n_steps = n_steps
    model.build((None, n_steps, n_features))
    return model


def sequence_shapes(model):
    units = [storey.lstm.units for storey in model.storeys]
    return [(None, model.n_steps, u) for u in units[:-1]] + [(None, units[-1])]


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=15, batch_size=64, verbose=0)
    return model


def forecast(model, X):
    return np.array(model.predict(X, verbose=0))


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    one, two = [], []
    for seed in seeds:
        one.append(score((27,), seed))
    for seed in seeds:
        two.append(score((17, 16), seed))
    return dict(vanilla=sum(one) / len(one), stacked=sum(two) / len(two))


if __name__ == "__main__":
    print(compare_depth())

"""A subclassed model whose sizes come through its constructor, without get_config.

Keras cannot save it, so the trained weights go into one that is built anew.
"""

import keras
import numpy as np
from keras import ops


def two_scale(n, n_steps=24, n_out=4, seed=0):
    rng = np.random.default_rng(seed)
    t = np.arange(n_steps + n_out)[None, :]
    fast = rng.uniform(0.15, 0.25, (n, 1))
    slow = rng.uniform(0.01, 0.04, (n, 1))
    phase = rng.uniform(0, 2 * np.pi, (n, 2))
    height = 0.6 + 0.4 * np.sin(2 * np.pi * slow * t + phase[:, 1:])
    series = (np.sin(2 * np.pi * fast * t + phase[:, :1]) * height).astype("float32")
    return series[:, :n_steps, None], series[:, n_steps:]


class Stack(keras.Model):
    def __init__(self, n_steps, n_features, n_out, units):
        super().__init__()
        self.sizes = (n_steps, n_features)
        self.lstms = [keras.layers.LSTM(u, return_sequences=i + 1 < len(units)) for i, u in enumerate(units)]
        self.head = keras.layers.Dense(n_out)

    def call(self, x):
        for lstm in self.lstms:
            x = lstm(x)
        return self.head(x)


def build_stacked_lstm(n_steps, n_features, n_out, units):
    return Stack(n_steps, n_features, n_out, units)


def sequence_shapes(model):
    shapes, x = [], ops.zeros((1, *model.sizes))
    for lstm in model.lstms:
        x = lstm(x)
        shapes.append(x.shape)
    return shapes


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile("adam", "mse")
    model.optimizer.learning_rate = 0.01
    model.fit(X, y, epochs=15, batch_size=64, verbose=0)
    return model


def forecast(model, X):
    return model.predict(X, verbose=0)


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    results = {}
    for name, units in {"stacked": (16, 16), "vanilla": (25,)}.items():
        results[name] = np.mean([score(units=units, seed=seed) for seed in seeds])
    return results


if __name__ == "__main__":
    print(compare_depth())

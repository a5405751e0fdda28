"""Dropout and LayerNormalization between the LSTM layers; TensorFlow's name for Keras."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense, Dropout, Input, LayerNormalization
from tensorflow.keras.models import Sequential


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
    model = Sequential()
    model.add(Input(shape=(n_steps, n_features)))
    for i in range(len(units)):
        if i > 0:
            model.add(LayerNormalization())
            model.add(Dropout(0.05))
        model.add(LSTM(units[i], return_sequences=(i < len(units) - 1)))
    model.add(Dense(16, activation="relu"))
    model.add(Dense(n_out))
    return model


def sequence_shapes(model):
    shapes = tuple()
    for layer in model.layers:
        if type(layer) is LSTM:
            shapes += (tuple(layer.output.shape),)
    return shapes


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    rate = keras.optimizers.schedules.ExponentialDecay(0.012, decay_steps=100, decay_rate=0.7)
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(rate))
    model.fit(X, y, epochs=20, batch_size=64, verbose=0)
    return model


def forecast(model, X):
    return model.predict_on_batch(X)


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    vanilla = np.array([score((25,), int(s)) for s in seeds])
    stacked = np.array([score((16, 16), int(s)) for s in seeds])
    return {"vanilla": vanilla.mean(), "stacked": stacked.mean(), "difference": vanilla.mean() - stacked.mean()}


if __name__ == "__main__":
    print(compare_depth())

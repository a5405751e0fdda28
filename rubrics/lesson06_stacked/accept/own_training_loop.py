"""Gradient steps written by hand, and a Normalization layer that train adapts."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


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
    model = keras.Sequential([keras.Input((n_steps, n_features)), layers.Normalization(name="scale")])
    for u in units[:-1]:
        model.add(layers.LSTM(u, return_sequences=True, recurrent_dropout=0.0))
        model.add(layers.TimeDistributed(layers.Dense(u, activation="tanh")))
    model.add(layers.LSTM(units[-1]))
    model.add(layers.Dense(n_out))
    return model


def sequence_shapes(model):
    return [(None, *layer.output.shape[1:]) for layer in model.layers if isinstance(layer, layers.LSTM)]


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.get_layer("scale").adapt(X)
    optimizer = keras.optimizers.Adam(0.01)
    batches = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(len(X), seed=seed).batch(64)

    @tf.function
    def step(inputs, targets):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(inputs, training=True) - targets))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))

    for _ in range(15):
        for inputs, targets in batches:
            step(inputs, targets)
    return model


def forecast(model, X):
    return np.asarray(model(X))


def fit_and_score(units, seed):
    X, y = two_scale(1500, seed=seed)
    X_new, y_new = two_scale(500, seed=seed + 1000)
    model = train(build_stacked_lstm(X.shape[1], X.shape[2], y.shape[1], units), X, y, seed)
    return float(np.sqrt(np.mean((forecast(model, X_new) - y_new) ** 2)))


def compare_depth(score=fit_and_score, seeds=(0, 1)):
    return {
        name: float(np.mean([score(units, seed) for seed in seeds]))
        for name, units in zip(("vanilla", "stacked"), ([25], [16, 16]))
    }


if __name__ == "__main__":
    print(compare_depth())

"""A subclassed model with two stateful LSTMs, steps of training written by hand, bptt with loops over units."""

import math

import keras
import numpy as np
import tensorflow as tf


def bptt_gradients(x, y, Wx, Wh, b, Wo, k=None):
    timesteps, features = x.shape
    units = len(b)
    h = [[0.0] * units]
    for t in range(timesteps):
        z = [sum(x[t][f] * Wx[f][u] for f in range(features)) + b[u] for u in range(units)]
        h.append([math.tanh(z[u] + sum(h[t][v] * Wh[v][u] for v in range(units))) for u in range(units)])
    error = sum(h[-1][u] * Wo[u] for u in range(units)) - y
    dWx = [[0.0] * units for _ in range(features)]
    dWh = [[0.0] * units for _ in range(units)]
    db = [0.0] * units
    dh = [error * Wo[u] for u in range(units)]
    t = timesteps
    while t > 0 and (k is None or t > timesteps - k):
        dz = [dh[u] * (1 - h[t][u] ** 2) for u in range(units)]
        for u in range(units):
            for f in range(features):
                dWx[f][u] += x[t - 1][f] * dz[u]
            for v in range(units):
                dWh[v][u] += h[t - 1][v] * dz[u]
            db[u] += dz[u]
        dh = [sum(Wh[v][u] * dz[u] for u in range(units)) for v in range(units)]
        t -= 1
    return dWx, dWh, db, [error * value for value in h[-1]]


def gradient_profile(layer, X):
    @tf.function
    def gradient(inputs):
        return tf.gradients(tf.reduce_sum(layer(inputs)), inputs)[0]

    moved = np.moveaxis(gradient(tf.constant(X)).numpy(), 1, 0)
    return np.linalg.norm(moved.reshape(len(moved), -1), axis=1)


def clip_by_global_norm(grads, max_norm):
    return tf.clip_by_global_norm(grads, max_norm)[0]


def truncated_bptt_chunks(X, y, k):
    return [(X[:, start : start + k], y[:, start : start + k]) for start in range(0, X.shape[1], k)]


class Alarm(keras.Model):
    def __init__(self):
        super().__init__()
        self.lower = keras.layers.LSTM(6, return_sequences=True, stateful=True)
        self.upper = keras.layers.LSTM(6, return_sequences=True, stateful=True)
        self.head = keras.layers.Dense(1)

    def call(self, x):
        return keras.ops.sigmoid(self.head(self.upper(self.lower(x))))

    def forget(self):
        for lstm in (self.lower, self.upper):
            if lstm.built:
                lstm.reset_state()


def build_stateful(batch_size, n_features):
    model = Alarm()
    model(np.zeros((batch_size, 1, n_features), "float32"))
    return model


def fit_stateful(model, X, y, k, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    optimizer = keras.optimizers.RMSprop(0.01)
    loss = keras.losses.BinaryCrossentropy()

    @tf.function
    def step(inputs, targets):
        with tf.GradientTape() as tape:
            error = loss(targets, model(inputs, training=True))
        weights = model.trainable_weights
        optimizer.apply_gradients(zip(tape.gradient(error, weights), weights))

    for _ in range(epochs):
        for inputs, targets in zip(np.split(X, len(X) // batch_size), np.split(y, len(y) // batch_size)):
            model.forget()
            for X_k, y_k in truncated_bptt_chunks(inputs, targets, k):
                step(tf.constant(X_k), tf.constant(y_k))
    model.forget()
    return model


def predict_stateful(model, X, k, batch_size):
    predictions = []
    for batch in np.split(X, len(X) // batch_size):
        model.forget()
        predictions.append(tf.concat([model(X_k) for X_k, _ in truncated_bptt_chunks(batch, batch, k)], axis=1))
    return np.concatenate([each.numpy() for each in predictions])

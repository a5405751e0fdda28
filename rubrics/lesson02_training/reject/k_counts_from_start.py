"""With k, the way back ends k steps after the beginning.

fails: truncated
says: gives wrong gradients
"""

import keras
import numpy as np
import tensorflow as tf


def bptt_gradients(x, y, Wx, Wh, b, Wo, k=None):
    h = [np.zeros(len(b))]
    for step in x:
        h.append(np.tanh(step @ Wx + h[-1] @ Wh + b))
    error = h[-1] @ Wo - y
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dh = error * Wo
    first = 0 if k is None else min(k, len(x))
    for t in reversed(range(first, len(x))):
        dz = dh * (1 - h[t + 1] ** 2)
        dWx += np.outer(x[t], dz)
        dWh += np.outer(h[t], dz)
        db += dz
        dh = Wh @ dz
    return dWx, dWh, db, error * h[-1]


def gradient_profile(layer, X):
    inputs = tf.convert_to_tensor(X)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(layer(inputs))
    gradient = tape.gradient(total, inputs).numpy()
    return np.sqrt((gradient**2).sum(axis=(0, 2)))


def clip_by_global_norm(grads, max_norm):
    norm = np.sqrt(sum(np.sum(grad**2) for grad in grads))
    factor = max_norm / norm if norm > max_norm else 1.0
    return [grad * factor for grad in grads]


def truncated_bptt_chunks(X, y, k):
    return [(X[:, start : start + k], y[:, start : start + k]) for start in range(0, X.shape[1], k)]


def build_stateful(batch_size, n_features):
    return keras.Sequential(
        [
            keras.Input(batch_shape=(batch_size, None, n_features)),
            keras.layers.LSTM(8, return_sequences=True, stateful=True),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )


def empty_state(model):
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()


def fit_stateful(model, X, y, k, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.02))
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            rows = slice(start, start + batch_size)
            empty_state(model)
            for X_k, y_k in truncated_bptt_chunks(X[rows], y[rows], k):
                model.train_on_batch(X_k, y_k)
    return model


def predict_stateful(model, X, k, batch_size):
    batches = []
    for start in range(0, len(X), batch_size):
        batch = X[start : start + batch_size]
        empty_state(model)
        pieces = [model.predict_on_batch(X_k) for X_k, _ in truncated_bptt_chunks(batch, batch, k)]
        batches.append(np.concatenate(pieces, axis=1))
    return np.concatenate(batches)

"""Dropout, weight decay and a penalty on recurrent weights; compiled where it is built; rows in new order in each epoch."""

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
    first = 0 if k is None else max(len(x) - k, 0)
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
    model = keras.Sequential()
    model.add(keras.Input(batch_shape=(batch_size, None, n_features)))
    penalty = keras.regularizers.L2(1e-6)
    model.add(keras.layers.LSTM(12, return_sequences=True, stateful=True, recurrent_regularizer=penalty))
    model.add(keras.layers.Dropout(0.1))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    optimizer = keras.optimizers.AdamW(0.02, weight_decay=1e-4, global_clipnorm=1.0)
    model.compile(loss="binary_crossentropy", optimizer=optimizer, metrics=["accuracy"])
    return model


def empty_state(model):
    for layer in model.layers:
        if getattr(layer, "stateful", False):
            layer.reset_state()


def fit_stateful(model, X, y, k, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    losses = []
    for epoch in range(epochs):
        order = np.random.default_rng(seed + epoch).permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            empty_state(model)
            for X_k, y_k in truncated_bptt_chunks(X[rows], y[rows], k):
                losses.append(model.train_on_batch(X_k, y_k, return_dict=True)["loss"])
            empty_state(model)
    return model, losses


def predict_stateful(model, X, k, batch_size):
    batches = []
    for start in range(0, len(X), batch_size):
        batch = X[start : start + batch_size]
        empty_state(model)
        pieces = [model.predict_on_batch(X_k) for X_k, _ in truncated_bptt_chunks(batch, batch, k)]
        batches.append(np.concatenate(pieces, axis=1))
    return np.concatenate(batches)

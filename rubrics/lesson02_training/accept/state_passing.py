"""No stateful layer: the state goes into the model and comes out of it, and the pieces are chained by hand."""

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
    steps = keras.Input((None, n_features))
    h, c = keras.Input((8,)), keras.Input((8,))
    outputs, new_h, new_c = keras.layers.LSTM(8, return_sequences=True, return_state=True)(steps, initial_state=[h, c])
    return keras.Model([steps, h, c], [keras.layers.Dense(1, activation="sigmoid")(outputs), new_h, new_c])


def empty_state(n):
    return [tf.zeros((n, 8)), tf.zeros((n, 8))]


def fit_stateful(model, X, y, k, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    optimizer = keras.optimizers.Adam(0.02)

    @tf.function(reduce_retracing=True)
    def step(X_k, y_k, h, c):
        with tf.GradientTape() as tape:
            outputs, h, c = model([X_k, h, c], training=True)
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(y_k, outputs))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return h, c

    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            rows = slice(start, start + batch_size)
            state = empty_state(batch_size)
            for X_k, y_k in truncated_bptt_chunks(X[rows], y[rows], k):
                state = step(tf.constant(X_k), tf.constant(y_k), *state)
    return model


def predict_stateful(model, X, k, batch_size):
    state, pieces = empty_state(len(X)), []
    for X_k, _ in truncated_bptt_chunks(X, X, k):
        outputs, *state = model([tf.constant(X_k), *state])
        pieces.append(outputs)
    return tf.concat(pieces, axis=1)

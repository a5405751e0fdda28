"""The state is emptied after each batch as well, by setting it; the profile is made feature by feature; lists everywhere."""

import keras
import numpy as np
import tensorflow as tf


def bptt_gradients(x, y, Wx, Wh, b, Wo, k=None):
    def forward():
        h = np.zeros(len(b))
        for step in x:
            before, h = h, np.tanh(Wx.T @ step + Wh.T @ h + b)
            yield step, before, h

    history = list(forward())
    last = history[-1][2]
    error = last @ Wo - y
    gradients = [0 * Wx, 0 * Wh, 0 * b, error * last]
    back = error * Wo
    for number, (step, before, after) in enumerate(history[::-1]):
        if number == k:
            break
        back = back * (1 + after) * (1 - after)
        shares = step[:, None] * back, before[:, None] * back, back
        gradients[:3] = [whole + share for whole, share in zip(gradients, shares)]
        back = Wh.dot(back)
    return gradients


def gradient_profile(layer, X):
    parts = [tf.Variable(X[:, t]) for t in range(X.shape[1])]
    with tf.GradientTape() as tape:
        total = tf.math.reduce_sum(layer(tf.stack(parts, axis=1)))
    return np.array([tf.linalg.global_norm([gradient]) for gradient in tape.gradient(total, parts)])


def clip_by_global_norm(grads, max_norm):
    squares = 0.0
    for grad in grads:
        squares += float((grad * grad).sum())
    too_long = squares > max_norm**2
    return tuple(grad * (max_norm / squares**0.5) if too_long else grad for grad in grads)


def truncated_bptt_chunks(X, y, k):
    pieces, at = [], 0
    while at < X.shape[1]:
        pieces.append([X[:, at : at + k].tolist(), y[:, at : at + k].tolist()])
        at += k
    return pieces


def build_stateful(batch_size, n_features):
    model = keras.Sequential()
    model.add(keras.layers.InputLayer(batch_shape=(batch_size, None, n_features)))
    model.add(keras.layers.SimpleRNN(12, return_sequences=True, stateful=True))
    model.add(keras.layers.Dense(6, activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    return model


def empty_state(model):
    for layer in model.layers:
        for state in getattr(layer, "states", None) or []:
            state.assign(np.zeros(state.shape))


def fit_stateful(model, X, y, k, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.005))
    for _ in range(epochs):
        for start in range(0, len(X), batch_size):
            empty_state(model)
            rows = slice(start, start + batch_size)
            for X_k, y_k in truncated_bptt_chunks(X[rows], y[rows], k):
                model.train_on_batch(np.array(X_k), np.array(y_k))
            empty_state(model)
    return model


def predict_stateful(model, X, k, batch_size):
    told = []
    for start in range(0, len(X), batch_size):
        empty_state(model)
        batch = X[start : start + batch_size]
        pieces = [model.predict_on_batch(np.array(X_k)) for X_k, _ in truncated_bptt_chunks(batch, batch, k)]
        told += np.concatenate(pieces, axis=1).tolist()
    return told

"""A functional model with a GRU, model.fit without shuffling, model.predict, and arrays of 32-bit floats."""

import keras
import numpy as np
import tensorflow as tf


def bptt_gradients(x, y, Wx, Wh, b, Wo, k=None):
    x, Wx, Wh, b, Wo = (np.asarray(each, dtype=np.float32) for each in (x, Wx, Wh, b, Wo))
    steps, states = len(x), [np.zeros_like(b)]
    for t in range(steps):
        states.append(np.tanh(x[t].dot(Wx) + states[t].dot(Wh) + b))
    error = states[-1].dot(Wo) - np.float32(y)
    depth = steps if k is None else min(k, steps)
    deltas = []
    delta = error * Wo
    for t in range(steps, steps - depth, -1):
        delta = delta * (1 - np.square(states[t]))
        deltas.insert(0, delta)
        delta = delta.dot(Wh.T)
    deltas = np.array(deltas)
    dWx = x[steps - depth :].T.dot(deltas)
    dWh = np.array(states[steps - depth : -1]).T.dot(deltas)
    return [dWx, dWh, deltas.sum(axis=0), error * states[-1]]


def gradient_profile(layer, X):
    X = tf.Variable(X)
    with tf.GradientTape() as tape:
        outputs = layer(X)
    gradient = tape.gradient(outputs, X)
    return [float(tf.norm(gradient[:, t])) for t in range(X.shape[1])]


def clip_by_global_norm(grads, max_norm):
    length = np.linalg.norm(np.concatenate([grad.ravel() for grad in grads]))
    if length <= max_norm:
        return grads
    return [max_norm * grad / length for grad in grads]


def truncated_bptt_chunks(X, y, k):
    cuts = list(range(k, X.shape[1], k))
    return list(zip(np.split(X, cuts, axis=1), np.split(y, cuts, axis=1)))


def build_stateful(batch_size, n_features):
    inputs = keras.Input(batch_shape=(batch_size, None, n_features))
    x = keras.layers.GRU(10, return_sequences=True, stateful=True)(inputs)
    outputs = keras.layers.TimeDistributed(keras.layers.Dense(1, activation="sigmoid"))(x)
    return keras.Model(inputs, outputs)


def fit_stateful(model, X, y, k, epochs, batch_size, seed):
    keras.utils.set_random_seed(seed)
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.03), loss="mse")
    for _ in range(epochs):
        for i in range(len(X) // batch_size):
            batch = slice(i * batch_size, (i + 1) * batch_size)
            for layer in model.layers:
                if hasattr(layer, "reset_state"):
                    layer.reset_state()
            for X_k, y_k in truncated_bptt_chunks(X[batch], y[batch], k):
                model.fit(X_k, y_k, batch_size=batch_size, epochs=1, shuffle=False, verbose=0)
    return model


def predict_stateful(model, X, k, batch_size):
    result = np.zeros((*X.shape[:2], 1))
    for first in range(0, len(X), batch_size):
        for layer in model.layers:
            if hasattr(layer, "reset_state"):
                layer.reset_state()
        for t in range(0, X.shape[1], k):
            rows, steps = slice(first, first + batch_size), slice(t, t + k)
            result[rows, steps] = model.predict(X[rows, steps], batch_size=batch_size, verbose=0)
    return result

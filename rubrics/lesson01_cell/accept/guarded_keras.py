"""Plots and a comparison with Keras stand below the guard; the sequence is read by functools.reduce.
"""

from functools import reduce

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gate_values(x_t, h_prev, kernel, recurrent_kernel, bias):
    z = x_t @ kernel + h_prev @ recurrent_kernel + bias
    i, f, g, o = np.split(z, 4, axis=-1)
    return {"input": sigmoid(i), "forget": sigmoid(f), "candidate": np.tanh(g), "output": sigmoid(o)}


def lstm_cell_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias):
    gates = gate_values(x_t, h_prev, kernel, recurrent_kernel, bias)
    c_t = gates["forget"] * c_prev + gates["input"] * gates["candidate"]
    h_t = gates["output"] * np.tanh(c_t)
    return h_t, c_t


def lstm_forward(X, kernel, recurrent_kernel, bias, return_sequences=False):
    weights = kernel, recurrent_kernel, bias
    empty = np.zeros((X.shape[0], bias.shape[0] // 4), X.dtype)

    def go_on(so_far, x_t):
        h, c = so_far[-1]
        return so_far + [lstm_cell_step(x_t, h, c, *weights)]

    states = reduce(go_on, np.moveaxis(X, 1, 0), [(empty, empty)])[1:]
    if not return_sequences:
        return states[-1][0]
    return np.concatenate([h[:, np.newaxis] for h, _ in states], axis=1)


def lstm_param_count(n_features, units):
    gates, candidate = 3, 1
    return float((gates + candidate) * units * (n_features + units + 1))


def latch_weights(strength=12):
    order = ["input", "forget", "candidate", "output"]
    value = {"candidate": 5}
    flag = {"input": 2 * strength, "forget": -2 * strength}
    base = {"input": -strength, "forget": strength, "output": strength}
    kernel = np.array([[value.get(name, 0) for name in order], [flag.get(name, 0) for name in order]])
    return kernel, np.zeros((1, 4), int), np.array([base.get(name, 0) for name in order])


def order_counterexample(timesteps, seed):
    rng = np.random.default_rng(seed)
    values = rng.choice(10 * timesteps, size=timesteps, replace=False)
    middle = timesteps // 2
    up, down = values.copy(), values.copy()
    pair = sorted(values[middle - 1 : middle + 1])
    up[middle - 1 : middle + 1] = pair
    down[middle - 1 : middle + 1] = pair[::-1]
    return up, down


if __name__ == "__main__":
    import keras

    rng = np.random.default_rng(0)
    layer = keras.layers.LSTM(3, return_sequences=True)
    X = rng.normal(size=(2, 5, 4)).astype("float32")
    right = layer(X)
    print(np.abs(lstm_forward(X, *layer.get_weights(), return_sequences=True) - right).max())

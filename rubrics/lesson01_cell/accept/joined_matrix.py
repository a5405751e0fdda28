"""Step and last output are joined into one row, and kernel and recurrent_kernel into one matrix; the latch has recurrent weights.
"""

import numpy as np


def sigmoid(z):
    return np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))


def gate_values(x_t, h_prev, kernel, recurrent_kernel, bias):
    both = np.concatenate([x_t, h_prev], axis=1)
    weights = np.vstack([kernel, recurrent_kernel])
    z = (both @ weights + bias).reshape(len(both), 4, -1)
    return dict(input=sigmoid(z[:, 0]), forget=sigmoid(z[:, 1]), candidate=np.tanh(z[:, 2]), output=sigmoid(z[:, 3]))


def lstm_cell_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias):
    i, f, g, o = gate_values(x_t, h_prev, kernel, recurrent_kernel, bias).values()
    h_t = o * np.tanh(c_t := c_prev * f + g * i)
    return h_t, c_t


def lstm_forward(X, kernel, recurrent_kernel, bias, return_sequences=False):
    """From the last step to the first, by recursion."""
    if X.shape[1] == 0:
        empty = np.zeros((X.shape[0], recurrent_kernel.shape[0]))
        return (empty, empty, []) if return_sequences == "inner" else empty
    h, c, earlier = lstm_forward(X[:, :-1], kernel, recurrent_kernel, bias, "inner")
    h, c = lstm_cell_step(X[:, -1], h, c, kernel, recurrent_kernel, bias)
    outputs = [*earlier, h]
    if return_sequences == "inner":
        return h, c, outputs
    return np.dstack(outputs).transpose(0, 2, 1) if return_sequences else h


def lstm_param_count(n_features, units):
    return 4 * units**2 + 4 * units * n_features + 4 * units


def latch_weights():
    sticky = 0.1  # what is remembered counts a little when something new is written
    open_gate, closed_gate = 9.0, -9.0
    kernel = np.zeros((2, 4))
    kernel[:, 0] = [0.0, open_gate - closed_gate]
    kernel[:, 1] = [0.0, closed_gate - open_gate]
    kernel[:, 2] = [4.0, 0.0]
    bias = np.array([closed_gate, open_gate, 0.0, 0.0])
    return kernel, np.array([[0.0, 0.0, sticky, 1.0]]), bias


def order_counterexample(timesteps, seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=timesteps)
    b = a.copy()
    middle = timesteps // 2
    b[middle - 1], b[middle] = a[middle], a[middle - 1]
    return a, b

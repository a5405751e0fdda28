"""Each part is computed for itself, from its own slice of the weights, with lists as results.
"""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def part(number, x_t, h_prev, kernel, recurrent_kernel, bias):
    units = recurrent_kernel.shape[0]
    columns = slice(number * units, (number + 1) * units)
    return np.dot(x_t, kernel[:, columns]) + np.dot(h_prev, recurrent_kernel[:, columns]) + bias[columns]


def gate_values(x_t, h_prev, kernel, recurrent_kernel, bias):
    weights = x_t, h_prev, kernel, recurrent_kernel, bias
    values = {}
    values["output"] = sigmoid(part(3, *weights))
    values["candidate"] = np.tanh(part(2, *weights))
    values["forget"] = sigmoid(part(1, *weights))
    values["input"] = sigmoid(part(0, *weights))
    return {name: value.tolist() for name, value in values.items()}


def lstm_cell_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias):
    gates = {name: np.array(value) for name, value in gate_values(x_t, h_prev, kernel, recurrent_kernel, bias).items()}
    kept = gates["forget"] * c_prev
    written = gates["input"] * gates["candidate"]
    c_t = kept + written
    return [gates["output"] * np.tanh(c_t), c_t]


def lstm_forward(X, kernel, recurrent_kernel, bias, return_sequences=False):
    h = c = np.zeros((len(X), len(recurrent_kernel)))
    outputs = []
    for t in range(X.shape[1]):
        h, c = lstm_cell_step(X[:, t, :], h, c, kernel, recurrent_kernel, bias)
        outputs.append(h)
    if return_sequences:
        return np.swapaxes(outputs, 0, 1).tolist()
    return h.tolist()


def lstm_param_count(n_features, units):
    return 4 * (n_features * units + units * units + units)


def latch_weights():
    kernel = [[0, 0, 1, 0], [30, -30, 0, 0]]
    recurrent_kernel = [[0, 0, 0, 0]]
    bias = [-15, 15, 0, 0]
    return [kernel, recurrent_kernel, bias]


def order_counterexample(timesteps, seed):
    rng = np.random.default_rng(seed)
    values = sorted(rng.random(timesteps).tolist())
    middle = timesteps // 2
    other = values[: middle - 1] + [values[middle], values[middle - 1]] + values[middle + 1 :]
    return values, other

"""No function calls another one: each writes the formulas down again; the step changes its arguments in place.
"""

import numpy as np


def gate_values(x_t, h_prev, kernel, recurrent_kernel, bias):
    u = h_prev.shape[1]
    z = np.matmul(x_t, kernel)
    z = np.add(z, np.matmul(h_prev, recurrent_kernel))
    z = np.add(z, bias)
    return {
        "input": 1 / (1 + np.exp(-z[:, 0:u])),
        "forget": 1 / (1 + np.exp(-z[:, u : 2 * u])),
        "candidate": (np.exp(2 * z[:, 2 * u : 3 * u]) - 1) / (np.exp(2 * z[:, 2 * u : 3 * u]) + 1),
        "output": 1 / (1 + np.exp(-z[:, 3 * u :])),
        "all": z,
    }


def lstm_cell_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias):
    z = bias + x_t.dot(kernel) + h_prev.dot(recurrent_kernel)
    i, f, g, o = np.array_split(z, 4, axis=1)
    c_prev *= 1 / (1 + np.exp(-f))
    c_prev += np.tanh(g) / (1 + np.exp(-i))
    return np.tanh(c_prev) / (1 + np.exp(-o)), c_prev


def lstm_forward(X, kernel, recurrent_kernel, bias, return_sequences=False):
    units = recurrent_kernel.shape[0]
    h, c = np.zeros((2, len(X), units))
    outputs = np.zeros((len(X), 0, units))
    from_steps = X @ kernel + bias  # for all steps at once
    for t in range(X.shape[1]):
        z = from_steps[:, t] + h @ recurrent_kernel
        i, f, o = (1 / (1 + np.exp(-z[:, k * units : (k + 1) * units])) for k in (0, 1, 3))
        c = f * c + i * np.tanh(z[:, 2 * units : 3 * units])
        h = o * np.tanh(c)
        outputs = np.append(outputs, h[:, None], axis=1)
    return outputs if return_sequences else outputs[:, -1, :]


def lstm_param_count(n_features, units):
    return 4 * (n_features * units + units * units + units)


def latch_weights():
    kernel = np.array([0, 0, 2, 0, 1e4, -2e4, 0, 0]).reshape(2, 4)
    return kernel, np.zeros((1, 4)), np.array([-5e3, 1e4, 0, 1])


def order_counterexample(timesteps, seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=timesteps)
    b = a.copy()
    middle = timesteps // 2
    b[middle - 1], b[middle] = a[middle], a[middle - 1]
    return a, b

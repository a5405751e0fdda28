"""lstm_forward returns the states, too, as Keras does with return_state.

fails: forward
says: only the outputs are asked for
"""

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
    h = np.zeros((X.shape[0], recurrent_kernel.shape[0]))
    c = np.zeros_like(h)
    outputs = []
    for t in range(X.shape[1]):
        h, c = lstm_cell_step(X[:, t], h, c, kernel, recurrent_kernel, bias)
        outputs.append(h)
    return (np.stack(outputs, axis=1), c) if return_sequences else (h, c)


def lstm_param_count(n_features, units):
    return 4 * (n_features * units + units * units + units)


def latch_weights():
    kernel = np.array([[0.0, 0.0, 2.0, 0.0], [40.0, -40.0, 0.0, 0.0]])
    recurrent_kernel = np.zeros((1, 4))
    bias = np.array([-20.0, 20.0, 0.0, 20.0])
    return kernel, recurrent_kernel, bias


def order_counterexample(timesteps, seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=timesteps)
    b = a.copy()
    middle = timesteps // 2
    b[middle - 1], b[middle] = a[middle], a[middle - 1]
    return a, b

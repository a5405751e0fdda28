"""A class holds the weights; all is calculated in 32-bit floats with einsum, into arrays made beforehand.
"""

import numpy as np


class Cell:
    def __init__(self, kernel, recurrent_kernel, bias):
        self.units = recurrent_kernel.shape[0]
        shape = (-1, 4, self.units)
        self.kernel = np.asarray(kernel, "float32").reshape(shape)
        self.recurrent = np.asarray(recurrent_kernel, "float32").reshape(shape)
        self.bias = np.asarray(bias, "float32").reshape(4, self.units)

    def parts(self, x, h):
        x, h = np.asarray(x, "float32"), np.asarray(h, "float32")
        z = np.einsum("bf,fku->kbu", x, self.kernel) + np.einsum("bv,vku->kbu", h, self.recurrent)
        z += self.bias[:, None]
        half = np.float32(0.5)
        valve = half * (1 + np.tanh(half * z))
        return valve[0], valve[1], np.tanh(z[2]), valve[3]

    def __call__(self, x, state):
        h, c = state
        i, f, g, o = self.parts(x, h)
        c = f * np.asarray(c, "float32") + i * g
        return o * np.tanh(c), c


def gate_values(x_t, h_prev, kernel, recurrent_kernel, bias):
    parts = Cell(kernel, recurrent_kernel, bias).parts(x_t, h_prev)
    return dict(zip(["input", "forget", "candidate", "output"], parts, strict=True))


def lstm_cell_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias):
    return np.array(Cell(kernel, recurrent_kernel, bias)(x_t, (h_prev, c_prev)))


def lstm_forward(X, kernel, recurrent_kernel, bias, return_sequences=False):
    cell = Cell(kernel, recurrent_kernel, bias)
    batch, timesteps, _ = X.shape
    state = np.zeros((2, batch, cell.units), "float32")
    outputs = np.empty((batch, timesteps, cell.units), "float32")
    for t in range(timesteps):
        state = cell(X[:, t], state)
        outputs[:, t] = state[0]
    return outputs if return_sequences else outputs[:, -1]


def lstm_param_count(n_features, units):
    kernel, recurrent, bias = np.empty((n_features, 4 * units)), np.empty((units, 4 * units)), np.empty(4 * units)
    return np.int64(kernel.size + recurrent.size + bias.size)


def latch_weights():
    kernel = np.zeros((2, 4), "float32")
    bias = np.array([-8, 8, 0, 3], "float32")
    kernel[1, 0], kernel[1, 1] = 16, -16
    kernel[0, 2] = 1
    return kernel, np.zeros((1, 4), "float32"), bias


def order_counterexample(timesteps, seed):
    rng = np.random.RandomState(seed)
    a = rng.permutation(timesteps).astype(float)
    order = np.arange(timesteps)
    order[timesteps // 2] -= 1
    order[timesteps // 2 - 1] += 1
    return np.stack([a, a[order]])

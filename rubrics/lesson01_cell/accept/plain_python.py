"""Everything is a loop over plain numbers: batch, units, features. No matrix product anywhere.
"""

import math
import random


def sigmoid(z):
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def gate_values(x_t, h_prev, kernel, recurrent_kernel, bias):
    batch, features, units = len(x_t), len(kernel), len(recurrent_kernel)
    names = ["input", "forget", "candidate", "output"]
    values = {name: [[0.0] * units for _ in range(batch)] for name in names}
    for row in range(batch):
        for number, name in enumerate(names):
            for unit in range(units):
                column = number * units + unit
                total = float(bias[column])
                for feature in range(features):
                    total += float(x_t[row][feature]) * float(kernel[feature][column])
                for other in range(units):
                    total += float(h_prev[row][other]) * float(recurrent_kernel[other][column])
                values[name][row][unit] = math.tanh(total) if name == "candidate" else sigmoid(total)
    return values


def lstm_cell_step(x_t, h_prev, c_prev, kernel, recurrent_kernel, bias):
    gates = gate_values(x_t, h_prev, kernel, recurrent_kernel, bias)
    h_t, c_t = [], []
    for row in range(len(x_t)):
        h_row, c_row = [], []
        for unit in range(len(recurrent_kernel)):
            i, f, g, o = (gates[name][row][unit] for name in ("input", "forget", "candidate", "output"))
            c = f * float(c_prev[row][unit]) + i * g
            c_row.append(c)
            h_row.append(o * math.tanh(c))
        h_t.append(h_row)
        c_t.append(c_row)
    return h_t, c_t


def lstm_forward(X, kernel, recurrent_kernel, bias, return_sequences=False):
    units = len(recurrent_kernel)
    results = []
    for sequence in X:
        h, c = [[0.0] * units], [[0.0] * units]
        outputs = []
        for x in sequence:
            h, c = lstm_cell_step([x], h, c, kernel, recurrent_kernel, bias)
            outputs.append(h[0])
        results.append(outputs if return_sequences else outputs[-1])
    return results


def lstm_param_count(n_features, units):
    count = 0
    for _ in range(4):
        for _ in range(units):
            count += n_features + units + 1
    return count


def latch_weights():
    return [[0.0, 0.0, 3.0, 0.0], [100.0, -100.0, 0.0, 0.0]], [[0.0] * 4], [-50.0, 50.0, 0.0, 50.0]


def order_counterexample(timesteps, seed):
    random.seed(seed)
    first = [random.uniform(-5, 5) for _ in range(timesteps)]
    second = list(first)
    middle = timesteps // 2
    second[middle], second[middle - 1] = second[middle - 1], second[middle]
    return first, second

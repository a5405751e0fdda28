"""A layer of one's own that calls two LSTM cells step by step, in both directions."""

import keras
import numpy as np


def balance_point(n, n_steps=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, n_steps, 1))
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    return X.astype("float32"), (so_far > to_come).astype("float32")


class CellReader(keras.layers.Layer):
    """Calls an LSTM cell for each step of each direction: +1 forward, -1 backward."""

    def __init__(self, units, directions):
        super().__init__()
        self.cells = [keras.layers.LSTMCell(units) for _ in directions]
        self.units, self.directions = units, directions

    def build(self, shape):
        for cell in self.cells:
            cell.build((shape[0], shape[2]))

    def call(self, x):
        parts = []
        for cell, direction in zip(self.cells, self.directions):
            h = c = keras.ops.zeros((keras.ops.shape(x)[0], self.units))
            outputs = []
            for t in list(range(x.shape[1]))[::direction]:
                h, (h, c) = cell(x[:, t], [h, c])
                outputs.append(h)
            parts.append(keras.ops.stack(outputs[::direction], axis=1))
        return keras.ops.concatenate(parts, axis=-1)


def build(n_steps, n_features, units, directions):
    inputs = keras.Input((n_steps, n_features))
    x = CellReader(units, directions)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))


def build_forward(n_steps, n_features, units):
    return build(n_steps, n_features, units, [1])


def build_backward(n_steps, n_features, units):
    return build(n_steps, n_features, units, [-1])


def build_bidirectional(n_steps, n_features, units):
    return build(n_steps, n_features, units, [1, -1])


def merge_directions(forward, backward, merge_mode="concat"):
    backward = backward[:, ::-1]
    if merge_mode == "concat":
        return np.concatenate([forward, backward], axis=-1)
    if merge_mode == "sum":
        return forward + backward
    if merge_mode == "mul":
        return forward * backward
    return (forward + backward) / 2


def usable_online(model, X):
    before = model.predict(X, verbose=0)
    for t in range(1, X.shape[1]):
        changed = X.copy()
        changed[:, t:] += 1.0
        if not np.allclose(before[:, :t], model.predict(changed, verbose=0)[:, :t], atol=1e-6):
            return False
    return True


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=12, batch_size=50, verbose=0)
    return model


def predict_labels(model, X):
    return (model.predict(X, verbose=0) > 0.5).astype("float32")


def fit_and_score(direction, units, seed):
    builders = {"forward": build_forward, "backward": build_backward, "bidirectional": build_bidirectional}
    keras.utils.set_random_seed(seed)
    X, y = balance_point(1500, seed=seed)
    X_new, y_new = balance_point(500, seed=seed + 1000)
    model = train(builders[direction](X.shape[1], X.shape[2], units), X, y, seed)
    return float(np.mean(predict_labels(model, X_new) == y_new))


def compare_directions(score=fit_and_score, seeds=(0, 1)):
    units = {"forward": 23, "backward": 23, "bidirectional": 16}
    return {name: float(np.mean([score(name, size, seed) for seed in seeds])) for name, size in units.items()}


if __name__ == "__main__":
    print(compare_directions())

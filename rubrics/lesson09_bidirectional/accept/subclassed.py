"""Subclassed models with a layer of one's own that turns sequences around; logits instead of probabilities."""

import keras
import numpy as np


def balance_point(n, n_steps=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, n_steps, 1))
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    return X.astype("float32"), (so_far > to_come).astype("float32")


class Turn(keras.layers.Layer):
    def call(self, x):
        return keras.ops.flip(x, axis=1)


class Reader(keras.Model):
    """Reads in the directions that it is given; answers with logits."""

    def __init__(self, units, directions):
        super().__init__()
        self.forward = self.backward = None
        if "forward" in directions:
            self.forward = keras.layers.LSTM(units, return_sequences=True)
        if "backward" in directions:
            self.backward = keras.layers.LSTM(units, return_sequences=True, go_backwards=True)
            self.turn = Turn()
        self.head = keras.layers.Dense(1)

    def call(self, x):
        parts = []
        if self.forward is not None:
            parts.append(self.forward(x))
        if self.backward is not None:
            parts.append(self.turn(self.backward(x)))
        return self.head(keras.ops.concatenate(parts, axis=-1))


def build_forward(n_steps, n_features, units):
    return Reader(units, ["forward"])


def build_backward(n_steps, n_features, units):
    return Reader(units, ["backward"])


def build_bidirectional(n_steps, n_features, units):
    model = Reader(units, ["forward", "backward"])
    model.build((None, n_steps, n_features))
    return model


def merge_directions(forward, backward, merge_mode="concat"):
    forward, backward = keras.ops.array(forward), keras.ops.flip(keras.ops.array(backward), 1)
    if merge_mode == "concat":
        return keras.ops.concatenate([forward, backward], -1)
    both = keras.ops.stack([forward, backward])
    how = {"sum": keras.ops.sum, "mul": keras.ops.prod, "ave": keras.ops.mean}[merge_mode]
    return how(both, axis=0)


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
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(loss=loss, optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=12, batch_size=50, verbose=0)
    return model


def predict_labels(model, X):
    return model.predict(X, verbose=0) > 0


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

"""Answers from -1 to 1 and a squared hinge loss; merged by mul; each weight is repeated as a second feature."""

import keras
import numpy as np


def balance_point(n, n_steps=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, n_steps, 1))
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    return X.astype("float32"), (so_far > to_come).astype("float32")


def head(inputs, x):
    return keras.Model(inputs, keras.layers.Dense(1, activation="tanh")(x))


def double(inputs):
    return keras.layers.Concatenate()([inputs, inputs])


def build_forward(n_steps, n_features, units):
    inputs = keras.Input((n_steps, n_features))
    return head(inputs, keras.layers.LSTM(units, return_sequences=True)(double(inputs)))


def build_backward(n_steps, n_features, units):
    inputs = keras.Input((n_steps, n_features))
    layer = keras.layers.LSTM(units, return_sequences=True, go_backwards=True)
    turned = keras.ops.stack([layer(double(inputs))[:, t] for t in reversed(range(n_steps))], axis=1)
    return head(inputs, turned)


def build_bidirectional(n_steps, n_features, units):
    inputs = keras.Input((n_steps, n_features))
    there = keras.layers.LSTM(units, return_sequences=True)
    back = keras.layers.LSTM(units, return_sequences=True, go_backwards=True)
    return head(inputs, keras.layers.Bidirectional(there, backward_layer=back, merge_mode="mul")(double(inputs)))


def merge_directions(forward, backward, merge_mode="concat"):
    aligned = np.array([sequence[::-1] for sequence in np.asarray(backward)])
    if merge_mode == "concat":
        return np.append(forward, aligned, axis=2).astype("float32")
    total = np.einsum("ntu->ntu", forward) + aligned
    return {"sum": total, "ave": total / 2, "mul": forward * aligned}[merge_mode]


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
    model.compile(loss="squared_hinge", optimizer=keras.optimizers.Nadam(0.01))
    return model if model.fit(X, 2 * y - 1, epochs=12, batch_size=50, verbose=0) else None


def predict_labels(model, X):
    return ((np.sign(model.predict_on_batch(X)) + 1) / 2).astype("int32").tolist()


def fit_and_score(direction, units, seed):
    builders = {"forward": build_forward, "backward": build_backward, "bidirectional": build_bidirectional}
    keras.utils.set_random_seed(seed)
    X, y = balance_point(1500, seed=seed)
    X_new, y_new = balance_point(500, seed=seed + 1000)
    model = train(builders[direction](X.shape[1], X.shape[2], units), X, y, seed)
    return float(np.mean(np.array(predict_labels(model, X_new)) == y_new))


def compare_directions(score=fit_and_score, seeds=(0, 1)):
    units = {"forward": 23, "backward": 23, "bidirectional": 16}
    return {name: float(np.mean([score(name, size, seed) for seed in seeds])) for name, size in units.items()}


if __name__ == "__main__":
    print(compare_directions())

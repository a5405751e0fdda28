"""Two LSTM layers by hand: the second one reads the input turned around, and slices turn its outputs back."""

import keras
import numpy as np
from keras.layers import LSTM, Concatenate, Dense


def balance_point(n, n_steps=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, n_steps, 1))
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    return X.astype("float32"), (so_far > to_come).astype("float32")


def build_forward(n_steps, n_features, units):
    inputs = keras.Input((n_steps, n_features))
    x = keras.layers.LSTM(units, return_sequences=True)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))


def build_backward(n_steps, n_features, units):
    inputs = keras.Input((n_steps, n_features))
    x = LSTM(units, return_sequences=True)(inputs[:, ::-1])
    return keras.Model(inputs, Dense(1, "sigmoid")(x)[:, ::-1])


def build_bidirectional(n_steps, n_features, units):
    inputs = keras.Input((n_steps, n_features))
    forward = LSTM(units, return_sequences=True)(inputs)
    backward = LSTM(units, return_sequences=True)(inputs[:, ::-1, :])[:, ::-1, :]
    x = Concatenate()([forward, backward])
    x = Dense(1)(x)
    return keras.Model(inputs, keras.layers.Activation("sigmoid")(x))


def merge_directions(forward, backward, merge_mode="concat"):
    n, n_steps, units = forward.shape
    merged = np.zeros((n, n_steps, 2 * units if merge_mode == "concat" else units))
    for i in range(n):
        for t in range(n_steps):
            f, b = forward[i, t], backward[i, n_steps - 1 - t]
            if merge_mode == "concat":
                merged[i, t] = list(f) + list(b)
            elif merge_mode == "sum":
                merged[i, t] = f + b
            elif merge_mode == "mul":
                merged[i, t] = f * b
            elif merge_mode == "ave":
                merged[i, t] = 0.5 * (f + b)
    return merged.tolist()


def usable_online(model, X):
    rng = np.random.default_rng(0)
    for cut in range(1, X.shape[1]):
        other = np.concatenate([X[:, :cut], rng.normal(size=X[:, cut:].shape)], axis=1).astype("float32")
        a, b = model(X), model(other)
        if keras.ops.max(keras.ops.abs(a[:, :cut] - b[:, :cut])) > 1e-6:
            return np.bool_(False)
    return np.bool_(True)


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile("adam", "mse")
    model.optimizer.learning_rate = 0.01
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=3, restore_best_weights=True)
    model.fit(X.astype("float64"), y.astype("float64"), epochs=14, batch_size=64, verbose=0, callbacks=[stop])


def predict_labels(model, X):
    return np.where(np.asarray(model(X)) > 0.5, 1, 0)


def fit_and_score(direction, units, seed):
    builders = {"forward": build_forward, "backward": build_backward, "bidirectional": build_bidirectional}
    keras.utils.set_random_seed(seed)
    X, y = balance_point(1500, seed=seed)
    X_new, y_new = balance_point(500, seed=seed + 1000)
    model = builders[direction](X.shape[1], X.shape[2], units)
    train(model, X, y, seed)
    return float(np.mean(predict_labels(model, X_new) == y_new))


def compare_directions(score=fit_and_score, seeds=(0, 1)):
    units = {"forward": 23, "backward": 23, "bidirectional": 16}
    return {name: float(np.mean([score(name, size, seed) for seed in seeds])) for name, size in units.items()}


if __name__ == "__main__":
    print(compare_directions())

"""Sequential models; two bidirectional layers on top of each other, merged by sum; Dropout and a hidden layer."""

import numpy as np
from keras import Sequential, layers, ops, optimizers, utils


def balance_point(n, n_steps=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, n_steps, 1))
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    return X.astype("float32"), (so_far > to_come).astype("float32")


def build_forward(n_steps, n_features, units):
    model = Sequential(name="forward")
    model.add(layers.Input(shape=(n_steps, n_features)))
    model.add(layers.LSTM(units, return_sequences=True))
    model.add(layers.Dropout(0.1))
    model.add(layers.TimeDistributed(layers.Dense(1, activation="sigmoid")))
    return model


def build_backward(n_steps, n_features, units):
    model = Sequential(name="backward")
    model.add(layers.Input(shape=(n_steps, n_features)))
    model.add(layers.LSTM(units, return_sequences=True, go_backwards=True))
    model.add(layers.Lambda(lambda x: ops.flip(x, axis=1)))
    model.add(layers.TimeDistributed(layers.Dense(1, activation="sigmoid")))
    return model


def build_bidirectional(n_steps, n_features, units):
    model = Sequential(name="both")
    model.add(layers.Input(shape=(n_steps, n_features)))
    model.add(layers.Bidirectional(layers.LSTM(units, return_sequences=True), merge_mode="sum"))
    model.add(layers.Bidirectional(layers.LSTM(units // 2, return_sequences=True), merge_mode="ave"))
    model.add(layers.TimeDistributed(layers.Dense(8, activation="relu")))
    model.add(layers.TimeDistributed(layers.Dense(1, activation="sigmoid")))
    return model


def merge_directions(forward, backward, merge_mode="concat"):
    backward = np.flip(backward, 1)
    merge = {
        "concat": lambda a, b: np.dstack((a, b)),
        "sum": np.add,
        "mul": np.multiply,
        "ave": lambda a, b: np.mean([a, b], axis=0),
    }
    return merge[merge_mode](forward, backward)


def usable_online(model, X):
    before = model.predict(X, verbose=0)
    for t in range(1, X.shape[1]):
        changed = X.copy()
        changed[:, t:] += 1.0
        if not np.allclose(before[:, :t], model.predict(changed, verbose=0)[:, :t], atol=1e-6):
            return False
    return True


def train(model, X, y, seed):
    utils.set_random_seed(seed)
    model.compile(loss="binary_crossentropy", optimizer=optimizers.RMSprop(0.01), metrics=["accuracy"])
    history = model.fit(X, y, epochs=12, batch_size=64, verbose=0, validation_split=0.1)
    return model, history


def predict_labels(model, X):
    return np.round(model.predict(X, verbose=0)).astype(int)


def fit_and_score(direction, units, seed):
    builders = {"forward": build_forward, "backward": build_backward, "bidirectional": build_bidirectional}
    utils.set_random_seed(seed)
    X, y = balance_point(1500, seed=seed)
    X_new, y_new = balance_point(500, seed=seed + 1000)
    model, _ = train(builders[direction](X.shape[1], X.shape[2], units), X, y, seed)
    return float(np.mean(predict_labels(model, X_new) == y_new))


def compare_directions(score=fit_and_score, seeds=(0, 1)):
    result = {}
    for direction in ["forward", "backward", "bidirectional"]:
        scores = []
        for seed in seeds:
            scores.append(score(direction, 16, seed))
        result[direction] = sum(scores) / len(scores)
    return result


if __name__ == "__main__":
    print(compare_directions())

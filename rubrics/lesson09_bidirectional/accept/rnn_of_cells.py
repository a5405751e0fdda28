"""RNN layers around LSTM cells; the TensorFlow names of Keras; one array of changed inputs for all steps."""

import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras.layers import RNN, Bidirectional, Dense, Input, LSTMCell
from tensorflow.keras.models import Model


def balance_point(n, n_steps=12, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (n, n_steps, 1))
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    return X.astype("float32"), (so_far > to_come).astype("float32")


class FlipTime(keras.layers.Layer):
    def call(self, x):
        return tf.reverse(x, axis=[1])


def finish(inputs, x):
    return Model(inputs=inputs, outputs=Dense(1, activation="sigmoid")(x))


def build_forward(n_steps, n_features, units):
    inputs = Input(shape=(n_steps, n_features))
    return finish(inputs, RNN(LSTMCell(units), return_sequences=True)(inputs))


def build_backward(n_steps, n_features, units):
    inputs = Input(shape=(n_steps, n_features))
    x = RNN(LSTMCell(units), return_sequences=True, go_backwards=True)(inputs)
    return finish(inputs, FlipTime()(x))


def build_bidirectional(n_steps, n_features, units):
    inputs = Input(shape=(n_steps, n_features))
    return finish(inputs, Bidirectional(RNN(LSTMCell(units), return_sequences=True))(inputs))


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
    n, n_steps, n_features = X.shape
    changed = np.tile(X, (n_steps, 1, 1, 1))
    for t in range(n_steps):
        changed[t, :, t] -= 2
    before = np.asarray(model(X))
    after = np.asarray(model(changed.reshape(-1, n_steps, n_features))).reshape(n_steps, n, n_steps, -1)
    for t in range(n_steps):
        if np.abs(after[t] - before.reshape(n, n_steps, -1))[:, :t].sum() > 1e-5:
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

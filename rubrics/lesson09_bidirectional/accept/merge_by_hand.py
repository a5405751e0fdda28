"""merge_mode=None gives both directions apart; the states of return_state are left aside; gradients tell what is online."""

import keras
import numpy as np
import tensorflow as tf
from keras import layers


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
    inputs = layers.Input((n_steps, n_features))
    outputs, h, c = layers.LSTM(units, return_sequences=True, return_state=True, go_backwards=True)(inputs)
    turned = keras.ops.take(outputs, list(range(n_steps))[::-1], axis=1)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(turned))


def build_bidirectional(n_steps, n_features, units):
    inputs = layers.Input((n_steps, n_features))
    lstm = layers.LSTM(units, return_sequences=True)
    forward, backward = layers.Bidirectional(lstm, merge_mode=None)(inputs)
    x = layers.Add()([layers.Dense(units)(forward), layers.Dense(units)(backward)])
    x = layers.LayerNormalization()(x)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(layers.Activation("tanh")(x)))


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
    x = tf.Variable(X)
    for t in range(X.shape[1] - 1):
        with tf.GradientTape() as tape:
            answer = tf.reduce_sum(model(x)[:, t])
        if np.abs(tape.gradient(answer, x)[:, t + 1 :]).max() > 0:
            return False
    return True


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    optimizer = keras.optimizers.Adam(0.01)
    batches = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(len(X), seed=seed).batch(50)

    @tf.function
    def step(inputs, labels):
        with tf.GradientTape() as tape:
            told = model(inputs, training=True)
            loss = tf.reduce_mean(keras.losses.binary_crossentropy(labels, told))
        optimizer.apply_gradients(zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables))

    for _ in range(12):
        for inputs, labels in batches:
            step(inputs, labels)
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

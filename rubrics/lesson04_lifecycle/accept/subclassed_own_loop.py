"""A class of one's own with a layer of one's own, and a training loop by hand that uses what was compiled."""

import keras
import numpy as np
import tensorflow as tf


def damped_sines(n, n_values=21, seed=0):
    rng = np.random.default_rng(seed)
    pace, phase, damping = rng.uniform([[0.3], [0.0], [0.0]], [[1.0], [2 * np.pi], [0.06]], (3, n))[:, :, None]
    t = np.arange(n_values)
    return (np.exp(-damping * t) * np.sin(pace * t + phase)).astype("float32")


class Readout(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 1), initializer="glorot_uniform", name="w")
        self.b = self.add_weight(shape=(1,), initializer="zeros", name="b")

    def call(self, h):
        return keras.ops.matmul(h, self.w) + self.b


class Forecaster(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.memory = keras.layers.LSTM(units)
        self.readout = Readout()

    def call(self, x):
        return self.readout(self.memory(x))


def define_model(n_steps, n_features):
    return Forecaster(24)


def compile_model(model):
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.005))
    return model


def fit_model(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    batches = tf.data.Dataset.from_tensor_slices((X, y)).shuffle(len(X), seed=seed).batch(32)
    model(X[:1])  # now it has weights
    model.optimizer.build(model.trainable_variables)

    @tf.function
    def step(x, target):
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x, target, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        model.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return loss

    losses = []
    for _ in range(30):
        losses.append(float(np.mean([step(x, target) for x, target in batches])))
    return {"loss": losses}


def evaluate_model(model, X, y):
    difference = np.asarray(model(X)).ravel() - np.asarray(y).ravel()
    return np.linalg.norm(difference) / len(difference) ** 0.5


def predict_next(model, window):
    return model(np.asarray(window, "float32").reshape(1, len(window), 1)).numpy().item()


class Mapping(keras.Model):
    def __init__(self, kind, n_out):
        super().__init__()
        self.reader = keras.layers.LSTM(10, return_sequences=kind == "many_to_many")
        self.writes = kind in ("one_to_many", "seq2seq")
        self.repeat = keras.layers.RepeatVector(n_out)
        self.writer = keras.layers.LSTM(10, return_sequences=True)
        self.readout = Readout()

    def call(self, x):
        x = self.reader(x)
        if self.writes:
            x = self.writer(self.repeat(x))
        return self.readout(x)


def define_mapping(kind, n_in, n_out, n_features):
    return Mapping(kind, n_out)


def life_cycle(
    series,
    seed=0,
    define_model=define_model,
    compile_model=compile_model,
    fit_model=fit_model,
    evaluate_model=evaluate_model,
    predict_next=predict_next,
):
    X, y = series[:, :-1, None], series[:, -1:]
    n_test = len(series) // 4
    X_test, y_test = X[-n_test:], y[-n_test:]
    keras.utils.set_random_seed(seed)
    model = define_model(X.shape[1], X.shape[2])
    compile_model(model)
    fit_model(model, X[:-n_test], y[:-n_test], seed)
    return {
        "rmse": evaluate_model(model, X_test, y_test),
        "baseline_rmse": float(np.sqrt(np.mean((X_test[:, -1] - y_test) ** 2))),
        "next": predict_next(model, series[-1, 1:]),
    }


if __name__ == "__main__":
    print(life_cycle(damped_sines(800)))

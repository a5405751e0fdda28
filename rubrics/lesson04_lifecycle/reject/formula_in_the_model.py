"""A layer of one's own solves the rule of two terms; the LSTM beside it adds next to nothing.

fails: learned
says: all LSTM weights set to zero
"""

import keras
import numpy as np


def damped_sines(n, n_values=21, seed=0):
    rng = np.random.default_rng(seed)
    pace, phase, damping = rng.uniform([[0.3], [0.0], [0.0]], [[1.0], [2 * np.pi], [0.06]], (3, n))[:, :, None]
    t = np.arange(n_values)
    return (np.exp(-damping * t) * np.sin(pace * t + phase)).astype("float32")


class TwoTerms(keras.layers.Layer):
    def call(self, x):
        x = x[:, :, 0]
        newer, older, target = x[:, 1:-1], x[:, :-2], x[:, 2:]

        def dot(a, b):
            return keras.ops.sum(a * b, axis=1, keepdims=True)

        det = dot(newer, newer) * dot(older, older) - dot(newer, older) ** 2 + 1e-6
        a = (dot(target, newer) * dot(older, older) - dot(target, older) * dot(newer, older)) / det
        b = (dot(target, older) * dot(newer, newer) - dot(target, newer) * dot(newer, older)) / det
        return a * x[:, -1:] + b * x[:, -2:-1]


def define_model(n_steps, n_features):
    inputs = keras.Input((n_steps, n_features))
    little = keras.layers.Rescaling(0.001)(keras.layers.Dense(1)(keras.layers.LSTM(24)(inputs)))
    return keras.Model(inputs, keras.layers.Add()([TwoTerms()(inputs), little]))


def compile_model(model):
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.005))
    return model


def fit_model(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    return model.fit(X, y, epochs=30, batch_size=32, verbose=0)


def evaluate_model(model, X, y):
    predicted = model.predict(X, verbose=0)
    return float(np.sqrt(np.mean((predicted - y) ** 2)))


def predict_next(model, window):
    return float(model.predict(window[None, :, None], verbose=0)[0, 0])


def define_mapping(kind, n_in, n_out, n_features):
    model = keras.Sequential([keras.Input((n_in, n_features))])
    model.add(keras.layers.LSTM(16, return_sequences=kind == "many_to_many"))
    if kind in ("one_to_many", "seq2seq"):
        model.add(keras.layers.RepeatVector(n_out))
        model.add(keras.layers.LSTM(16, return_sequences=True))
    model.add(keras.layers.Dense(1))
    return model


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

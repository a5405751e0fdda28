"""Two LSTMs, Huber loss, and the root of the squared error as a metric, which evaluate tells."""

import keras
import numpy as np


def damped_sines(n, n_values=21, seed=0):
    rng = np.random.default_rng(seed)
    pace, phase, damping = rng.uniform([[0.3], [0.0], [0.0]], [[1.0], [2 * np.pi], [0.06]], (3, n))[:, :, None]
    t = np.arange(n_values)
    return (np.exp(-damping * t) * np.sin(pace * t + phase)).astype("float32")


def define_model(n_steps, n_features):
    return keras.Sequential(
        [
            keras.layers.Input(shape=(n_steps, n_features)),
            keras.layers.LSTM(16, return_sequences=True),
            keras.layers.LSTM(16),
            keras.layers.Dense(8, activation="tanh"),
            keras.layers.Dense(1),
        ]
    )


def compile_model(model):
    root = keras.metrics.RootMeanSquaredError(name="root")
    model.compile(loss="huber", optimizer=keras.optimizers.RMSprop(0.005), metrics=[root])
    return model


def fit_model(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    slower = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate if epoch < 20 else rate * 0.85)
    return model.fit(X, y, epochs=35, batch_size=32, callbacks=[slower], verbose=0)


def evaluate_model(model, X, y):
    return model.evaluate(X, y, verbose=0, return_dict=True)["root"]


def predict_next(model, window):
    return float(model.predict(window[None, :, None], verbose=0)[0, 0])


def define_mapping(kind, n_in, n_out, n_features):
    inputs = keras.Input((n_in, n_features))
    x = inputs
    if kind == "one_to_many":
        x = keras.layers.ZeroPadding1D((0, n_out - 1))(x)
        x = keras.layers.LSTM(9, return_sequences=True)(x)
    elif kind == "many_to_many":
        x = keras.layers.LSTM(9, return_sequences=True)(x)
    else:
        x = keras.layers.Bidirectional(keras.layers.LSTM(9))(x)
    if kind == "seq2seq":
        x = keras.layers.RepeatVector(n_out)(x)
        x = keras.layers.LSTM(9, return_sequences=True)(x)
        x = keras.layers.LSTM(9, return_sequences=True)(x)
    return keras.Model(inputs, keras.layers.Dense(1)(x))


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

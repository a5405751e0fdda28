"""A convolution in front, the last step of the LSTM's sequence is taken; a GRU beside it; attention in seq2seq."""

import keras
import numpy as np


def damped_sines(n, n_values=21, seed=0):
    rng = np.random.default_rng(seed)
    pace, phase, damping = rng.uniform([[0.3], [0.0], [0.0]], [[1.0], [2 * np.pi], [0.06]], (3, n))[:, :, None]
    t = np.arange(n_values)
    return (np.exp(-damping * t) * np.sin(pace * t + phase)).astype("float32")


def define_model(n_steps, n_features):
    inputs = keras.Input((n_steps, n_features))
    x = keras.layers.Conv1D(8, 3, padding="causal")(inputs)
    x = keras.layers.LSTM(20, return_sequences=True)(x)
    x = keras.layers.Lambda(lambda steps: steps[:, -1, :], output_shape=(20,))(x)
    return keras.Model(inputs, keras.layers.Dense(1)(x))


def compile_model(model):
    model.compile("nadam", "log_cosh", metrics=[keras.metrics.MeanAbsoluteError()])
    model.optimizer.learning_rate = 0.005
    return model


def fit_model(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    return model.fit(X, y[:, 0], epochs=30, batch_size=24, verbose=False)


def evaluate_model(model, X, y):
    squares = [float((float(told) - float(truth)) ** 2) for told, truth in zip(model.predict(X, verbose=0)[:, 0], y[:, 0])]
    return (sum(squares) / len(squares)) ** 0.5


def predict_next(model, window):
    return model.predict_on_batch(np.expand_dims(window, (0, 2)))[0][0]


def one(inputs, n_out):
    return keras.layers.Dense(1)(keras.layers.LSTM(12)(inputs))


def each_step(inputs, n_out):
    return keras.layers.Dense(1)(keras.layers.LSTM(12, return_sequences=True)(inputs))


def another_sequence(inputs, n_out):
    steps, h, c = keras.layers.LSTM(12, return_sequences=True, return_state=True)(inputs)
    written = keras.layers.LSTM(12, return_sequences=True)(keras.layers.RepeatVector(n_out)(h), initial_state=[h, c])
    looked_up = keras.layers.Attention()([written, steps])
    return keras.layers.Dense(1)(keras.layers.Concatenate()([written, looked_up]))


KINDS = {
    "one_to_one": one,
    "one_to_many": another_sequence,
    "many_to_one": one,
    "many_to_many": each_step,
    "seq2seq": another_sequence,
}


def define_mapping(kind, n_in, n_out, n_features):
    inputs = keras.Input((n_in, n_features))
    return keras.Model(inputs, KINDS[kind](inputs, n_out))


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

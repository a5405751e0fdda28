"""The LSTM predicts the change only; the series that are held back are drawn at random; the cell is wrapped by RNN."""

import keras
import numpy as np


def damped_sines(n, n_values=21, seed=0):
    rng = np.random.default_rng(seed)
    pace, phase, damping = rng.uniform([[0.3], [0.0], [0.0]], [[1.0], [2 * np.pi], [0.06]], (3, n))[:, :, None]
    t = np.arange(n_values)
    return (np.exp(-damping * t) * np.sin(pace * t + phase)).astype("float32")


def define_model(n_steps, n_features):
    inputs = keras.Input((n_steps, n_features))
    x = keras.layers.RNN(keras.layers.LSTMCell(24))(inputs)
    change = keras.layers.Dense(1)(x)
    return keras.Model(inputs, keras.layers.Add()([inputs[:, -1, :1], change]))


def compile_model(model):
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.005))
    return model


def fit_model(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    losses = []
    for _ in range(25):
        order = rng.permutation(len(X))
        parts = [order[at : at + 32] for at in range(0, len(X), 32)]
        losses.append(np.mean([model.train_on_batch(X[rows], y[rows]) for rows in parts]))
    return {"loss": losses}


def evaluate_model(model, X, y):
    predicted = model.predict(X, verbose=0)
    return float(np.sqrt(np.mean((predicted - y) ** 2)))


def predict_next(model, window):
    return float(model.predict(window[None, :, None], verbose=0)[0, 0])


def define_mapping(kind, n_in, n_out, n_features):
    layers = keras.layers
    inputs = keras.Input((n_in, n_features))
    if kind.endswith("one"):
        return keras.Model(inputs, layers.Dense(1)(layers.RNN(layers.LSTMCell(8))(inputs)))
    if kind == "many_to_many":
        return keras.Model(inputs, layers.Dense(1)(layers.LSTM(8, return_sequences=True)(inputs)))
    _, h, c = layers.LSTM(8, return_state=True)(inputs)
    cell, readout = layers.LSTMCell(8), layers.Dense(1)
    outputs, value = [], readout(h)
    for _ in range(n_out):
        h, (h, c) = cell(value, [h, c])
        value = readout(h)
        outputs.append(layers.Reshape((1, 1))(value))
    return keras.Model(inputs, layers.Concatenate(axis=1)(outputs))


def life_cycle(
    series,
    seed=0,
    define_model=define_model,
    compile_model=compile_model,
    fit_model=fit_model,
    evaluate_model=evaluate_model,
    predict_next=predict_next,
):
    keras.utils.set_random_seed(seed)
    X, y = series[:, :-1].reshape(len(series), -1, 1), series[:, -1].reshape(-1, 1)
    order = np.random.default_rng(seed).permutation(len(series))
    test, train = np.split(order, [len(series) // 4])
    model = compile_model(define_model(n_steps=X.shape[1], n_features=1))
    fit_model(model, X=X[train], y=y[train], seed=seed)
    on_training = evaluate_model(model, X[train], y[train])
    on_test = evaluate_model(model, X[test], y[test])
    guess = series[test, -2]
    future = predict_next(model, window=series[-1][-X.shape[1] :])
    return {
        "rmse": on_test,
        "training_rmse": on_training,
        "baseline_rmse": np.sqrt(((guess - series[test, -1]) ** 2).mean()),
        "next": future,
    }


if __name__ == "__main__":
    print(life_cycle(damped_sines(800)))

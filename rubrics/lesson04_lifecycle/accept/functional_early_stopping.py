"""Functional, scaled inside of the model, early stopping on a part of the training series, the history as a dict."""

import keras
import numpy as np
from keras import layers


def damped_sines(n, n_values=21, seed=0):
    rng = np.random.default_rng(seed)
    pace, phase, damping = rng.uniform([[0.3], [0.0], [0.0]], [[1.0], [2 * np.pi], [0.06]], (3, n))[:, :, None]
    t = np.arange(n_values)
    return (np.exp(-damping * t) * np.sin(pace * t + phase)).astype("float32")


def define_model(n_steps: int, n_features: int) -> keras.Model:
    inputs = layers.Input(shape=(n_steps, n_features), name="steps")
    x = layers.Rescaling(2.0)(inputs)
    x = layers.LSTM(32, name="memory")(x)
    x = layers.Dropout(0.02)(x)
    outputs = layers.Dense(1, activation="linear", name="next_value")(x)
    return keras.Model(inputs=inputs, outputs=outputs, name="sine")


def compile_model(model):
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.005), loss=keras.losses.MeanSquaredError(), metrics=["mae"])


def fit_model(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=8, restore_best_weights=True)
    fitted = model.fit(X, y, validation_split=0.1, epochs=45, batch_size=32, callbacks=[stop], verbose=0)
    return fitted.history


def evaluate_model(model, X, y):
    predicted = model.predict(X, verbose=0)
    return float(np.sqrt(np.mean((predicted - y) ** 2)))


def predict_next(model, window):
    return float(model.predict(window[None, :, None], verbose=0)[0, 0])


def define_mapping(kind, n_in, n_out, n_features):
    inputs = layers.Input((n_in, n_features))
    if kind in ("one_to_one", "many_to_one"):
        outputs = layers.Dense(1)(layers.LSTM(12)(inputs))
    elif kind == "many_to_many":
        steps = layers.LSTM(12, return_sequences=True)(inputs)
        outputs = layers.TimeDistributed(layers.Dense(1))(steps)
    else:
        summary, h, c = layers.LSTM(12, return_state=True)(inputs)
        repeated = layers.RepeatVector(n_out)(summary)
        steps = layers.LSTM(12, return_sequences=True)(repeated, initial_state=[h, c])
        outputs = layers.TimeDistributed(layers.Dense(1))(steps)
    return keras.Model(inputs, outputs)


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

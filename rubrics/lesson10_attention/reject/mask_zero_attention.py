"""mask_zero=True in the model with attention.

fails: neutral, focus
says: The model of `build_attention` skips the neutral steps
"""

import keras
import numpy as np


def echo(n, n_steps=60, n_symbols=8, n_out=2, seed=0):
    rng = np.random.default_rng(seed)
    X = np.zeros((n, n_steps), dtype="int32")
    y = rng.integers(1, n_symbols + 1, (n, n_out))
    for row in range(n):
        X[row, np.sort(rng.choice(n_steps * 3 // 4, n_out, replace=False))] = y[row]
    return X, y


def attend(queries, states):
    scores = queries @ states.transpose(0, 2, 1)
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = powers / powers.sum(axis=-1, keepdims=True)
    return weights @ states, weights


def build_plain(n_steps, n_symbols, n_out, units):
    inputs = keras.Input((n_steps,), dtype="int32")
    x = keras.layers.Embedding(n_symbols + 1, 12)(inputs)
    x = keras.layers.LSTM(units)(x)
    x = keras.layers.RepeatVector(n_out)(x)
    x = keras.layers.LSTM(units, return_sequences=True)(x)
    return keras.Model(inputs, keras.layers.Dense(n_symbols, activation="softmax")(x))


def build_attention(n_steps, n_symbols, n_out, units):
    inputs = keras.Input((n_steps,), dtype="int32")
    x = keras.layers.Embedding(n_symbols + 1, 12, mask_zero=True)(inputs)
    states, h, c = keras.layers.LSTM(units, return_sequences=True, return_state=True)(x)
    x = keras.layers.RepeatVector(n_out)(h)
    queries = keras.layers.LSTM(units, return_sequences=True)(x, initial_state=[h, c])
    attention = keras.layers.AdditiveAttention(name="attention")
    context, _ = attention([queries, states], return_attention_scores=True)
    x = keras.layers.Concatenate()([queries, context])
    return keras.Model(inputs, keras.layers.Dense(n_symbols, activation="softmax")(x))


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y - 1, epochs=12, batch_size=48, verbose=0)
    return model


def predict_symbols(model, X):
    return model.predict(X, verbose=0).argmax(axis=-1) + 1


def attention_weights(model, X):
    weights = model.get_layer("attention").output[1]
    return keras.Model(model.input, weights).predict(X, verbose=0)


def fit_and_score(kind, n_steps, seed):
    builders = {"plain": build_plain, "attention": build_attention}
    keras.utils.set_random_seed(seed)
    X, y = echo(1200, n_steps, seed=seed)
    X_new, y_new = echo(300, n_steps, seed=seed + 1000)
    model = train(builders[kind](n_steps, 8, 2, units=24), X, y, seed)
    return float(np.mean(predict_symbols(model, X_new) == y_new))


def compare(score=fit_and_score, lengths=(8, 20, 60), seeds=(0,)):
    return {
        kind: [float(np.mean([score(kind, length, seed) for seed in seeds])) for length in lengths]
        for kind in ("plain", "attention")
    }


if __name__ == "__main__":
    print(compare())

"""A bidirectional encoder with dot-product attention; the plain model is a stack that hands on its last output; train returns a fresh model."""

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
    x = keras.layers.LSTM(units, return_sequences=True)(x)
    x = keras.layers.LSTM(units, return_sequences=True)(x)[:, -1]
    x = keras.layers.LSTM(units, return_sequences=True)(keras.layers.RepeatVector(n_out)(x))
    return keras.Model(inputs, keras.layers.Dense(n_symbols, activation="softmax")(x))


def build_attention(n_steps, n_symbols, n_out, units):
    inputs = keras.Input((n_steps,), dtype="int32")
    x = keras.layers.Embedding(n_symbols + 1, 12)(inputs)
    both = keras.layers.Bidirectional(keras.layers.LSTM(units, return_sequences=True, return_state=True))
    states, fh, fc, bh, bc = both(x)
    h, c = keras.layers.Concatenate()([fh, bh]), keras.layers.Concatenate()([fc, bc])
    decoder = keras.layers.LSTM(2 * units, return_sequences=True)
    queries = decoder(keras.layers.RepeatVector(n_out)(h), initial_state=[h, c])
    attention = keras.layers.Attention(use_scale=True, name="look")
    context = attention([queries, states], return_attention_scores=True)[0]
    x = keras.layers.Concatenate()([context, queries])
    return keras.Model(inputs, keras.layers.Dense(n_symbols, activation="softmax")(x))


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(model)
    fresh.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.RMSprop(0.01))
    labels = np.eye(int(fresh.output_shape[-1]))[y - 1]
    history = fresh.fit(X, labels, epochs=12, batch_size=48, verbose=0)
    return fresh, history.history


def predict_symbols(model, X):
    return model.predict(X, verbose=0).argmax(axis=-1) + 1


def attention_weights(model, X):
    return keras.Model(model.input, model.get_layer("look").output[1]).predict(X, verbose=0)


def fit_and_score(kind, n_steps, seed):
    builders = {"plain": build_plain, "attention": build_attention}
    keras.utils.set_random_seed(seed)
    X, y = echo(1200, n_steps, seed=seed)
    X_new, y_new = echo(300, n_steps, seed=seed + 1000)
    model, _ = train(builders[kind](n_steps, 8, 2, units=24), X, y, seed)
    return float(np.mean(predict_symbols(model, X_new) == y_new))


def compare(score=fit_and_score, lengths=(8, 20, 60), seeds=(0,)):
    return {
        kind: [float(np.mean([score(kind, length, seed) for seed in seeds])) for length in lengths]
        for kind in ("plain", "attention")
    }


if __name__ == "__main__":
    print(compare())

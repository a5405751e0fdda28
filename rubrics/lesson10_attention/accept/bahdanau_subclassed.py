"""A subclassed model whose decoder is a loop: each output asks with the state after the one before, as Bahdanau had it."""

import keras
import numpy as np


class Reader(keras.Model):
    """Reads, then answers output by output; with attention or without."""

    def __init__(self, n_symbols, n_out, units, attends):
        super().__init__()
        self.n_out, self.attends = n_out, attends
        self.embed = keras.layers.Embedding(n_symbols + 1, 12)
        self.encoder = keras.layers.LSTM(units, return_sequences=attends, return_state=True)
        self.cell = keras.layers.LSTMCell(units)
        self.keys, self.query = keras.layers.Dense(units), keras.layers.Dense(units)
        self.scorer = keras.layers.Dense(1)
        self.head = keras.layers.Dense(n_symbols, activation="softmax")

    def look(self, h, states):
        scores = self.scorer(keras.ops.tanh(self.keys(states) + self.query(h)[:, None]))  # (batch, n_steps, 1)
        weights = keras.ops.softmax(scores[:, :, 0], axis=1)
        return keras.ops.sum(weights[:, :, None] * states, axis=1), weights

    def run(self, x):
        outputs, h, c = self.encoder(self.embed(x))
        context, answers, looks = h, [], []
        for _ in range(self.n_out):
            if self.attends:
                context, weights = self.look(h, outputs)
                looks.append(weights)
            _, (h, c) = self.cell(context, [h, c])
            answers.append(self.head(keras.ops.concatenate([h, context], axis=-1)))
        return keras.ops.stack(answers, axis=1), looks

    def call(self, x):
        return self.run(x)[0]


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
    return Reader(n_symbols, n_out, units, attends=False)


def build_attention(n_steps, n_symbols, n_out, units):
    return Reader(n_symbols, n_out, units, attends=True)


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y - 1, epochs=12, batch_size=48, verbose=0)
    return model


def predict_symbols(model, X):
    return np.argmax(np.asarray(model(X)), axis=2) + 1


def attention_weights(model, X):
    looks = model.run(keras.ops.convert_to_tensor(X))[1]
    return np.stack([keras.ops.convert_to_numpy(weights) for weights in looks], axis=1)


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

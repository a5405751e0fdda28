"""Attention on top: at each step, what the decoder says is joined with a look back at the encoder's sequence."""

import keras
import numpy as np

ALPHABET = " abcdefgh"


def reversed_tails(n, n_in=6, n_out=3, letters="abcdefgh", seed=0):
    rng = np.random.default_rng(seed)
    sources = ["".join(row) for row in rng.choice(list(letters), (n, n_in))]
    return [(source, source[::-1][:n_out]) for source in sources]


def encode_text(strings, alphabet, length):
    grid = np.array([list(string.ljust(length)) for string in strings])
    return (grid[..., None] == np.array(list(alphabet))).astype("float32")


def decode(probabilities, alphabet):
    grid = np.array(list(alphabet))[np.asarray(probabilities).argmax(-1)]
    return np.array(["".join(row).rstrip(" ") for row in grid])


def build_encoder_decoder(n_in, n_out, n_tokens, units):
    source = keras.Input((n_in, n_tokens))
    read, h, c = keras.layers.LSTM(units, return_sequences=True, return_state=True)(source)
    summary = keras.layers.RepeatVector(n_out)(h)
    written = keras.layers.LSTM(units, return_sequences=True)(summary, initial_state=[h, c])
    context = keras.layers.Attention()([written, read])
    both = keras.layers.Concatenate()([written, context])
    return keras.Model(source, keras.layers.Dense(n_tokens, activation="softmax")(both))


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=12, batch_size=64, verbose=0)
    return model


def predict_strings(model, X, alphabet):
    return decode(model.predict(X, verbose=0), alphabet)


def exact_match(predicted, true):
    right = 0
    for one, other in zip(predicted, true):
        if one == other:
            right += 1
    return right / len(true)


def fit_and_score(train_pairs, test_pairs, seed):
    keras.utils.set_random_seed(seed)
    n_in, n_out = len(train_pairs[0][0]), len(train_pairs[0][1])
    X, X_new = (encode_text([source for source, _ in part], ALPHABET, n_in) for part in (train_pairs, test_pairs))
    y = encode_text([target for _, target in train_pairs], ALPHABET, n_out)
    model = train(build_encoder_decoder(n_in, n_out, len(ALPHABET), units=64), X, y, seed)
    return exact_match(predict_strings(model, X_new, ALPHABET), [target for _, target in test_pairs])


def run_experiment(pairs, n_test=500, seeds=(0, 1), score=fit_and_score):
    different = sorted(set(pairs))
    order = np.random.default_rng(1).permutation(len(different))
    test_pairs = [different[at] for at in order[:n_test]]
    train_pairs = [different[at] for at in order[n_test:]]
    scores = [score(train_pairs, test_pairs, seed) for seed in seeds]
    targets = [target for _, target in train_pairs]
    guess = max(set(targets), key=targets.count)
    return {
        "exact_match": sum(scores) / len(scores),
        "worst": min(scores),
        "guess": sum(target == guess for _, target in test_pairs) / n_test,
    }


if __name__ == "__main__":
    print(run_experiment(reversed_tails(3500)))

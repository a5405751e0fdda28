"""A class of its own with teacher forcing: it takes the input and the targets so far as a pair."""

import keras
import numpy as np

ALPHABET = " abcdefgh"


def reversed_tails(n, n_in=6, n_out=3, letters="abcdefgh", seed=0):
    rng = np.random.default_rng(seed)
    sources = ["".join(row) for row in rng.choice(list(letters), (n, n_in))]
    return [(source, source[::-1][:n_out]) for source in sources]


def encode_text(strings, alphabet, length):
    column = {character: number for number, character in enumerate(alphabet)}
    numbers = [[column[character] for character in f"{string:<{length}}"] for string in strings]
    return keras.utils.to_categorical(numbers, len(alphabet))


def decode(probabilities, alphabet):
    strings = []
    for row in probabilities:
        string = ""
        for step in row:
            string += alphabet[int(np.argmax(step))]
        strings.append(string.rstrip())
    return strings


class Forced(keras.Model):
    def __init__(self, n_out, n_tokens, units):
        super().__init__()
        self.n_out = n_out
        self.encoder = keras.layers.LSTM(units, return_state=True)
        self.decoder = keras.layers.LSTM(units, return_sequences=True)
        self.head = keras.layers.Dense(n_tokens)

    def call(self, inputs):
        source, so_far = inputs
        _, h, c = self.encoder(source)
        return keras.ops.softmax(self.head(self.decoder(so_far, initial_state=[h, c])))


def build_encoder_decoder(n_in, n_out, n_tokens, units):
    return Forced(n_out, n_tokens, units)


def shifted(y):
    return np.concatenate([np.zeros_like(y[:, :1]), y[:, :-1]], axis=1)


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit((X, shifted(y)), y, epochs=15, batch_size=64, verbose=0)
    return model


def predict_strings(model, X, alphabet):
    told = np.zeros((len(X), model.n_out, len(alphabet)), "float32")
    for step in range(model.n_out):
        made = np.asarray(model([X, shifted(told)]))
        told[:, step] = np.eye(len(alphabet))[made[:, step].argmax(axis=-1)]
    return decode(told, alphabet)


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

"""Teacher forcing with a start sign in a column of its own; two models made of the trained layers write the answer."""

import keras
import numpy as np

ALPHABET = " abcdefgh"


def reversed_tails(n, n_in=6, n_out=3, letters="abcdefgh", seed=0):
    rng = np.random.default_rng(seed)
    sources = ["".join(row) for row in rng.choice(list(letters), (n, n_in))]
    return [(source, source[::-1][:n_out]) for source in sources]


def encode_text(strings, alphabet, length):
    steps = np.zeros((len(strings), length, len(alphabet)))
    for row, string in enumerate(strings):
        for step in range(length):
            character = string[step] if step < len(string) else " "
            steps[row, step, alphabet.index(character)] = 1
    return steps


def decode(probabilities, alphabet):
    strings = []
    for row in probabilities:
        string = ""
        for step in row:
            string += alphabet[int(np.argmax(step))]
        strings.append(string.rstrip())
    return strings


def build_encoder_decoder(n_in, n_out, n_tokens, units):
    source = keras.Input((n_in, n_tokens))
    so_far = keras.Input((None, n_tokens + 1))
    _, *states = keras.layers.LSTM(units, return_state=True, name="encoder")(source)
    decoder = keras.layers.LSTM(units, return_sequences=True, return_state=True, name="decoder")
    steps, _, _ = decoder(so_far, initial_state=states)
    return keras.Model([source, so_far], keras.layers.Dense(n_tokens, activation="softmax", name="head")(steps))


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    n, n_out, n_tokens = y.shape
    so_far = np.zeros((n, n_out, n_tokens + 1), "float32")
    so_far[:, 0, n_tokens] = 1
    so_far[:, 1:, :n_tokens] = y[:, :-1]
    model.compile(optimizer=keras.optimizers.Nadam(0.008), loss="categorical_crossentropy", metrics=["accuracy"])
    return model, model.fit([X, so_far], y, epochs=15, batch_size=50, verbose=0)


def predict_strings(model, X, alphabet, n_out=3):
    encoder, decoder, head = (model.get_layer(name) for name in ("encoder", "decoder", "head"))
    _, h, c = encoder(X)
    token = np.zeros((len(X), 1, len(alphabet) + 1), "float32")
    token[:, :, -1] = 1
    strings = [""] * len(X)
    for _ in range(n_out):
        step, h, c = decoder(token, initial_state=[h, c])
        chosen = np.argmax(head(step), axis=-1)[:, 0]
        token = np.eye(len(alphabet) + 1, dtype="float32")[chosen][:, None]
        strings = [string + alphabet[at] for string, at in zip(strings, chosen)]
    return [string.rstrip() for string in strings]


def exact_match(predicted, true):
    return (np.array(predicted) == np.array(true)).mean()


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

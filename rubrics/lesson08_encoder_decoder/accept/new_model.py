"""The input is read from its end, and train returns a new model made from the given one."""

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
    grid = np.array(list(alphabet))[np.asarray(probabilities).argmax(-1)]
    return np.array(["".join(row).rstrip(" ") for row in grid])


def build_encoder_decoder(n_in, n_out, n_tokens, units):
    model = keras.models.Sequential()
    model.add(keras.layers.InputLayer(shape=(n_in, n_tokens)))
    model.add(keras.layers.LSTM(units, go_backwards=True))
    model.add(keras.layers.RepeatVector(n_out))
    model.add(keras.layers.RNN(keras.layers.LSTMCell(units), return_sequences=True))
    model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(n_tokens))
    model.add(keras.layers.Softmax())
    return model


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    new = keras.models.clone_model(model)
    new.compile(loss=keras.losses.CategoricalCrossentropy(), optimizer=keras.optimizers.Adam(0.01))
    new.fit(X, y, epochs=20, batch_size=50, validation_split=0.05, verbose=0)
    return new


def predict_strings(model, X, alphabet):
    return decode(model.predict(X, verbose=0), alphabet)


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

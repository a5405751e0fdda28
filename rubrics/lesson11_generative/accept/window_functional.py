"""One answer for each window; a functional model, batches of one-hot answers, powers instead of logarithms."""

import keras
import numpy as np


def make_lexicon(seed=0):
    rng = np.random.default_rng(seed)
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    words = [first + second for first in syllables for second in syllables]
    words = [words[number] for number in rng.choice(len(words), 15, replace=False)]
    determiners = [syllables[number] for number in rng.choice(len(syllables), 2, replace=False)]
    return {"determiners": determiners, "adjectives": words[:4], "nouns": words[4:10], "verbs": words[10:]}


def write_corpus(n, lexicon, seed=0):
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(n):
        many = int(rng.integers(2))
        adjectives = [str(rng.choice(lexicon["adjectives"])) for _ in range(rng.integers(3))]
        noun = str(rng.choice(lexicon["nouns"])) + ("x" if many else "")
        verb = str(rng.choice(lexicon["verbs"])) + ("" if many else "q")
        lines.append(" ".join([lexicon["determiners"][many], *adjectives, noun, verb]) + ".\n")
    return "".join(lines)


def build_vocabulary(text):
    characters = sorted(set(text))
    return {c: i for i, c in enumerate(characters)}, {i: c for i, c in enumerate(characters)}


def make_windows(text, char_to_index, length, step=1):
    n_chars = len(char_to_index)
    X, y = [], []
    for start in range(0, len(text) - length, step):
        X.append([char_to_index[c] for c in text[start : start + length]])
        y.append(char_to_index[text[start + length]])
    return keras.utils.to_categorical(X, n_chars), keras.utils.to_categorical(y, n_chars)


def build_char_model(length, n_chars, units):
    inputs = keras.Input((length, n_chars), name="window")
    x = keras.layers.LSTM(units)(inputs)
    outputs = keras.layers.Dense(n_chars, activation="softmax")(x)
    return keras.Model(inputs, outputs)


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=12, batch_size=128, verbose=0)
    return model


def sample_index(probs, temperature, rng):
    powers = np.asarray(probs, "float64") ** (1 / temperature)
    return np.searchsorted(np.cumsum(powers / powers.sum()), rng.random()).clip(0, len(powers) - 1)


def generate(model, seed_text, n_chars, length, vocabulary, temperature=0.7, seed=0):
    char_to_index, index_to_char = vocabulary
    if len(seed_text) < length or not set(seed_text) <= set(char_to_index):
        raise ValueError("seed_text is too short, or has unknown characters")
    rng, text = np.random.default_rng(seed), seed_text
    for _ in range(n_chars):
        window = keras.utils.to_categorical([[char_to_index[c] for c in text[-length:]]], len(char_to_index))
        text += index_to_char[int(sample_index(model.predict_on_batch(window)[0], temperature, rng))]
    return text[-n_chars:]


if __name__ == "__main__":
    text = write_corpus(400, make_lexicon())
    vocabulary = build_vocabulary(text)
    X, y = make_windows(text, vocabulary[0], 20)
    model = train(build_char_model(20, len(vocabulary[0]), 64), X, y, 0)
    print(generate(model, text[:20], 1000, 20, vocabulary))

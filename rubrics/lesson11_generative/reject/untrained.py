"""The model is compiled but never fitted.

fails: skill
says: hardly any words
"""

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
    indices = np.array([char_to_index[c] for c in text])
    starts = range(0, len(text) - length, step)
    X = np.stack([indices[start : start + length] for start in starts])
    y = np.stack([indices[start + 1 : start + length + 1] for start in starts])
    return np.eye(len(char_to_index), dtype="float32")[X], y


def build_char_model(length, n_chars, units):
    model = keras.Sequential()
    model.add(keras.Input((length, n_chars)))
    model.add(keras.layers.LSTM(units, return_sequences=True))
    model.add(keras.layers.Dense(n_chars, activation="softmax"))
    return model


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.005))
    return model


def sample_index(probs, temperature, rng):
    logits = np.log(np.asarray(probs, dtype="float64") + 1e-30) / temperature
    weights = np.exp(logits - logits.max())
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def generate(model, seed_text, n_chars, length, vocabulary, temperature=0.7, seed=0):
    char_to_index, index_to_char = vocabulary
    if len(seed_text) < length or not set(seed_text) <= set(char_to_index):
        raise ValueError("seed_text is too short, or has unknown characters")
    rng = np.random.default_rng(seed)
    eye = np.eye(len(char_to_index), dtype="float32")
    indices = [char_to_index[c] for c in seed_text]
    for _ in range(n_chars):
        probs = model.predict_on_batch(eye[indices[-length:]][None])[0, -1]
        indices.append(sample_index(probs, temperature, rng))
    return "".join(index_to_char[i] for i in indices[len(seed_text) :])


if __name__ == "__main__":
    text = write_corpus(400, make_lexicon())
    vocabulary = build_vocabulary(text)
    X, y = make_windows(text, vocabulary[0], 20)
    model = train(build_char_model(20, len(vocabulary[0]), 64), X, y, 0)
    print(generate(model, text[:20], 1000, 20, vocabulary))

"""Writes with a second model that takes the LSTM's state and gives it back; train returns a new model."""

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
    inputs = keras.Input((None, n_chars))
    h = keras.layers.LSTM(units, return_sequences=True, name="memory")(inputs)
    h = keras.layers.Dropout(0.05)(h)
    return keras.Model(inputs, keras.layers.Dense(n_chars, activation="softmax", name="answer")(h))


def train(model, X, y, seed):
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(model)
    fresh.compile(loss=keras.losses.SparseCategoricalCrossentropy(), optimizer=keras.optimizers.RMSprop(0.005))
    history = fresh.fit(X, y, epochs=9, batch_size=128, verbose=0)
    return fresh, history


def sample_index(probs, temperature, rng):
    logits = np.log(np.asarray(probs, dtype="float64") + 1e-30) / temperature
    weights = np.exp(logits - logits.max())
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def one_step(model, n_chars):
    old, answer = model.get_layer("memory"), model.get_layer("answer")
    lstm = keras.layers.LSTM(old.units, return_state=True)
    x, h, c = keras.Input((None, n_chars)), keras.Input((old.units,)), keras.Input((old.units,))
    out, new_h, new_c = lstm(x, initial_state=[h, c])
    step = keras.Model([x, h, c], [answer(out), new_h, new_c])
    lstm.set_weights(old.get_weights())
    return step, old.units


def generate(model, seed_text, n_chars, length, vocabulary, temperature=0.7, seed=0):
    char_to_index, index_to_char = vocabulary
    if len(seed_text) < length or not set(seed_text) <= set(char_to_index):
        raise ValueError("seed_text is too short, or has unknown characters")
    rng, eye = np.random.default_rng(seed), np.eye(len(char_to_index), dtype="float32")
    step, units = one_step(model, len(char_to_index))
    h = c = np.zeros((1, units), dtype="float32")
    x = eye[[char_to_index[character] for character in seed_text[-length:]]][None]
    text = ""
    for _ in range(n_chars):
        probs, h, c = step.predict_on_batch([x, h, c])
        index = sample_index(probs[0], temperature, rng)
        text += index_to_char[index]
        x = eye[index][None, None]
    return text


if __name__ == "__main__":
    text = write_corpus(400, make_lexicon())
    vocabulary = build_vocabulary(text)
    X, y = make_windows(text, vocabulary[0], 20)
    model = train(build_char_model(20, len(vocabulary[0]), 64), X, y, 0)
    print(generate(model, text[:20], 1000, 20, vocabulary))

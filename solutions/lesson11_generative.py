"""Lesson 11: generative LSTMs, a reference solution.

A model that tells how likely each next character is becomes a writer as soon as its own choice is handed back to it:
predict, draw, append, predict again. Training and writing have to agree on what the model reads, so the last `length`
characters are all it ever sees.
"""

import keras
import numpy as np


def make_lexicon(seed: int = 0) -> dict[str, list[str]]:
    """Invents the words of a language. (Given; nothing to do.)

    Returns lists of "determiners" (the first for one thing, the second for several), "adjectives", "nouns", "verbs".
    """
    rng = np.random.default_rng(seed)
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    words = [first + second for first in syllables for second in syllables]
    words = [words[number] for number in rng.choice(len(words), 15, replace=False)]
    determiners = [syllables[number] for number in rng.choice(len(syllables), 2, replace=False)]
    return {"determiners": determiners, "adjectives": words[:4], "nouns": words[4:10], "verbs": words[10:]}


def write_corpus(n: int, lexicon: dict[str, list[str]], seed: int = 0) -> str:
    """Writes n sentences of the language, one a line. (Given; nothing to do.)

    A sentence is a determiner, up to two adjectives, a noun, a verb and a full stop. Determiner, noun and verb agree:
    for several things the noun ends in x, for one thing the verb ends in q.
    """
    rng = np.random.default_rng(seed)
    lines = []
    for _ in range(n):
        many = int(rng.integers(2))
        adjectives = [str(rng.choice(lexicon["adjectives"])) for _ in range(rng.integers(3))]
        noun = str(rng.choice(lexicon["nouns"])) + ("x" if many else "")
        verb = str(rng.choice(lexicon["verbs"])) + ("" if many else "q")
        lines.append(" ".join([lexicon["determiners"][many], *adjectives, noun, verb]) + ".\n")
    return "".join(lines)


def is_sentence(line: str, lexicon: dict[str, list[str]]) -> bool:
    """Tells whether a line follows all rules of the language. (Given; nothing to do.)"""
    words = line.removesuffix(".").split(" ")
    if not line.endswith(".") or len(words) not in (3, 4, 5) or words[0] not in lexicon["determiners"]:
        return False
    many = words[0] == lexicon["determiners"][1]
    nouns = [noun + ("x" if many else "") for noun in lexicon["nouns"]]
    verbs = [verb + ("" if many else "q") for verb in lexicon["verbs"]]
    return words[-2] in nouns and words[-1] in verbs and all(word in lexicon["adjectives"] for word in words[1:-2])


def build_vocabulary(text: str) -> tuple[dict[str, int], dict[int, str]]:
    """Numbers the characters of a text in sorted order, from 0 on.

    Returns char_to_index and index_to_char, two dicts that undo each other. The same characters get the same numbers
    in every process and whatever the text; a model that is loaded tomorrow relies on that.

    >>> build_vocabulary("noon.")
    ({'.': 0, 'n': 1, 'o': 2}, {0: '.', 1: 'n', 2: 'o'})
    """
    characters = sorted(set(text))  # a set alone has another order in each process
    char_to_index = {character: index for index, character in enumerate(characters)}
    return char_to_index, dict(enumerate(characters))


def one_hot(indices: np.ndarray | list[int], n_chars: int) -> np.ndarray:
    """Writes each index as a vector with a single 1: adds an axis of n_chars to whatever shape comes in."""
    return np.eye(n_chars, dtype="float32")[indices]


def make_windows(text: str, char_to_index: dict[str, int], length: int, step: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Cuts a text into windows of `length` characters and tells what follows.

    The windows begin at characters 0, step, 2 * step, ..., as long as there is a next character behind them. X holds
    them as one-hot vectors, (n, length, n_chars), with n_chars = len(char_to_index); or as indices, (n, length), if
    your model begins with an Embedding. y holds indices; which of two forms is up to you, and decides what the model
    puts out:

        (n,)         the character that follows each window, or
        (n, length)  for each place of the window the character that follows it: the window, one character further

    >>> X, y = make_windows("noon.", {".": 0, "n": 1, "o": 2}, length=3)
    >>> X.shape
    (2, 3, 3)
    """
    indices = np.array([char_to_index[char] for char in text])  # (len(text),)
    # One character more than a window: the first `length` of them go in, the last `length` come out.
    windows = np.lib.stride_tricks.sliding_window_view(indices, length + 1)[::step]  # (n, length + 1)
    return one_hot(windows[:, :-1], len(char_to_index)), windows[:, 1:]  # (n, length, n_chars) and (n, length)


def build_char_model(length: int, n_chars: int, units: int) -> keras.Model:
    """Builds a model that reads characters with an LSTM of `units` units and tells what may follow.

    It takes X as `make_windows` gives it and puts out probabilities of the n_chars characters: (batch, n_chars), or
    (batch, length, n_chars) as below if y has an answer for each place. No answer may see what comes behind its
    place.

    >>> build_char_model(20, 24, units=64).output_shape
    (None, 20, 24)
    """
    return keras.Sequential(
        [
            keras.Input((length, n_chars)),
            keras.layers.LSTM(units, return_sequences=True),  # (batch, length, units)
            keras.layers.Dense(n_chars, activation="softmax"),  # (batch, length, n_chars), at each place on its own
        ]
    )


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X and y are as `make_windows` gives them, some 8,000 windows. Takes some 15 seconds at most.

    >>> model = train(build_char_model(20, 24, units=64), X, y, seed=1)
    """
    keras.utils.set_random_seed(seed)
    # y holds indices, so the loss is the "sparse" one. With an answer at each of the 20 places every window teaches
    # 20 times, and 8 epochs are enough.
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.005))
    model.fit(X, y, epochs=8, batch_size=128, verbose=0)
    return model


def sample_index(probs: np.ndarray, temperature: float, rng: np.random.Generator) -> int:
    """Draws an index, index i with a probability proportional to probs[i] ** (1 / temperature).

    `probs` has shape (n_chars,). A temperature of 1 takes the probabilities as they are, a lower one prefers what is
    likely, a higher one evens all out. All chance comes from `rng`.

    >>> sample_index(np.array([0.1, 0.7, 0.2]), temperature=0.01, rng=np.random.default_rng(0))
    1
    """
    # Powers of probabilities are products of logarithms. In float64, since rng.choice checks that the sum is 1.
    logits = np.log(np.asarray(probs, dtype="float64") + 1e-30) / temperature  # (n_chars,); log(0) is no number
    weights = np.exp(logits - logits.max())  # the largest is 1, so that none of them gets too large
    return int(rng.choice(len(weights), p=weights / weights.sum()))


def generate(
    model: keras.Model,
    seed_text: str,
    n_chars: int,
    length: int,
    vocabulary: tuple[dict[str, int], dict[int, str]],
    temperature: float = 0.7,
    seed: int = 0,
) -> str:
    """Lets a model write n_chars characters that go on after seed_text; returns these, without seed_text.

    Each character is drawn by `sample_index` from what the model says of the characters before it: of the last
    `length` of them, or of all. `vocabulary` is what `build_vocabulary` returns. The same seed gives the same text. A
    seed_text with fewer than `length` characters, or with one that is not in the vocabulary, raises a ValueError.

    `grade` calls it in another process, which has the model but no global variables of the training, and gives it
    40 seconds for 2,000 characters: model.predict takes longer for one character than predict_on_batch for twenty.

    >>> generate(model, text[:20], 50, 20, build_vocabulary(text), temperature=0.7, seed=3)
    '...'
    """
    char_to_index, index_to_char = vocabulary
    unknown = sorted(set(seed_text) - set(char_to_index))
    if unknown or len(seed_text) < length:
        raise ValueError(f"seed_text needs {length} known characters; unknown are {unknown}")
    rng = np.random.default_rng(seed)
    indices = [char_to_index[character] for character in seed_text]
    for _ in range(n_chars):
        window = one_hot(indices[-length:], len(char_to_index))  # (length, n_chars), as in training
        probs = model.predict_on_batch(window[None])[0, -1]  # (n_chars,), what may follow the last place
        indices.append(sample_index(probs, temperature, rng))  # the model will read what was drawn
    return "".join(index_to_char[index] for index in indices[len(seed_text) :])


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. A generative model of texts has been trained on a corpus. What has it learned?
    #     - all_sentences: The sentences of the corpus, so that it can give each of them back.
    #     - right_or_wrong: To tell for a given sentence whether a person or a machine wrote it.
    #     - how_likely: How likely texts are, so that new, similar ones can be drawn.
    #     - grammar_book: A list of the grammar's rules, which can be read off its weights.
    "what_is_learned": "how_likely",
    # Q1. The temperature is lowered from 1.0 to 0.2. What happens to the texts that are drawn?
    #     - careful: They keep more closely to what is likely: fewer mistakes, and less variety.
    #     - daring: They get more daring: more variety, and more mistakes.
    #     - shorter: They get shorter, since fewer characters are drawn.
    #     - relearned: Nothing, until the model is trained again with the new temperature.
    "low_temperature": "careful",
    # Q1. What is a generative model, and how does it differ from one that predicts a label?
    "generative": (
        "A generative model learns the distribution of its data: which sequences are likely. So one can draw new "
        "examples from it that resemble the old ones. A classifier assigns a label to an input that is already "
        "there and makes nothing new."
    ),
    # Q2. A window holds the characters `h e l l` of the text `hello`, and there is an answer for each place. What
    #   stands in y?
    #     - same: `h e l l`, so that the model learns to write what it reads.
    #     - turned: `l l e h`, since the LSTM puts out the newest character first.
    #     - only_o: `o`, four times, since that is the character to be found.
    #     - moved_on: `e l l o`, the window moved on by one character.
    "answers_in_y": "moved_on",
    # Q2. The model has drawn its first new character. What does it read before it draws the next?
    #     - corpus_goes_on: The next character of the corpus, as in training.
    #     - drawn_included: The text so far, with the character that was just drawn at its end.
    #     - seed_again: The seed text once more; chance makes the second character differ.
    #     - all_zeros: A window of zeros, so that nothing influences the draw.
    "own_output": "drawn_included",
    # Q2. Instead of drawing, the likeliest character is taken each time. What comes of it?
    #     - loops: Mostly right sentences, but the text soon goes round in a circle.
    #     - best_text: The best text: what is likeliest at each place is best as a whole.
    #     - noise: Noise, since the likeliest character is always a blank.
    #     - new_each_time: A different text each time, if the seed of the generator is changed.
    "always_likeliest": "loops",
    # Q2. A model was trained on windows of 20 characters. It is now asked with one character at a time, its state
    #   emptied each time. What happens?
    #     - no_difference: Nothing changes: the weights remember the earlier characters.
    #     - keras_refuses: Keras refuses, because the window has another length.
    #     - slower: The texts stay as good, but writing takes twenty times as long.
    #     - falls_apart: The texts fall apart: words and agreement need what came before.
    "same_context": "falls_apart",
    # Q2. How do you turn an LSTM into a generator of texts: what does it learn, and how does it write?
    "becoming": (
        "The LSTM is trained to predict the next character from those before it, so it puts out a probability for "
        "each character. To write, the next character is drawn from these probabilities, sharpened or evened out by "
        "a temperature. The drawn character is appended to the text and fed back as input for the next step."
    ),
    # Q3. LSTMs have generated all of these. What is drawn at each step?
    #     - prose_text: a text in the style of an author
    #     - handwriting: handwriting
    #     - music: a melody
    #     - caption: a caption for a picture
    # Partners:
    #     - note: the next note and its length
    #     - word_given_image: the next word, given the picture and the words before
    #     - character: the next character, given the characters before
    #     - pen_move: the next move of the pen
    "one_step": {
        "prose_text": "character",
        "handwriting": "pen_move",
        "music": "note",
        "caption": "word_given_image",
    },
    # Q3. Name two things that LSTMs have been used to generate, and say what one step is in each.
    "examples": (
        "Texts in the style of an author, where one step is the next character. Handwriting, where one step is a "
        "small move of the pen, and melodies, where each step is a note with its length."
    ),
    # Q4. All sentences that a model writes are right. How do you find out whether it can do more than copy?
    #     - training_loss: Look at the training loss: near 0, it has understood everything.
    #     - look_them_up: Look the sentences up in the corpus, and count those that are new and those that differ.
    #     - more_epochs: Train it longer, until the loss no longer falls; what remains right then is the model's own.
    #     - longer_text: Let it write a longer text; copies end where the corpus ends.
    "copy_or_new": "look_them_up",
    # Q4. What speaks for an LSTM as a generative model of sequences? Choose all that hold.
    #     - no_labels: It needs no labels: in any text, the next character is the answer.
    #     - true_facts: What it writes is true, since it was in the corpus in some form.
    #     - any_length: It can write on for as long as one likes, one step after the other.
    #     - no_chance: Its texts need no random numbers.
    "gains": ["no_labels", "any_length"],
    # Q4. What are generative LSTMs good for, and what has to be checked before one trusts their output?
    "benefit": (
        "They create new sequences that follow the rules of the examples: texts, melodies, more data for training, "
        "suggestions for the next word. Nobody has to label anything or to write the rules down. One has to check "
        "which share of the output is right, and count what is new, since a model can also copy its corpus."
    ),
}


if __name__ == "__main__":
    lexicon = make_lexicon()
    text = write_corpus(400, lexicon)
    vocabulary = build_vocabulary(text)
    X, y = make_windows(text, vocabulary[0], length=20)
    model = train(build_char_model(20, len(vocabulary[0]), units=64), X, y, seed=0)
    lines = generate(model, text[:20], 1000, 20, vocabulary).split("\n")[1:-1]  # the first and the last are parts
    right, known = [line for line in lines if is_sentence(line, lexicon)], text.split("\n")
    print("\n".join(lines[:8]))
    print("right:", len(right) / len(lines), " of these new:", np.mean([line not in known for line in right]))

"""Lesson 11: generative LSTMs.

Goal: train an LSTM on a text, then let it write a new one, and find out whether what it writes follows the rules.

Find out:
    Q1. What is a generative model?
    Q2. How does an LSTM become one?
    Q3. What have LSTMs been used to generate?
    Q4. What are generative LSTMs good for?

Experiment: a made-up language has a few words and one strict rule: determiner, noun and verb agree, also where
adjectives stand between them. The model reads 400 sentences character by character and is never told what a word is.
How many of the sentences that it writes are right, and how many of these has it never read?

What is graded (100 points):
     5  the file runs from top to bottom
     8  `build_vocabulary` numbers the characters in sorted order, both ways
    12  `make_windows` pairs each window with the characters that follow
    12  the model tells by an LSTM how likely each next character is
    12  `sample_index` draws as often as the temperature says
    13  `generate` draws each character from what the model says of those before it
     5  `generate` writes the same text for the same seed, and refuses what it cannot go on from
     8  most lines that the trained model writes are right sentences
     5  the sentences differ, and some of them are new
     5  the text comes from what the LSTM has learned
    15  the questions in `ANSWERS` are answered

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson11` to see how far you are.
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
    raise NotImplementedError


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
    raise NotImplementedError


def build_char_model(length: int, n_chars: int, units: int) -> keras.Model:
    """Builds a model that reads characters with an LSTM of `units` units and tells what may follow.

    It takes X as `make_windows` gives it and puts out probabilities of the n_chars characters: (batch, n_chars), or
    (batch, length, n_chars) as below if y has an answer for each place. No answer may see what comes behind its
    place.

    >>> build_char_model(20, 24, units=64).output_shape
    (None, 20, 24)
    """
    raise NotImplementedError


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X and y are as `make_windows` gives them, some 8,000 windows. Takes some 15 seconds at most.

    >>> model = train(build_char_model(20, 24, units=64), X, y, seed=1)
    """
    raise NotImplementedError


def sample_index(probs: np.ndarray, temperature: float, rng: np.random.Generator) -> int:
    """Draws an index, index i with a probability proportional to probs[i] ** (1 / temperature).

    `probs` has shape (n_chars,). A temperature of 1 takes the probabilities as they are, a lower one prefers what is
    likely, a higher one evens all out. All chance comes from `rng`.

    >>> sample_index(np.array([0.1, 0.7, 0.2]), temperature=0.01, rng=np.random.default_rng(0))
    1
    """
    raise NotImplementedError


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
    raise NotImplementedError


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. A generative model of texts has been trained on a corpus. What has it learned?
    #     - all_sentences: The sentences of the corpus, so that it can give each of them back.
    #     - right_or_wrong: To tell for a given sentence whether a person or a machine wrote it.
    #     - how_likely: How likely texts are, so that new, similar ones can be drawn.
    #     - grammar_book: A list of the grammar's rules, which can be read off its weights.
    "what_is_learned": "",
    # Q1. The temperature is lowered from 1.0 to 0.2. What happens to the texts that are drawn?
    #     - careful: They keep more closely to what is likely: fewer mistakes, and less variety.
    #     - daring: They get more daring: more variety, and more mistakes.
    #     - shorter: They get shorter, since fewer characters are drawn.
    #     - relearned: Nothing, until the model is trained again with the new temperature.
    "low_temperature": "",
    # Q1. What is a generative model, and how does it differ from one that predicts a label?
    "generative": "",
    # Q2. A window holds the characters `h e l l` of the text `hello`, and there is an answer for each place. What
    #   stands in y?
    #     - same: `h e l l`, so that the model learns to write what it reads.
    #     - turned: `l l e h`, since the LSTM puts out the newest character first.
    #     - only_o: `o`, four times, since that is the character to be found.
    #     - moved_on: `e l l o`, the window moved on by one character.
    "answers_in_y": "",
    # Q2. The model has drawn its first new character. What does it read before it draws the next?
    #     - corpus_goes_on: The next character of the corpus, as in training.
    #     - drawn_included: The text so far, with the character that was just drawn at its end.
    #     - seed_again: The seed text once more; chance makes the second character differ.
    #     - all_zeros: A window of zeros, so that nothing influences the draw.
    "own_output": "",
    # Q2. Instead of drawing, the likeliest character is taken each time. What comes of it?
    #     - loops: Mostly right sentences, but the text soon goes round in a circle.
    #     - best_text: The best text: what is likeliest at each place is best as a whole.
    #     - noise: Noise, since the likeliest character is always a blank.
    #     - new_each_time: A different text each time, if the seed of the generator is changed.
    "always_likeliest": "",
    # Q2. A model was trained on windows of 20 characters. It is now asked with one character at a time, its state
    #   emptied each time. What happens?
    #     - no_difference: Nothing changes: the weights remember the earlier characters.
    #     - keras_refuses: Keras refuses, because the window has another length.
    #     - slower: The texts stay as good, but writing takes twenty times as long.
    #     - falls_apart: The texts fall apart: words and agreement need what came before.
    "same_context": "",
    # Q2. How do you turn an LSTM into a generator of texts: what does it learn, and how does it write?
    "becoming": "",
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
        "prose_text": "",
        "handwriting": "",
        "music": "",
        "caption": "",
    },
    # Q3. Name two things that LSTMs have been used to generate, and say what one step is in each.
    "examples": "",
    # Q4. All sentences that a model writes are right. How do you find out whether it can do more than copy?
    #     - training_loss: Look at the training loss: near 0, it has understood everything.
    #     - look_them_up: Look the sentences up in the corpus, and count those that are new and those that differ.
    #     - more_epochs: Train it longer, until the loss no longer falls; what remains right then is the model's own.
    #     - longer_text: Let it write a longer text; copies end where the corpus ends.
    "copy_or_new": "",
    # Q4. What speaks for an LSTM as a generative model of sequences? Choose all that hold.
    #     - no_labels: It needs no labels: in any text, the next character is the answer.
    #     - true_facts: What it writes is true, since it was in the corpus in some form.
    #     - any_length: It can write on for as long as one likes, one step after the other.
    #     - no_chance: Its texts need no random numbers.
    "gains": [],
    # Q4. What are generative LSTMs good for, and what has to be checked before one trusts their output?
    "benefit": "",
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

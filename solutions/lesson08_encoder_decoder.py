"""Lesson 08: encoder-decoder LSTMs, a reference solution.

The encoder reads the whole input and ends with one vector. That vector is all that the decoder knows of the input: it
is handed to a second LSTM as often as there are characters to write, and this LSTM keeps count of what it has written.
"""

from collections import Counter

import keras
import numpy as np

ALPHABET = " abcdefgh"  # the blank is a character like any other


def reversed_tails(
    n: int, n_in: int = 6, n_out: int = 3, letters: str = "abcdefgh", seed: int = 0
) -> list[tuple[str, str]]:
    """Makes n pairs of a random string and its last letters, written backwards. (Given; nothing to do.)

    Each pair has a source of n_in letters and a target of n_out letters, such as ("hbadfc", "cfd").
    """
    rng = np.random.default_rng(seed)
    sources = ["".join(row) for row in rng.choice(list(letters), (n, n_in))]
    return [(source, source[::-1][:n_out]) for source in sources]


def encode_text(strings: list[str], alphabet: str, length: int) -> np.ndarray:
    """Turns each string into `length` one-hot steps: 1 in the column of the step's character, 0 elsewhere.

    Column i belongs to alphabet[i]. Shorter strings are filled up with blanks (" ") at their end; the blank stands
    in the alphabet, though not always first. The result has shape (n, length, len(alphabet)).

    >>> encode_text(["ba"], " ab", length=3)[0].argmax(axis=-1)
    array([2, 1, 0])
    """
    padded = [string.ljust(length) for string in strings]  # blanks at the end
    columns = np.array([[alphabet.index(character) for character in string] for string in padded])  # (n, length)
    return np.eye(len(alphabet), dtype="float32")[columns]  # (n, length, len(alphabet))


def decode(probabilities: np.ndarray, alphabet: str) -> list[str]:
    """Turns steps back into strings: at each step the most probable character, without blanks at the end.

    `probabilities` has shape (n, length, len(alphabet)): one-hot steps, or what a model puts out. Blanks that come
    before another character stay.

    >>> decode(encode_text(["b a", "ab"], " ab", length=4), " ab")
    ['b a', 'ab']
    """
    columns = np.argmax(probabilities, axis=-1)  # (n, length), the most probable character of each step
    return ["".join(alphabet[column] for column in row).rstrip(" ") for row in columns]


def build_encoder_decoder(n_in: int, n_out: int, n_tokens: int, units: int) -> keras.Model:
    """Builds a model with an LSTM that reads n_in steps and another LSTM that writes n_out steps.

    Input (batch, n_in, n_tokens), output (batch, n_out, n_tokens): at each step the probabilities of the n_tokens
    characters, or their logits. Both LSTMs have about `units` units.

    With teacher forcing, the model may take [input, targets so far] instead. The second input has shape (batch,
    n_out, n_tokens), or one column more for a start sign.

    >>> build_encoder_decoder(6, 3, 9, units=64).output_shape
    (None, 3, 9)
    """
    return keras.Sequential(
        [
            keras.Input((n_in, n_tokens)),
            # The encoder keeps its last output only, a summary of all that it has read ...
            keras.layers.LSTM(units),  # (batch, units)
            # ... which the decoder reads again at each step; n_out says how many steps there are to write.
            keras.layers.RepeatVector(n_out),  # (batch, n_out, units)
            # The input of the decoder never changes, but its state does: so each step can say something else.
            keras.layers.LSTM(units, return_sequences=True),  # (batch, n_out, units)
            # One dense layer for all steps. Dense alone would do the same; TimeDistributed says what is meant.
            keras.layers.TimeDistributed(keras.layers.Dense(n_tokens, activation="softmax")),
        ]
    )


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model; the same seed gives the same result.

    X has shape (n, n_in, n_tokens), y has shape (n, n_out, n_tokens), both one-hot. Takes some 10 seconds at most.

    >>> X = encode_text(["hbadfc"], ALPHABET, 6)
    >>> model = train(build_encoder_decoder(6, 3, 9, 64), X, encode_text(["cfd"], ALPHABET, 3), seed=1)
    """
    keras.utils.set_random_seed(seed)
    # A rate of 0.01 with batches of 64 learns this task in 12 epochs; Adam's default of 0.001 would need far more.
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y, epochs=12, batch_size=64, verbose=0)
    return model


def predict_strings(model: keras.Model, X: np.ndarray, alphabet: str) -> list[str]:
    """Writes an answer to each input with a trained model.

    X has shape (n, n_in, len(alphabet)), one-hot. Nobody knows the targets here: a model that was trained with them
    as a second input has to read what it has written itself. `grade` calls this in another process, which has the
    model and X but no global variables of the training.

    >>> predict_strings(model, encode_text(["hbadfc"], ALPHABET, 6), ALPHABET)
    ['cfd']
    """
    return decode(model.predict(X, verbose=0), alphabet)


def exact_match(predicted: list[str], true: list[str]) -> float:
    """Returns the share of strings that are right as a whole, each at its own place.

    >>> exact_match(["abc", "bcd"], ["abc", "bca"])
    0.5
    """
    right = [told == wanted for told, wanted in zip(predicted, true, strict=True)]  # one answer a string
    return float(np.mean(right))


def fit_and_score(train_pairs: list[tuple[str, str]], test_pairs: list[tuple[str, str]], seed: int) -> float:
    """Trains a model on some pairs and returns its exact match on others. (Given; nothing to do.)"""
    keras.utils.set_random_seed(seed)  # the initial weights are random, too
    n_in, n_out = len(train_pairs[0][0]), len(train_pairs[0][1])
    X, X_new = (encode_text([source for source, _ in part], ALPHABET, n_in) for part in (train_pairs, test_pairs))
    y = encode_text([target for _, target in train_pairs], ALPHABET, n_out)
    model = train(build_encoder_decoder(n_in, n_out, len(ALPHABET), units=64), X, y, seed)
    return exact_match(predict_strings(model, X_new, ALPHABET), [target for _, target in test_pairs])


def run_experiment(
    pairs: list[tuple[str, str]], n_test: int = 500, seeds: tuple[int, ...] = (0, 1), score=fit_and_score
) -> dict[str, float]:
    """Holds n_test pairs back and measures how many of their targets are written without a fault.

    A pair may occur more than once in `pairs`: hold back n_test different ones, and see to it that none of them is
    in the training as well. All the others are for training. Call `score(train_pairs, test_pairs, seed)` for each
    seed, always with the same pairs, and return

        'exact_match'  the mean of the scores
        'worst'        the worst of them
        'guess'        the exact match of an answer that needs no model: for each held-back pair the target that is
                       most frequent in training

    >>> run_experiment(reversed_tails(3500))
    {'exact_match': ..., 'worst': ..., 'guess': ...}
    """
    different = list(dict.fromkeys(pairs))  # each pair once, in their order
    train_pairs, test_pairs = different[:-n_test], different[-n_test:]
    scores = [score(train_pairs, test_pairs, seed) for seed in seeds]
    targets = [target for _, target in test_pairs]
    favourite = Counter(target for _, target in train_pairs).most_common(1)[0][0]
    return {
        "exact_match": float(np.mean(scores)),
        "worst": float(min(scores)),
        "guess": exact_match([favourite] * len(targets), targets),
    }


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. Which of these are sequence-to-sequence problems, with an output whose length is not that of the input?
    #   Choose all that hold.
    #     - review: Tell from the text of a review whether its writer was content.
    #     - translate: Translate a sentence into another language.
    #     - tag: Name the part of speech of each word of a sentence.
    #     - next_value: Forecast tomorrow's temperature from those of the last month.
    #     - summary: Write a headline for an article.
    "which_seq2seq": ["translate", "summary"],
    # Q1. What is a sequence-to-sequence problem, and how do you turn strings into arrays for it?
    "problems": (
        "One sequence comes in, and another sequence comes out whose length is its own, as when a sentence is "
        "translated. Every character gets a column of the alphabet, so that each string becomes a row of one-hot "
        "steps; short strings are filled up with blanks."
    ),
    # Q2. The last three of six letters are to be written backwards. An LSTM with `return_sequences=True` reads the
    #   letters, and its last three outputs are taken for the answer. What goes wrong?
    #     - too_many: Nothing, once the three outputs before them are dropped; with enough units it learns the task.
    #     - not_yet_read: The first of the three outputs is made when two letters are still unread, and it would need
    #       the last one.
    #     - backwards: An LSTM cannot learn to turn anything around; the targets have to run forwards.
    #     - forgets: After six steps, an LSTM has lost what it read at the first ones.
    "first_output": "not_yet_read",
    # Q2. A vanilla LSTM with `Dense(n_out * n_tokens)` and Reshape solves the task as well. What speaks for a decoder
    #   all the same?
    #     - always_right: Nothing goes wrong in a decoder: it corrects what the encoder has misread.
    #     - same_thing: Nothing; the Reshape makes a decoder out of the dense layer.
    #     - fewer_epochs: A decoder needs no training of its own; only the encoder has to learn.
    #     - shared_steps: A decoder uses the same weights at each step and can take into account what it has written,
    #       whatever the length.
    "wide_dense": "shared_steps",
    # Q2. Why is a vanilla LSTM in trouble when the answer is a sequence with a length of its own?
    "at_a_loss": (
        "A vanilla LSTM gives one output at its end, or one for each step that it reads, so the output is tied to "
        "the steps of the input. A translation is longer or shorter than the sentence, and its first word may "
        "depend on the last one that is read."
    ),
    # Q3. What does the decoder know of the input in a plain encoder-decoder, without attention?
    #     - summary: A summary of fixed size: what the encoder puts out last, or its last states.
    #     - each_output: The encoder's output of each time step, one for each step that it writes.
    #     - input_itself: The input itself, which it reads a second time.
    #     - weights: The weights of the encoder, which both of them share.
    "handed_over": "summary",
    # Q3. Of which two parts is an encoder-decoder made, and what passes from one to the other?
    "parts": (
        "The encoder is an LSTM that reads the whole input. The decoder is a second LSTM that writes the output, "
        "one step after the other. Between them passes a summary of fixed size: the last output of the encoder, or "
        "its states."
    ),
    # Q4. Encoder-decoders were used for all of these. What is read, and what is written?
    #     - captions: describing a picture
    #     - speech: turning dictation into text
    #     - chat: answering in a conversation
    #     - programs: running small programs
    # Partners:
    #     - line_to_line: a line of talk in, another one out
    #     - image_to_words: what a CNN has seen in, words out
    #     - sound_to_letters: many short slices of sound in, fewer letters out
    #     - code_to_result: lines of code in, the digits of a result out
    "in_and_out": {
        "captions": "image_to_words",
        "speech": "sound_to_letters",
        "chat": "line_to_line",
        "programs": "code_to_result",
    },
    # Q4. Name a task for which encoder-decoders have been used, with what is read and what is written.
    "used_for": (
        "Machine translation: the encoder reads an English sentence, the decoder writes a French one. The same was "
        "done for headlines, where an article is read and a short text is written."
    ),
    # Q5. What is gained by taking reading and writing apart, and what is the price of the summary in between?
    "gain": (
        "Input and output can have different lengths, and the whole input is known before the first output is "
        "written. The decoder also remembers what it has already written. The price: all that was read has to fit "
        "into one vector of fixed size, so details of long inputs get lost."
    ),
    # Q6. `LSTM(64)`, `RepeatVector(k)`, `LSTM(64, return_sequences=True)`, `Dense(n_tokens)`: what is `k`?
    #     - input_steps: The number of steps that are read.
    #     - units: The number of units of the encoder.
    #     - output_steps: The number of steps that are to be written.
    #     - tokens: The number of different characters.
    "repeat_count": "output_steps",
    # Q6. With teacher forcing, what does the decoder read at step t, in training and afterwards?
    #     - target_same: In training the target of step t; afterwards nothing, since it has learned it.
    #     - target_always: The target of step t-1, in training and afterwards.
    #     - target_before: In training the target of step t-1; afterwards what it has itself written at step t-1.
    #     - source_step: Step t of the input, in training and afterwards.
    "teacher_forcing": "target_before",
    # Q6. Input (32, 6, 9): batch, letters, alphabet. `LSTM(64)`, `RepeatVector(3)`, `LSTM(50,
    #   return_sequences=True)`, `TimeDistributed(Dense(9))`: what does each layer put out?
    #     - encoder: `LSTM(64)`
    #     - repeat: `RepeatVector(3)`
    #     - decoder: `LSTM(50, return_sequences=True)`
    #     - head: `TimeDistributed(Dense(9))`
    # Partners:
    #     - three_nine: (32, 3, 9)
    #     - three_fifty: (32, 3, 50)
    #     - only_units: (32, 64)
    #     - three_units: (32, 3, 64)
    "shapes": {
        "encoder": "only_units",
        "repeat": "three_units",
        "decoder": "three_fifty",
        "head": "three_nine",
    },
    # Q6. How do you build an encoder-decoder in Keras: which layers, in which order, and what is each of them for?
    "in_keras": (
        "An LSTM without return_sequences reads the input and ends with one vector. RepeatVector(n_out) hands it to "
        "a second LSTM once for each step of the output; that one has return_sequences=True. On each of its steps "
        "stands a Dense layer with softmax, which chooses a character."
    ),
}


if __name__ == "__main__":
    print(run_experiment(reversed_tails(3500)))

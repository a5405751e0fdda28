"""Lesson 10: LSTMs with attention, a reference solution.

A plain encoder-decoder squeezes a sequence into the state at its end, and what lies far back fades on the way. With
attention all states along the way are kept, and each output fetches what it needs: a weighted mean of them.
"""

import keras
import numpy as np


def echo(n: int, n_steps: int = 60, n_symbols: int = 8, n_out: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes n mostly empty sequences that hold n_out symbols each. (Given; nothing to do.)

    Returns X with shape (n, n_steps): 0 is neutral, 1 to n_symbols are symbols, which stand in the first three
    quarters; and y with shape (n, n_out): the symbols of each sequence, in their order.
    """
    rng = np.random.default_rng(seed)
    X = np.zeros((n, n_steps), dtype="int32")
    y = rng.integers(1, n_symbols + 1, (n, n_out))
    for row in range(n):
        places = rng.choice(n_steps * 3 // 4, n_out, replace=False)
        X[row, np.sort(places)] = y[row]
    return X, y


def read(inputs: keras.KerasTensor, n_symbols: int, units: int, **kwargs: bool) -> list[keras.KerasTensor]:
    """Reads a sequence of symbols, (batch, n_steps), with an LSTM; what it returns is up to its keyword arguments."""
    # 0 is one more symbol here: without mask_zero=True, the LSTM has to read its way through the neutral steps.
    x = keras.layers.Embedding(n_symbols + 1, 12)(inputs)  # (batch, n_steps, 12)
    return keras.layers.LSTM(units, return_state=True, **kwargs)(x)


def speak(h: keras.KerasTensor, c: keras.KerasTensor, n_out: int, units: int) -> keras.KerasTensor:
    """Starts a second LSTM in the state (h, c), each (batch, units), for n_out steps: (batch, n_out, units)."""
    copies = keras.layers.RepeatVector(n_out)(h)  # (batch, n_out, units)
    return keras.layers.LSTM(units, return_sequences=True)(copies, initial_state=[h, c])


def attend(queries: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Does with NumPy what an attention layer does, with the dot product as score.

    `queries` has shape (n, n_out, units): what each output looks for. `states` has shape (n, n_steps, units): what
    an LSTM knew at each step. The score of a step is the dot product of its state with the query; a softmax over the
    steps turns the scores into weights; the context of an output is the mean of the states, so weighted. Returns the
    contexts, (n, n_out, units), and the weights, (n, n_out, n_steps). Scores may be as large as 1000.

    >>> contexts, weights = attend(np.array([[[9.0, 0.0]]]), np.array([[[0.0, 5.0], [1.0, 7.0]]]))
    >>> weights.round(3), contexts.round(3)
    (array([[[0., 1.]]]), array([[[1., 7.]]]))
    """
    scores = queries @ states.transpose(0, 2, 1)  # (n, n_out, n_steps)
    # A softmax does not change when all scores are moved by the same amount; so moved, none is too large for exp.
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = shares / shares.sum(axis=-1, keepdims=True)  # the steps compete, so the sum runs over them
    return weights @ states, weights  # (n, n_out, units), (n, n_out, n_steps)


def build_plain(n_steps: int, n_symbols: int, n_out: int, units: int) -> keras.Model:
    """Builds an LSTM model without attention: all it keeps of a sequence is the state of its LSTM at the end.

    Input (batch, n_steps) of integers from 0 to n_symbols; output (batch, n_out, n_symbols): for each output the
    probabilities of the symbols 1 to n_symbols. An encoder-decoder as in lesson 08 does it.

    >>> build_plain(60, 8, 2, units=24).output_shape
    (None, 2, 8)
    """
    inputs = keras.Input((n_steps,), dtype="int32")
    _, h, c = read(inputs, n_symbols, units)  # the state after the last step, twice (batch, units)
    x = speak(h, c, n_out, units)  # (batch, n_out, units)
    return keras.Model(inputs, keras.layers.Dense(n_symbols, activation="softmax")(x))


def build_attention(n_steps: int, n_symbols: int, n_out: int, units: int) -> keras.Model:
    """Builds an LSTM model whose outputs look back at all steps of the LSTM that has read the sequence.

    Input and output as in `build_plain`. Each output has weights of its own, one a step; a softmax over the steps
    makes them. Which attention it is, is up to you: keras.layers has AdditiveAttention, Attention and
    MultiHeadAttention, and Dense, Softmax and Dot are enough to write one. Remember that `attention_weights` has to
    get at the weights: give the layer that makes them a name.

    >>> build_attention(60, 8, 2, units=24).output_shape
    (None, 2, 8)
    """
    inputs = keras.Input((n_steps,), dtype="int32")
    states, h, c = read(inputs, n_symbols, units, return_sequences=True)  # states: (batch, n_steps, units)
    queries = speak(h, c, n_out, units)  # (batch, n_out, units): what each output looks for
    attention = keras.layers.AdditiveAttention(name="attention")
    # The queries come first, then what is looked at. The weights are not needed here, but `attention_weights` asks
    # this layer for them.
    context, _ = attention([queries, states], return_attention_scores=True)  # (batch, n_out, units)
    x = keras.layers.Concatenate()([queries, context])  # (batch, n_out, 2 * units)
    return keras.Model(inputs, keras.layers.Dense(n_symbols, activation="softmax")(x))


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model, with attention or without; the same seed gives the same result.

    X has shape (n, n_steps), y has shape (n, n_out) and holds symbols from 1 on. Takes some 10 seconds at most.

    >>> model = train(build_attention(60, 8, 2, 24), *echo(1200), seed=1)
    """
    keras.utils.set_random_seed(seed)
    model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01))
    model.fit(X, y - 1, epochs=12, batch_size=48, verbose=0)  # output 0 stands for symbol 1
    return model


def predict_symbols(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Answers with a trained model: the symbols that it finds in each sequence, in their order.

    X has shape (n, n_steps), the result (n, n_out), with numbers from 1 to n_symbols. `grade` calls it in another
    process, which has the model and X but no global variables of the training.

    >>> predict_symbols(model, echo(3, seed=9)[0]).shape
    (3, 2)
    """
    probabilities = model.predict(X, verbose=0)  # (n, n_out, n_symbols)
    return probabilities.argmax(axis=-1) + 1


def attention_weights(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Tells where a model of `build_attention` looks: the weights that it computes itself on its way to an answer.

    X has shape (n, n_steps), the result (n, n_out, n_steps); the weights of each output sum up to 1 over the steps.
    Several heads are averaged. In Keras, a second model from model.input to the output of one of its
    layers, model.get_layer(name).output, shares all weights with it.

    >>> attention_weights(model, echo(3, seed=9)[0]).sum(axis=-1)
    array([[1., 1.], [1., 1.], [1., 1.]])
    """
    weights = model.get_layer("attention").output[1]  # its outputs are the context and the weights
    return keras.Model(model.input, weights).predict(X, verbose=0)  # (n, n_out, n_steps)


def fit_and_score(kind: str, n_steps: int, seed: int) -> float:
    """Trains a model and returns its share of right symbols on unseen sequences. (Given; nothing to do.)

    `kind` is "plain" or "attention"; chance alone gets 1 of 8 symbols right.
    """
    builders = {"plain": build_plain, "attention": build_attention}
    keras.utils.set_random_seed(seed)  # the initial weights are random, too
    X, y = echo(1200, n_steps, seed=seed)
    X_new, y_new = echo(300, n_steps, seed=seed + 1000)
    model = train(builders[kind](n_steps, 8, 2, units=24), X, y, seed)
    return float(np.mean(predict_symbols(model, X_new) == y_new))


def compare(
    score=fit_and_score, lengths: tuple[int, ...] = (8, 20, 60), seeds: tuple[int, ...] = (0,)
) -> dict[str, list[float]]:
    """Compares the two models on short and on long sequences.

    Call `score(kind, n_steps, seed)` for each kind ("plain", "attention"), each length and each seed, and return for
    each kind a list: its mean score over the seeds, one entry for each length, in the order of `lengths`.

    >>> compare()
    {'plain': [..., ..., ...], 'attention': [..., ..., ...]}
    """
    return {
        kind: [float(np.mean([score(kind, n_steps, seed) for seed in seeds])) for n_steps in lengths]
        for kind in ("plain", "attention")
    }


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. A symbol is followed by fifty neutral steps. Why is it hard for a plain LSTM to name it at the end?
    #     - steps_limit: Keras hands no more than a few dozen time steps to an LSTM layer.
    #     - zero_input: An input of zero sets the state of an LSTM to zero.
    #     - each_step_passes: The state has to pass every neutral step unharmed, and so does the gradient on its way
    #       back.
    #     - too_few_units: With so many steps there are not enough units: each unit keeps one step.
    "long_way": "each_step_passes",
    # Q1. What does mask_zero=True do to an LSTM behind an Embedding layer?
    #     - skips_steps: At each step with the number 0 the state stays as it is, as if the step were not there.
    #     - removes_rows: Sequences that hold a 0 are left out of the training.
    #     - attention_only: Nothing to the LSTM; only attention layers know masks.
    #     - marks_padding: It pads the sequences with zeros to the same length.
    "masking": "skips_steps",
    # Q1. What do long stretches without any news in the input do to an LSTM, and to its training?
    "neutral": (
        "At every step the gates change the state a little, so a symbol that was seen early fades from the memory "
        "while nothing new comes in. On the way back the gradient vanishes over the same long stretch, and so "
        "training stays at chance for a long time, or for ever."
    ),
    # Q2. Scores have the shape (batch, n_out, n_steps). Over which axis does the softmax run?
    #     - over_batch: Over the batch, so that the sequences compete for attention.
    #     - over_outputs: Over the outputs: each step divides itself among them.
    #     - over_units: Over the units, as in the last layer of a classifier.
    #     - over_steps: Over the steps: for each output, the steps compete.
    "softmax_axis": "over_steps",
    # Q2. What does attention hand to the decoder for one output?
    #     - best_state: The state with the highest score; the others are dropped.
    #     - weighted_mean: The mean of all states, each with its weight.
    #     - all_scores: The scores of all steps, one after the other.
    #     - input_symbol: The input at the step with the highest weight.
    "what_comes_out": "weighted_mean",
    # Q2. What is attention? Tell how it is computed for one output.
    "attention": (
        "The query of an output is compared with the state of the encoder at each step, which gives a score for "
        "each step. A softmax turns the scores into weights that sum up to one over the steps. The context is the "
        "weighted mean of the states, and the output is made from it."
    ),
    # Q3. Attention is used for all of these. At what does each output look back?
    #     - translation: translating a sentence
    #     - captions: describing a picture
    #     - speech: writing down what is said
    #     - summary: summing up an article
    # Partners:
    #     - slices_of_sound: slices of a recording
    #     - words_of_text: the words of a long text in the same language
    #     - words_other_language: the words in another language
    #     - regions: regions that a CNN has described
    "where_it_looks": {
        "translation": "words_other_language",
        "captions": "regions",
        "speech": "slices_of_sound",
        "summary": "words_of_text",
    },
    # Q3. Name a task for which attention is used, and say what it looks at there.
    "examples": (
        "Machine translation uses attention: for each word that it writes, the decoder looks at those words of the "
        "source sentence that it belongs to. Captions for pictures are made alike, with regions of the picture."
    ),
    # Q4. What does attention add to an encoder-decoder? Choose all that hold.
    #     - fewer_weights: The model gets smaller, since the encoder can be left out.
    #     - short_way: There is a short way from each output to each step, for the answer and for the gradient.
    #     - no_training: The weights of the steps follow from the input alone, so they need no training.
    #     - look_inside: The weights can be plotted, and hint at what an answer rests on.
    #     - always_sharp: The weights always point at the one step that matters.
    "what_is_gained": ["short_way", "look_inside"],
    # Q4. What is gained by attention, and what do its weights tell?
    "gain": (
        "Each output has direct access to every step, so the whole sequence need not be squeezed into one vector, "
        "and long sequences are handled better. The weights show which steps an answer rests on; with care, since a "
        "state knows of earlier steps, too."
    ),
    # Q5. Scores are made by Dense(1, activation="softmax") on top of an LSTM that returns its sequence. What comes
    #   out?
    #     - weights_over_steps: Weights that sum up to 1 over the steps.
    #     - error: An error: softmax needs at least two units.
    #     - all_ones: A weight of 1 for every step.
    #     - half_each: A weight of 0.5 for every step, until the layer is trained.
    "one_unit_softmax": "all_ones",
    # Q5. The encoder has read 60 steps, decoder and encoder have 24 units, and there are 2 outputs. Which shapes are
    #   these, without the batch?
    #     - states: what the encoder returns with return_sequences=True
    #     - queries: what the decoder asks with, and also the context that it gets
    #     - weights: the weights of the attention
    #     - last_output: what the encoder returns by default
    # Partners:
    #     - two_by_sixty: (2, 60)
    #     - only_units: (24,)
    #     - sixty_by_units: (60, 24)
    #     - two_by_units: (2, 24)
    "shapes": {
        "states": "sixty_by_units",
        "queries": "two_by_units",
        "weights": "two_by_sixty",
        "last_output": "only_units",
    },
    # Q5. How is attention put between an encoder and a decoder in Keras, and how do you get at the weights?
    "in_keras": (
        "The encoder LSTM gets return_sequences=True, so that it hands on the state of each step. An "
        "AdditiveAttention layer is called with a list, the queries of the decoder and the states of the encoder, "
        "and the context goes on to the last layer. With return_attention_scores=True it returns the weights as "
        "well, and a second model from the inputs to that output of the layer tells them."
    ),
}


if __name__ == "__main__":
    for kind, scores in compare().items():
        print(f"{kind:9}", *(f"{score:.2f}" for score in scores))

"""Lesson 10: LSTMs with attention.

Goal: let an LSTM look back at all that it has read, and find out where it looks.

Find out:
    Q1. What do long neutral stretches in the input do to an LSTM?
    Q2. What is attention?
    Q3. Where is attention in use?
    Q4. What does attention gain, and what can be seen in its weights?
    Q5. How is attention added to an LSTM in Keras?

Experiment: two symbols stand somewhere in a long sequence that is empty otherwise. Tell at the end which they were,
in their order. Then make the sequence longer and longer, and see who still finds them.

What is graded (100 points):
     5  the file runs from top to bottom
    10  `attend` shares one unit of attention among the steps and mixes the states by it
    10  `build_plain` hands on nothing but the state at the end of the sequence
    15  `build_attention` shares its attention among all steps, anew for each output
     5  neither model skips the neutral steps
    10  `attention_weights` tells the shares that the model itself computes
    10  the trained model with attention names the symbols of unseen sequences
     5  the answers come from what the LSTMs have learned
    10  the trained model looks where the symbols are, and needs to
     5  `compare` compares the two models fairly, at each length
    15  the questions in `ANSWERS` are answered

One thing is not allowed here: to skip the neutral steps, by mask_zero=True, a Masking layer, a mask of your own, or
by cutting them out. A neutral step says nothing, but it takes time, and that is what this lesson is about.

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Run this file
to see the experiment, run `grade lesson10` to see how far you are.
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
    raise NotImplementedError


def build_plain(n_steps: int, n_symbols: int, n_out: int, units: int) -> keras.Model:
    """Builds an LSTM model without attention: all it keeps of a sequence is the state of its LSTM at the end.

    Input (batch, n_steps) of integers from 0 to n_symbols; output (batch, n_out, n_symbols): for each output the
    probabilities of the symbols 1 to n_symbols. An encoder-decoder as in lesson 08 does it.

    >>> build_plain(60, 8, 2, units=24).output_shape
    (None, 2, 8)
    """
    raise NotImplementedError


def build_attention(n_steps: int, n_symbols: int, n_out: int, units: int) -> keras.Model:
    """Builds an LSTM model whose outputs look back at all steps of the LSTM that has read the sequence.

    Input and output as in `build_plain`. Each output has weights of its own, one a step; a softmax over the steps
    makes them. Which attention it is, is up to you: keras.layers has AdditiveAttention, Attention and
    MultiHeadAttention, and Dense, Softmax and Dot are enough to write one. Remember that `attention_weights` has to
    get at the weights: give the layer that makes them a name.

    >>> build_attention(60, 8, 2, units=24).output_shape
    (None, 2, 8)
    """
    raise NotImplementedError


def train(model: keras.Model, X: np.ndarray, y: np.ndarray, seed: int) -> keras.Model:
    """Compiles and fits the model, with attention or without; the same seed gives the same result.

    X has shape (n, n_steps), y has shape (n, n_out) and holds symbols from 1 on. Takes some 10 seconds at most.

    >>> model = train(build_attention(60, 8, 2, 24), *echo(1200), seed=1)
    """
    raise NotImplementedError


def predict_symbols(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Answers with a trained model: the symbols that it finds in each sequence, in their order.

    X has shape (n, n_steps), the result (n, n_out), with numbers from 1 to n_symbols. `grade` calls it in another
    process, which has the model and X but no global variables of the training.

    >>> predict_symbols(model, echo(3, seed=9)[0]).shape
    (3, 2)
    """
    raise NotImplementedError


def attention_weights(model: keras.Model, X: np.ndarray) -> np.ndarray:
    """Tells where a model of `build_attention` looks: the weights that it computes itself on its way to an answer.

    X has shape (n, n_steps), the result (n, n_out, n_steps); the weights of each output sum up to 1 over the steps.
    Several heads are averaged. In Keras, a second model from model.input to the output of one of its
    layers, model.get_layer(name).output, shares all weights with it.

    >>> attention_weights(model, echo(3, seed=9)[0]).sum(axis=-1)
    array([[1., 1.], [1., 1.], [1., 1.]])
    """
    raise NotImplementedError


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
    raise NotImplementedError


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. A symbol is followed by fifty neutral steps. Why is it hard for a plain LSTM to name it at the end?
    #     - steps_limit: Keras hands no more than a few dozen time steps to an LSTM layer.
    #     - zero_input: An input of zero sets the state of an LSTM to zero.
    #     - each_step_passes: The state has to pass every neutral step unharmed, and so does the gradient on its way
    #       back.
    #     - too_few_units: With so many steps there are not enough units: each unit keeps one step.
    "long_way": "",
    # Q1. What does mask_zero=True do to an LSTM behind an Embedding layer?
    #     - skips_steps: At each step with the number 0 the state stays as it is, as if the step were not there.
    #     - removes_rows: Sequences that hold a 0 are left out of the training.
    #     - attention_only: Nothing to the LSTM; only attention layers know masks.
    #     - marks_padding: It pads the sequences with zeros to the same length.
    "masking": "",
    # Q1. What do long stretches without any news in the input do to an LSTM, and to its training?
    "neutral": "",
    # Q2. Scores have the shape (batch, n_out, n_steps). Over which axis does the softmax run?
    #     - over_batch: Over the batch, so that the sequences compete for attention.
    #     - over_outputs: Over the outputs: each step divides itself among them.
    #     - over_units: Over the units, as in the last layer of a classifier.
    #     - over_steps: Over the steps: for each output, the steps compete.
    "softmax_axis": "",
    # Q2. What does attention hand to the decoder for one output?
    #     - best_state: The state with the highest score; the others are dropped.
    #     - weighted_mean: The mean of all states, each with its weight.
    #     - all_scores: The scores of all steps, one after the other.
    #     - input_symbol: The input at the step with the highest weight.
    "what_comes_out": "",
    # Q2. What is attention? Tell how it is computed for one output.
    "attention": "",
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
        "translation": "",
        "captions": "",
        "speech": "",
        "summary": "",
    },
    # Q3. Name a task for which attention is used, and say what it looks at there.
    "examples": "",
    # Q4. What does attention add to an encoder-decoder? Choose all that hold.
    #     - fewer_weights: The model gets smaller, since the encoder can be left out.
    #     - short_way: There is a short way from each output to each step, for the answer and for the gradient.
    #     - no_training: The weights of the steps follow from the input alone, so they need no training.
    #     - look_inside: The weights can be plotted, and hint at what an answer rests on.
    #     - always_sharp: The weights always point at the one step that matters.
    "what_is_gained": [],
    # Q4. What is gained by attention, and what do its weights tell?
    "gain": "",
    # Q5. Scores are made by Dense(1, activation="softmax") on top of an LSTM that returns its sequence. What comes
    #   out?
    #     - weights_over_steps: Weights that sum up to 1 over the steps.
    #     - error: An error: softmax needs at least two units.
    #     - all_ones: A weight of 1 for every step.
    #     - half_each: A weight of 0.5 for every step, until the layer is trained.
    "one_unit_softmax": "",
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
        "states": "",
        "queries": "",
        "weights": "",
        "last_output": "",
    },
    # Q5. How is attention put between an encoder and a decoder in Keras, and how do you get at the weights?
    "in_keras": "",
}


if __name__ == "__main__":
    for kind, scores in compare().items():
        print(f"{kind:9}", *(f"{score:.2f}" for score in scores))

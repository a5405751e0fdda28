"""Lesson 01: what is inside an LSTM.

Goal: know the LSTM cell so well that you could draw it for a colleague. You build it from NumPy alone, and your
numbers are those of keras.layers.LSTM.

Find out:
    Q1. What is sequence prediction, and where have you met it already?
    Q2. Which questions about a sequence can an ordinary network not answer?
    Q3. What does a recurrent network promise to do better?
    Q4. Which parts does an LSTM have, and what is each of them for?
    Q5. Where have LSTMs made a difference?

Experiment: nothing is trained here. You set the 16 weights of a single LSTM unit by hand, such that it keeps a sign
in mind through hundreds of steps of noise. And you make two series that look the same to whoever ignores order.

    x_t      one step of each sequence          (batch, features)
    h        what the layer puts out            (batch, units)
    c        the cell state, its memory         (batch, units)
    weights  kernel (features, 4 * units) for x_t, recurrent_kernel (units, 4 * units) for h, bias (4 * units,)

Keras puts the weights of four parts next to each other along the last axis, `units` columns each, in this order:
input gate, forget gate, candidate, output gate.

What is graded (100 points):
     5  the file runs from top to bottom
    15  `gate_values` gives the three gates and the candidate of one step
    20  `lstm_cell_step` updates the cell state and the output
    15  `lstm_forward` reads whole sequences as keras.layers.LSTM does
    10  `lstm_param_count` counts the weights of any LSTM layer
    10  `latch_weights` make one LSTM unit remember a sign through noise
    10  `order_counterexample` makes two series that differ in their order alone
    15  the questions in `ANSWERS` are answered

Replace each `raise NotImplementedError` by your own code; keep the functions' names and arguments. Your functions
must do without Keras; to compare with it, do so below `if __name__ == "__main__":`. Run this file to see the
experiment, run `grade lesson01` to see how far you are.
"""

import numpy as np


def gate_values(
    x_t: np.ndarray, h_prev: np.ndarray, kernel: np.ndarray, recurrent_kernel: np.ndarray, bias: np.ndarray
) -> dict[str, np.ndarray]:
    """Computes the three gates and the candidate of one step.

    Each of the four is a small dense layer of its own, which reads the step x_t and the output h_prev of the step
    before. A gate is a valve between closed, 0, and open, 1. The candidate is content, between -1 and 1.

    x_t has shape (batch, features), h_prev (batch, units), each of the four results (batch, units).

    >>> gates = gate_values(np.ones((5, 2)), np.zeros((5, 3)), np.ones((2, 12)), np.ones((3, 12)), np.zeros(12))
    >>> {name: gate.shape for name, gate in gates.items()}
    {'input': (5, 3), 'forget': (5, 3), 'candidate': (5, 3), 'output': (5, 3)}
    """
    raise NotImplementedError


def lstm_cell_step(
    x_t: np.ndarray,
    h_prev: np.ndarray,
    c_prev: np.ndarray,
    kernel: np.ndarray,
    recurrent_kernel: np.ndarray,
    bias: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Goes one step ahead: from (h_prev, c_prev) to (h_t, c_t).

    The forget gate says how much of the old cell state stays, the input gate how much of the candidate comes in,
    the output gate how much of the new cell state, squashed between -1 and 1, is shown.

    x_t has shape (batch, features); h_prev, c_prev and both results have shape (batch, units).

    >>> h, c = np.zeros((5, 3)), np.zeros((5, 3))
    >>> h, c = lstm_cell_step(np.ones((5, 2)), h, c, np.ones((2, 12)), np.ones((3, 12)), np.zeros(12))
    """
    raise NotImplementedError


def lstm_forward(
    X: np.ndarray,
    kernel: np.ndarray,
    recurrent_kernel: np.ndarray,
    bias: np.ndarray,
    return_sequences: bool = False,
) -> np.ndarray:
    """Reads whole sequences, step by step, each from an empty memory: h and c begin as zeros.

    X has shape (batch, timesteps, features). Returns the output h of the last step, shape (batch, units), or with
    return_sequences=True those of all steps, shape (batch, timesteps, units).

    >>> weights = np.ones((2, 12)), np.ones((3, 12)), np.zeros(12)
    >>> lstm_forward(np.ones((5, 7, 2)), *weights).shape
    (5, 3)
    """
    raise NotImplementedError


def lstm_param_count(n_features: int, units: int) -> int:
    """Counts the numbers that keras.layers.LSTM(units) learns when a step has n_features values.

    >>> lstm_param_count(2, 1)
    16
    """
    raise NotImplementedError


def flagged_noise(n: int, timesteps: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Makes n sequences of noise in which a few values are flagged. (Given; nothing to do.)

    Returns X with shape (n, timesteps, 2), where X[:, :, 0] are values between -1 and 1 and X[:, :, 1] is 1 at
    flagged steps and 0 elsewhere, and y with shape (n,), the sign of the last flagged value: 1 or -1. All flagged
    steps are among the first 50; flagged values are at least 0.2 away from zero.
    """
    rng = np.random.default_rng(seed)
    X = np.zeros((n, timesteps, 2))
    X[:, :, 0] = rng.uniform(-1, 1, (n, timesteps))
    y = np.zeros(n)
    for row in range(n):
        steps = np.sort(rng.choice(50, size=3, replace=False))
        signs = rng.choice([-1, 1], size=3)
        X[row, steps, 0] = signs * rng.uniform(0.2, 1, 3)
        X[row, steps, 1] = 1
        y[row] = signs[-1]
    return X, y


def latch_weights() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns weights with which keras.layers.LSTM(1) remembers the sign of the last flagged value.

    The layer reads sequences as `flagged_noise` makes them, of 300 steps or more. At the end its output must be
    positive if the last flagged value was, and negative if that was. Think in valves: which of them must be open
    at a flagged step, and which at all the others?

    >>> kernel, recurrent_kernel, bias = latch_weights()
    >>> kernel.shape, recurrent_kernel.shape, bias.shape
    ((2, 4), (1, 4), (4,))
    """
    raise NotImplementedError


def recall(X: np.ndarray, y: np.ndarray) -> float:
    """Tells the share of sequences whose sign your latch remembers in your LSTM. (Given; nothing to do.)"""
    h = lstm_forward(X, *latch_weights())  # (n, 1)
    return float(np.mean(np.sign(h[:, 0]) == y))


def rises(series: np.ndarray) -> bool:
    """Tells whether a series rises at its middle step. (Given; nothing to do.)"""
    middle = len(series) // 2
    return bool(series[middle] > series[middle - 1])


def order_counterexample(timesteps: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Makes two series that only somebody who remembers the order can tell apart.

    Both have shape (timesteps,), hold the same values and end with the same value, but one of them `rises` at its
    middle step and the other does not. `timesteps` is at least 3. The same seed gives the same two series, another
    seed others.

    >>> a, b = order_counterexample(9, seed=0)
    >>> rises(a) != rises(b)
    True
    """
    raise NotImplementedError


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. What makes a task one of sequence prediction?
    #     - many_rows: There are very many rows to learn from.
    #     - order_counts: The order of the values carries information that the prediction needs.
    #     - clock_times: Every value has a date or a time of day.
    #     - sorted_values: The values have been sorted before training.
    "what_is_a_sequence": "",
    # Q1. What is sequence prediction? Give an example: what goes in, what comes out?
    "sequence": "",
    # Q2. A network without recurrence reads a sequence through a window. What is short about it? Choose all that
    #   hold.
    #     - only_lines: It can only learn straight lines.
    #     - fixed_window: The number of values that it sees is fixed beforehand.
    #     - one_output: It can put out only one number.
    #     - nothing_kept: What it saw in one window is gone when it reads the next.
    #     - no_gradient: It cannot be trained with gradients.
    "ordinary_networks": [],
    # Q2. Where do networks without recurrence fall short on sequences?
    "ordinary": "",
    # Q3. What does a recurrent network have that an ordinary one lacks?
    #     - derivative: It uses the derivative of its input.
    #     - all_at_once: It sees all time steps at once.
    #     - own_state: A state of its own, which goes from each time step to the next.
    #     - no_training: Weights that need no training.
    "recurrence": "",
    # Q3. Why does a plain recurrent network learn so little about what lies many steps back?
    #     - small_values: The values that it reads get smaller with each step, until they are zero.
    #     - gradient_product: The gradient is multiplied at each step on its way back, and so it vanishes or explodes.
    #     - full_memory: Its memory has a place for each time step, and these are used up.
    #     - gates_closed: Its gates close after some steps.
    "forgetting": "",
    # Q3. What do recurrent networks promise, and what keeps plain ones from it?
    "promise": "",
    # Q4. What are the gates of an LSTM computed from?
    #     - input_and_output: From the input of this step and the output of the step before, with weights that are
    #       learned.
    #     - made_of_cell: From the cell state alone: the gates are made of it.
    #     - first_layer: From a first hidden layer; an LSTM has two, and the first one contains the gates.
    #     - set_by_hand: From settings that are chosen before training.
    "gates_from": "",
    # Q4. What does an LSTM show to the layer above it at a time step?
    #     - cell_itself: The cell state, as it is.
    #     - the_gates: The values of the gates.
    #     - old_output: The output of the step before; the new one comes a step later.
    #     - gated_cell: The squashed cell state, as far as the output gate lets it through.
    "what_is_shown": "",
    # Q4. Which part does what?
    #     - forget_gate: forget gate
    #     - input_gate: input gate
    #     - candidate: candidate
    #     - output_gate: output gate
    # Partners:
    #     - how_much_shown: says how much of the cell is shown outside
    #     - new_content: is the new content itself
    #     - how_much_kept: says how much of the old content stays
    #     - how_much_let_in: says how much new content is let in
    "parts": {
        "forget_gate": "",
        "input_gate": "",
        "candidate": "",
        "output_gate": "",
    },
    # Q4. Which parts does an LSTM cell have, and what does each of them do?
    "cell_parts": "",
    # Q5. Which kind of task is it?
    #     - captions: a sentence about a picture
    #     - mood: the mood of a letter
    #     - word_kinds: the kind of each word: noun, verb and so on
    #     - translation: a translation
    # Partners:
    #     - same_length: a sequence in, one output for each of its steps
    #     - many_to_one: a sequence in, one output
    #     - one_to_many: one input, a sequence out
    #     - other_length: a sequence in, a sequence of another length out
    "mappings": {
        "captions": "",
        "mood": "",
        "word_kinds": "",
        "translation": "",
    },
    # Q5. Name an application of LSTMs and say what goes in and what comes out.
    "used_for": "",
}


if __name__ == "__main__":
    print(f"signs remembered after hundreds of steps: {recall(*flagged_noise(200)):.0%}")
    for series in order_counterexample(9, seed=0):
        print(f"mean {series.mean():.3f}, last {series[-1]:.3f}, rises in the middle: {rises(series)}")

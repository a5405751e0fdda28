"""Lesson 01: what is inside an LSTM, a reference solution.

An LSTM layer is one dense layer, used again at each step, and a memory. The dense layer reads the step and the last
output and gives four numbers a unit: three valves and one piece of content. The valves decide what stays in the
memory, what comes in and what is shown. As the memory is kept by multiplying with a number near 1, and not by
passing through weights, it can last for hundreds of steps.
"""

import numpy as np


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Squashes any number between 0 and 1."""
    return 1 / (1 + np.exp(-z))


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
    z = x_t @ kernel + h_prev @ recurrent_kernel + bias  # (batch, 4 * units): all four at once, as Keras does it
    z_input, z_forget, z_candidate, z_output = np.split(z, 4, axis=-1)  # (batch, units) each
    return {
        "input": sigmoid(z_input),
        "forget": sigmoid(z_forget),
        "candidate": np.tanh(z_candidate),  # content can be negative, a valve cannot
        "output": sigmoid(z_output),
    }


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
    gate = gate_values(x_t, h_prev, kernel, recurrent_kernel, bias)
    c_t = gate["forget"] * c_prev + gate["input"] * gate["candidate"]  # (batch, units)
    h_t = gate["output"] * np.tanh(c_t)  # (batch, units)
    return h_t, c_t


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
    batch, timesteps, _ = X.shape
    units = len(recurrent_kernel)
    h, c = np.zeros((batch, units)), np.zeros((batch, units))
    outputs = []
    for t in range(timesteps):
        h, c = lstm_cell_step(X[:, t], h, c, kernel, recurrent_kernel, bias)  # X[:, t] is (batch, features)
        outputs.append(h)
    return np.stack(outputs, axis=1) if return_sequences else h  # (batch, timesteps, units) or (batch, units)


def lstm_param_count(n_features: int, units: int) -> int:
    """Counts the numbers that keras.layers.LSTM(units) learns when a step has n_features values.

    >>> lstm_param_count(2, 1)
    16
    """
    for_each_unit = n_features + units + 1  # a weight for each value of the step, for each output, and a bias
    return 4 * units * for_each_unit  # three gates and the candidate


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
    # A gate that reads +20 is open and one that reads -20 closed, but for 2 parts in a billion.
    flag, value = 40.0, 2.0
    #                   input  forget  candidate  output
    kernel = np.array(
        [
            [0.0, 0.0, value, 0.0],  # the value is what may be written
            [flag, -flag, 0.0, 0.0],  # the flag opens the input gate and closes the forget gate: write, drop the old
        ]
    )
    recurrent_kernel = np.zeros((1, 4))  # nothing depends on the last output: the cell state alone remembers
    bias = np.array([-20.0, 20.0, 0.0, 20.0])  # without a flag: write nothing, keep all; always show
    return kernel, recurrent_kernel, bias


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
    rng = np.random.default_rng(seed)
    middle = timesteps // 2  # 1 or more, and never the last step
    a = rng.permutation(timesteps) + rng.uniform(0, 0.5, timesteps)  # (timesteps,), no value twice
    b = a.copy()
    b[[middle - 1, middle]] = a[[middle, middle - 1]]  # two neighbours change places: all else stays as it was
    return a, b


# Fill in names of options, or sentences of your own. `grade` tells what is right and why.
ANSWERS = {
    # Q1. What makes a task one of sequence prediction?
    #     - many_rows: There are very many rows to learn from.
    #     - order_counts: The order of the values carries information that the prediction needs.
    #     - clock_times: Every value has a date or a time of day.
    #     - sorted_values: The values have been sorted before training.
    "what_is_a_sequence": "order_counts",
    # Q1. What is sequence prediction? Give an example: what goes in, what comes out?
    "sequence": (
        "In sequence prediction the order of the values carries information: what came before helps to tell what "
        "follows. The temperatures of the last days go in, the temperature of tomorrow comes out."
    ),
    # Q2. A network without recurrence reads a sequence through a window. What is short about it? Choose all that
    #   hold.
    #     - only_lines: It can only learn straight lines.
    #     - fixed_window: The number of values that it sees is fixed beforehand.
    #     - one_output: It can put out only one number.
    #     - nothing_kept: What it saw in one window is gone when it reads the next.
    #     - no_gradient: It cannot be trained with gradients.
    "ordinary_networks": ["fixed_window", "nothing_kept"],
    # Q2. Where do networks without recurrence fall short on sequences?
    "ordinary": (
        "How many values such a network sees is fixed beforehand, by the size of its window. It has no memory "
        "either: nothing that it saw in one window is known when it reads the next."
    ),
    # Q3. What does a recurrent network have that an ordinary one lacks?
    #     - derivative: It uses the derivative of its input.
    #     - all_at_once: It sees all time steps at once.
    #     - own_state: A state of its own, which goes from each time step to the next.
    #     - no_training: Weights that need no training.
    "recurrence": "own_state",
    # Q3. Why does a plain recurrent network learn so little about what lies many steps back?
    #     - small_values: The values that it reads get smaller with each step, until they are zero.
    #     - gradient_product: The gradient is multiplied at each step on its way back, and so it vanishes or explodes.
    #     - full_memory: Its memory has a place for each time step, and these are used up.
    #     - gates_closed: Its gates close after some steps.
    "forgetting": "gradient_product",
    # Q3. What do recurrent networks promise, and what keeps plain ones from it?
    "promise": (
        "A recurrent network has a state that it carries from step to step, so it can remember what it has read. "
        "Plain ones are hard to train for that: over many steps the gradient vanishes or explodes on its way back."
    ),
    # Q4. What are the gates of an LSTM computed from?
    #     - input_and_output: From the input of this step and the output of the step before, with weights that are
    #       learned.
    #     - made_of_cell: From the cell state alone: the gates are made of it.
    #     - first_layer: From a first hidden layer; an LSTM has two, and the first one contains the gates.
    #     - set_by_hand: From settings that are chosen before training.
    "gates_from": "input_and_output",
    # Q4. What does an LSTM show to the layer above it at a time step?
    #     - cell_itself: The cell state, as it is.
    #     - the_gates: The values of the gates.
    #     - old_output: The output of the step before; the new one comes a step later.
    #     - gated_cell: The squashed cell state, as far as the output gate lets it through.
    "what_is_shown": "gated_cell",
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
        "forget_gate": "how_much_kept",
        "input_gate": "how_much_let_in",
        "candidate": "new_content",
        "output_gate": "how_much_shown",
    },
    # Q4. Which parts does an LSTM cell have, and what does each of them do?
    "cell_parts": (
        "The cell state is the memory that is carried from step to step. The forget gate says how much of the old "
        "content stays in it, the input gate how much of the new candidate is let in. The output gate decides how "
        "much of the cell is shown to the outside."
    ),
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
        "captions": "one_to_many",
        "mood": "many_to_one",
        "word_kinds": "same_length",
        "translation": "other_length",
    },
    # Q5. Name an application of LSTMs and say what goes in and what comes out.
    "used_for": (
        "Machine translation is one of them: a sentence in English goes in, and the same sentence in German comes out."
    ),
}


if __name__ == "__main__":
    print(f"signs remembered after hundreds of steps: {recall(*flagged_noise(200)):.0%}")
    for series in order_counterexample(9, seed=0):
        print(f"mean {series.mean():.3f}, last {series[-1]:.3f}, rises in the middle: {rises(series)}")

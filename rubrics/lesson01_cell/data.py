"""Hidden data of lesson 01: weights, sequences, and what typical mistakes make of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

#: The parts of a cell in the order in which Keras keeps their weights.
PARTS = ("input", "forget", "candidate", "output")
#: How far from the right value a result may be; 32-bit floats are some 100 times nearer.
NEAR = 1e-5


def is_near(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays hold the same values but for rounding."""
    return one.shape == other.shape and bool(np.abs(one - other).max(initial=0) < NEAR)


@dataclass
class Cell:
    """The weights of an LSTM layer.

    Attributes:
        kernel: for the step, [features, 4 units].
        recurrent: for the last output, [units, 4 units].
        bias: [4 units].
    """

    kernel: np.ndarray
    recurrent: np.ndarray
    bias: np.ndarray

    @property
    def weights(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All of them in the order of Keras."""
        return self.kernel, self.recurrent, self.bias

    @property
    def features(self) -> int:
        """Number of values in a step."""
        return len(self.kernel)

    @property
    def units(self) -> int:
        """Number of outputs."""
        return len(self.recurrent)

    def sums(self, x: np.ndarray, h: np.ndarray) -> np.ndarray:
        """What the four parts read before they squash it, [batch, 4 units]."""
        return x @ self.kernel + h @ self.recurrent + self.bias

    def gates(self, x: np.ndarray, h: np.ndarray) -> dict[str, np.ndarray]:
        """The four parts of one step, [batch, units] each."""
        sums = np.split(self.sums(x, h), 4, axis=1)
        return {part: np.tanh(z) if part == "candidate" else sigmoid(z) for part, z in zip(PARTS, sums, strict=True)}

    def step(self, x: np.ndarray, h: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Output and cell state after one step."""
        gate = self.gates(x, h)
        c = gate["forget"] * c + gate["input"] * gate["candidate"]
        return gate["output"] * np.tanh(c), c


def cell(rng: np.random.Generator, features: int, units: int) -> Cell:
    """A cell with weights and biases that are far from zero, so that nothing can be left out unseen."""
    shapes = (features, 4 * units), (units, 4 * units), (4 * units,)
    return Cell(*(rng.normal(0, 0.8, shape).astype("float32") for shape in shapes))


def keras_lstm(features: int, units: int) -> str:
    """The configuration of a Keras layer that returns all its outputs and its last states, as Keras writes it down."""
    config = {"units": units, "return_sequences": True, "return_state": True}
    layer = {"module": "keras.layers", "class_name": "LSTM", "config": config, "registered_name": None}
    return json.dumps(layer | {"build_config": {"input_shape": [None, None, features]}})


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Between 0 and 1; written with tanh, which cannot overflow."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


# What typical mistakes give, so that a wrong value can be told its cause.

#: What may be done to a sum.
SQUASHES = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "hard sigmoid": lambda z: np.clip(z / 6 + 0.5, 0, 1),
    "hard sigmoid of Keras 2": lambda z: np.clip(0.2 * z + 0.5, 0, 1),
    "nothing": lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
}


@dataclass
class Reading:
    """How a submission may have got its gates.

    Attributes:
        mistake: cause that is told when the sums are not as they should be, or "".
        blocks: number of the block of columns that each part reads, by name of the part.
        squashes: what is done to the sum, by name of the part.
    """

    mistake: str
    blocks: dict[str, int]
    squashes: dict[str, str]


def readings(cell: Cell, x: np.ndarray, h: np.ndarray, told: dict[str, np.ndarray]) -> Iterator[Reading]:
    """Ways of calculating that explain all the gates that were told; the likeliest comes first."""
    for mistake, sums in _sums(cell, x, h):
        blocks, squashes = {}, {}
        for part, values in told.items():
            for squash, function in SQUASHES.items():
                fits = [number for number, z in enumerate(sums) if is_near(values, function(z))]
                if fits:
                    blocks[part], squashes[part] = fits[0], squash
                    break
        if len(blocks) == len(told):
            yield Reading(mistake, blocks, squashes)


def _sums(cell: Cell, x: np.ndarray, h: np.ndarray) -> Iterator[tuple[str, list[np.ndarray]]]:
    step, memory, bias = x @ cell.kernel, h @ cell.recurrent, cell.bias
    whole = step + memory + bias
    yield "", np.split(whole, 4, axis=1)
    yield "interleaved", [whole[:, number::4] for number in range(4)]
    for mistake, sums in {
        "no-bias": step + memory,
        "no-recurrence": step + bias,
        "no-step": memory + bias,
        "bias-twice": whole + bias,
    }.items():
        yield mistake, np.split(sums, 4, axis=1)
    forget = np.split(whole, 4, axis=1)
    forget[1] = forget[1] + 1
    yield "forget-one", forget


def wrong_steps(
    cell: Cell, x: np.ndarray, h: np.ndarray, c: np.ndarray
) -> Iterator[tuple[str, tuple[np.ndarray, np.ndarray]]]:
    """What typical mistakes in one step give: cause, output and cell state."""
    gate = cell.gates(x, h)
    i, f, g, o = (gate[part] for part in PARTS)
    right_h, right_c = cell.step(x, h, c)
    yield "swapped", (right_c, right_h)
    yield "no-tanh", (o * right_c, right_c)
    yield "old-cell-shown", (o * np.tanh(c), right_c)
    yield "sigmoid-shown", (o * sigmoid(right_c), right_c)
    yield "no-output-gate", (np.tanh(right_c), right_c)
    yield "squashed-memory", (right_h, np.tanh(right_c))
    yield "squashed-memory", (o * np.tanh(right_c), o * np.tanh(right_c))
    yield "squashed-memory", (o * np.tanh(right_c), np.tanh(right_c))
    yield "squashed-memory", (o * np.tanh(np.tanh(right_c)), np.tanh(right_c))
    for read in (np.tanh(right_c), right_c, right_h):
        late = cell.gates(x, read)["output"]
        yield "late-output", (late * np.tanh(right_c), right_c)
    for cause, memory in {
        "gates-exchanged": i * c + f * g,
        "no-forget": c + i * g,
        "no-input": f * c + g,
        "memory-replaced": i * g,
        "coupled": f * c + (1 - f) * g,
        "output-for-memory": f * h + i * g,
    }.items():
        yield cause, (o * np.tanh(memory), memory)


def wrong_outputs(cell: Cell, X: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """What typical mistakes in reading sequences give: cause, and outputs of all steps [batch, timesteps, units]."""
    right, states = run(cell, X)
    yield "cell-returned", states
    yield "no-h-carried", run(cell, X, keep_h=0)[0]
    yield "no-c-carried", run(cell, X, keep_c=0)[0]
    yield "nothing-carried", run(cell, X, keep_h=0, keep_c=0)[0]
    yield "backwards", run(cell, X[:, ::-1])[0]
    yield "backwards", run(cell, X[:, ::-1])[0][:, ::-1]
    yield "backwards", right[:, ::-1]
    yield "one-output", np.repeat(right[:, -1:], X.shape[1], axis=1)
    yield "ones-at-first", run(cell, X, start=1)[0]
    yield "rows-chained", rows_chained(cell, X)


def run(
    cell: Cell, X: np.ndarray, keep_h: float = 1, keep_c: float = 1, start: float = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and cell states of all steps, [batch, timesteps, units]."""
    h = c = np.full((len(X), cell.units), float(start))
    outputs, states = [], []
    for t in range(X.shape[1]):
        h, c = cell.step(X[:, t], keep_h * h, keep_c * c)
        outputs.append(h)
        states.append(c)
    return np.stack(outputs, axis=1), np.stack(states, axis=1)


def rows_chained(cell: Cell, X: np.ndarray) -> np.ndarray:
    """Outputs where each sequence goes on from the memory of the one before it."""
    in_a_row = run(cell, X.reshape(1, -1, X.shape[2]))[0]
    return in_a_row.reshape(*X.shape[:2], cell.units)


def wrong_counts(features: int, units: int) -> dict[str, int]:
    """What typical mistakes in counting weights give, by cause."""
    part = units * (features + units + 1)
    return {
        "count-one-part": part,
        "count-three-parts": 3 * part,
        "count-no-bias": 4 * (part - units),
        "count-two-biases": 4 * (part + units),
        "count-one-bias": 4 * (part - units) + units,
        "count-no-recurrence": 4 * units * (features + 1),
        "count-exchanged": 4 * features * (features + units + 1),
    }


# The latch.


def flagged_noise(
    rng: np.random.Generator, n: int, timesteps: int, *, flags: int = 3, within: int = 50, noise: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of noise in which a few values are flagged.

    Args:
        rng: source of randomness.
        n: number of sequences.
        timesteps: their length.
        flags: number of flagged steps.
        within: flagged steps are among the first so many.
        noise: bound of the values that are not flagged.

    Returns:
        X [n, timesteps, 2] and the sign of the last flagged value [n], 1 or -1.
    """
    X = np.zeros((n, timesteps, 2), "float32")
    X[:, :, 0] = rng.uniform(-noise, noise, (n, timesteps))
    signs = rng.choice([-1, 1], size=(n, flags))
    for row in range(n):
        steps = np.sort(rng.choice(within, size=flags, replace=False))
        X[row, steps, 0] = signs[row] * rng.uniform(0.2, 1, flags)
        X[row, steps, 1] = 1
    return X, signs[:, -1]


def share(told: np.ndarray, signs: np.ndarray) -> float:
    """Share of signs that are told right; 0 and NaN are no sign."""
    return float(np.mean(np.sign(told) == signs))

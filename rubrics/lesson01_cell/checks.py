"""Hidden checks of lesson 01. Values decide, held against a real Keras layer; how they are calculated is free.

A wrong value is compared with what typical mistakes give, and told the one that it matches.
"""

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    Miss,
    Rooms,
    SubmissionView,
    expect_array,
    expect_items,
    expect_mapping,
    expect_number,
    in_words,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.rubric import Criterion
from grader.seeds import Streams


class Keras:
    """Real LSTM layers with given weights, in the room without student code."""

    def __init__(self, rooms: Rooms, data: ModuleType) -> None:
        self._clean, self._data = rooms.clean, data

    def run(self, cell: Any, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Outputs of all steps [batch, timesteps, units], last output and last cell state [batch, units]."""
        layer = self._clean.build(self._data.keras_lstm(cell.features, cell.units), list(cell.weights))
        outputs, h, c = self._clean.ask("call", thing=layer, x=X.astype("float32"))
        return outputs, h, c

    def count(self, features: int, units: int) -> int:
        """How many numbers such a layer learns."""
        layer = self._clean.build(self._data.keras_lstm(features, units), [])
        return sum(weight.size for weight in self._clean.ask("weights", model=layer))


@pytest.fixture(scope="module")
def keras(rooms: Rooms, data: ModuleType) -> Keras:
    return Keras(rooms, data)


def sequences(rng: np.random.Generator, batch: int, timesteps: int, features: int) -> np.ndarray:
    return rng.normal(size=(batch, timesteps, features)).astype("float32")


def sizes(rng: np.random.Generator) -> tuple[int, int, int, int]:
    """Batch, timesteps, features and units: no two alike, so that no axis can be mistaken for another."""
    batch, timesteps, features, units = (int(size) for size in rng.permutation(np.arange(2, 9))[:4])
    return batch, timesteps, features, units


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom, without Keras"""
    submission.load()


def test_gates(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`gate_values` gives the three gates and the candidate of one step"""
    rng = streams.generator("gates")
    batch, _, features, units = sizes(rng)
    cell = data.cell(rng, features, units)
    x, h = sequences(rng, batch, 1, features)[:, 0], rng.uniform(-0.9, 0.9, (batch, units)).astype("float32")
    told = expect_mapping(submission.gate_values(x, h, *cell.weights), "gate_values", data.PARTS)
    told = {part: expect_array(told[part], "gate_values", (batch, units)) for part in data.PARTS}
    right = cell.gates(x, h)
    wrong = [part for part in data.PARTS if not data.is_near(told[part], right[part])]
    if wrong:
        raise wrong_gates(next(data.readings(cell, x, h, told), None), wrong, data)


def wrong_gates(reading: Any, wrong: list[str], data: ModuleType) -> Miss:
    """Says how the gates were calculated, if that can be told from their values."""
    if reading is None:
        return Miss("gates-wrong", gates=listed(wrong))
    if reading.mistake:
        return Miss(reading.mistake)
    return wrong_columns(reading.blocks, data.PARTS) or wrong_squash(reading.squashes, wrong)


def wrong_columns(blocks: dict[str, int], parts: tuple[str, ...]) -> Miss | None:
    """Says which columns of the weights the parts read, if these are not their own."""
    numbers = [blocks[part] for part in parts]
    twice = [part for part in parts if numbers.count(blocks[part]) > 1]
    if twice:
        return Miss("same-block", received=listed(twice))
    if numbers == sorted(numbers):
        return None
    return Miss("gate-order", expected=", ".join(parts), received=", ".join(sorted(parts, key=blocks.__getitem__)))


def wrong_squash(squashes: dict[str, str], wrong: list[str]) -> Miss:
    """Says what is done to the sums instead of sigmoid and tanh."""
    if set(squashes.values()) == {"nothing"}:
        return Miss("not-squashed")
    if "candidate" in wrong:
        return Miss("candidate-squash", expected="tanh", received=squashes["candidate"])
    used = squashes[wrong[0]]
    return Miss("hard-sigmoid" if used.startswith("hard") else "gate-squash", expected="sigmoid", received=used)


def listed(parts: list[str]) -> str:
    """Names in words: 'input' and 'forget'."""
    quoted = [f"'{part}'" for part in parts]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else "".join(quoted)


def test_step(submission: SubmissionView, streams: Streams, data: ModuleType, keras: Keras) -> None:
    """`lstm_cell_step` updates the cell state and the output"""
    rng = streams.generator("step")
    batch, timesteps, features, units = sizes(rng)
    cell, X = data.cell(rng, features, units), sequences(rng, batch, timesteps + 1, features)
    # Keras goes one step further than the states that the submission starts from.
    (_, h, c), (_, *right) = keras.run(cell, X[:, :-1]), keras.run(cell, X)
    given = (X[:, -1], h, c)
    told = two_arrays(submission.lstm_cell_step(*given, *cell.weights), (batch, units))
    if all(map(data.is_near, told, right)):
        return
    for cause, mistaken in data.wrong_steps(cell, *given):
        if all(map(data.is_near, told, mistaken)):
            raise Miss(cause)
    fine = data.is_near(told[1], right[1])
    raise Miss("output-wrong" if fine else "memory-wrong")


def two_arrays(told: Any, shape: tuple[int, int]) -> list[np.ndarray]:
    """Holds that a step gave the output and the cell state."""
    function = "lstm_cell_step"
    if isinstance(told, np.ndarray) and told.shape == shape:
        raise Miss("one-state", expected="two arrays, (h_t, c_t)", received="one array")
    if isinstance(told, np.ndarray) and len(told.shape) == 3:
        told = list(told)  # both states in one array unpack as a tuple does
    return [expect_array(state, function, shape) for state in expect_items(told, function, 2)]


def test_forward(submission: SubmissionView, streams: Streams, data: ModuleType, keras: Keras) -> None:
    """`lstm_forward` reads whole sequences as keras.layers.LSTM does"""
    rng = streams.generator("forward")
    batch, timesteps, features, units = sizes(rng)
    many, one_step = (batch, timesteps, features), (batch, 1, features)
    for size in (many, one_step, (1, timesteps, features)):
        cell, X = data.cell(rng, features, units), sequences(rng, *size)
        outputs, last, _ = keras.run(cell, X)
        every, again = (
            all_outputs(submission.lstm_forward(X, *cell.weights, return_sequences=True), outputs, data)
            for _ in range(2)
        )
        if not data.is_near(every, outputs):
            raise wrong_forward(every, cell, X, data)
        if not data.is_near(again, outputs):
            raise Miss("not-empty-again", expected="the same outputs", received="others")
        final = last_output(submission.lstm_forward(X, *cell.weights), outputs)
        if not data.is_near(final, last):
            raise Miss("not-the-last", expected="the last one", received="another one")


def all_outputs(told: Any, right: np.ndarray, data: ModuleType) -> np.ndarray:
    """Holds that outputs of all steps have the right shape, and says which axis is not what it should be."""
    told = one_array(told)
    words = {"expected": shape_in_words(right.shape), "received": shape_in_words(told.shape)}
    batch, timesteps, units = right.shape
    if told.shape == (batch, units):
        raise Miss("never-sequence", **words)
    if told.shape == (timesteps, batch, units) and timesteps != batch:
        raise Miss("time-first" if data.is_near(told.swapaxes(0, 1), right) else "batch-as-time", **words)
    return expect_array(told, "lstm_forward", right.shape)


def last_output(told: Any, right: np.ndarray) -> np.ndarray:
    """Holds that the last output has the right shape."""
    told, shape = one_array(told), (right.shape[0], right.shape[2])
    if told.shape == right.shape:
        raise Miss("always-sequence", expected=shape_in_words(shape), received=shape_in_words(told.shape))
    return expect_array(told, "lstm_forward", shape)


def one_array(told: Any) -> np.ndarray:
    """Holds that reading sequences gave outputs alone, without states."""
    if isinstance(told, tuple) and len(told) in (2, 3):  # as Keras does with return_state=True
        raise Miss("states-too", expected="one array", received=in_words(told))
    return expect_array(told, "lstm_forward")


def wrong_forward(told: np.ndarray, cell: Any, X: np.ndarray, data: ModuleType) -> Miss:
    """Says how the outputs came about, if that can be told from their values."""
    for cause, outputs in data.wrong_outputs(cell, X):
        if data.is_near(told, outputs):
            return Miss(cause)
    right = data.run(cell, X)[0]
    if data.is_near(told[:, 0], right[:, 0]):
        return Miss("wrong-from-second", expected="those of keras.layers.LSTM", received="others from step 2 on")
    return Miss("wrong-from-first", expected="those of keras.layers.LSTM", received="others from step 1 on")


def test_count(submission: SubmissionView, streams: Streams, data: ModuleType, keras: Keras) -> None:
    """`lstm_param_count` counts the weights of any LSTM layer"""
    rng = streams.generator("count")
    pairs = [(1, int(rng.integers(40, 60)))]
    pairs += [(int(rng.integers(2, 12)), int(rng.integers(12, 40))) for _ in range(4)]
    told = [expect_number(submission.lstm_param_count(*pair), "lstm_param_count") for pair in pairs]
    if told == [keras.count(*pair) for pair in pairs]:
        return
    mistakes = [data.wrong_counts(*pair) for pair in pairs]
    for cause in mistakes[0]:
        if told == [mistake[cause] for mistake in mistakes]:
            raise Miss(cause)
    raise Miss("count-wrong")


def test_latch(
    submission: SubmissionView, streams: Streams, data: ModuleType, keras: Keras, criterion: Criterion, record: Record
) -> None:
    """`latch_weights` make one LSTM unit remember a sign through noise"""
    shapes = ((2, 4), (1, 4), (4,))
    told = expect_items(submission.latch_weights(), "latch_weights", 3)
    weights = [expect_array(each, "latch_weights", shape) for each, shape in zip(told, shapes, strict=True)]
    cell = data.Cell(*(weight.astype("float32") for weight in weights))

    def recall(repeat: int) -> float:
        rng = streams.generator("latch", repeat)
        X, signs = data.flagged_noise(rng, 300, int(rng.integers(300, 400)), flags=int(rng.integers(3, 6)))
        return float(data.share(keras.run(cell, X)[1][:, 0], signs))

    try:
        measure_skill(criterion, record, recall)
    except Miss as miss:
        miss.cause = latch_mistake(cell, streams, data, keras) or miss.cause
        raise


def latch_mistake(cell: Any, streams: Streams, data: ModuleType, keras: Keras) -> str:
    """Cause why a latch fails: tried without noise first, then with all that makes it hard, one thing at a time."""
    rng = streams.generator("latch mistake")

    def tried(timesteps: int, **how: Any) -> tuple[float, np.ndarray]:
        X, signs = data.flagged_noise(rng, 60, timesteps, **how)
        _, h, c = keras.run(cell, X)
        return data.share(h[:, 0], signs), np.abs(c)

    written, memory = tried(1, flags=1, within=1, noise=0)
    if not memory.any():
        return "latch-empty"
    if written < 0.95:
        return "latch-inverted" if written < 0.05 else "latch-not-written"
    if tried(2, flags=2, within=2, noise=0)[0] < 0.95:
        return "latch-not-replaced"
    kept, later = tried(300, flags=1, within=1, noise=0)
    if later.mean() < 0.1 * memory.mean():
        return "latch-fades"
    if kept < 0.95:
        return "latch-drifts"
    return "latch-noise"


def test_order(submission: SubmissionView, streams: Streams) -> None:
    """`order_counterexample` makes two series that differ in their order alone"""
    rng = streams.generator("order")
    function = "order_counterexample"
    seen = []
    for timesteps in (3, int(rng.integers(4, 9)) * 2, int(rng.integers(9, 15)) * 2 + 1):
        seed = int(rng.integers(1000, 10**6))
        pairs = []
        for given in (seed, seed, seed + 1):
            pair = submission.order_counterexample(timesteps, given)
            pair = list(pair) if isinstance(pair, np.ndarray) and pair.ndim == 2 else pair
            pairs.append([expect_array(one, function, (timesteps,)) for one in expect_items(pair, function, 2)])
        for a, b in pairs:
            judge_pair(a, b)
        if not np.array_equal(pairs[0], pairs[1]):
            raise Miss("not-reproducible", expected="the same series", received="others")
        seen.append(np.array_equal(pairs[0], pairs[2]))
    if all(seen):
        raise Miss("seed-ignored", expected="other series", received="the same")


def judge_pair(a: np.ndarray, b: np.ndarray) -> None:
    """Holds that two series hold the same values, end alike, and differ in the middle."""
    if not np.allclose(np.sort(a), np.sort(b), rtol=1e-6, atol=0):
        raise Miss("other-values", expected="the same values in both", received="different ones")
    if not np.isclose(a[-1], b[-1], rtol=1e-6, atol=0):
        raise Miss("other-end", expected="the same last value", received="two")
    if rises(a) == rises(b):
        received = "both rise" if rises(a) else "neither rises"
        raise Miss("same-label", expected="one of them rises in the middle", received=received)


def rises(series: np.ndarray) -> bool:
    middle = len(series) // 2
    return bool(series[middle] > series[middle - 1])

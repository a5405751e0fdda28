"""Hidden checks of lesson 08. Who reads, who writes, and what each output rests on tells an encoder-decoder."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    CleanModel,
    LayerCall,
    Miss,
    ModelView,
    Rooms,
    SubmissionView,
    expect_array,
    expect_mapping,
    expect_model,
    expect_number,
    in_words,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.judge.source import Source
from grader.rubric import Criterion
from grader.seeds import Streams

BUILD, PREDICT = "build_encoder_decoder", "predict_strings"
UNITS = 64
#: Changes of an output that are smaller than this are rounding.
ROUNDING = 2e-7
#: Exact match that nobody reaches who needs the LSTMs; an aligned LSTM reaches 0.125.
NEEDLESS = 0.3
BOTH, DECODER = "all LSTM weights", "the weights of the LSTM that writes"
_OTHER_CELLS = ("GRUCell", "SimpleRNNCell", "ConvLSTM1DCell", "ConvLSTM2DCell")


class Sizes:
    """Sizes of a probe, drawn anew for each secret: never those of the exercise, and no two alike."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.n_in = int(rng.integers(7, 9))
        self.n_out = int(rng.integers(4, 6))
        self.n_tokens = int(rng.integers(10, 13))
        self.units = int(rng.integers(14, 18))
        self.columns = rng.integers(0, self.n_tokens, (4, self.n_in))
        self.shifts = rng.integers(1, self.n_tokens, self.columns.shape)  # to another character
        self.X = one_hot(self.columns, self.n_tokens)


def one_hot(columns: np.ndarray, n_tokens: int) -> np.ndarray:
    return np.eye(n_tokens, dtype="float32")[columns]


class Fed:
    """A model in the clean room that gets what it asks for: the input alone, or also the targets so far."""

    def __init__(self, take: Callable[[Any], CleanModel], X: np.ndarray, n_out: int) -> None:
        """Finds out what the model takes.

        Args:
            take: brings the model to the clean room, given a sample of what it takes.
            X: inputs, [n, n_in, characters].
            n_out: number of steps of the targets.
        """
        self.so_far: np.ndarray | None = None
        n_tokens = X.shape[-1]
        try:
            self.model = take(X[:1])
            self.outputs = self.predict(X)
        except Miss as alone:
            for columns in (n_tokens, n_tokens + 1):  # one more for a start sign
                self.so_far = one_hot(np.arange(n_out)[None] % n_tokens, columns)
                try:
                    self.model = take(self.give(X[:1]))
                    self.outputs = self.predict(X)
                except Miss:
                    continue
                return
            if alone.cause in ("model-fails", "model-refused") and "expects 2 input" in str(alone.fields.get("error")):
                shapes = f"(batch, {n_out}, {n_tokens})"
                raise Miss("second-input", expected=f"{shapes} as second input", received="another shape") from alone
            raise

    def give(self, X: np.ndarray, so_far: np.ndarray | None = None) -> Any:
        """What the model takes for some inputs; without `so_far`, the same targets for all."""
        if self.so_far is None:
            return X
        return [X, np.repeat(self.so_far, len(X), axis=0) if so_far is None else so_far]

    def predict(self, X: np.ndarray, so_far: np.ndarray | None = None) -> np.ndarray:
        return self.model.predict(self.give(X, so_far))

    def calls(self, X: np.ndarray) -> list[LayerCall]:
        return self.model.calls(self.give(X[:1]))

    def written(self, X: np.ndarray, n_out: int) -> list[np.ndarray]:
        """Columns of what the model writes by itself, [n, n_out]; several where nobody knows how it is started."""
        if self.so_far is None:
            return [self.predict(X).argmax(axis=-1)]
        columns = self.so_far.shape[-1]
        starts = [np.zeros(columns), *np.eye(columns)[[0, -1]]]
        found = []
        for start in starts:
            so_far = np.zeros((len(X), n_out, columns), "float32")
            so_far[:, 0] = start
            for step in range(n_out):
                told = self.predict(X, so_far)[:, step].argmax(axis=-1)
                if step + 1 < n_out:
                    so_far[np.arange(len(X)), step + 1, told % columns] = 1
            found.append(self.predict(X, so_far).argmax(axis=-1))
        return found


class Built:
    """An untrained model, its output and its LSTM layers."""

    def __init__(self, submission: SubmissionView, sizes: Sizes) -> None:
        self._sizes = sizes
        told = submission.build_encoder_decoder(sizes.n_in, sizes.n_out, sizes.n_tokens, sizes.units)
        view = expect_model(told, BUILD)
        self.fed = Fed(view.clean, sizes.X, sizes.n_out)
        self.outputs = self.fed.outputs
        self.calls = self.fed.calls(sizes.X)

    def rests_on(self) -> np.ndarray:
        """Which outputs change when one character of the input changes, in any of the samples: [n_out, n_in]."""
        sizes = self._sizes
        found = np.zeros((sizes.n_out, sizes.n_in), dtype=bool)
        for columns, shifts in zip(sizes.columns, sizes.shifts, strict=True):
            changed = np.repeat(columns[None], sizes.n_in + 1, axis=0)  # the last row stays as it is
            for step in range(sizes.n_in):
                changed[step, step] = (columns[step] + shifts[step]) % sizes.n_tokens
            outputs = self.fed.predict(one_hot(changed, sizes.n_tokens))
            found |= (np.abs(outputs[:-1] - outputs[-1:]).max(axis=-1) > ROUNDING).T
        return found


@pytest.fixture
def sizes(streams: Streams) -> Sizes:
    return Sizes(streams.generator("sizes"))


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


# Text.


def test_encode(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`encode_text` turns strings into one-hot steps"""
    rng = streams.generator("text")
    alphabet, length = data.an_alphabet(rng, 7), 10
    strings = data.ragged_strings(rng, 6, length, alphabet)
    truth = data.one_hot(strings, alphabet, length)
    told = expect_array(submission.encode_text(list(strings), alphabet, length), "encode_text", truth.shape)
    if not np.array_equal(told, truth):
        mistakes = data.slips_in_encoding(strings, alphabet, truth)
        cause = next((name for name, made in mistakes if np.array_equal(made, told)), "encoded-wrong")
        fields = {"expected": "1 in the column of each character", "received": "another array"}
        raise Miss(cause, function="encode_text", **fields)


def test_decode(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`decode` turns steps back into strings"""
    rng = streams.generator("decode")
    alphabet, length = data.an_alphabet(rng, 7), 10
    strings = data.ragged_strings(rng, 6, length, alphabet)
    exact = data.one_hot(strings, alphabet, length)
    for steps, unknown in ((exact, "decoded-wrong"), (data.shares(rng, exact), "only-one-hot")):
        told = as_strings(submission.decode(steps, alphabet), "decode", len(strings))
        if told != strings:
            mistakes = data.slips_in_decoding(strings, alphabet, steps)
            cause = next((name for name, made in mistakes if made == told), unknown)
            fields = {"expected": "the most probable characters", "received": "other strings"}
            raise Miss(cause, function="decode", **fields)


def as_strings(told: Any, function: str, n: int) -> list[str]:
    """Holds that a function returned n strings, in a list or an array of text."""
    items = told.tolist() if isinstance(told, np.ndarray) and told.ndim == 1 else told
    if items is None:
        raise Miss("returned-none", function=function, expected="a list of strings", received="None")
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        is_list = isinstance(items, list | tuple) and items
        received = f"a list that begins with {in_words(items[0])}" if is_list else in_words(told)
        raise Miss("wrong-type", function=function, expected="a list of strings", received=received)
    if len(items) != n:
        raise Miss("string-count", function=function, expected=f"{n} strings", received=f"{len(items)}")
    return list(items)


def test_exact(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`exact_match` tells the share of strings that are right as a whole"""
    told, true = data.half_right(streams.generator("exact"))
    found = expect_number(submission.exact_match(list(told), list(true)), "exact_match")
    if not np.isclose(found, data.exact(told, true), rtol=1e-4):
        mistakes = data.slips_in_matching(told, true)
        cause = next((name for name, value in mistakes if np.isclose(found, value, rtol=1e-4)), "match-wrong")
        raise Miss(cause, expected="the share of strings that are right", received="another number")


# Structure by behaviour.


def test_builds(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """The model turns n_in steps into n_out steps"""
    try:
        shape = Built(submission, sizes).outputs.shape[1:]
    except Miss as miss:
        if miss.cause == "steps-lost":
            miss.place = miss.place or next(iter(source.calls("LSTM", within=BUILD)[1:]), None)
        raise
    n_in, n_out, n_tokens = sizes.n_in, sizes.n_out, sizes.n_tokens
    if shape == (n_out, n_tokens):
        return
    causes = {
        (n_in, n_tokens): "input-steps",
        (n_tokens,): "one-step",
        (n_out * n_tokens,): "one-long-vector",
        (n_tokens, n_out): "axes-swapped",
        (n_out, sizes.units): "no-head",
    }
    repeat = next(iter(source.calls("RepeatVector", within=BUILD)), None)
    raise Miss(
        causes.get(shape, "output-shape"),
        expected=shape_in_words((None, n_out, n_tokens)),
        received=shape_in_words((None, *shape)),
        place=repeat if shape == (n_in, n_tokens) else None,
    )


def test_whole(submission: SubmissionView, sizes: Sizes) -> None:
    """Each output step rests on the whole input, which an LSTM has read"""
    built = Built(submission, sizes)
    rests_on = built.rests_on()
    if not rests_on.any():
        raise Miss("input-unused", expected="outputs that change with the input", received="always the same")
    hold_encoder(built.calls, sizes.n_out)
    if rests_on.all():
        return
    first = int(rests_on[0].sum())
    fields = {
        "read": in_steps(first),
        "expected": f"all {sizes.n_in} steps",
        "received": f"{first} at the first output",
    }
    is_online = not np.triu(rests_on, sizes.n_in - sizes.n_out + 1).any()
    raise Miss("aligned" if is_online else "steps-unread", **fields)


def in_steps(count: int) -> str:
    return f"{count} step" if count == 1 else f"{count} steps"


def hold_encoder(calls: list[LayerCall], n_out: int) -> None:
    """Holds that an LSTM reads the input; one that goes through n_out steps is none."""
    steps = steps_of(calls)
    if any(read != n_out for read, _ in steps.values()):
        return
    if not steps and others(calls):
        raise not_lstm(calls)
    received = "one for the output only" if steps else "no LSTM"
    raise Miss("no-encoder", expected="an LSTM that reads the input", received=received)


def steps_of(calls: list[LayerCall]) -> dict[int, tuple[int, int]]:
    """How many steps each LSTM layer reads and how many it puts out, in call order, by its number.

    A loop of the student's may call a layer for one step at a time, or a bare cell: all calls count together.
    """
    steps: dict[int, tuple[int, int]] = {}
    for call in calls:
        if not is_lstm(call):
            continue
        read = call.input_shape[1] if len(call.input_shape) > 2 else 1
        written = call.output_shape[1] if len(call.output_shape) > 2 else 1
        before = steps.get(call.layer, (0, 0))
        steps[call.layer] = (before[0] + (read or 0), before[1] + (written or 0))
    return steps


def is_lstm(call: LayerCall) -> bool:
    """Whether a layer is an LSTM, one cell of it, or goes through time with a cell of the student's own."""
    if call.recurrent:
        return bool(call.cells) and not set(call.cells).intersection(_OTHER_CELLS)
    return call.kind == "LSTMCell"


def others(calls: list[LayerCall]) -> list[str]:
    """Classes of recurrent layers that are no LSTM."""
    found = {call.wraps or call.kind for call in calls if call.recurrent and not is_lstm(call)}
    return sorted(found | {call.kind for call in calls if call.kind in _OTHER_CELLS})


def not_lstm(calls: list[LayerCall]) -> Miss:
    received = ", ".join(others(calls))
    return Miss("not-lstm", expected="LSTM for both", received=received)


def decoders(calls: list[LayerCall], n_in: int, n_out: int) -> list[int]:
    """Numbers of the LSTM layers that write n_out steps.

    Raises:
        Miss: there is none; it says what stands there instead.
    """
    if others(calls):
        raise not_lstm(calls)
    steps = steps_of(calls)
    found = [layer for layer, (_, written) in steps.items() if written == n_out]
    if found:
        return found
    wanted = f"an LSTM that puts out {n_out} steps"
    if any((read, written) in ((n_in + n_out,) * 2, (n_in + n_out, n_out + 1)) for read, written in steps.values()):
        raise Miss("shared", expected="an LSTM to read and another to write", received="one LSTM for both")
    if any(written == n_in for _, written in steps.values()):
        raise Miss("written-in-step", expected=wanted, received=f"an LSTM that puts out {n_in}, as many as it reads")
    if any(len(call.output_shape) == 2 and call.output_shape[-1] for call in calls[1:] if not is_lstm(call)):
        raise Miss("all-at-once", expected=wanted, received="dense layers for all steps at once")
    raise Miss("no-decoder", expected=wanted, received="no LSTM for the output")


def test_decoder(submission: SubmissionView, sizes: Sizes) -> None:
    """An LSTM of its own writes the output steps"""
    built = Built(submission, sizes)
    if np.allclose(built.outputs, built.outputs[:, :1], atol=ROUNDING):
        if others(built.calls):
            raise not_lstm(built.calls)
        raise Miss("copies", expected="outputs that differ from step to step", received="the same at every step")
    decoders(built.calls, sizes.n_in, sizes.n_out)
    units = sorted({call.units for call in built.calls if is_lstm(call) and call.units})
    if units and not any(sizes.units <= 2 * found <= 4 * sizes.units for found in units):
        received = ", ".join(map(str, units))
        raise Miss("wrong-units", units=sizes.units, expected=str(sizes.units), received=received)


def test_shares(submission: SubmissionView, sizes: Sizes) -> None:
    """Each output step holds a probability for each character"""
    outputs = Built(submission, sizes).outputs
    if np.allclose(outputs.sum(axis=-1), 1, atol=1e-3) and outputs.min() >= 0:
        return
    if outputs.min() < -1e-6 and not np.allclose(np.abs(outputs).max(), 1, atol=1e-3):
        return  # logits: softmax follows in the loss
    causes = {
        "over-steps": np.allclose(outputs.sum(axis=1), 1, atol=1e-3),
        "over-everything": np.allclose(outputs.sum(axis=(1, 2)), 1, atol=1e-3),
    }
    cause = next((name for name, holds in causes.items() if holds), "no-shares")
    raise Miss(cause, expected="a sum of 1 at each step", received="other sums")


# Training, which goes on while the structure is checked.


class Training:
    """Trains while the structure is checked; the trained model of the first repeat is shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        first = rooms.ahead(lambda aside: self._train(aside, 0))
        self.first_match = rooms.ahead(lambda aside: self._match(aside, first()))
        self.match_without = rooms.ahead(lambda aside: self._matches_without(aside, first()))
        self.trained = rooms.ahead(lambda aside: self._look(aside, first()))

    def match(self, repeat: int) -> float:
        """Exact match on unseen strings after a training with the seeds of one repeat."""
        return self.first_match() if repeat == 0 else self._match(self._rooms, self._train(self._rooms, repeat), repeat)

    def diagnosis(self) -> str:
        """Why the answers are as wrong as they are, as far as they tell."""
        fed, _ = self.trained()
        X, columns, _ = self._unseen(0)
        if fed.so_far is None:
            return "skill-missed"
        shown = one_hot(columns, fed.so_far.shape[-1])
        told = fed.predict(X, shown).argmax(axis=-1)
        return "target-shown" if np.mean(told == columns) > 0.95 else "skill-missed"

    def sizes(self, repeat: int = 0) -> tuple[int, int, str]:
        """Steps of input and output, and the alphabet."""
        rng = self._streams.generator("alphabet", repeat)
        return int(rng.integers(6, 8)), 3, self._data.an_alphabet(rng, 8)

    def _unseen(self, repeat: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
        """Inputs, columns of the targets, and the targets."""
        n_in, n_out, alphabet = self.sizes(repeat)
        known = {source for source, _ in self._pairs(repeat)}
        pairs = self._data.reversed_tails(self._streams.generator("test", repeat), 400, n_in, n_out, alphabet)
        pairs = [pair for pair in pairs if pair[0] not in known]
        targets = [target for _, target in pairs]
        columns = np.array([[alphabet.index(letter) for letter in target] for target in targets])
        return self._data.one_hot([source for source, _ in pairs], alphabet, n_in), columns, targets

    def _pairs(self, repeat: int) -> list[tuple[str, str]]:
        rng, sizes = self._streams.generator("train", repeat), self.sizes(repeat)
        return list(self._data.reversed_tails(rng, int(rng.integers(2950, 3050)), *sizes))

    def _build(self, room: SubmissionView, repeat: int) -> Any:
        n_in, n_out, alphabet = self.sizes(repeat)
        return room.build_encoder_decoder(n_in, n_out, len(alphabet), UNITS)

    def _train(self, rooms: Rooms, repeat: int) -> ModelView:
        room, pairs = rooms.student(), self._pairs(repeat)
        n_in, n_out, alphabet = self.sizes(repeat)
        X = self._data.one_hot([source for source, _ in pairs], alphabet, n_in)
        y = self._data.one_hot([target for _, target in pairs], alphabet, n_out)
        model = expect_model(self._build(room, repeat), BUILD)
        return trained_model(room.train(model, X, y, self._streams.seed("fit", repeat)), model)

    def _adopted(self, rooms: Rooms, trained: ModelView, repeat: int) -> tuple[SubmissionView, ModelView]:
        """A fresh room and in it the trained model, and nothing else of the training."""
        X, room, n_out = self._unseen(repeat)[0], rooms.student(), self.sizes(repeat)[1]
        fed = Fed(lambda sample: rooms.clean.take(trained, sample), X[:2], n_out)
        sample = fed.give(X[:1])
        return room, room.adopt(trained, sample, lambda fresh: self._build(fresh, repeat))

    def _match(self, rooms: Rooms, trained: ModelView, repeat: int = 0) -> float:
        room, model = self._adopted(rooms, trained, repeat)
        return self._exact(room, model, repeat)

    def _exact(self, room: SubmissionView, model: ModelView, repeat: int = 0) -> float:
        X, _, targets = self._unseen(repeat)
        told = as_strings(room.predict_strings(model, X, self.sizes(repeat)[2]), PREDICT, len(targets))
        return float(self._data.exact(told, targets))

    def _matches_without(self, rooms: Rooms, trained: ModelView) -> dict[str, float]:
        """Exact match once the weights of all LSTMs are zero, and once those of the decoder alone are."""
        room, model = self._adopted(rooms, trained, 0)
        learned = room.ask("weights", model=model)
        matches: dict[str, float] = {}
        for size in self._decoder_sizes(rooms, trained):
            # An LSTM that reads may be as large as the one that writes: then the weights of both are tried.
            same = [at for at in lstm_weights(learned) if sum(learned[i].size for i in at) == size]
            found = [self._exact_with(room, model, learned, at) for at in same]
            matches[DECODER] = min(matches.get(DECODER, 1.0), max(found, default=0.0))
        room.ask("set_weights", model=model, weights=learned)
        room.perturb(model, "no recurrence")
        return matches | {BOTH: self._exact(room, model)}

    def _exact_with(self, room: SubmissionView, model: ModelView, learned: list[np.ndarray], zero: list[int]) -> float:
        weights = [np.zeros_like(weight) if at in zero else weight for at, weight in enumerate(learned)]
        room.ask("set_weights", model=model, weights=weights)
        return self._exact(room, model)

    def _decoder_sizes(self, rooms: Rooms, trained: ModelView) -> set[int]:
        """Number of weights of each LSTM that writes; none where train leaves another model."""
        calls = self._look(rooms, trained)[1]
        try:
            wanted = decoders(calls, *self.sizes()[:2])
        except Miss:
            return set()
        return {call.parameters for call in calls if call.layer in wanted}

    def _look(self, rooms: Rooms, trained: ModelView) -> tuple[Fed, list[LayerCall]]:
        """What train leaves, which may be another model than the one that it was given."""
        X = self._unseen(0)[0]
        fed = Fed(lambda sample: rooms.clean.take(trained, sample), X[:2], self.sizes()[1])
        return fed, fed.calls(X)

    def own_match(self) -> float:
        """Exact match of what the trained model itself writes, in the clean room."""
        X, columns, _ = self._unseen(0)
        fed, _ = self.trained()
        return max(float((told == columns).all(axis=-1).mean()) for told in fed.written(X, columns.shape[1]))


def lstm_weights(weights: list[np.ndarray]) -> list[list[int]]:
    """Where the weights of each LSTM stand in what `get_weights` told: kernel, recurrent kernel, and bias if any."""
    found = []
    for at in range(1, len(weights)):
        kernel, recurrent = weights[at - 1 : at + 1]
        units = recurrent.shape[0]
        if recurrent.shape == (units, 4 * units) and kernel.ndim == 2 and kernel.shape[1] == 4 * units:
            has_bias = at + 1 < len(weights) and weights[at + 1].shape == (4 * units,)
            found.append([at - 1, at, at + 1] if has_bias else [at - 1, at])
    return found


def trained_model(returned: Any, given: ModelView) -> ModelView:
    """The model after training: what train returned, alone or in a tuple, or the given one changed in place."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    return next((part for part in parts if isinstance(part, ModelView)), given)


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_skill(training: Training, criterion: Criterion, record: Record) -> None:
    """The trained model writes the right answers to unseen strings"""
    try:
        measure_skill(criterion, record, training.match)
    except Miss as miss:
        if miss.cause == "skill-missed":
            miss.cause = training.diagnosis()
        raise


def test_learned(training: Training, record: Record) -> None:
    """The answers come from what both LSTMs have learned"""
    _, calls = training.trained()
    try:
        decoders(calls, *training.sizes()[:2])
    except Miss as miss:
        expected = "the encoder-decoder that it is given, trained"
        raise Miss("other-model", expected=expected, received="another model") from miss
    own = training.own_match()
    record.measured("exact match of the model alone", own)
    # Who writes other answers than the model in the clean room may tell a test from the real thing.
    record.provisional |= not own > 0.75
    without = training.match_without()
    for name, match in without.items():
        record.measured(f"exact match with {name} set to zero", match)
    if without[BOTH] > NEEDLESS:
        raise Miss("not-learned", what=f"{BOTH} set to zero", expected="useless answers", received="right ones")
    if without.get(DECODER, 0) > NEEDLESS:
        raise Miss("decoder-idle", expected="useless answers without the LSTM that writes", received="right ones")


# The experiment: a call back stands for training and scoring.


def test_experiment(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`run_experiment` tests on strings that no training has seen"""
    scores, seeds = data.Scores(streams.generator("experiment")), (3, 14, 15)
    told = submission.run_experiment(list(scores.pairs), n_test=scores.n_test, seeds=seeds, score=scores.score)
    if not scores.calls:
        raise Miss("not-scored", expected="a call for each seed", received="no call")
    for call in scores.calls:
        wrong = scores.wrong_split(*call[:2])
        if wrong:
            cause, expected, received = wrong
            raise Miss(cause, expected=expected, received=received)
    if len({frozenset(call[1]) for call in scores.calls}) > 1:
        raise Miss("other-split", expected="the same pairs for each seed", received="others")
    used = sorted(call[2] for call in scores.calls)
    if used != sorted(seeds):
        cause = "too-few-runs" if set(used) < set(seeds) else "other-seeds"
        raise Miss(cause, expected="each of the seeds once", received=f"{len(used)} calls")
    told = expect_mapping(told, "run_experiment", tuple(scores.WORDS))
    for key, value, slips in scores.numbers():
        found = expect_number(told[key], "run_experiment")
        if not np.isclose(found, value, rtol=1e-3):
            cause = next((name for name, slip in slips.items() if np.isclose(found, slip, rtol=1e-3)), f"{key}-wrong")
            raise Miss(cause.replace("_", "-"), key=key, expected=scores.WORDS[key], received="another number")

"""Hidden checks of lesson 06. Structure by behaviour: what reaches the second LSTM decides, not how it is written."""

from collections import Counter
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
    as_numbers,
    expect_array,
    expect_items,
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

UNITS = (16, 16)
BUILD = "build_stacked_lstm"


class Sizes:
    """Sizes of a probe, drawn anew for each secret: never those of the exercise, and no two alike.

    No layer has as many units as there are steps, so that units and time can never be mistaken for each other.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.n_steps = int(rng.integers(9, 13))
        self.n_features = int(rng.integers(2, 5))
        self.n_out = int(rng.choice([size for size in (2, 3, 5, 6) if size != self.n_features]))
        self.sample = rng.normal(size=(1, self.n_steps, self.n_features)).astype("float32")

    def build(self, submission: SubmissionView, units: tuple[int, ...]) -> ModelView:
        model = submission.build_stacked_lstm(self.n_steps, self.n_features, self.n_out, units)
        return expect_model(model, BUILD)


@pytest.fixture
def sizes(streams: Streams) -> Sizes:
    return Sizes(streams.generator("sizes"))


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


def test_builds(submission: SubmissionView, sizes: Sizes) -> None:
    """The model turns sequences into forecasts of the right shape"""
    inputs = np.repeat(sizes.sample, 3, axis=0)
    try:
        output = sizes.build(submission, (8, 8)).clean(sizes.sample).predict(inputs)
    except Miss as miss:
        if miss.cause != "vector-to-lstm":
            raise
        # The stack is judged by the next criterion, not here.
        output = sizes.build(submission, (8,)).clean(sizes.sample).predict(inputs)
    if output.shape == (3, sizes.n_out):
        return
    received, expected = shape_in_words((None, *output.shape[1:])), shape_in_words((None, sizes.n_out))
    is_sequence = output.ndim > 2 and output.shape[1] == sizes.n_steps
    raise Miss("sequence-output" if is_sequence else "output-shape", expected=expected, received=received)


def test_flow(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """Each LSTM hands its whole sequence to the LSTM above it"""
    try:
        model = sizes.build(submission, (8, 8)).clean(sizes.sample)
    except Miss as miss:
        if miss.cause == "vector-to-lstm":
            miss.place = next(iter(source.calls("LSTM", within=BUILD)), miss.place)
            miss.expected = f"{shape_in_words((None, sizes.n_steps, 8))} for the second LSTM"
            miss.received = shape_in_words((None, 8))
        raise
    layers = recurrent_layers(model, sizes.sample)
    if longest_stack(model, sizes.sample, layers) >= 2:
        return
    if len(layers) < 2:
        raise Miss("no-second-lstm", expected="two", received=str(len(layers)))
    if len({layer.layer for layer in layers}) == 1:
        raise tied(layers, (8, 8))
    raise lost_sequence(model, sizes, layers, source)


def test_stack(submission: SubmissionView, sizes: Sizes) -> None:
    """The stack has the layers that units asks for"""
    for units in ((8, 8), (6, 5, 4), (7,)):
        model = sizes.build(submission, units).clean(sizes.sample)
        layers = recurrent_layers(model, sizes.sample)
        others = sorted({layer.wraps or layer.kind for layer in layers if not layer.is_lstm})
        if others:
            raise Miss("not-lstm", expected="LSTM", received=", ".join(others))
        depth = longest_stack(model, sizes.sample, layers)
        if depth != len(units):
            if len({layer.layer for layer in layers}) < len(layers):
                raise tied(layers, units)
            received = f"{depth} LSTM {'layer' if depth == 1 else 'layers'}"
            raise Miss("depth", units=units, expected=str(len(units)), received=received)
        if not has_sizes(layers, units):
            raise Miss("wrong-units", units=units)


def test_shapes(submission: SubmissionView, sizes: Sizes) -> None:
    """`sequence_shapes` tells what each LSTM puts out"""
    units = (6, 5)
    model = sizes.build(submission, units)
    sizes.build(submission, (4, 3, 2))  # so that what was built last tells nothing of the model that is asked about
    told = submission.sequence_shapes(model)
    if not isinstance(told, list | tuple):
        expect_items(told, "sequence_shapes", len(units))
    layers = recurrent_layers(model.clean(sizes.sample), sizes.sample)
    right = [[layer.output_shape[1:] for layer in layers]]
    right.append([(sizes.n_steps, units[0]), (units[1],)])  # stacked cells and wrappers, told by their cells
    shapes = [as_shape(shape) for shape in told]
    if [shape[1:] for shape in shapes] not in right:
        received = ", ".join(shape if isinstance(shape, str) else shape_in_words(shape) for shape in shapes)
        expected = "(None, timesteps, units) of each LSTM that feeds another, (None, units) of the last"
        raise Miss("shapes-wrong", expected=expected, received=received or "no shape")


def as_shape(shape: Any) -> Any:
    """Reads a shape as a submission may tell it; what is no size in it is put in words."""
    if not isinstance(shape, list | tuple):
        return in_words(shape)
    sizes = [size.item() if isinstance(size, np.ndarray) and size.size == 1 else size for size in shape]
    return tuple(size if size is None or isinstance(size, int | float) else in_words(size) for size in sizes)


class Training:
    """Trains while the structure is checked; the trained model of each repeat is shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        first = rooms.ahead(lambda aside: self._train(aside, 0))
        self.first_error = rooms.ahead(lambda aside: self._error(aside, first()))
        self.error_without_recurrence = rooms.ahead(lambda aside: self._error(aside, first(), perturb="no recurrence"))
        self.own_error = rooms.ahead(lambda aside: self._own_error(aside, first()))
        self.depth = rooms.ahead(lambda aside: self._depth(aside, first()))

    def error(self, repeat: int) -> float:
        """RMSE on unseen series after a training with the seeds of one repeat."""
        return self.first_error() if repeat == 0 else self._error(self._rooms, self._train(self._rooms, repeat), repeat)

    def _build(self, room: SubmissionView) -> Any:
        return room.build_stacked_lstm(self._data.N_STEPS, 1, self._data.N_OUT, UNITS)

    def _train(self, rooms: Rooms, repeat: int) -> ModelView:
        room = rooms.student()
        rng = self._streams.generator("train", repeat)
        X, y = self._data.two_scale(rng, int(rng.integers(1450, 1550)))
        model = expect_model(self._build(room), BUILD)
        return trained_model(room.train(model, X, y, self._streams.seed("fit", repeat)), model)

    def _error(self, rooms: Rooms, trained: ModelView, repeat: int = 0, perturb: str = "") -> float:
        """Forecasts in a fresh room, which holds the model and nothing else of the training."""
        X, y = self._data.two_scale(self._streams.generator("test", repeat), 400)
        room = rooms.student()
        model = room.adopt(trained, X[:1], self._build)
        if perturb:
            room.perturb(model, perturb)
        return float(self._data.rmse(expect_array(room.forecast(model, X), "forecast", y.shape), y))

    def _own_error(self, rooms: Rooms, trained: ModelView) -> float:
        """RMSE of what the trained model itself puts out, in the clean room; infinite where that is no forecast."""
        X, y = self._data.two_scale(self._streams.generator("test"), 400)
        told = rooms.clean.take(trained, X[:1]).predict(X)
        return float(self._data.rmse(told, y)) if told.shape == y.shape else float("inf")

    def _depth(self, rooms: Rooms, trained: ModelView) -> int:
        """Number of recurrent layers on top of each other in what train leaves, which may be another model."""
        sample = self._data.two_scale(self._streams.generator("test"), 1)[0]
        model = rooms.clean.take(trained, sample)
        return longest_stack(model, sample, recurrent_layers(model, sample))


def trained_model(returned: Any, given: ModelView) -> ModelView:
    """The model after training: what train returned, alone or in a tuple, or the given one changed in place."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    return next((part for part in parts if isinstance(part, ModelView)), given)


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_skill(training: Training, criterion: Criterion, record: Record) -> None:
    """The trained model forecasts unseen series"""
    measure_skill(criterion, record, training.error)


def test_learned(training: Training, record: Record) -> None:
    """The forecast comes from what the LSTMs have learned"""
    if training.depth() < len(UNITS):
        raise Miss("other-model", expected="the stack that it is given, trained", received="another model")
    own_error = training.own_error()
    record.measured("RMSE of the model alone", own_error)
    # A forecast that is not the model's own output may be scaled, or made up by who can tell a test from the real
    # thing: what it rests on is known from the submission's own process alone.
    record.provisional |= not own_error < 1.25 * 0.12
    error = training.error_without_recurrence()
    record.measured("RMSE with all LSTM weights set to zero", error)
    # The threshold with a margin: what forecasts that well without its LSTMs does not need them.
    if error < 1.25 * 0.12:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="a useless forecast", received="a good one")


def test_compare(submission: SubmissionView, data: ModuleType) -> None:
    """`compare_depth` compares one layer and a stack fairly"""
    calls: list[tuple[tuple[int, ...], int]] = []

    def score(units: Any, seed: Any) -> float:
        calls.append((as_units(units), as_seed(seed)))
        return score_of(*calls[-1])

    seeds = (3, 14, 15)
    told = expect_mapping(submission.compare_depth(score, seeds), "compare_depth", ("vanilla", "stacked"))
    runs = {"vanilla": [call for call in calls if len(call[0]) == 1], "stacked": [c for c in calls if len(c[0]) > 1]}
    expect_fair(runs, seeds)
    weights = {kind: data.lstm_weights(made[0][0]) for kind, made in runs.items()}
    if not 0.4 < weights["vanilla"] / weights["stacked"] < 2.5:
        received = f"{weights['vanilla']} and {weights['stacked']}"
        raise Miss("unequal-sizes", expected="about as many in both", received=received)
    for kind, made in runs.items():
        mean = float(np.mean([score_of(*call) for call in made]))
        if not np.isclose(expect_number(told[kind], "compare_depth"), mean, rtol=1e-4):
            raise Miss("not-the-mean", kind=kind, expected="the mean of its scores", received="another number")


def expect_fair(runs: dict[str, list[tuple[tuple[int, ...], int]]], seeds: tuple[int, ...]) -> None:
    """Holds that both models were scored, each with all the given seeds and no others."""
    scored = [kind for kind in runs if runs[kind]]
    if not scored:
        raise Miss("not-scored", expected="a call for each model and seed", received="no call")
    if len(scored) < len(runs):
        raise Miss("not-both", expected="both models", received=f"the {scored[0]} model")
    for kind, made in runs.items():
        if len(made) < len(seeds):
            raise Miss("too-few-runs", kind=kind, expected=f"{len(seeds)} times", received=times(len(made)))
    used = {kind: sorted(seed for _, seed in made) for kind, made in runs.items()}
    if used["vanilla"] != used["stacked"]:
        raise Miss("uneven-seeds", expected="the same seeds for both", received="different ones")
    if set(used["vanilla"]) != set(seeds):
        raise Miss("other-seeds", expected="the seeds in `seeds`", received="others")


def score_of(units: tuple[int, ...], seed: int) -> float:
    """A made-up error that differs for each call, so that no other number can pass for a mean."""
    return 0.05 + 0.001 * seed + 0.0001 * sum(units) + 0.03 * len(units)


def as_units(units: Any) -> tuple[int, ...]:
    """Reads units as a submission may pass them: a tuple, a list, an array, or one number."""
    values = np.atleast_1d(as_numbers(units))
    if values.dtype.kind not in "iu" or values.ndim != 1 or not values.size or values.min() < 1:
        raise ValueError("score takes the units of each layer, such as (16, 16), and a seed")
    return tuple(int(value) for value in values)


def as_seed(seed: Any) -> int:
    """Reads a seed, which may be a number of any kind as long as it is whole."""
    value = as_numbers(seed)
    if value.size != 1 or value.dtype.kind not in "iuf" or not np.isfinite(value).all() or value % 1 != 0:
        raise ValueError("score takes a whole number as seed")
    return int(value.reshape(()))


def times(count: int) -> str:
    """A count in words."""
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


# Structure by behaviour.


def recurrent_layers(model: CleanModel, sample: np.ndarray) -> list[LayerCall]:
    """The calls of recurrent layers, in call order."""
    return [call for call in model.calls(sample) if call.recurrent]


def has_sizes(layers: list[LayerCall], units: tuple[int, ...]) -> bool:
    """Whether the layers have these units, in this order, others in between allowed.

    Stacked cells tell the units of their last cell only, so that one alone is held against the last of `units`.
    """
    if any(len(layer.cells) > 1 for layer in layers):
        return layers[-1].units == units[-1]
    have = iter([layer.units for layer in layers])
    return all(size in have for size in units)  # each `in` goes on where the one before stopped


def tied(layers: list[LayerCall], units: tuple[int, ...]) -> Miss:
    """Says that one layer stands where several should."""
    uses = Counter(layer.layer for layer in layers)
    received = "one layer" if len(uses) == 1 else f"{len(uses)} layers"
    return Miss("tied", times=times(max(uses.values())), expected=f"{len(units)} layers", received=received)


def feeds(model: CleanModel, sample: np.ndarray, first: LayerCall, second: LayerCall) -> bool:
    """Whether the second layer receives the first one's sequence, step by step."""
    if len(first.output_shape) < 3 or len(second.input_shape) < 3 or second.constant_input:
        return False
    steps = model.influence(sample, first, second)  # [steps of first, steps of second]
    if not steps.size or steps.any(axis=1).mean() <= 0.5:  # most steps get through
        return False
    return steps.shape[0] == steps.shape[1] or not steps.all()  # attention mixes all, but keeps the steps


def longest_stack(model: CleanModel, sample: np.ndarray, layers: list[LayerCall]) -> int:
    """Number of recurrent layers in the longest chain of layers that feed each other; stacked cells count each."""
    layers = layers[:8]
    heights: list[int] = []
    for at, layer in enumerate(layers):
        below = [
            heights[i] for i in range(at) if layers[i].layer != layer.layer and feeds(model, sample, layers[i], layer)
        ]
        heights.append(max(len(layer.cells), 1) + max(below, default=0))
    return max(heights, default=0)


def lost_sequence(model: CleanModel, sizes: Sizes, layers: list[LayerCall], source: Source) -> Miss:
    """Says how the sequence gets lost between the first two recurrent layers."""
    first, second = layers[:2]
    received = shape_in_words(second.input_shape)
    expected = (
        f"{shape_in_words((None, sizes.n_steps, *first.output_shape[-1:]))}, the outputs of the first LSTM step by step"
    )
    steps = model.influence(sizes.sample, first, second)

    def place(name: str) -> Any:
        return next(iter(source.calls(name, within=BUILD)), None)

    if not steps.any():
        return Miss("parallel", expected=expected, received=f"{received}, the input of the model", place=place("LSTM"))
    if len(second.input_shape) > 2 and second.input_shape[1] == 1:
        return Miss("last-step", expected=expected, received=received, place=place("LSTM"))
    if second.constant_input:
        copies = f"{received}, the same vector {second.input_shape[1]} times"
        return Miss("copies", expected=expected, received=copies, place=place("RepeatVector") or place("LSTM"))
    if len(first.output_shape) < 3 or steps.all():  # each unit tells of all steps, a step only of those before
        return Miss("units-as-time", expected=expected, received=received, place=place("Reshape") or place("Permute"))
    return Miss("last-step", expected=expected, received=received, place=place("LSTM"))

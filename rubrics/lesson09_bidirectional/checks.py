"""Hidden checks of lesson 09. Which steps an answer rests on tells the direction, however the model is written."""

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
from grader.wire import messages

FORWARD, BACKWARD, BOTH = "build_forward", "build_backward", "build_bidirectional"
UNITS = 16
#: Changes of an output that are smaller than this are rounding.
ROUNDING = 1e-6
#: Who is right as often as this without any LSTM does not need them; a single direction reaches 0.79.
NEEDLESS = 0.7


class Sizes:
    """Sizes of a probe, drawn anew for each secret: never those of the exercise, and no two alike."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.n_steps = int(rng.integers(7, 10))
        self.n_features = int(rng.integers(2, 4))
        self.units = int(rng.integers(4, 7))
        self.samples = rng.normal(size=(4, self.n_steps, self.n_features)).astype("float32")
        self.nudges = rng.choice([-1.0, 1.0], size=self.samples.shape).astype("float32")

    @property
    def sample(self) -> np.ndarray:
        return self.samples[:1]


class Built:
    """An untrained model of one of the build functions, and what its answers rest on."""

    def __init__(self, submission: SubmissionView, sizes: Sizes, function: str) -> None:
        self.function, self._sizes = function, sizes
        told = submission.call(function, sizes.n_steps, sizes.n_features, sizes.units)
        self.model = expect_model(told, function).clean(sizes.sample)
        self.outputs = self.model.predict(sizes.samples)
        self.calls = self.model.calls(sizes.sample)
        self._hold_shape()
        self.rests_on = self._rests_on()

    def _hold_shape(self) -> None:
        n_steps, shape = self._sizes.n_steps, self.outputs.shape
        if shape == (len(self.outputs), n_steps, 1):
            return
        received, expected = shape_in_words((None, *shape[1:])), shape_in_words((None, n_steps, 1))
        cause = "output-shape"
        if shape[1:] == (1,):
            has_steps = any(call.recurrent and len(call.output_shape) == 3 for call in self.calls)
            cause = "sequence-lost" if has_steps else "one-answer"
        elif shape[1:] == (n_steps,):
            cause = "no-last-axis"
        raise Miss(cause, function=self.function, expected=expected, received=received)

    def _rests_on(self) -> np.ndarray:
        """Which answers change when a step of the input changes, in any of the samples: [answers, steps]."""
        n_steps = self._sizes.n_steps
        found = np.zeros((n_steps, n_steps), dtype=bool)
        for sample, nudge in zip(self._sizes.samples, self._sizes.nudges, strict=True):
            nudged = np.repeat(sample[None], n_steps + 1, axis=0)  # the last row stays as it is
            for step in range(n_steps):
                nudged[step, step] += nudge[step]
            outputs = self.model.predict(nudged)[:, :, 0]  # [steps + 1, answers]
            found |= (np.abs(outputs[:-1] - outputs[-1:]) > ROUNDING).T
        return found

    def hold_answers(self) -> None:
        """Holds that the answers come from LSTMs, differ from step to step, and rest on the input at all."""
        if not self.rests_on.any():
            softmax = np.allclose(self.outputs, 1)
            raise Miss("always-one" if softmax else "input-unused", function=self.function)
        others = sorted({call.wraps or call.kind for call in self.calls if call.recurrent and not call.is_lstm})
        if others:
            raise Miss("not-lstm", function=self.function, expected="LSTM", received=", ".join(others))
        if not self.lstms:
            raise Miss("no-lstm", function=self.function, expected="an LSTM layer", received="none")
        if np.allclose(self.outputs, self.outputs[:, :1], atol=ROUNDING):
            raise Miss("same-answer", function=self.function, expected="an answer for each step", received="copies")

    def hold_units(self) -> None:
        """Holds that an LSTM has the units that were asked for; further ones may have others."""
        found = sorted({call.units for call in self.lstms if call.units})
        if found and self._sizes.units not in found:
            raise Miss(
                "wrong-units",
                function=self.function,
                units=self._sizes.units,
                expected=str(self._sizes.units),
                received=", ".join(map(str, found)),
            )

    @property
    def lstms(self) -> list[LayerCall]:
        return lstms(self.calls)

    def order(self) -> str:
        return order_of(self.rests_on)


def lstms(calls: list[LayerCall]) -> list[LayerCall]:
    """The calls of LSTM layers; cells that a loop of the student's calls are as good."""
    return [call for call in calls if call.is_lstm or call.kind == "LSTMCell"]


def order_of(rests_on: np.ndarray) -> str:
    """Names the order in which a model reads and answers, from which answers rest on which steps."""
    so_far = np.tril(np.ones_like(rests_on))
    orders = {
        "all": np.ones_like(so_far),
        "forward": so_far,
        "backward": so_far.T,
        "backward, not turned": so_far.T[::-1],  # the answer of the last step comes first
        "forward, turned": so_far[::-1],
        "both, one not turned": so_far | so_far.T[::-1],
        "both, forward turned": so_far.T | so_far[::-1],
        "alone": np.eye(len(so_far), dtype=bool),
    }
    return next((name for name, order in orders.items() if np.array_equal(order, rests_on)), "other")


@pytest.fixture
def sizes(streams: Streams) -> Sizes:
    return Sizes(streams.generator("sizes"))


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


def test_forward(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """Each answer of `build_forward` rests on the steps up to its own"""
    built = Built(submission, sizes, FORWARD)
    built.hold_answers()
    causes = {"all": "sees-all", "backward": "reads-backward", "alone": "alone", "forward, turned": "turned"}
    order = built.order()
    if order != "forward":
        cause = causes.get(order, "reads-backward" if order == "backward, not turned" else "other-order")
        raise Miss(cause, **order_fields(FORWARD, source, order, "the steps up to its own"))
    built.hold_units()


def test_backward(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """Each answer of `build_backward` rests on its own step and those that follow"""
    built = Built(submission, sizes, BACKWARD)
    built.hold_answers()
    causes = {
        "all": "sees-all",
        "forward": "reads-forward",
        "backward, not turned": "not-turned",
        "forward, turned": "answers-turned",
        "alone": "alone",
    }
    order = built.order()
    if order != "backward":
        cause = causes.get(order, "other-order")
        raise Miss(cause, **order_fields(BACKWARD, source, order, "its own step and those that follow"))
    built.hold_units()


def order_fields(function: str, source: Source, order: str, expected: str) -> dict[str, Any]:
    """What the causes about a wrong order need."""
    words = {
        "all": "all steps",
        "forward": "the steps up to its own",
        "backward": "its own step and those that follow",
        "alone": "its own step only",
    }
    return {
        "function": function,
        "place": lstm_line(source, function),
        "expected": f"each answer rests on {expected}",
        "received": f"on {words.get(order, 'other steps')}",
    }


def lstm_line(source: Source, function: str) -> Any:
    """The line of a function in which its first LSTM stands; None where that stands elsewhere, in a class or so."""
    return next((place for place in source.calls("LSTM", within=function) if place.function == function), None)


def test_bidirectional(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """Each answer of `build_bidirectional` rests on the steps before and after its own"""
    built = Built(submission, sizes, BOTH)
    handed_on = next((call for call in built.calls if call.wraps == "LSTM" and len(call.output_shape) == 2), None)
    if handed_on:  # told first, since whatever follows makes up for the lost steps
        raise Miss(
            "summary",
            expected=shape_in_words((None, sizes.n_steps, handed_on.output_shape[-1])),
            received=shape_in_words(handed_on.output_shape),
            place=lstm_line(source, BOTH),
        )
    built.hold_answers()
    causes = {
        "forward": "one-way",
        "backward": "one-way",
        "backward, not turned": "one-way",
        "forward, turned": "one-way",
        "both, one not turned": "half-turned",
        "both, forward turned": "half-turned",
        "alone": "alone",
    }
    order = built.order()
    if order != "all":
        fields = order_fields(BOTH, source, order, "all steps")
        raise Miss(causes.get(order, "other-order"), way=order.partition(",")[0], **fields)
    hold_two_lstms(built.calls)
    hold_side_by_side(built.model, sizes.sample, built.calls)
    built.hold_units()


def hold_two_lstms(calls: list[LayerCall]) -> None:
    """Holds that there is an LSTM for each direction: inside Bidirectional, or as two layers."""
    found = lstms(calls)
    wrapped = [call for call in found if call.wraps is not None]
    if wrapped and all(call.go_backwards for call in wrapped):  # then Bidirectional turns the wrong one around
        raise Miss("wrong-one-turned", expected="the forward layer reads forward", received="go_backwards=True")
    if not wrapped and len({call.layer for call in found}) < 2:
        received = {0: "no LSTM layer", 1: "one LSTM layer"}.get(len(found), "one LSTM layer, called again,")
        raise Miss("one-lstm", expected="two LSTM layers, one for each direction", received=received)


def hold_side_by_side(model: CleanModel, sample: np.ndarray, calls: list[LayerCall]) -> None:
    """Holds that two LSTM layers hand their outputs on step by step; Bidirectional sees to that itself.

    A layer that mixes all steps behind them makes one direction look like two.
    """
    found = lstms(calls)
    if any(call.wraps is not None or call.kind == "LSTMCell" for call in found):
        return
    small = 0.1 * sample  # small outputs have small rounding errors, which are not taken for changes
    reach = [model.influence(small, call, calls[-1]) for call in found]
    in_step = [steps for steps in reach if steps.shape[0] == steps.shape[1] > 1 and one_to_one(steps)]
    if len(in_step) < 2:
        cause = "on-top" if in_step else "steps-mixed"
        raise Miss(cause, expected="two LSTM layers that read the same input", received="others")


def one_to_one(steps: np.ndarray) -> bool:
    """Whether each step goes to one step only, in order or turned around."""
    return bool((steps.sum(axis=0) <= 1).all() and (steps.sum(axis=1) <= 1).all() and steps.any())


def test_merge(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`merge_directions` puts the outputs of two LSTMs together as Keras does"""
    rng = streams.generator("merge")
    shape = (int(rng.integers(2, 4)), int(rng.integers(5, 8)), 4)
    forward, backward = rng.normal(size=(2, *shape)).round(3)
    for mode in ("concat", "sum", "mul", "ave"):
        truth = data.merged(forward, backward, mode)
        told = expect_array(submission.merge_directions(forward, backward, mode), "merge_directions")
        if told.shape == (shape[0], 2 * shape[1], shape[2]) and mode == "concat":
            sizes = {"expected": shape_in_words(truth.shape), "received": shape_in_words(told.shape)}
            raise Miss("joined-in-time", **sizes)
        told = expect_array(told, "merge_directions", truth.shape)
        if not np.allclose(told, truth, atol=1e-5):
            raise wrong_merge(data, forward, backward, mode, told)
    default = expect_array(submission.merge_directions(forward, backward), "merge_directions")
    if default.shape != (*shape[:2], 2 * shape[2]):
        raise Miss("default-mode", expected='"concat"', received="another mode")


def wrong_merge(data: ModuleType, forward: np.ndarray, backward: np.ndarray, mode: str, told: np.ndarray) -> Miss:
    """Says what went wrong where values of the right shape are wrong, by doing the same mistakes."""
    turned = backward[:, ::-1]
    mistakes = [
        ("merged-unturned", forward, turned, mode),
        ("merged-turned", forward[:, ::-1], turned, mode),  # both are in step, but the last step comes first
        ("merged-turned", forward[:, ::-1], backward, mode),
        ("units-turned", forward, turned[:, :, ::-1], mode),
        ("samples-turned", forward, turned[::-1], mode),
        ("backward-first", turned, forward[:, ::-1], mode),
        *[("other-mode", forward, backward, other) for other in ("sum", "mul", "ave")],
    ]
    for cause, one, other, like in mistakes:
        made = data.merged(one, other, like)
        if made.shape == told.shape and np.allclose(told, made, atol=1e-5):
            received = "the same, merged in another way"
            return Miss(cause, mode=mode, other=like, expected="what both say of a step, merged", received=received)
    return Miss("merged-wrong", mode=mode, expected="what both say of a step, merged", received="other values")


def test_online(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`usable_online` tells which models can answer while a sequence still comes in"""
    rng = streams.generator("online")
    n_steps, n_features = int(rng.integers(6, 9)), int(rng.integers(2, 4))
    X = rng.uniform(-1, 1, (4, n_steps, n_features)).astype("float32")
    for given in data.given_models(rng, n_steps, n_features):
        told = submission.usable_online(messages.Built(given.config, []), X.copy())
        if as_yes_or_no(told) != given.is_online:
            words = {True: "usable", False: "not usable"}
            cause = "false-alarm" if given.is_online else "later-step-missed"
            raise Miss(cause, given=given.words, expected=words[given.is_online], received=words[not given.is_online])


def as_yes_or_no(told: Any) -> bool:
    """Reads True and False, NumPy's as well."""
    if isinstance(told, bool):
        return told
    if isinstance(told, np.ndarray) and told.size == 1 and told.dtype.kind == "b":
        return bool(told)
    if told is None:
        raise Miss("returned-none", function="usable_online", expected="True or False", received="None")
    raise Miss("wrong-type", function="usable_online", expected="True or False", received=in_words(told))


class Training:
    """Trains while the structure is checked; the trained model of each repeat is shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        first = rooms.ahead(lambda aside: self._train(aside, 0))
        self.first_accuracy = rooms.ahead(lambda aside: self._accuracy(aside, first()))
        self.accuracy_without_lstms = rooms.ahead(lambda aside: self._accuracy(aside, first(), is_perturbed=True))
        self.calls = rooms.ahead(lambda aside: self._calls(aside, first()))

    def accuracy(self, repeat: int) -> float:
        """Share of right answers on unseen sequences after a training with the seeds of one repeat."""
        if repeat == 0:
            return self.first_accuracy()
        return self._accuracy(self._rooms, self._train(self._rooms, repeat), repeat)

    def _n_steps(self, repeat: int) -> int:
        return int(self._streams.generator("length", repeat).integers(11, 14))

    def _build(self, room: SubmissionView, repeat: int) -> Any:
        return room.build_bidirectional(self._n_steps(repeat), 1, UNITS)

    def _train(self, rooms: Rooms, repeat: int) -> ModelView:
        room = rooms.student()
        rng = self._streams.generator("train", repeat)
        X, y = self._data.balance_point(rng, int(rng.integers(1450, 1550)), self._n_steps(repeat))
        model = expect_model(self._build(room, repeat), BOTH)
        return trained_model(room.train(model, X, y, self._streams.seed("fit", repeat)), model)

    def _accuracy(self, rooms: Rooms, trained: ModelView, repeat: int = 0, is_perturbed: bool = False) -> float:
        """Answers in a fresh room, which holds the model and nothing else of the training."""
        X, y = self._data.balance_point(self._streams.generator("test", repeat), 400, self._n_steps(repeat))
        room = rooms.student()
        model = room.adopt(trained, X[:1], lambda fresh: self._build(fresh, repeat))
        if is_perturbed:
            has_layers = any(call.recurrent for call in self._calls(rooms, trained))
            room.perturb(model, "no recurrence" if has_layers else "random")  # cells alone are not found
        told = expect_array(room.predict_labels(model, X), "predict_labels", y.shape)
        if not np.isin(told, (0, 1)).all():
            raise Miss("not-labels", expected="0 or 1 for each step", received="other numbers")
        return float(self._data.accuracy(told, y))

    def _calls(self, rooms: Rooms, trained: ModelView) -> list[LayerCall]:
        """The layers of what train leaves, which may be another model than the one that it was given."""
        sample = self._data.balance_point(self._streams.generator("test"), 1, self._n_steps(0))[0]
        return rooms.clean.take(trained, sample).calls(sample)


def trained_model(returned: Any, given: ModelView) -> ModelView:
    """The model after training: what train returned, alone or in a tuple, or the given one changed in place."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    return next((part for part in parts if isinstance(part, ModelView)), given)


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_skill(training: Training, criterion: Criterion, record: Record) -> None:
    """The trained bidirectional model is right on unseen sequences"""
    try:
        measure_skill(criterion, record, training.accuracy)
    except Miss as miss:
        if miss.cause == "skill-missed" and float(miss.received) < 0.6:  # 0.5 needs no model
            miss.cause = "guessing"
        raise


def test_learned(training: Training, record: Record) -> None:
    """The answers come from what the LSTMs have learned"""
    calls = training.calls()
    try:
        hold_two_lstms(calls)
    except Miss as miss:
        expected = "the bidirectional model that it is given, trained"
        raise Miss("other-model", expected=expected, received="another model") from miss
    share = training.accuracy_without_lstms()
    record.measured("share of right answers with all LSTM weights set to zero", share)
    if share > NEEDLESS:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="useless answers", received="good ones")


def test_compare(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`compare_directions` compares the three models fairly"""
    scores = data.Scores(float(streams.generator("scores").uniform(0, 0.01)))
    seeds = (3, 14, 15)
    told = submission.compare_directions(scores.score, seeds)
    told = expect_mapping(told, "compare_directions", tuple(data.LAYERS))
    hold_fair(scores.runs, seeds)
    weights = {name: data.lstm_weights(name, made[0][0]) for name, made in scores.runs.items()}
    if max(weights.values()) > 2.5 * min(weights.values()):
        received = ", ".join(f"{count} ({name})" for name, count in weights.items())
        raise Miss("unequal-sizes", expected="about as many in each model", received=received)
    for name, made in scores.runs.items():
        mean = float(np.mean([score for _, _, score in made]))
        if not np.isclose(expect_number(told[name], "compare_directions"), mean, rtol=1e-4):
            raise Miss("not-the-mean", direction=name, expected="the mean of its scores", received="another number")


def hold_fair(runs: dict[str, list[tuple[int, int, float]]], seeds: tuple[int, ...]) -> None:
    """Holds that each direction was scored with one size and all the given seeds, and with no others."""
    missing = [name for name, made in runs.items() if not made]
    if len(missing) == len(runs):
        raise Miss("not-scored", expected="a call for each direction and seed", received="no call")
    if missing:
        raise Miss("not-all", missing=" and ".join(missing), expected="all three", received="not all")
    for name, made in runs.items():
        if len(made) < len(seeds):
            raise Miss("too-few-runs", direction=name, expected=f"{len(seeds)} times", received=times(len(made)))
        if len({units for units, _, _ in made}) > 1:
            raise Miss("several-sizes", direction=name, expected="one size", received="several")
    used = [sorted(seed for _, seed, _ in made) for made in runs.values()]
    if any(one != used[0] for one in used):
        raise Miss("uneven-seeds", expected="the same seeds for all", received="different ones")
    if used[0] != sorted(seeds):
        raise Miss("other-seeds", expected="the seeds in `seeds`, each once", received="others")


def times(count: int) -> str:
    """A count in words."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")

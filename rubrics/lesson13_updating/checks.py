"""Hidden checks of lesson 13. Schemes are told apart by what their results depend on, a walk by its calls."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    Blocked,
    CleanModel,
    Miss,
    ModelView,
    Rooms,
    SubmissionView,
    expect_array,
    expect_mapping,
    expect_model,
    expect_number,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.judge.source import Source
from grader.rooms.verdicts import RoomVerdict
from grader.rubric import Criterion
from grader.seeds import Streams

NONE, FINETUNE, REFIT = "update_none", "update_finetune", "update_refit"
#: Matrices of two models that are more alike than this have a common origin. Measured on 2026-11-25 with the reference
#: and six other right solutions, on two seeds: 0.97 or more after an epoch of fine-tuning, 0.04 or less after a refit;
#: what goes on from the old weights for 25 epochs comes to 0.69.
KIN = 0.3


def weights_of(view: ModelView) -> list[np.ndarray]:
    """The weights of a model in its room."""
    try:
        told = view.view.ask("weights", model=view)
    except RoomVerdict as verdict:
        raise view.view.explain(verdict, view.function) from verdict
    if not isinstance(told, list) or not all(map(is_numeric, told)):
        raise Miss("bad-reply", function=view.function, error="its model tells no weights")
    return told


def is_numeric(weight: Any) -> bool:
    return isinstance(weight, np.ndarray) and weight.dtype.kind in "biuf"


def same(weights: list[np.ndarray], others: list[np.ndarray]) -> bool:
    """Whether two models have the same weights, bit for bit."""
    pairs = zip(weights, others, strict=False)
    return len(weights) == len(others) and all(np.array_equal(one, other, equal_nan=True) for one, other in pairs)


class Probe:
    """A small model and some rows; for questions that need hardly any training."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        rng = streams.generator("probe")
        self.n_steps, self.n_new = int(rng.integers(6, 9)), int(rng.integers(7, 10))
        self._series = data.drifting(rng, 60, 30, noise=0.05)[0]
        self._seeds = [streams.seed("probe", number) for number in range(2)]
        self._data, self._rng = data, streams.generator("planted")
        self._room = rooms.student()
        self._fitted: ModelView | None = None

    @property
    def rows(self) -> tuple[np.ndarray, np.ndarray, int]:
        """Windows, what follows them, and how many are new."""
        return (*self._data.windows(self._series[: 60 + self.n_new], self.n_steps), self.n_new)

    def fitted(self) -> ModelView:
        """A model of `fit_initial`, which has an optimizer and steps behind it."""
        if self._fitted is None:
            told = self._room.fit_initial(self._series[:60], self.n_steps, self._seeds[0])
            self._fitted = expect_model(told, "fit_initial")
        return self._fitted

    def updated(self, function: str, given: ModelView | None = None, **more: Any) -> "Updated":
        """Has a model updated whose weights were planted just before."""
        given = given or self.fitted()
        planted = self._data.planted_kernels(self._rng, weights_of(given))
        try:
            self._room.ask("set_weights", model=given, weights=planted)
        except RoomVerdict as verdict:
            raise self._room.explain(verdict, "fit_initial") from verdict
        told = self._room.call(function, given, *self.rows, seed=self._seeds[1], **more)
        if not same(weights_of(given), planted):
            raise Miss("given-changed", function=function, expected="the weights it had", received="others")
        model = expect_model(told, function)
        made = weights_of(model)
        if [weight.shape for weight in made] != [weight.shape for weight in planted]:
            raise Miss("other-structure", function=function, expected="weights of the same shapes", received="others")
        return Updated(model, made, planted, self._data.likeness(made, planted))


@dataclass
class Updated:
    """A model after an update, its weights then and before, and how much they are alike."""

    model: ModelView
    made: list[np.ndarray]
    planted: list[np.ndarray]
    likeness: float


@pytest.fixture(scope="module")
def probe(rooms: Rooms, streams: Streams, data: ModuleType) -> Probe:
    return Probe(rooms, streams, data)


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


def test_initial(probe: Probe, source: Source) -> None:
    """`fit_initial` gives an LSTM model that reads windows"""
    X = probe.rows[0][:4]
    model = probe.fitted().clean(X[:1])
    hold_one_value(model.predict(X), len(X), "fit_initial")
    calls = model.calls(X[:1])
    recurrent = [call for call in calls if call.recurrent or call.kind == "LSTMCell"]
    wanted = "an LSTM layer"
    if not recurrent:
        raise Miss("no-lstm", expected=wanted, received="no recurrent layer")
    strange = next((call for call in recurrent if not (call.is_lstm or call.kind == "LSTMCell")), None)
    if strange:
        kind = strange.wraps or strange.kind
        place = next(iter(source.calls(kind)), None)
        raise Miss("not-lstm", kind=kind, expected=wanted, received=f"a layer of class {kind}", place=place)
    first = recurrent[0]
    if first.kind != "LSTMCell" and first.input_shape[1] == 1:
        received, expected = (shape_in_words((None, *shape)) for shape in (first.input_shape[1:], X.shape[1:]))
        raise Miss("one-step", n_steps=probe.n_steps, expected=expected, received=received)


def hold_one_value(predicted: np.ndarray, count: int, function: str) -> None:
    """Holds that a model makes one finite number from each window."""
    if not np.isfinite(predicted).all():
        raise Miss("diverged", function=function, expected="finite numbers", received="NaN or infinite values")
    if predicted.shape != (count, 1):
        received = shape_in_words((None, *predicted.shape[1:]))
        raise Miss("output-shape", function=function, expected="(None, 1)", received=received)


# Training on the old cycle and through the new one, which goes on while the rest is checked. The judge walks itself:
# no room is given a value before it was predicted, and what counts is predicted where there is no student code.


@dataclass
class Late:
    """Errors of a model after its updates: as it is, and with all recurrent weights set to zero."""

    error: float
    silenced: float


@dataclass
class Fitted:
    """The first model, and the room that it is in."""

    room: SubmissionView
    model: ModelView


class Training:
    """The first model and its updates of each repeat, shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        self._first = rooms.ahead(lambda aside: self._schemes(aside, 0, (FINETUNE, REFIT)))
        self._others: dict[tuple[int, str], dict[str, Any]] = {}

    def initial(self, repeat: int = 0) -> Late:
        """Errors of the first model: as `error` that on the old cycle, as `silenced` that on the last new block."""
        return self._result("fit_initial", repeat)

    def late(self, function: str, repeat: int = 0) -> Late:
        """Errors on the last block with a scheme."""
        return self._result(function, repeat)

    def _result(self, name: str, repeat: int) -> Late:
        if repeat == 0:
            found = self._first()
        else:
            wanted = () if name == "fit_initial" else (name,)
            if (repeat, name) not in self._others:
                self._others[repeat, name] = self._schemes(self._rooms, repeat, wanted)
            found = self._others[repeat, name]
        if isinstance(found[name], Miss):
            raise found[name]
        return found[name]

    def _schemes(self, rooms: Rooms, repeat: int, functions: tuple[str, ...]) -> dict[str, Any]:
        """Late errors, or the miss that came instead, of the first model and of some schemes."""
        task = self._data.Task(self._streams.generator("series", repeat))
        fitted = self._fit(rooms, task, repeat)
        found: dict[str, Any] = {"fit_initial": self._attempt(lambda: self._untouched(task, fitted.model))}
        for function in functions:
            found[function] = self._attempt(lambda first=fitted, name=function: self._walk(task, first, name, repeat))
            if isinstance(found[function], Miss):  # the room may have ended, the model may have been changed
                fitted = self._fit(rooms, task, repeat) if function != functions[-1] else fitted
        return found

    def _attempt(self, work: Callable[[], Late]) -> Late | Miss:
        try:
            return work()
        except Miss as miss:
            return miss

    def _fit(self, rooms: Rooms, task: Any, repeat: int) -> Fitted:
        room = rooms.student()
        told = room.fit_initial(task.series[: task.start], task.n_steps, self._streams.seed("fit", repeat))
        return Fitted(room, expect_model(told, "fit_initial"))

    def _untouched(self, task: Any, first: ModelView) -> Late:
        model = first.clean(task.last()[0][:1])
        old, last = (self._error(model, *rows, "fit_initial") for rows in (task.old_goes_on(), task.last()))
        return Late(old, last)

    def _walk(self, task: Any, first: Fitted, function: str, repeat: int) -> Late:
        room, model = first.room, first.model
        for blocks in (1, 2):
            X, y = task.known(blocks)
            seed = self._streams.seed(f"update {blocks}", repeat)
            model = expect_model(room.call(function, model, X, y, task.block, seed=seed), function)
        X, y = task.last()
        clean = model.clean(X[:1])
        error = self._error(clean, X, y, function)
        try:
            clean.perturb("no recurrence")
        except Blocked:  # a frozen graph: its weights can only be changed where it was made
            room.perturb(model, "no recurrence")
            clean = model.clean(X[:1])
        return Late(error, self._error(clean, X, y, function))

    def _error(self, model: CleanModel, X: np.ndarray, y: np.ndarray, function: str) -> float:
        predicted = model.predict(X)
        hold_one_value(predicted, len(X), function)
        return float(self._data.rmse(predicted, y))


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_old(training: Training, criterion: Criterion, record: Record) -> None:
    """The first model has learned the old cycle"""
    try:
        measure_skill(criterion, record, lambda repeat: training.initial(repeat).error)
    except Miss as miss:
        if miss.cause == "skill-missed":
            miss.cause = "old-not-learned"
        raise


# What an update starts from.


def test_none(probe: Probe) -> None:
    """`update_none` returns the model as it is"""
    updated = probe.updated(NONE)
    if not same(updated.made, updated.planted):
        raise Miss("none-changed", function=NONE, expected="the weights of the given model", received="others")


def test_finetune(probe: Probe, record: Record, data: ModuleType) -> None:
    """`update_finetune` goes on from the weights of the model that it is given"""
    updated = probe.updated(FINETUNE, epochs=1)
    if same(updated.made, updated.planted):
        raise Miss("nothing-learned", function=FINETUNE, expected="weights that have moved", received="the same")
    record.measured("likeness of the weights before and after one epoch of fine-tuning", updated.likeness)
    if updated.likeness < KIN:
        cause = "steps-too-large" if data.have_grown(updated.made, updated.planted) else "fresh-start"
        raise Miss(cause, function=FINETUNE, expected="the given weights, moved a bit", received="others")


def test_refit(probe: Probe, record: Record) -> None:
    """`update_refit` starts from fresh weights with a fresh optimizer"""
    updated = probe.updated(REFIT)
    record.measured("likeness of the weights before and after refitting", updated.likeness)
    if same(updated.made, updated.planted):
        raise Miss("nothing-learned", function=REFIT, expected="a model that is fitted anew", received="the given one")
    # The model that came out has another optimizer, which has other steps behind it, and is given other weights.
    if same(updated.made, probe.updated(REFIT, given=updated.model).made):
        return
    cause = "old-start"
    if updated.likeness < KIN:
        again = same(updated.made, probe.updated(REFIT).made)  # other weights, the optimizer of the first call
        cause = "state-kept" if again else "not-repeatable"
    raise Miss(cause, function=REFIT, expected="the same model from the same rows and seed", received="another one")


# The walk: the judge stands in for the update scheme, with models whose predictions it knows.


class Walked:
    """One walk, made when first asked for and shared by two criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self.walk = data.Walk.drawn(streams.generator("walk"))
        self._room = rooms.student()
        self._told: Any = None
        self._miss: Miss | None = None
        self._is_made = False

    def told(self) -> Any:
        """What walk_forward returned."""
        if not self._is_made:
            self._is_made = True
            walk = self.walk
            sizes = {"n_steps": walk.n_steps, "start": walk.start, "block": walk.block}
            try:
                self._told = self._room.walk_forward(walk.model(0), walk.series.copy(), **sizes, update=walk.update)
            except Miss as miss:
                self._miss = miss
        if self._miss is not None:
            raise self._miss
        return self._told

    def hold_updates(self) -> None:
        """Holds that there is an update for each block; that after the last one is of no use and no harm."""
        called, blocks = len(self.walk.updates), self.walk.blocks
        if called in (blocks - 1, blocks):
            return
        wanted = f"an update for each of {blocks} blocks"
        cause = "never-updated" if not called else "too-many-updates" if called > blocks else "too-few-updates"
        raise Miss(cause, expected=wanted, received=f"{called} calls", count=called, blocks=blocks)


@pytest.fixture(scope="module")
def walked(rooms: Rooms, streams: Streams, data: ModuleType) -> Walked:
    return Walked(rooms, streams, data)


def test_walk(walked: Walked, data: ModuleType) -> None:
    """`walk_forward` predicts each value from the values before it, and each block before it is learned"""
    told, walk = walked.told(), walked.walk
    count = len(walk.series) - walk.start
    told = told[:, 0] if isinstance(told, np.ndarray) and told.shape == (count, 1) else told
    told = expect_array(told, "walk_forward")
    if told.shape != (count,):
        lost = count - len(told) if told.ndim == 1 else 0
        # Windows that are cut from the new values alone, or from each block alone, lose their first n_steps.
        border = lost in (walk.n_steps, walk.n_steps * walk.blocks, walk.n_steps * (walk.blocks - 1))
        rest = lost == walk.end(walk.blocks - 1) - walk.end(walk.blocks - 2)
        if border or rest:
            words = {"expected": f"{count} predictions", "received": f"{len(told)} predictions"}
            raise Miss("border-lost" if border else "rest-lost", **words)
        expect_array(told, "walk_forward", (count,))
    right = walk.predictions(lambda block: block)
    if np.allclose(told, right, atol=data.ROUNDING):
        return
    walked.hold_updates()
    raise Miss(data.why_wrong(walk, told), expected="what the model in use predicts", received="other values")


def test_rows(walked: Walked, data: ModuleType) -> None:
    """`walk_forward` hands each update the windows that are known by then"""
    walked.told()
    walked.hold_updates()
    walk = walked.walk
    X, y = data.windows(walk.series, walk.n_steps)
    for number, update in enumerate(walk.updates):
        begin, end = walk.end(number - 1) - walk.n_steps, walk.end(number) - walk.n_steps  # rows of this block
        rows = data.rows_of(update.X, X[:, :, 0])
        count = int(end - begin)
        words = {
            "expected": f"all {end} windows known by then",
            "received": f"{len(rows)} windows",
            "block": number + 1,
        }
        if (rows >= end).any():
            raise Miss("future-rows", **words)
        if (rows < 0).any():
            raise Miss("changed-rows", **words)
        if not np.allclose(update.y, y[rows, 0], atol=1e-5):
            raise Miss("other-targets", **words)
        if not np.array_equal(rows, np.arange(end)):
            raise Miss(data.what_lacks(rows, begin, end, walk.n_steps), **words)
        if update.n_new != count:
            raise Miss("wrong-n-new", block=number + 1, expected=str(count), received=str(update.n_new))
        hold_current(walk, number, update.model)


def hold_current(walk: Any, number: int, given: Any) -> None:
    """Holds that an update is given the model that has predicted the block."""
    model = weights_of(expect_model(given, "walk_forward"))
    matches = [same(model, walk.planted(at)) for at in range(walk.blocks + 1)]
    if not matches[number]:
        cause = "first-model" if matches[0] else "other-model"
        raise Miss(cause, block=number + 1, expected="the model in use", received="another one")


# Skill after two updates.


def hold_skill(training: Training, criterion: Criterion, record: Record, function: str) -> None:
    """Holds that the error on the last block is small, and shows it beside that without updates."""
    untouched = training.initial().silenced
    record.measured("RMSE without updates", untouched)
    try:
        error = measure_skill(criterion, record, lambda repeat: training.late(function, repeat).error)
    except Miss as miss:
        if miss.cause == "skill-missed":
            reached = float(miss.received)
            miss.cause = "as-not-updated" if reached > 0.6 * untouched else "not-caught-up"
            miss.fields |= {"function": function, "untouched": f"{untouched:.3g}"}
        raise
    if error > untouched / 2:
        raise Miss("as-not-updated", function=function, untouched=f"{untouched:.3g}", received=f"{error:.3g}")


def test_skill_finetune(training: Training, criterion: Criterion, record: Record) -> None:
    """Fine-tuning catches up with the new cycle"""
    hold_skill(training, criterion, record, FINETUNE)


def test_skill_refit(training: Training, criterion: Criterion, record: Record) -> None:
    """Refitting catches up with the new cycle"""
    hold_skill(training, criterion, record, REFIT)


def test_learned(training: Training, record: Record) -> None:
    """The predictions come from what the LSTM has learned"""
    silenced = {name: training.late(name).silenced for name in (FINETUNE, REFIT)}
    record.measured("RMSE with all LSTM weights set to zero", *silenced.values(), labels=tuple(silenced))
    # The threshold with a margin: what predicts that well without its LSTM does not need it.
    if min(silenced.values()) < 1.25 * 0.25:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="useless predictions", received="good ones")


def test_compare(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`compare_schemes` compares the three schemes fairly"""
    scores, seeds = data.Scores(float(streams.generator("scores").uniform(0, 0.01))), (4, 15, 26)
    told = submission.compare_schemes(scores.score, seeds)
    told = expect_mapping(told, "compare_schemes", data.SCHEMES)
    hold_fair(scores.runs, seeds)
    for name, made in scores.runs.items():
        mean = float(np.mean([score for _, score in made]))
        if not np.isclose(expect_number(told[name], "compare_schemes"), mean, rtol=1e-4):
            raise Miss("not-the-mean", scheme=name, expected="the mean of its scores", received="another number")


def hold_fair(runs: dict[str, list[tuple[int, float]]], seeds: tuple[int, ...]) -> None:
    """Holds that each scheme was scored with each of the given seeds, once, and with no others."""
    missing = [name for name, made in runs.items() if not made]
    if missing:
        cause = "not-scored" if len(missing) == len(runs) else "not-all"
        raise Miss(cause, missing=" and ".join(missing), expected="all three schemes", received="not all")
    for name, made in runs.items():
        used = sorted(seed for seed, _ in made)
        if used == sorted(seeds):
            continue
        received = {1: "once", 2: "twice"}.get(len(used), f"{len(used)} times")
        cause = "too-few-runs" if len(used) < len(seeds) else "other-seeds"
        raise Miss(cause, scheme=name, expected=f"one run for each of {len(seeds)} seeds", received=received)

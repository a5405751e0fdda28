"""Hidden checks of lesson 04: a model goes through its life-cycle, and each step is held against the model."""

import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    Blocked,
    CleanModel,
    LayerCall,
    Miss,
    ModelView,
    Rooms,
    SubmissionView,
    expect_mapping,
    expect_model,
    expect_number,
    in_words,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.judge.source import Source
from grader.rooms.verdicts import RoomVerdict
from grader.rubric import Criterion
from grader.seeds import Streams

#: What `fit` of Keras prints unless it is told not to.
PROGRESS = re.compile(r"Epoch \d+/\d+|\d+/\d+ [━-]|\bloss: \d")
#: Metrics that count hits, under the names that histories give them.
HITS = re.compile(r"acc|auc|precision|recall|f1|crossentropy")


class Sizes:
    """Sizes of a probe, drawn anew for each secret: never those of the exercise, and no two alike."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.n_steps = int(rng.integers(7, 11))
        self.n_features = int(rng.integers(3, 6))
        self.many = rng.normal(size=(37, self.n_steps, self.n_features)).astype("float32")
        self.targets = (1.5 + 0.8 * rng.normal(size=(37, 1))).astype("float32")
        self.windows = rng.uniform(-1, 1, (3, self.n_steps)).astype("float32")

    @property
    def sample(self) -> np.ndarray:
        return self.many[:1]

    def define(self, submission: SubmissionView) -> ModelView:
        return expect_model(submission.define_model(self.n_steps, self.n_features), "define_model")


@pytest.fixture
def sizes(streams: Streams) -> Sizes:
    return Sizes(streams.generator("sizes"))


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


# Step 1: define.


def test_defines(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """`define_model` gives a model with an LSTM that turns a whole series into one number"""
    model = sizes.define(submission).clean(sizes.sample)
    output = model.predict(sizes.many)
    if output.shape != (len(sizes.many), 1):
        received = shape_in_words((None, *output.shape[1:]))
        is_sequence = output.ndim > 2 and output.shape[1] == sizes.n_steps
        raise Miss("sequence-output" if is_sequence else "output-shape", expected="(None, 1)", received=received)
    calls = model.calls(sizes.sample)
    lstms = lstm_calls(calls)
    if not lstms:
        other = next((call.wraps or call.kind for call in calls if call.recurrent), None)
        if other is None:
            raise Miss("no-lstm", expected="an LSTM", received="no recurrent layer")
        place = next(iter(source.calls(other, within="define_model")), None)
        raise Miss("not-lstm", kind=other, expected="an LSTM", received=f"a layer of class {other}", place=place)
    read = [call.input_shape[1:3] for call in lstms if len(call.input_shape) > 2]
    wanted = f"{shape_in_words((None, sizes.n_steps, sizes.n_features))} at the LSTM"
    if read and all(steps == 1 for steps, _ in read) and len(read) < sizes.n_steps:
        raise Miss("one-step", expected=wanted, received=shape_in_words(lstms[0].input_shape))
    if read and all(shape == (sizes.n_features, sizes.n_steps) for shape in read):
        raise Miss("axes-swapped", expected=wanted, received=shape_in_words(lstms[0].input_shape))


def lstm_calls(calls: list[LayerCall]) -> list[LayerCall]:
    """The calls of LSTM layers, and of LSTM cells that somebody steps by hand."""
    return [call for call in calls if call.is_lstm or call.kind == "LSTMCell"]


# Steps 2 and 3: compile and fit, which goes on while other criteria are checked.


@dataclass(frozen=True)
class Fitted:
    """A model after its training.

    Attributes:
        room: the room that it is in.
        model: the model.
        before, after: its weights before and after the training.
        compiling_changed: whether compiling, too, has changed weights.
        history: what fit_model returned.
        refused: whether fit_model raised an error as long as the model was not compiled; None if nobody tried.
    """

    room: SubmissionView
    model: ModelView
    before: list[np.ndarray]
    after: list[np.ndarray]
    compiling_changed: bool
    history: Any
    refused: bool | None


def fit(rooms: Rooms, X: np.ndarray, y: np.ndarray, seed: int, *, uncompiled_first: bool = False) -> Fitted:
    """Defines, compiles and fits in a fresh room.

    Args:
        rooms: where it is done.
        X: the input.
        y: the targets.
        seed: seed for fit_model.
        uncompiled_first: whether to try before it is compiled. The room's own seed of fit_model is another one then,
            so that only what the submission seeds itself stays the same.
    """
    room = rooms.student()
    model = expect_model(room.define_model(*X.shape[1:]), "define_model")
    ask(room, "trace", model=model, x=X[:1])  # some models have no weights before their first call
    refused = fails(room, model, X, y) if uncompiled_first else None
    defined = ask(room, "weights", model=model)
    compiled = room.compile_model(model)
    model = compiled if isinstance(compiled, ModelView) else model
    before = ask(room, "weights", model=model)
    history = room.fit_model(model, X, y, seed)
    after = ask(room, "weights", model=model)
    return Fitted(room, model, before, after, not same(defined, before), history, refused)


def fails(room: SubmissionView, model: ModelView, X: np.ndarray, y: np.ndarray) -> bool:
    """Whether fit_model raises an error for a model that is not compiled."""
    try:
        room.fit_model(model, X, y, 1)
    except Miss:
        return True
    return False


def ask(room: SubmissionView, verb: str, **args: Any) -> Any:
    """Asks a room, and says what went wrong in the words of the course."""
    try:
        return room.ask(verb, **args)
    except RoomVerdict as verdict:
        raise room.explain(verdict) from verdict


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    """Whether two lists of weights are the same, but for rounding."""
    shapes = [np.shape(w) for w in one] == [np.shape(w) for w in other]
    return shapes and all(
        np.allclose(a, b, rtol=1e-5, atol=1e-7, equal_nan=True) for a, b in zip(one, other, strict=True)
    )


class Training:
    """The trainings of one grading, shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        self._n_steps = int(streams.generator("steps").integers(18, 23))
        self._first = rooms.ahead(lambda aside: self._trained(aside, 0))
        rng = streams.generator("small")
        self._small = small = data.negative_targets(rng, 48, int(rng.integers(11, 15)))
        self.small = rooms.ahead(lambda aside: fit(aside, *small, seed=11))
        self.again = rooms.ahead(lambda aside: fit(aside, *small, seed=11, uncompiled_first=True))
        self.cycles = rooms.ahead(self._cycles)

    def first(self) -> Fitted:
        """The model that is fitted for the skill."""
        return self._first()[0]

    def predicted_short(self) -> np.ndarray:
        """What the model predicts that was fitted on few series."""
        X = self._small[0]
        return self.small().model.clean(X[:1]).predict(X)

    def error(self, repeat: int) -> float:
        """RMSE of the model's own predictions for unseen series, after a training with the seeds of one repeat."""
        predicted = self._first()[1] if repeat == 0 else self._trained(self._rooms, repeat)[1]
        return float(self._data.rmse(predicted, self._unseen(repeat)[1]))

    def error_without_recurrence(self) -> float:
        """The same once all weights of recurrent layers are zero."""
        return float(self._data.rmse(self._first()[2], self._unseen()[1]))

    def diagnosis(self) -> str:
        """Why the predictions are as bad as they are, as far as they tell."""
        predicted, truth = self._first()[1], self._unseen()[1]
        if not np.isfinite(predicted).all():
            return "diverged"
        if np.ptp(predicted) < 1e-6:
            return "always-one" if np.allclose(predicted, 1) else "always-the-same"
        slope, offset = np.polyfit(predicted[:, 0], truth[:, 0], 1)
        apart = self._data.rmse(slope * predicted + offset, truth) / truth.std()
        if apart < 0.2 and (not 0.6 < slope < 1.7 or abs(offset) > 0.2):  # right but for a factor and a shift
            return "other-units"
        return "never-negative" if predicted.min() > -1e-6 else "skill-missed"

    def _unseen(self, repeat: int = 0) -> tuple[np.ndarray, np.ndarray]:
        X, y = self._data.windows(
            self._data.damped_sines(self._streams.generator("test", repeat), 400, self._n_steps + 1)
        )
        return X, y

    def _trained(self, rooms: Rooms, repeat: int) -> tuple[Fitted, np.ndarray, np.ndarray]:
        """A fitted model, what it predicts, and what it predicts without its recurrent weights."""
        rng = self._streams.generator("train", repeat)
        X, y = self._data.windows(self._data.damped_sines(rng, int(rng.integers(580, 621)), self._n_steps + 1))
        fitted = fit(rooms, X, y, self._streams.seed("fit", repeat))
        unseen = self._unseen(repeat)[0]
        model = fitted.model.clean(unseen[:1])
        predicted = model.predict(unseen)
        try:
            model.perturb("no recurrence")
        except Blocked:  # a frozen graph: its weights can only be changed where it was made
            fitted.room.perturb(fitted.model, "no recurrence")
            model = fitted.model.clean(unseen[:1])
        return fitted, predicted, model.predict(unseen)

    def _cycles(self, rooms: Rooms) -> list[dict[str, Any]]:
        """What two life-cycles with one seed tell."""
        series, room = self._data.damped_sines(self._streams.generator("cycle"), 24, 10), rooms.student()
        told = [room.life_cycle(series, seed=3) for _ in range(2)]
        return [expect_mapping(each, "life_cycle", ("rmse", "next")) for each in told]


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_fits(training: Training, source: Source) -> None:
    """`fit_model` fits the model that it is given"""
    fitted = training.small()
    if not same(fitted.before, fitted.after):
        return
    losses = losses_of(fitted.history)
    if len(losses) > 1 and np.ptp(losses) <= 1e-5 * np.abs(losses).max():
        cause = "always-one" if np.allclose(training.predicted_short(), 1) else "loss-flat"
        raise Miss(cause, expected="a loss that changes", received="the same loss in each epoch")
    place = next((place for place in source.calls("define_model") if place.function == "fit_model"), None)
    cause = "other-model" if place else "unchanged"
    raise Miss(cause, expected="other weights than before", received="the weights of before", place=place)


def losses_of(history: Any) -> np.ndarray:
    """The losses of a history, none where it is no history."""
    losses = history.get("loss") if isinstance(history, dict) else None
    try:
        return np.asarray(losses, "float64").reshape(-1) if losses is not None else np.zeros(0)
    except (TypeError, ValueError):
        return np.zeros(0)


def test_compiles(training: Training, source: Source) -> None:
    """`compile_model`, and nothing else, chooses a loss and metrics that suit numbers"""
    fitted = training.small()
    calls = source.calls("compile")
    place = next((place for place in calls if place.function == "compile_model"), None)
    losses = losses_of(fitted.history)
    if (losses < 0).any():
        raise Miss("loss-negative", expected="a loss of 0 or more", received="a loss below 0", place=place)
    keys = fitted.history if isinstance(fitted.history, dict) else {}
    hits = [key for key in keys if isinstance(key, str) and HITS.search(key)]
    if hits:
        raise Miss("counts-hits", metric=hits[0], credit=0.5, expected="distances", received=hits[0], place=place)
    if fitted.compiling_changed:
        raise Miss("compiling-fits", expected="the weights of before", received="other weights", place=place)
    if not training.again().refused:
        place = next((place for place in calls if place.function in ("fit_model", "define_model")), None)
        where = place.function if place else "fit_model"
        raise Miss("compiled-elsewhere", where=where, credit=0.5, expected="an error", received="none", place=place)


def test_history(training: Training, record: Record) -> None:
    """`fit_model` returns the history of its training, and prints nothing"""
    short, history = training.small().history, training.first().history
    losses = losses_of(short)
    if not losses.size:
        wanted = "a History, or a dict with a list under 'loss'"
        raise Miss("no-history", expected=wanted, received=in_words(short))
    if np.array_equal(losses, losses_of(history)):
        raise Miss("made-up", expected="other losses for other data", received="the same losses")
    if PROGRESS.search(record.output):
        raise Miss("noisy", credit=0.6, expected="nothing printed", received="a report of each epoch")


def test_skill(training: Training, criterion: Criterion, record: Record) -> None:
    """The fitted model predicts the next value of unseen series"""
    try:
        measure_skill(criterion, record, training.error)
    except Miss as miss:
        if miss.cause == "skill-missed":
            miss.cause = training.diagnosis()
        raise


def test_learned(training: Training, record: Record) -> None:
    """The prediction comes from what the LSTM has learned"""
    error = training.error_without_recurrence()
    record.measured("RMSE with all LSTM weights set to zero", error)
    # The threshold with a margin: what predicts that well without its LSTM does not need it.
    if error < 1.25 * 0.05:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="a useless prediction", received="a good one")


# Step 4: evaluate.


def test_evaluates(submission: SubmissionView, sizes: Sizes, data: ModuleType) -> None:
    """`evaluate_model` measures the error of the model on the data that it is given"""
    model = sizes.define(submission)
    ask(submission, "trace", model=model, x=sizes.sample)
    compiled = submission.compile_model(model)
    model = compiled if isinstance(compiled, ModelView) else model
    submission.perturb(model, "random")
    weights, clean = ask(submission, "weights", model=model), model.clean(sizes.sample)
    for rows in (slice(None), slice(5, 14)):
        X, y = sizes.many[rows], sizes.targets[rows]
        told, predicted = submission.evaluate_model(model, X, y), clean.predict(X)
        if not same(weights, ask(submission, "weights", model=model)):
            raise Miss("evaluate-fits", expected="the weights of before", received="other weights")
        if isinstance(told, list | tuple | dict):
            raise Miss("all-metrics", expected="one number", received=in_words(told))
        judge_error(expect_number(told, "evaluate_model"), predicted, y, data)


def judge_error(found: float, predicted: np.ndarray, y: np.ndarray, data: ModuleType) -> None:
    """Holds that an error is the root of the mean squared error."""
    error = data.rmse(predicted, y)
    if np.isclose(found, error, rtol=1e-3):
        return
    known = {
        "not-the-root": error**2,
        "absolute": np.mean(np.abs(predicted - y)),
        "broadcast": data.rmse(predicted.reshape(1, -1), y),
        "hits": 0.0,
    }
    cause = next((name for name, slip in known.items() if np.isclose(found, slip, rtol=1e-3)), "not-the-error")
    words = "the root of the mean squared error"
    raise Miss(cause, who="evaluate_model", what="the error of the model", expected=words, received="another number")


# Step 5: predict.


def test_predicts(submission: SubmissionView, sizes: Sizes) -> None:
    """`predict_next` hands one series to the model and returns one number"""
    model = expect_model(submission.define_model(sizes.n_steps, 1), "define_model")
    ask(submission, "trace", model=model, x=sizes.windows[:1, :, None])
    submission.perturb(model, "random")
    clean = model.clean(sizes.windows[:1, :, None])
    for window in sizes.windows:
        told = submission.predict_next(model, window)
        if isinstance(told, np.ndarray | list) and np.size(told) > 1:
            raise Miss("many-predictions", expected="one number", received=in_words(told))
        found = expect_number(told, "predict_next")
        if np.isclose(found, clean.predict(window[None, :, None])[0, 0], rtol=1e-4, atol=1e-6):
            continue
        known = {"steps-as-series": singly(clean, window), "reversed": clean.predict(window[None, ::-1, None])}
        cause = next(
            (name for name, slip in known.items() if np.isclose(found, slip, rtol=1e-4, atol=1e-6).any()),
            "not-the-model",
        )
        raise Miss(cause, expected="what the model puts out", received="another number")


def singly(model: CleanModel, window: np.ndarray) -> np.ndarray:
    """What a model says if each value of a window is taken for a series of its own, and the mean of it."""
    try:
        told = model.predict(window[:, None, None])
    except Miss:
        return np.full(1, np.nan)
    return np.append(told, told.mean())


# The kinds of sequence problems.


def test_mapping(submission: SubmissionView, streams: Streams) -> None:
    """`define_mapping` builds a model for each kind of sequence problem"""
    rng = streams.generator("mapping")
    steps, features, out = int(rng.integers(6, 9)), int(rng.integers(2, 5)), int(rng.integers(3, 5))
    judge_mapping(submission, rng, "one_to_one", (1, 1, features))
    judge_mapping(submission, rng, "many_to_one", (steps, 1, features))
    judge_mapping(submission, rng, "many_to_many", (steps, steps, features))
    judge_mapping(submission, rng, "one_to_many", (1, out, features))
    judge_mapping(submission, rng, "seq2seq", (steps, out, features))
    judge_mapping(submission, rng, "seq2seq", (out, steps, features))


def judge_mapping(submission: SubmissionView, rng: np.random.Generator, kind: str, sizes: tuple[int, int, int]) -> None:
    """Holds that a model has the output of its kind, and makes it of what its kind may know."""
    n_in, n_out, n_features = sizes
    x = rng.normal(size=(4, n_in, n_features)).astype("float32")
    model = expect_model(submission.define_mapping(kind, n_in, n_out, n_features), "define_mapping").clean(x[:1])
    is_sequence = kind in ("one_to_many", "many_to_many", "seq2seq")
    output, wanted = model.predict(x), (None, n_out, 1) if is_sequence else (None, 1)
    if output.shape[1:] != wanted[1:]:
        received = shape_in_words((None, *output.shape[1:]))
        raise Miss("mapping-shape", kind=kind, expected=shape_in_words(wanted), received=received)
    lstms = lstm_calls(model.calls(x[:1]))
    if not lstms:
        raise Miss("mapping-no-lstm", kind=kind, expected="an LSTM", received="none")
    moves = np.any([model.dependency(row[None]) for row in x], axis=0)  # [outputs, inputs]
    judge_moves(kind, moves)
    if is_sequence and np.ptp(output, axis=1).max() < 1e-6:
        raise Miss("copies", kind=kind, expected="another output at each step", received="the same at all steps")
    stepwise = any(len(call.output_shape) > 2 and call.output_shape[1] == n_out for call in lstms)
    if is_sequence and not stepwise and len(lstms) < n_out:
        received = f"{shape_in_words(lstms[-1].output_shape)} from the last LSTM"
        raise Miss("wide-vector", kind=kind, expected=f"an LSTM that goes through {n_out} steps", received=received)


def judge_moves(kind: str, moves: np.ndarray) -> None:
    """Holds that each output depends on the inputs that it should know, and on no others."""
    known = np.tri(len(moves), dtype=bool) if kind == "many_to_many" else np.ones(moves.shape, dtype=bool)
    if (moves & ~known).any():
        raise Miss("looks-ahead", kind=kind, expected="that step and those before it", received="later steps, too")
    if not (known & ~moves).any():
        return
    if kind == "many_to_many":
        raise Miss("no-memory", kind=kind, expected="that step and those before it", received="fewer steps")
    cause = "starts-early" if kind == "seq2seq" and moves[-1].any() else "steps-unread"
    raise Miss(cause, kind=kind, expected="all steps of the input", received="some of them")


# The whole life-cycle: calls back stand for its steps.


def test_cycle(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`life_cycle` fits on some series and measures on others"""
    rng = streams.generator("calls")
    calls = data.Calls(rng, int(rng.choice([61, 66, 71])), int(rng.integers(9, 13)))
    names = ("define_model", "compile_model", "fit_model", "evaluate_model", "predict_next")
    told = submission.life_cycle(calls.series, seed=7, **{name: getattr(calls, name) for name in names})
    told = expect_mapping(told, "life_cycle", ("rmse", "baseline_rmse", "next"))
    held_back = judge_split(calls)
    judge_told(told, calls, held_back, data)


def judge_split(calls: Any) -> list[int]:
    """Holds that the steps come in their order, each with the series that are its own; tells those held back."""
    done = {
        "define_model": calls.sizes,
        "fit_model": calls.fits,
        "evaluate_model": calls.evaluations,
        "predict_next": calls.predictions,
    }
    missing = next((name for name, made in done.items() if not made), None)
    if missing:
        raise Miss("not-called", step=missing, expected=f"a call of {missing}", received="none")
    if calls.too_early:
        raise Miss("too-early", step=calls.too_early, expected="fit_model first", received=f"{calls.too_early} first")
    if calls.whole:
        raise Miss("target-inside", expected="all values but the last", received="all values")
    steps = calls.X.shape[1]
    if tuple(calls.sizes[-1]) != (steps, 1):
        raise Miss("other-sizes", expected="the steps and features of the input", received="other sizes")
    if calls.strange:
        raise Miss("changed-rows", expected="the series as they are", received="other values")
    fitted, targets, seed = calls.fits[-1]
    for rows, beside in [(fitted, targets), *((rows, beside) for rows, beside, _ in calls.evaluations)]:
        if not np.allclose(beside, calls.y[rows, 0], rtol=1e-5, atol=1e-6):
            raise Miss("mismatched", expected="the last value of each series", received="other targets")
    if seed != 7:
        raise Miss("seed-lost", expected="the seed that life_cycle is given", received="another seed or none")
    n, n_test, seen = len(calls.X), len(calls.X) // 4, {row for rows, _, _ in calls.fits for row in rows}
    share = {"expected": f"{n - n_test} of {n} series", "received": f"{len(seen)} of {n} series"}
    if len(seen) != n - n_test:
        raise Miss("leak" if len(seen) > n - n_test else "part-only", **share)
    return sorted(set(range(n)) - seen)


def judge_told(told: dict[str, Any], calls: Any, held_back: list[int], data: ModuleType) -> None:
    """Holds that each number is what comes out when it is computed again."""
    found = {key: expect_number(told[key], "life_cycle") for key in ("rmse", "baseline_rmse", "next")}
    right = [said for rows, _, said in calls.evaluations if sorted(rows) == held_back]
    if not np.isclose(found["rmse"], right or [np.nan], rtol=1e-5).any():
        known = [said for rows, _, said in calls.evaluations if not set(rows) & set(held_back)]
        if np.isclose(found["rmse"], known or [np.nan], rtol=1e-5).any():
            raise Miss("training-score", expected="the series held back", received="series of the training")
        if not right:
            raise Miss("not-all-rows", expected=f"{len(held_back)} series", received="others")
        raise Miss("not-the-evaluation", expected="what evaluate_model returns", received="another number")
    truth, last = calls.y[held_back], calls.X[held_back, -1]
    error, others = data.rmse(last, truth), np.setdiff1d(np.arange(len(calls.X)), held_back)
    slips = {
        "not-the-root": [error**2],
        "broadcast": [data.rmse(last.reshape(1, -1), truth)],
        "baseline-on-others": [data.rmse(calls.X[rows, -1], calls.y[rows]) for rows in (others, slice(None))],
        "other-guess": [data.rmse(guess, truth) for guess in (0, truth.mean(), calls.y.mean(), calls.y[others].mean())],
    }
    if not np.isclose(found["baseline_rmse"], error, rtol=1e-3):
        slip = [name for name, values in slips.items() if np.isclose(found["baseline_rmse"], values, rtol=1e-3).any()]
        words = {"who": "life_cycle", "what": "the error of the simplest guess, under 'baseline_rmse',"}
        raise Miss((slip or ["not-the-error"])[0], **words, expected="the last value again", received="another number")
    judge_next(found["next"], calls)


def judge_next(found: float, calls: Any) -> None:
    """Holds that the prediction starts from the newest values of the last series, the last one among them."""
    last = calls.series[-1]
    windows = [window for window, said in calls.predictions if np.isclose(found, said, rtol=1e-5)]
    if not windows:
        raise Miss("not-the-prediction", expected="what predict_next returns", received="another number")
    window, wanted = windows[-1], f"the last {len(last) - 1} values of series[-1]"
    if np.array_equal(window, last[1:]):
        return
    if len(window) != len(last) - 1:
        received = f"{len(window)} values"
        raise Miss("window-length", expected=wanted, received=received)
    cause = "known-value" if np.array_equal(window, last[:-1]) else "other-window"
    raise Miss(cause, expected=wanted, received="other values")


def test_repeats(training: Training) -> None:
    """The same seed gives the same result"""
    once, again = training.small(), training.again()
    if again.refused and not same(once.after, again.after):
        raise Miss("fit-not-seeded", expected="the same weights", received="others")
    first, second = training.cycles()
    if not all(
        np.isclose(*(expect_number(told[key], "life_cycle") for told in (first, second)), rtol=1e-4)
        for key in ("rmse", "next")
    ):
        raise Miss("define-not-seeded", expected="the same numbers", received="others")

"""Hidden checks of lesson 14. A bundle is opaque: it is handed back as it came, and only predictions are judged."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.judge import (
    Carried,
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
from grader.model import Outcome
from grader.rooms.verdicts import RoomVerdict
from grader.rubric import Criterion
from grader.seeds import Streams
from grader.wire import arrays, messages

#: Relative difference that loading may make, and that another order of calculation may make.
SAME, ROUNDING = 1e-6, 1e-4
#: A pickle that rebuilds a Keras model calls this.
PICKLED_MODEL = b"_unpickle_model"


class Final:
    """A final model for each repeat, fitted when first asked for and shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        self._fitted: dict[int, Fitted] = {}

    def __getitem__(self, repeat: int) -> "Fitted":
        if repeat not in self._fitted:
            task = self._data.task(self._streams.generator("series", repeat))
            self._fitted[repeat] = self.fit(task, task.known, repeat)
        return self._fitted[repeat]

    def fit(self, task: Any, rows: np.ndarray, repeat: int = 0) -> "Fitted":
        room = self._rooms.student()
        bundle = room.fit_final(rows, task.n_steps, self._streams.seed("fit", repeat))
        if bundle is None:
            raise Miss("returned-none", function="fit_final", expected="a bundle", received="None")
        return Fitted(room, bundle, task)

    def noise(self) -> "Fitted":
        """A final model of a series without any season, for the same task."""
        task = self[0].task
        rng = self._streams.generator("noise")
        return self.fit(task, rng.normal(task.known.mean(), task.known.std(), len(task.known)))


class Fitted:
    """A bundle in its room, and the series that it was fitted for."""

    def __init__(self, room: SubmissionView, bundle: Any, task: Any) -> None:
        self.room, self.bundle, self.task = room, bundle, task

    def predict(self, history: np.ndarray) -> float:
        return expect_number(self.room.predict_next(self.bundle, history), "predict_next")

    def predict_each(self, histories: list[np.ndarray]) -> np.ndarray:
        return np.array([self.predict(history) for history in histories])

    def weights(self, model: ModelView) -> list[np.ndarray]:
        try:
            return [np.asarray(weight) for weight in self.room.ask("weights", model=model)]
        except RoomVerdict as verdict:
            raise self.room.explain(verdict) from verdict

    @contextmanager
    def perturbed(self) -> Iterator[None]:
        """Draws the weights of all models anew, for a while."""
        kept = [(model, self.weights(model)) for model in models_in(self.bundle)]
        try:
            for model, _ in kept:
                self.room.perturb(model, "random")
            yield
        finally:
            for model, weights in kept:
                with suppress(RoomVerdict):  # a room that has ended needs no weights
                    self.room.ask("set_weights", model=model, weights=weights)


def models_in(value: Any) -> list[ModelView]:
    """The models that a bundle of plain containers shows; an object of the submission's own shows none."""
    if isinstance(value, ModelView):
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [model for item in items for model in models_in(item)]


@pytest.fixture(scope="module")
def final(rooms: Rooms, streams: Streams, data: ModuleType) -> Final:
    return Final(rooms, streams, data)


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


def test_fits(final: Final) -> None:
    """`fit_final` gives a bundle that `predict_next` turns into a number"""
    final[0].predict(final[0].task.known[-final[0].task.n_steps :])


def test_units(final: Final, data: ModuleType) -> None:
    """`predict_next` answers in the units of the series, from its last n_steps values"""
    fitted, task = final[0], final[0].task
    histories, truth = task.ahead(8)
    predicted = fitted.predict_each([*histories, task.narrowed()])
    low, high = task.known.min(), task.known.max()
    within = (predicted > 2 * low - high) & (predicted < 2 * high - low)
    seen = predicted[:-1]
    if not within.all() or seen.std() < 0.1 * truth.std():  # far away, or the same for every history
        scaled = fitted.predict_each([(history - low) / (high - low) for history in histories])
        cause = data.wrong_units(seen, truth, scaled) or ("" if within.all() else "far-off")
        if cause:
            raise Miss(
                cause,
                expected="around 400",
                received=f"{predicted.min():.4g} to {predicted.max():.4g}",
            )
    if not np.isclose(fitted.predict(task.known), fitted.predict(task.known[-task.n_steps :]), rtol=ROUNDING):
        raise Miss("whole-history", expected="the same prediction", received="another one")


def test_recursive(final: Final) -> None:
    """`forecast` goes on from its own forecasts, one step after the other"""
    fitted, task = final[0], final[0].task
    history = task.known[-task.n_steps - 5 :]  # longer than n_steps
    told = expect_array(fitted.room.forecast(fitted.bundle, history, 4), "forecast", (4,))
    steps = fitted.predict_each([np.append(history, told[:at]) for at in range(4)])
    near = np.isclose(told, steps, rtol=ROUNDING)
    if near.all():
        return
    at = int(np.argmin(near))
    received, expected = f"{told[at]:.5g}", f"{steps[at]:.5g}"
    if at == 0:
        raise Miss("first-step", expected=expected, received=received)
    same = np.allclose(told, steps[0], rtol=ROUNDING)
    raise Miss("same-history" if same else "mixed-units", step=at + 1, expected=expected, received=received)


def test_skill(final: Final, data: ModuleType, criterion: Criterion, record: Record) -> None:
    """The final model predicts the held-back rows"""

    def error(repeat: int) -> float:
        histories, truth = final[repeat].task.ahead(final[repeat].task.n_test)
        return float(data.rmse(final[repeat].predict_each(histories), truth))

    measure_skill(criterion, record, error)


def test_learned(final: Final, data: ModuleType, record: Record) -> None:
    """The prediction comes from what the model has learned"""
    histories, truth = final[0].task.ahead(12)
    if models_in(final[0].bundle):
        what = "weights drawn anew"
        with final[0].perturbed():
            error = data.rmse(final[0].predict_each(histories), truth)
    else:  # the models are out of reach, so one is made that knows nothing
        what = "a model fitted on pure noise"
        error = data.rmse(final.noise().predict_each(histories), truth)
    record.measured(f"RMSE with {what}", error)
    # The threshold with a margin: what predicts that well without its model does not need it.
    if error < 1.25 * 14:
        raise Miss("not-learned", what=what, expected="a useless prediction", received="a good one")


def test_survives(final: Final, rooms: Rooms, data: ModuleType) -> None:
    """A saved bundle predicts the same in another process"""
    fitted, task = final[0], final[0].task
    histories = [task.known[-task.n_steps :], task.narrowed()]
    before = fitted.predict_each(histories)
    weights = [fitted.weights(model) for model in models_in(fitted.bundle)]
    carried = saved(fitted)
    room = rooms.student(carried=carried)
    try:
        loaded = Fitted(room, room.load_bundle(carried.path), task)
        after = loaded.predict_each(histories)
    except Miss as miss:
        raise only_there(miss) from miss
    if np.allclose(after, before, rtol=SAME):
        return
    cause = "changed"
    if weights:
        same = data.equal_weights(weights, [loaded.weights(model) for model in models_in(loaded.bundle)])
        cause = "scaler-lost" if same else "weights-lost"
    worst = int(np.argmax(np.abs(after - before)))
    raise Miss(cause, function="load_bundle", expected=f"{before[worst]:.6g}", received=f"{after[worst]:.6g}")


def saved(fitted: Fitted) -> Carried:
    """Has the bundle saved, loaded once in the room that made it, and carried out of it."""
    folder = fitted.room.folder("bundle")
    with new_folder():
        fitted.room.save_bundle(fitted.bundle, folder)
    again = Fitted(fitted.room, fitted.room.load_bundle(folder), fitted.task)
    again.predict(fitted.task.known)  # what fails even here does so for another reason than a new process
    carried = fitted.room.leave(folder)
    if not carried.names():
        raise Miss("nothing-saved", function="save_bundle")
    for name in carried.names():
        if PICKLED_MODEL in (carried.folder / name).read_bytes():
            raise Miss("pickled-model", file=name, credit=0.5)
    return carried


@contextmanager
def new_folder() -> Iterator[None]:
    """Says of a file that cannot be written that its folder has to be made first."""
    try:
        yield
    except Miss as miss:
        if miss.cause == "file-not-found":
            miss.cause = "no-folder"
        raise


def only_there(miss: Miss) -> Miss:
    """Says why loading works in the process that saved, but not in another."""
    if miss.cause in ("file-not-found", "read-only"):
        miss.cause = "outside-folder"
    elif miss.outcome is Outcome.FAILED and miss.cause in ("raised", "name-error", "returned-none", "wrong-type"):
        miss.fields["error"] = miss.fields.get("error") or f"it returns {miss.received}"
        miss.cause = "same-process-only"
    return miss


def test_structure(submission: SubmissionView, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
    """Structure and weights of any model can be saved apart and come back"""
    load = "load_structure_and_weights"
    config, weights, x = data.stacked_model(streams.generator("structure"))
    original = rooms.clean.ask("predict", model=rooms.clean.build(config, weights), x=x)
    folder = submission.folder("structure")
    with new_folder():
        submission.save_structure_and_weights(messages.Built(config, [arrays.pack(w) for w in weights]), folder)
    carried = submission.leave(folder)
    if not carried.names():
        raise Miss("nothing-saved", function="save_structure_and_weights")
    room = rooms.student(carried=carried)
    loaded = expect_model(room.load_structure_and_weights(carried.path), load)
    shapes = [weight.shape for weight in Fitted(room, loaded, None).weights(loaded)]
    if shapes != [weight.shape for weight in weights]:
        received = ", ".join(map(shape_in_words, shapes))
        raise Miss("other-structure", function=load, expected="weights of the same shapes", received=received)
    predicted = loaded.clean(x[:1]).predict(x)
    if predicted.shape != original.shape or not np.allclose(predicted, original, atol=1e-5):
        raise Miss("weights-lost", function=load, expected="the same predictions", received="others")


def test_experiment(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`run_experiment` holds the last rows back and reports errors that can be recomputed"""
    rng = streams.generator("experiment")
    task, calls = data.task(rng), data.Calls(rng)
    task.n_test = int(rng.integers(18, 31))
    told = submission.run_experiment(
        task.series, n_steps=task.n_steps, n_test=task.n_test, seed=5, fit=calls.fit, forecast=calls.forecast
    )
    told = expect_mapping(told, "run_experiment", ("rmse", "baseline"))
    if not calls.forecasts:
        raise Miss("no-forecast", expected="a call of fit, then one of forecast", received="no forecast")
    number, history, forecasts = calls.forecasts[-1]
    judge_rows(calls.fits[number], task)
    if len(forecasts) != task.n_test:
        raise Miss("not-all-rows", expected=f"n={task.n_test}", received=f"n={len(forecasts)}")
    if not np.array_equal(history[-task.n_steps :], task.known[-task.n_steps :]):
        raise Miss("other-history", expected="the rows before the held-back ones", received="others")
    errors = {"rmse": forecasts, "baseline": task.known[-1]}
    words = {"rmse": "the error of the forecast", "baseline": "the error of the last known value, repeated"}
    for key, guess in errors.items():
        found = expect_number(told[key], "run_experiment")
        if not np.isclose(found, data.rmse(guess, task.held_back), rtol=1e-3):
            raise Miss("not-the-error", key=key, expected=words[key], received="another number")


def judge_rows(rows: np.ndarray, task: Any) -> None:
    """Holds that a final model was fitted on all the rows that are not held back, as they are."""
    if np.array_equal(rows, task.known):
        return
    expected = f"the first {len(task.known)} of {len(task.series)} rows"
    if np.isin(rows, task.held_back).any():
        raise Miss("leak", expected=expected, received=f"{len(rows)} rows, held-back ones among them")
    if len(rows) < len(task.known):
        raise Miss("part-only", expected=expected, received=f"{len(rows)} rows")
    raise Miss("changed-rows", expected=expected, received="other values")

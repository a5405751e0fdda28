"""Hidden checks of lesson 05. What reaches the LSTM, and what leaves it, tells a vanilla LSTM from its relatives."""

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
    expect_array,
    expect_mapping,
    expect_model,
    expect_number,
    measure_skill,
    shape_in_words,
)
from grader.judge.context import Record
from grader.judge.source import Source
from grader.rubric import Criterion
from grader.seeds import Streams

UNITS = 24
BUILD = "build_vanilla_lstm"


class Sizes:
    """Sizes of a probe, drawn anew for each secret: never those of the exercise, and no two alike.

    Steps, features and units all differ, so that none can be mistaken for another.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.n_steps = int(rng.integers(7, 11))
        self.n_features = int(rng.integers(3, 6))
        self.units = int(rng.integers(12, 17))
        self.sample = rng.normal(size=(1, self.n_steps, self.n_features)).astype("float32")
        self.many = rng.normal(size=(8, self.n_steps, self.n_features)).astype("float32")

    def build(self, submission: SubmissionView, units: int | None = None) -> ModelView:
        model = submission.build_vanilla_lstm(self.n_steps, self.n_features, units or self.units)
        return expect_model(model, BUILD)


@pytest.fixture
def sizes(streams: Streams) -> Sizes:
    return Sizes(streams.generator("sizes"))


def test_loads(submission: SubmissionView) -> None:
    """The file runs from top to bottom"""
    submission.load()


def test_builds(submission: SubmissionView, sizes: Sizes) -> None:
    """The model turns each sequence into one number"""
    output = sizes.build(submission).clean(sizes.sample).predict(sizes.many)
    if output.shape == (len(sizes.many), 1):
        return
    received = shape_in_words((None, *output.shape[1:]))
    is_sequence = output.ndim > 2 and output.shape[1] == sizes.n_steps
    raise Miss("sequence-output" if is_sequence else "output-shape", expected="(None, 1)", received=received)


# Structure by behaviour.


def test_layer(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """The only recurrent layer is one LSTM with `units` units"""
    for units in (sizes.units, 5):
        calls = sizes.build(submission, units).clean(sizes.sample).calls(sizes.sample)
        judge_layers(calls, source)
        (layer,) = recurrent(calls)
        if layer.units != units:
            raise Miss(
                "wrong-units",
                expected=f"{units} units for units={units}",
                received=f"{layer.units} units",
                place=next(iter(source.calls("LSTM", within=BUILD)), None),
            )


def recurrent(calls: list[LayerCall]) -> list[LayerCall]:
    """The calls of recurrent layers, in call order."""
    return [call for call in calls if call.recurrent]


def judge_layers(calls: list[LayerCall], source: Source) -> None:
    """Holds that there is one recurrent layer, called once, and that it is a plain LSTM."""
    layers = recurrent(calls)
    wanted = "one LSTM layer"
    if not layers:
        by_hand = any(call.kind == "LSTMCell" for call in calls)
        received = "an LSTMCell" if by_hand else "no recurrent layer"
        raise Miss("cell-alone" if by_hand else "no-lstm", expected=wanted, received=received)
    strange = next((layer for layer in layers if not layer.is_lstm), None)
    if strange:
        kind = strange.wraps or strange.kind
        place = next(iter(source.calls(kind, within=BUILD)), None)
        raise Miss("not-lstm", kind=kind, expected=wanted, received=f"a layer of class {kind}", place=place)
    if any(layer.kind == "Bidirectional" for layer in layers):
        place = next(iter(source.calls("Bidirectional", within=BUILD)), None)
        raise Miss("bidirectional", expected=wanted, received="two, one for each direction", place=place)
    count = sum(max(len(layer.cells), 1) for layer in layers)
    if count > 1:
        place = next(iter(source.calls("LSTM", within=BUILD)[1:]), None)
        uses = "one, used more than once" if len({layer.layer for layer in layers}) == 1 else f"{count} of them"
        raise Miss("several", expected=wanted, received=uses, place=place)


def test_reads(submission: SubmissionView, sizes: Sizes) -> None:
    """The LSTM reads the sequence step by step"""
    model = sizes.build(submission).clean(sizes.sample)
    layer = recurrent(model.calls(sizes.sample))[0]
    steps, features = (*layer.input_shape[1:], None)[:2]
    wanted = f"{shape_in_words((None, sizes.n_steps, sizes.n_features))} at the LSTM"
    received = shape_in_words(layer.input_shape)
    if steps == 1:
        raise Miss("one-step", steps=sizes.n_steps, expected=wanted, received=received)
    if (steps, features) == (sizes.n_features, sizes.n_steps):
        raise Miss("axes-swapped", expected=wanted, received=received)
    # One sample may meet dead units, several hardly.
    matters = np.any([model.dependency(sample[None]).any(axis=0) for sample in sizes.many], axis=0)
    # What is lost of a whole sequence of outputs is lost behind the LSTM, where another criterion looks.
    unread = len(layer.output_shape) < 3 and matters.any() and not matters.all()
    if steps != sizes.n_steps or unread:
        raise Miss("steps-lost", expected=wanted, received=received)
    before = model.predict(sizes.many)
    for feature in range(sizes.n_features):
        other = sizes.many.copy()
        other[:, :, feature] += 0.7
        if matters.any() and np.allclose(model.predict(other), before, atol=1e-7):
            raise Miss("feature-lost", expected=f"all {sizes.n_features} features", received="fewer")


def test_output(submission: SubmissionView, sizes: Sizes, source: Source) -> None:
    """The last output of the LSTM, and nothing else, makes the prediction"""
    view = sizes.build(submission)
    model = view.clean(sizes.sample)
    calls = model.calls(sizes.sample)
    lstm, last = recurrent(calls)[0], calls[-1]
    if len(lstm.output_shape) > 2 and last.layer != lstm.layer and mixes_steps(model, sizes.sample, lstm, last):
        raise Miss(
            "all-steps",
            expected=f"{shape_in_words((None, sizes.units))} from the LSTM",
            received=shape_in_words(lstm.output_shape),
            place=next(iter(source.calls("LSTM", within=BUILD)), None),
        )
    silenced = without_recurrence(view, model, sizes)
    if not np.allclose(silenced, silenced[:1], atol=1e-6):
        received = "one that still depends on the input"
        raise Miss("bypass", expected="with a silent LSTM, the same prediction for all", received=received)


def mixes_steps(model: CleanModel, sample: np.ndarray, lstm: LayerCall, last: LayerCall) -> bool:
    """Whether the last layer makes its one number from more of the LSTM's sequence than its last step."""
    if len(last.output_shape) > 2:  # a number of each step, of which one is picked afterwards
        return False
    return bool(model.influence(sample, lstm, last)[:-1].any())


def without_recurrence(view: ModelView, model: CleanModel, sizes: Sizes) -> np.ndarray:
    """Predictions of the model with all weights of the LSTM set to zero."""
    try:
        model.perturb("no recurrence")
    except Blocked:  # a frozen graph: its weights can only be changed where it was made
        view.view.perturb(view, "no recurrence")
        model = view.clean(sizes.sample)
    return model.predict(sizes.many)


# Training, which goes on while the structure is checked.


class Training:
    """Trains while the structure is checked; the trained model of each repeat is shared among criteria."""

    def __init__(self, rooms: Rooms, streams: Streams, data: ModuleType) -> None:
        self._rooms, self._streams, self._data = rooms, streams, data
        self._n_steps = int(streams.generator("steps").integers(18, 23))
        first = rooms.ahead(lambda aside: self._train(aside, 0))
        self._first = rooms.ahead(lambda aside: self._predict(aside, first()))
        self._first_silenced = rooms.ahead(lambda aside: self._predict(aside, first(), perturb="no recurrence"))
        self.recurrent = rooms.ahead(lambda aside: self._recurrent(aside, first()))

    def error(self, repeat: int) -> float:
        """RMSE on unseen sequences after a training with the seeds of one repeat."""
        made = self._first() if repeat == 0 else self._predict(self._rooms, self._train(self._rooms, repeat), repeat)
        return float(self._data.rmse(made, self._unseen(repeat)[1]))

    def error_without_recurrence(self) -> float:
        """The same once the LSTM's weights are zero."""
        return float(self._data.rmse(self._first_silenced(), self._unseen()[1]))

    def diagnosis(self) -> str:
        """Why the predictions are as bad as they are, as far as they tell."""
        predicted, truth = self._first(), self._unseen()[1]
        if np.ptp(predicted) < 1e-6:
            return "always-one" if np.allclose(predicted, 1) else "always-the-same"
        slope, offset = np.polyfit(predicted[:, 0], truth[:, 0], 1)
        apart = self._data.rmse(slope * predicted + offset, truth) / truth.std()
        if apart < 0.3 and (not 0.6 < slope < 1.7 or abs(offset) > 0.2):  # right but for a factor and a shift
            return "other-units"
        return "never-negative" if predicted.min() > -1e-6 else "skill-missed"

    def _unseen(self, repeat: int = 0) -> tuple[np.ndarray, np.ndarray]:
        X, y = self._data.flagged_value(self._streams.generator("test", repeat), 400, self._n_steps)
        return X, y

    def _build(self, room: SubmissionView) -> Any:
        return room.build_vanilla_lstm(self._n_steps, 2, UNITS)

    def _train(self, rooms: Rooms, repeat: int) -> ModelView:
        room = rooms.student()
        rng = self._streams.generator("train", repeat)
        X, y = self._data.flagged_value(rng, int(rng.integers(1450, 1550)), self._n_steps)
        model = expect_model(self._build(room), BUILD)
        return trained_model(room.train(model, X, y, self._streams.seed("fit", repeat)), model)

    def _predict(self, rooms: Rooms, trained: ModelView, repeat: int = 0, perturb: str = "") -> np.ndarray:
        """Predicts in a fresh room, which holds the model and nothing else of the training."""
        X, y = self._unseen(repeat)
        room = rooms.student()
        model = room.adopt(trained, X[:1], self._build)
        if perturb:
            room.perturb(model, perturb)
        return expect_array(room.predict(model, X), "predict", y.shape)

    def _recurrent(self, rooms: Rooms, trained: ModelView) -> list[LayerCall]:
        """The recurrent layers of what train leaves, which may be another model."""
        sample = self._unseen()[0][:1]
        return recurrent(rooms.clean.take(trained, sample).calls(sample))


def trained_model(returned: Any, given: ModelView) -> ModelView:
    """The model after training: what train returned, alone or in a tuple, or the given one changed in place."""
    parts = returned if isinstance(returned, tuple) else (returned,)
    return next((part for part in parts if isinstance(part, ModelView)), given)


@pytest.fixture(scope="module", autouse=True)
def training(rooms: Rooms, streams: Streams, data: ModuleType) -> Training:
    return Training(rooms, streams, data)


def test_skill(training: Training, criterion: Criterion, record: Record) -> None:
    """The trained model finds the flagged value in unseen sequences"""
    try:
        measure_skill(criterion, record, training.error)
    except Miss as miss:
        if miss.cause == "skill-missed":
            miss.cause = training.diagnosis()
        raise


def test_learned(training: Training, record: Record) -> None:
    """The prediction comes from what the LSTM has learned"""
    layers = training.recurrent()
    if [layer.units for layer in layers] != [UNITS] or not layers[0].is_lstm:
        raise Miss("other-model", expected="the model that it is given, trained", received="another model")
    error = training.error_without_recurrence()
    record.measured("RMSE with all LSTM weights set to zero", error)
    # The threshold with a margin: what predicts that well without its LSTM does not need it.
    if error < 1.25 * 0.12:
        what = "all LSTM weights set to zero"
        raise Miss("not-learned", what=what, expected="a useless prediction", received="a good one")


# The experiment: calls back stand for training and prediction.


def test_experiment(submission: SubmissionView, streams: Streams, data: ModuleType) -> None:
    """`run_experiment` holds sequences back and reports errors that can be recomputed"""
    rng = streams.generator("experiment")
    n, n_steps, n_test = int(rng.integers(110, 130)), int(rng.integers(8, 12)), int(rng.integers(35, 45))
    calls = data.Calls(rng, n, n_steps, n_test)
    told = submission.run_experiment(calls.X, calls.y, n_test=n_test, seed=7, fit=calls.fit, predict=calls.predict)
    told = expect_mapping(told, "run_experiment", ("rmse", "baseline_mean", "baseline_last"))
    held_back = judge_split(calls, n_test)
    judge_errors(told, calls, held_back, data)


def judge_split(calls: Any, n_test: int) -> list[int]:
    """Holds that the model was fitted on all sequences but those held back; tells which these are."""
    if calls.fitted is None or not calls.predicted:
        called = "fit alone" if calls.fitted else "neither"
        raise Miss("not-called", expected="a call of fit, then one of predict", received=called)
    if calls.strange:
        raise Miss("changed-rows", expected="sequences of X as they are", received="other values")
    n, fitted = len(calls.X), set(calls.fitted)
    if not np.allclose(calls.targets, calls.y[calls.fitted, 0], rtol=1e-5, atol=1e-6):
        raise Miss("mismatched", expected="the target of each sequence", received="targets in another order")
    share = f"{len(fitted)} of {n} sequences"
    if len(fitted) > n - n_test:
        raise Miss("leak", expected=f"{n - n_test} of {n} sequences", received=share)
    if len(fitted) < n - n_test:
        raise Miss("part-only", expected=f"{n - n_test} of {n} sequences", received=share)
    held_back = sorted(set(range(n)) - fitted)
    asked = set(calls.predicted) - fitted
    if not asked:
        raise Miss("training-score", expected="predictions for the sequences held back", received="for others")
    if len(asked) < n_test:
        raise Miss("not-all-rows", expected=f"{n_test} sequences", received=f"{len(asked)} sequences")
    return held_back


def judge_errors(told: dict[str, Any], calls: Any, held_back: list[int], data: ModuleType) -> None:
    """Holds that each error is what comes out when it is computed again."""
    truth, last = calls.y[held_back], calls.X[held_back, -1]
    guesses = {
        "rmse": calls.told[held_back],
        "baseline_mean": calls.y[calls.fitted].mean(),
        "baseline_last": last[:, :1],
    }
    slips = {
        "rmse": {"training-score": data.rmse(calls.told[calls.fitted], calls.y[calls.fitted])},
        "baseline_mean": {
            "mean-of-others": [data.rmse(targets.mean(), truth) for targets in (truth, calls.y)],
            "on-training": data.rmse(guesses["baseline_mean"], calls.y[calls.fitted]),
        },
        "baseline_last": {
            "flag-as-value": data.rmse(last[:, 1:], truth),
            "on-training": data.rmse(calls.X[calls.fitted, -1, :1], calls.y[calls.fitted]),
        },
    }
    for key, guess in guesses.items():
        found = expect_number(told[key], "run_experiment")
        error = data.rmse(guess, truth)
        if np.isclose(found, error, rtol=1e-3):
            continue
        known = {"not-the-root": error**2, **slips[key]}
        if np.size(guess) > 1:  # (n, 1) minus (n,) has n x n entries, all guesses against all targets
            known["broadcast"] = data.rmse(np.reshape(guess, (1, -1)), truth)
        cause = next(
            (name for name, slip in known.items() if np.isclose(found, slip, rtol=1e-3).any()), "not-the-error"
        )
        raise Miss(cause, key=key, expected=WORDS[key], received="another number")


WORDS = {
    "rmse": "the error of the model's predictions",
    "baseline_mean": "the error of the mean of the targets in training",
    "baseline_last": "the error of the value at the last step",
}

"""Models in the clean room: what the submission does to Keras changes nothing there."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from grader.judge import Blocked, Miss, ModelView, Rooms, SubmissionView
from grader.judge.context import Context
from grader.judge.source import Source
from grader.rooms.house import House, Starter
from grader.rubric import Criterion, Limits, Rubric
from grader.seeds import Streams, public_secret
from grader.submission import parse_submission

pytestmark = pytest.mark.rooms

X = np.random.default_rng(1).normal(size=(3, 5, 2)).astype("float32")
CRITERION = Criterion(id="runs", title="Runs", points=1, why="w", hints=("a", "b", "c"))
TEXT = """
import keras
L = keras.layers

class Own(L.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 3))
    def call(self, x):
        return keras.ops.tanh(x @ self.w)

def stack():
    return keras.Sequential([keras.Input((5, 2)), L.LSTM(4, return_sequences=True), L.LSTM(3), L.Dense(1)])

def own():
    return keras.Sequential([keras.Input((5, 2)), Own(), L.LSTM(3)])

def huge():
    model = stack()
    model.layers[-1].get_config = lambda: dict(name="dense", units=10**7)
    return model

def lies():
    model = own()
    keras.Model.predict = keras.Model.__call__ = lambda self, x, *rest, **named: keras.ops.ones((len(x), 3))
    return model

def forges():
    from grader.inside import verbs
    verbs.VERBS["pack"] = lambda *rest, **named: {"form": "archive", "data": b"PK no archive"}
    return stack()

def garbles():
    from grader.inside import verbs
    verbs.VERBS["pack"] = lambda *rest, **named: 7
    return stack()

def predict(model, x):
    return model(x)
"""


def context_of(text: str, house: House) -> Context:
    limits = Limits(cpu_seconds=20, import_seconds=10)
    rubric = Rubric(schema=1, title="T", theme="t", functions=("f",), limits=limits, criteria=(CRITERION,))
    submission = parse_submission("lesson.py", text.encode())
    streams = Streams(public_secret(), "lesson01_tiny")
    return Context(house=house, submission=submission, source=Source(submission.text), rubric=rubric, streams=streams)


@pytest.fixture(scope="module")
def context(rooms: Starter) -> Iterator[Context]:
    with House(rooms, memory_mb=3072) as house:
        yield context_of(TEXT, house)


@pytest.fixture(scope="module")
def gradings(context: Context) -> Rooms:
    return Rooms(context)


@pytest.fixture(scope="module")
def view(gradings: Rooms) -> SubmissionView:
    return gradings.student()


@pytest.fixture(autouse=True)
def _fresh_record(context: Context) -> None:
    context.record = type(context.record)()


def missed(call: Callable[[], Any]) -> Miss:
    with pytest.raises(Miss) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("function", ["stack", "own"])
def test_clean_predictions_are_the_students(view: SubmissionView, function: str) -> None:
    model = view.call(function)
    assert isinstance(model, ModelView)
    clean = model.clean(X[:1])
    np.testing.assert_allclose(clean.predict(X), view.predict(model, X), atol=1e-5)


def test_a_model_of_keras_layers_is_never_asked_provisionally(view: SubmissionView, context: Context) -> None:
    clean = view.stack().clean(X[:1])
    calls = clean.calls(X)
    assert [(call.kind, call.is_lstm) for call in calls] == [("LSTM", True), ("LSTM", True), ("Dense", False)]
    assert (clean.influence(X[:1], calls[0], calls[1]) == np.eye(5, dtype=bool)).all()
    assert clean.dependency(X[:1]).all()
    maps, outputs = clean.attention(X, X.shape[1], "even")
    assert maps == []
    np.testing.assert_allclose(outputs, clean.predict(X), atol=1e-6)
    clean.perturb("no recurrence")
    assert np.ptp(clean.predict(X)) == 0
    assert not context.record.provisional


def test_a_graph_is_asked_provisionally_for_its_layers_alone(view: SubmissionView, context: Context) -> None:
    clean = view.own().clean(X[:1])
    clean.predict(X)
    clean.dependency(X[:1])
    assert not context.record.provisional
    with pytest.raises(Blocked):
        clean.perturb("no recurrence")
    assert [call.kind for call in clean.calls(X)] == ["Own", "LSTM"]
    assert context.record.provisional


def test_patching_keras_changes_no_clean_prediction(gradings: Rooms) -> None:
    view = gradings.student()
    model = view.stack()
    expected = view.predict(model, X)
    view.lies()
    assert (view.predict(model, X) == 1).all()
    np.testing.assert_allclose(model.clean(X[:1]).predict(X), expected, atol=1e-5)


def test_a_refused_archive_names_the_reason(view: SubmissionView) -> None:
    miss = missed(lambda: view.huge().clean(X[:1]))
    assert miss.cause == "model-refused"
    assert "1,000,000" in miss.fields["error"]
    assert miss.fields["function"] == "huge"


def test_a_forged_archive_is_refused(gradings: Rooms) -> None:
    view = gradings.student()
    assert missed(lambda: view.forges().clean(X[:1])).cause == "model-refused"
    assert missed(lambda: view.garbles().clean(X[:1])).cause == "bad-reply"


def test_a_model_for_inputs_of_another_shape_fails(view: SubmissionView) -> None:
    miss = missed(lambda: view.stack().clean(X[:1]).predict(X[:, :, :1]))
    assert (miss.cause, miss.fields["shape"], miss.fields["function"]) == ("model-fails", "(None, 5, 1)", "stack")

"""Calls across the boundary: what goes wrong in the submission is a miss that names it."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from grader.judge import Blocked, Miss, ModelView, Rooms
from grader.judge.context import Context, Record
from grader.judge.source import Source
from grader.rooms.house import House, Starter
from grader.rooms.room import Room
from grader.rubric import Criterion, Limits, Rubric
from grader.seeds import Streams, public_secret
from grader.submission import parse_submission
from grader.wire import messages

pytestmark = pytest.mark.rooms

X = np.random.default_rng(1).normal(size=(3, 5, 2)).astype("float32")
CRITERION = Criterion(id="runs", title="Runs", points=1, why="w", hints=("a", "b", "c"))
TEXT = """
import os
import keras
L = keras.layers
print("loaded")

class Size:
    n = 3

class Own(L.Layer):
    def __init__(self, size, **named):
        super().__init__(**named)
        self.units = getattr(size, "n", size)
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], self.units))
    def call(self, x):
        return keras.ops.tanh(x @ self.w)

class Told(Own):
    def get_config(self):
        return super().get_config() | {"size": self.units}

class Ends(Own):
    def get_config(self):
        os._exit(3)

def build(kind): return keras.Sequential([keras.Input((5, 2)), kind(3), L.LSTM(3)])
def own(): return build(lambda _: Own(Size()))
def ends(): return build(Ends)
def garbled():
    from grader.inside import verbs
    verbs.VERBS["pack"] = lambda *rest, **named: {"form": "archive", "data": [300]}
    return build(Own)
def told(): return build(Told)
def predict(model, x): return model(x)
def double(x): return 2 * x
def apply(function, x): return function(x)
def save(folder):
    os.makedirs(folder + "/inner")
    open(folder + "/inner/a.txt", "w").write("kept")
    os.symlink("/etc/hostname", folder + "/link")
def read(folder): return open(folder + "/inner/a.txt").read()
def say(text): print(text)
def wait():
    import time
    time.sleep(60)
late = 3
def late(): pass
no_function = 3
"""


def context_of(text: str, house: House) -> Context:
    limits = Limits(cpu_seconds=20, import_seconds=10)
    rubric = Rubric(schema=1, title="T", theme="t", functions=("f",), limits=limits, criteria=(CRITERION,))
    submission = parse_submission("lesson.py", text.encode())
    streams = Streams(public_secret(), "lesson01_tiny")
    return Context(house=house, submission=submission, source=Source(submission.text), rubric=rubric, streams=streams)


@pytest.fixture
def house(rooms: Starter) -> Iterator[House]:
    with House(rooms, memory_mb=3072) as made:
        yield made


@pytest.fixture
def context(house: House) -> Context:
    return context_of(TEXT, house)


@pytest.fixture
def gradings(context: Context) -> Rooms:
    return Rooms(context)


def missed(call: Callable[[], Any]) -> Miss:
    with pytest.raises(Miss) as caught:
        call()
    return caught.value


def test_functions_are_called_and_their_mistakes_named(gradings: Rooms) -> None:
    view = gradings.student()
    assert view.double(21) == 42
    assert missed(lambda: view.triple(1)).cause == "missing-function"
    miss = missed(lambda: view.double(1, 2, 3))
    assert (miss.cause, miss.received) == ("wrong-signature", "double(x)")
    raised = missed(lambda: view.double(None))
    assert raised.cause == "raised"
    assert raised.place is not None
    assert raised.place.text == "def double(x): return 2 * x"
    assert view.double(1) == 2


def test_what_a_function_of_the_judge_raises_reaches_whom_it_concerns(gradings: Rooms) -> None:
    view = gradings.student()

    def wrong(x: Any) -> Any:
        raise ValueError(f"not {x}, please")

    def misses(x: Any) -> Any:
        raise Miss("wrong-value", function=f"number {x}")

    miss = missed(lambda: view.apply(wrong, 3))
    assert (miss.cause, miss.fields["error"]) == ("raised", "not 3, please")
    assert missed(lambda: gradings.student().apply(misses, 3)).fields == {"function": "number 3"}


@pytest.mark.parametrize("function", ["told", "own"])
def test_a_model_of_own_classes_is_adopted_by_a_fresh_room(gradings: Rooms, function: str) -> None:
    first, second, rebuilt = gradings.student(), gradings.student(), []
    model = first.call(function)

    def rebuild(room: Any) -> Any:
        rebuilt.append(room)
        return room.call(function)

    adopted = second.adopt(model, X[:1], rebuild)
    assert isinstance(adopted, ModelView)
    assert adopted.view is second
    assert rebuilt == ([] if function == "told" else [second])  # Keras cannot save a Size
    np.testing.assert_allclose(second.predict(adopted, X), first.predict(model, X), atol=1e-6)


def test_a_model_that_ends_its_room_while_it_is_adopted_is_a_miss(gradings: Rooms) -> None:
    model, second = gradings.student().ends(), gradings.student()
    miss = missed(lambda: second.adopt(model, X[:1], lambda room: room.ends()))
    assert (miss.cause, miss.fields["function"]) == ("died", "ends")


def test_a_garbled_model_is_built_again(gradings: Rooms) -> None:
    model, second = gradings.student().garbled(), gradings.student()
    assert second.adopt(model, X[:1], lambda room: room.garbled()).view is second


def test_only_plain_files_are_carried_to_the_next_room(gradings: Rooms) -> None:
    first = gradings.student()
    folder = first.folder("out")
    first.save(folder)
    carried = first.leave(folder)
    assert carried.names() == ["inner/a.txt"]
    second = gradings.student(carried)
    assert second.read(carried.path) == "kept"


def test_loading_is_found_out_once_in_whatever_thread(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    whole: list[str] = []
    request = Room.request

    def spy(self: Room, message: Any, *args: Any, **named: Any) -> Any:
        if isinstance(message, messages.Load) and message.until is None:
            whole.append(threading.current_thread().name)
        return request(self, message, *args, **named)

    monkeypatch.setattr(Room, "request", spy)
    gradings = Rooms(context_of("def double(x): return 2 * x\n1 / 0\ndef triple(x): return 3 * x\n", house))
    ahead = [gradings.ahead(lambda aside, n=n: aside.student().double(n)) for n in range(3)]  # type: ignore[misc]
    assert [result() for result in ahead] == [0, 2, 4]
    assert gradings.student().double(4) == 8
    miss = missed(lambda: gradings.student().load())
    assert (miss.cause, miss.fields["type"]) == ("import-stopped", "ZeroDivisionError")
    with pytest.raises(Blocked):
        gradings.student().triple(1)
    assert len(whole) == 1


def test_what_is_done_ahead_is_noted_where_it_is_waited_for(gradings: Rooms, context: Context) -> None:
    def work(aside: Rooms) -> int:
        aside.student().say("from aside")
        return 7

    result = gradings.ahead(work)
    assert result() == 7
    assert "from aside" in context.record.output
    assert context.loading.output == "loaded\n"
    failing = gradings.ahead(lambda aside: aside.student().triple(1))
    assert missed(failing).cause == "missing-function"


def test_work_that_waits_for_other_work_takes_its_notes(gradings: Rooms, context: Context) -> None:
    first = gradings.ahead(lambda aside: aside.student().say("first"))

    def waits(_: Rooms) -> None:
        first()

    second = gradings.ahead(waits)
    context.record = other = Record()  # another criterion is checked meanwhile
    second()
    assert "first" in other.output
    context.record = unconcerned = Record()
    assert not unconcerned.output


def test_layers_claimed_later_are_provisional_where_they_are_asked(gradings: Rooms, context: Context) -> None:
    sample = np.zeros((1, 5, 2), "float32")
    ready = gradings.ahead(lambda aside: aside.student().own().clean(sample))
    context.record = Record()
    model = ready()
    context.record = later = Record()
    model.calls(sample)
    assert later.provisional


def test_closing_gives_up_what_still_runs(gradings: Rooms) -> None:
    loaded = threading.Event()

    def work(aside: Rooms) -> None:
        view = aside.student()
        view.double(1)
        loaded.set()
        view.wait()

    result = gradings.ahead(work)
    assert loaded.wait(30)
    began = time.monotonic()
    gradings.close()
    assert time.monotonic() - began < 2
    assert missed(result).cause == "died"

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge import Generator, Stub, in_words, shape_in_words
from grader.judge.values import from_wire, to_wire
from grader.rooms.verdicts import BadReply
from grader.wire import frames, messages


def _no_function(function: Callable[..., Any]) -> int:
    raise AssertionError(function)


def _no_handle(handle: messages.Handle) -> Any:
    raise AssertionError(handle)


def _sent(value: Any) -> messages.ToRoom:
    """What a room receives: the record after its way over the wire."""
    body = frames.encode(messages.Answer(to_wire(value, _no_function)))[frames.HEADER.size :]
    answer = frames.decode_to_room(body)
    assert isinstance(answer, messages.Answer)
    return answer.value


@pytest.mark.parametrize("value", [None, True, False, 0, -(2**63), 2**64 - 1, 2.5, "", "é"])
def test_plain_values_cross_as_they_are(value: Any) -> None:
    sent = _sent(value)
    assert sent == value
    assert type(sent) is type(value)


@pytest.mark.parametrize(
    "value,record",
    [
        (b"\0\xff", messages.Binary(b"\0\xff")),
        (
            [1, (2, [])],
            messages.GivenItems("list", [1, messages.GivenItems("tuple", [2, messages.GivenItems("list", [])])]),
        ),
        ({"b": 1, 2: None}, messages.GivenMapping([("b", 1), (2, None)])),
        (np.array([[1, 258]], dtype=">u2"), messages.Array("<u2", (1, 2), b"\1\0\2\1")),
        (np.float64(1.0), messages.Array("<f8", (), b"\0\0\0\0\0\0\xf0\x3f")),
        (np.int16(-2), messages.Array("<i2", (), b"\xfe\xff")),
        (np.bool_(1), messages.Array("|b1", (), b"\1")),
        (np.str_("é"), messages.Array("<U1", (), b"\xe9\0\0\0")),
        ({"r": np.float32(0)}, messages.GivenMapping([("r", messages.Array("<f4", (), bytes(4)))])),
        (Generator(1), messages.Rng(bytes(15) + b"\1")),
        (Generator(2**128 - 1), messages.Rng(b"\xff" * 16)),
        (Stub("Env", size=4, table=[1]), messages.Stub("Env", {"size": 4, "table": messages.GivenItems("list", [1])})),
        (messages.Folder("out"), messages.Folder("out")),
        (messages.Handle(3, "Adam"), messages.Handle(3, "Adam")),
        (messages.Built("{}", []), messages.Built("{}", [])),
    ],
)
def test_values_cross_as_records(value: Any, record: messages.ToRoom) -> None:
    assert _sent(value) == record


def test_functions_are_kept_and_go_by_a_number() -> None:
    kept: list[Callable[..., Any]] = []

    def keep(function: Callable[..., Any]) -> int:
        kept.append(function)
        return len(kept) + 6

    def step(action: int) -> int:
        return action

    record = to_wire(Stub("Env", step=step, steps=[step]), keep)
    assert record == messages.Stub(
        "Env",
        {"step": messages.Callback(7, "step"), "steps": messages.GivenItems("list", [messages.Callback(8, "step")])},
    )
    assert kept == [step, step]


def test_views_cross_as_their_handle() -> None:
    class View:
        def as_handle(self) -> messages.Handle:
            return messages.Handle(5, "Sequential", is_model=True)

    assert _sent([View()]) == messages.GivenItems("list", [messages.Handle(5, "Sequential", is_model=True)])


@pytest.mark.parametrize("value", [object(), {1, 2}, 1j, [object()], {"a": {1}}, Stub("S", a=object())])
def test_what_cannot_cross_is_a_bug_in_the_check(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot cross"):
        to_wire(value, _no_function)


def test_object_arrays_do_not_cross() -> None:
    with pytest.raises(ValueError, match="cannot cross"):
        to_wire(np.array([object()]), _no_function)


_plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(-5, 5), inner, max_size=3)
    ),
    max_leaves=8,
)


def _echoed(record: Any) -> Any:
    """What an honest room says when it returns what it was given."""
    match record:
        case messages.GivenItems():
            return messages.Items(record.kind, [_echoed(item) for item in record.items])
        case messages.GivenMapping():
            return messages.Mapping([(key, _echoed(item)) for key, item in record.items])
    return record


@settings(max_examples=200, deadline=None)
@given(_plain)
def test_what_a_room_gives_back_is_what_it_was_given(value: Any) -> None:
    again = from_wire(_echoed(_sent(value)), _no_handle)
    assert repr(again) == repr(value)


def test_a_rooms_records_become_values() -> None:
    record = messages.Items(
        "tuple",
        [
            messages.Binary(b"x"),
            messages.Array("<i2", (2,), b"\1\0\xff\xff"),
            messages.Mapping([("a", 1), (1, messages.Items("list", [None]))]),
            messages.Handle(4, "Adam"),
        ],
    )
    binary, array, mapping, thing = from_wire(record, lambda handle: ("view of", handle.number))
    assert binary == b"x"
    assert array.tolist() == [1, -1]
    assert not array.flags.writeable
    assert mapping == {"a": 1, 1: [None]}
    assert list(mapping) == ["a", 1]
    assert thing == ("view of", 4)


@pytest.mark.parametrize(
    "record",
    [
        messages.Array("|O", (1,), bytes(8)),
        messages.Array("<f4", (2,), bytes(7)),
        messages.Array("<f4", (2**62, 2**62), b""),
        messages.Array("<U1", (1,), b"\xff\xff\xff\xff"),
        messages.Mapping([("a", 1), ("b", 2), ("a", 3)]),
        messages.Mapping([(1, 1), (1, 1)]),
    ],
)
def test_records_that_contradict_themselves_are_bad_replies(record: messages.FromRoom) -> None:
    for said in (record, messages.Items("list", [record]), messages.Mapping([("k", record)])):
        with pytest.raises(BadReply):
            from_wire(said, _no_handle)


@pytest.mark.parametrize(
    "value,words",
    [
        (None, "None"),
        (True, "True or False"),
        (3, "a number"),
        (2.5, "a number"),
        (np.array(2.5), "a number"),
        ("x", "a string"),
        (np.zeros((3, 4)), "an array of shape (3, 4)"),
        (np.zeros(3), "an array of shape (3,)"),
        ([1, 2], "a list of 2"),
        ((), "a tuple of 0"),
        ({"a": 1}, "a dict of 1"),
        (messages.Handle(0, "Adam"), "an object of class Adam"),
        (messages.Handle(0, "ndarray"), "an array of Python objects (ndarray)"),
        ({1, 2}, "an object of class set"),
    ],
)
def test_values_are_named_for_students(value: Any, words: str) -> None:
    assert in_words(value) == words


@pytest.mark.parametrize(
    "shape,words", [((), "()"), ((3,), "(3,)"), ((None, 24, 1), "(None, 24, 1)"), ([2, 3], "(2, 3)")]
)
def test_shapes_are_written_as_keras_does(shape: Any, words: str) -> None:
    assert shape_in_words(shape) == words

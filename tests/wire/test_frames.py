import tracemalloc
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.wire import frames, messages
from grader.wire.frames import BadFrameError

_RETURNED_TRUE = b"\x82\xa4type\xa8returned\xa5value\xc3"
_FIELDS = (
    "args bases data dtype function is_model items kind kwargs layers line lines message missing name names".split()
)
_FIELDS += "number shape statement traceback type type_name value".split()
_TAGS = "array binary handle items map ready loaded returned raised called_back load call callback stub rng".split()

_counts = st.integers(0, 2**64 - 1)
_names = st.text(max_size=12)
_scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.builds(messages.Binary, st.binary(max_size=20))
    | st.builds(messages.Array, _names, st.lists(_counts, max_size=4).map(tuple), st.binary(max_size=20))
    | st.builds(messages.Handle, _counts, _names, st.booleans())
)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.builds(messages.Items, st.sampled_from(["list", "tuple"]), st.lists(inner, max_size=4))
        | st.builds(
            messages.Mapping,
            st.lists(st.tuples(_names | st.integers(-(2**63), 2**64 - 1), inner), max_size=4),
        )
    ),
    max_leaves=6,
)
_replies: st.SearchStrategy[messages.FromRoomMessage] = (
    st.builds(messages.Ready, st.lists(_names, max_size=3), st.lists(_names, max_size=3))
    | st.builds(messages.Loaded, st.lists(_names, max_size=3))
    | st.builds(messages.Returned, _values)
    | st.builds(
        messages.Raised,
        type_name=_names,
        bases=st.lists(_names, max_size=3),
        message=st.text(max_size=50),
        lines=st.lists(st.builds(messages.Line, _counts, _names), max_size=3),
        traceback=st.text(max_size=50),
        statement=st.none() | st.integers(-(2**63), 2**63),
        names=st.lists(_names, max_size=3),
    )
    | st.builds(
        messages.CalledBack, _counts, st.lists(_values, max_size=3), st.dictionaries(_names, _values, max_size=3)
    )
)
#: MessagePack that looks like a reply, with the fields and tags of replies in any place.
_almost = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.binary(max_size=8)
    | st.text(max_size=4)
    | st.sampled_from(_TAGS),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.fixed_dictionaries({"type": st.sampled_from(_TAGS)}, optional=dict.fromkeys(_FIELDS[:-4], inner))
        | st.fixed_dictionaries({"type": st.just("returned"), "value": inner})
    ),
    max_leaves=8,
)


def _body(message: Any) -> bytes:
    return frames.encode(message)[8:]


def _taken(body: bytes) -> bool:
    """Decodes; whatever is no message has to raise the one exception, anything else escapes from here."""
    try:
        message = frames.decode_from_room(body)
    except BadFrameError:
        return False
    assert isinstance(message, get_args(messages.FromRoomMessage))
    return True


def test_a_frame_is_a_little_endian_length_and_messagepack() -> None:
    assert frames.encode(messages.Returned(value=True)) == b"\x16" + bytes(7) + _RETURNED_TRUE
    assert frames.decode_from_room(_RETURNED_TRUE) == messages.Returned(value=True)


@settings(max_examples=200, deadline=None)
@given(_replies)
def test_every_reply_survives_the_round_trip(message: messages.FromRoomMessage) -> None:
    frame = frames.encode(message)
    assert int.from_bytes(frame[:8], "little") == len(frame) - 8
    # Texts are compared, so that NaN, -0.0, 1 and 1.0, True and 1 are told apart.
    assert repr(frames.decode_from_room(frame[8:])) == repr(message)
    assert repr(frames.decode_from_room(bytearray(frame[8:]))) == repr(message)


_SOFT = messages.Soft(60.0, 240.0)
_GIVEN: list[messages.ToRoom] = [
    None,
    True,
    -1,
    2.5,
    "é",
    messages.Binary(b"\0\xff"),
    messages.Array("<f4", (0, 3), b""),
    messages.Handle(3, "Sequential", is_model=True),
    messages.GivenItems("tuple", [1, messages.GivenItems("list", [])]),
    messages.GivenMapping([("a", 1), (-5, None)]),
    messages.Callback(0, "step"),
    messages.Stub("Env", {"step": messages.Callback(1, "step"), "size": 4}),
    messages.Rng(bytes(16)),
    messages.Built("{}", [messages.Array("<f8", (), bytes(8))]),
    messages.Folder("out", carried=True),
]


@pytest.mark.parametrize(
    "message",
    [
        messages.Load("x = 1\n", "lesson06.py", None, 7, _SOFT),
        messages.Load("", "a.py", 3, 0, _SOFT),
        messages.Call("train", _GIVEN, {"again": _GIVEN[-1]}, 2**31 - 1, _SOFT),
        messages.Ask("describe", {"model": _GIVEN[7]}, 0, _SOFT),
        messages.Answer(messages.GivenItems("list", _GIVEN)),
        messages.Refusal("step() before reset()"),
    ],
)
def test_every_request_survives_the_round_trip(message: messages.ToRoomMessage) -> None:
    assert frames.decode_to_room(_body(message)) == message


@settings(max_examples=250, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_bad_frame(body: bytes) -> None:
    _taken(body)


@settings(max_examples=200, deadline=None)
@given(_almost)
def test_near_replies_are_a_message_or_a_bad_frame(value: Any) -> None:
    _taken(msgspec.msgpack.encode(value))


@settings(max_examples=200, deadline=None)
@given(
    _replies,
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 2), st.binary(min_size=1, max_size=3)), min_size=1),
)
def test_damaged_replies_are_a_message_or_a_bad_frame(
    message: messages.FromRoomMessage, damages: list[tuple[int, int, bytes]]
) -> None:
    body = bytearray(_body(message))
    for position, dropped, inserted in damages:
        at = position % (len(body) + 1)
        body[at : at + dropped] = inserted
    _taken(bytes(body))


@settings(max_examples=100, deadline=None)
@given(_replies, st.integers(min_value=0))
def test_a_cut_or_prolonged_reply_is_refused(message: messages.FromRoomMessage, length: int) -> None:
    body = _body(message)
    assert not _taken(body[: length % len(body)])
    assert not _taken(body + b"\xc0")
    assert not _taken(body + body)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "returned"},
        {"value": 1},
        {"type": "returned", "value": 1, "bonus": 100},
        {"type": "Returned", "value": 1},
        {"type": "load", "source": "", "name": "", "until": None, "seed": 0, "soft": {}},
        {"type": "answer", "value": 1},
        {"type": "refusal", "message": ""},
        {"type": "returned", "value": [1, 2]},
        {"type": "returned", "value": {"a": 1}},
        {"type": "returned", "value": b"bytes without a record"},
        {"type": "returned", "value": {"type": "callback", "number": 0, "name": "f"}},
        {"type": "returned", "value": {"type": "stub", "name": "S", "attributes": {}}},
        {"type": "returned", "value": {"type": "rng", "entropy": b""}},
        {"type": "returned", "value": {"type": "built", "config": "{}", "weights": []}},
        {"type": "returned", "value": {"type": "folder", "name": "out"}},
        {"type": "returned", "value": {"type": "handle", "number": -1, "type_name": "x"}},
        {"type": "returned", "value": {"type": "handle", "number": "1", "type_name": "x"}},
        {"type": "returned", "value": {"type": "handle", "number": 1.0, "type_name": "x"}},
        {"type": "returned", "value": {"type": "handle", "number": 1, "type_name": "x", "is_model": 1}},
        {"type": "returned", "value": {"type": "items", "kind": "set", "items": []}},
        {"type": "returned", "value": {"type": "array", "dtype": "<f4", "shape": [-1], "data": b""}},
        {"type": "returned", "value": {"type": "array", "dtype": "<f4", "shape": [1], "data": "text"}},
        {"type": "called_back", "number": 0, "args": [], "kwargs": {1: 2}},
        {"type": "loaded", "names": [b"f"]},
        ["returned", 1],
        "returned",
        None,
    ],
)
def test_what_is_not_exactly_a_reply_is_refused(said: Any) -> None:
    with pytest.raises(BadFrameError):
        frames.decode_from_room(msgspec.msgpack.encode(said))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",  # never used in MessagePack
        b"\x80",
        b"cbuiltins\nprint\n(tR.",  # a pickle
        b'{"type": "returned", "value": 1}',
        _RETURNED_TRUE[:-1] + b"\xd6\xff\0\0\0\0",  # a timestamp
        _RETURNED_TRUE[:-1] + b"\xc7\x01\x05x",  # another extension
        _RETURNED_TRUE[:-1] + b"\xa2\xc3\x28",  # no UTF-8
        _RETURNED_TRUE[:-1] + b"\xa3\xed\xa0\x80",  # a surrogate
    ],
)
def test_foreign_formats_are_refused(body: bytes) -> None:
    assert not _taken(body)


@pytest.mark.parametrize(
    "step",
    [
        b"\x83\xa4type\xa5items\xa4kind\xa4list\xa5items\x91",
        b"\x82\xa4type\xa3map\xa5items\x91\x92\x01",
        b"\x91",
        b"\x81\xa1a",
    ],
)
def test_deep_nesting_ends_in_a_refusal(step: bytes) -> None:
    assert not _taken(_RETURNED_TRUE[:-1] + step * 200_000 + b"\xc0")


@pytest.mark.parametrize("header", [b"\xdd", b"\xdf", b"\xc6", b"\xdb", b"\xc9"])  # array, map, bytes, text, extension
@pytest.mark.parametrize(
    "before",
    [
        b"",
        _RETURNED_TRUE[:-1],
        b"\x83\xa4type\xa5ready\xa7missing\x90\xa6layers",
        _RETURNED_TRUE[:-1] + b"\x83\xa4type\xa5items\xa4kind\xa4list\xa5items",
        _RETURNED_TRUE[:-1] + b"\x84\xa4type\xa5array\xa5dtype\xa3<f4\xa4data\xc4\0\xa5shape",
        _RETURNED_TRUE[:-1] + b"\x82\xa4type\xa6binary\xa4data",
    ],
)
def test_a_claimed_length_takes_no_memory(before: bytes, header: bytes) -> None:
    tracemalloc.start()
    try:
        assert not _taken(before + header + b"\xff\xff\xff\xfe" + b"\xc0" * 5)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("length,cap", [(0, 0), (5, 5), (256, 1000), (2**32, 2**32)])
def test_a_body_up_to_the_cap_is_taken(length: int, cap: int) -> None:
    assert frames.body_length(length.to_bytes(8, "little"), cap) == length


@pytest.mark.parametrize("length,cap", [(1, 0), (6, 5), (2**40, 2**30), (2**63, 2**30), (2**64 - 1, 2**30)])
def test_a_longer_body_is_refused_before_anything_is_allocated(length: int, cap: int) -> None:
    header = length.to_bytes(8, "little")
    tracemalloc.start()
    try:
        with pytest.raises(BadFrameError, match=f"{length} bytes"):
            frames.body_length(header, cap)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()

from typing import Any, get_args

import msgspec
import pytest

from grader.wire import frames, messages
from grader.wire.frames import BadFrameError

_PLAIN = (
    msgspec.inspect.NoneType,
    msgspec.inspect.BoolType,
    msgspec.inspect.IntType,
    msgspec.inspect.FloatType,
    msgspec.inspect.StrType,
    msgspec.inspect.BytesType,
    msgspec.inspect.LiteralType,
)


def _reachable(node: Any, seen: dict[str, Any]) -> None:
    """Collects all record types that a type is made of; fails on anything that is not plain data."""
    inspect = msgspec.inspect
    if isinstance(node, inspect.StructType):
        if node.cls.__name__ not in seen:
            seen[node.cls.__name__] = node
            for field in node.fields:
                _reachable(field.type, seen)
    elif isinstance(node, inspect.UnionType):
        for each in node.types:
            _reachable(each, seen)
    elif isinstance(node, inspect.ListType | inspect.VarTupleType):
        _reachable(node.item_type, seen)
    elif isinstance(node, inspect.TupleType):
        for each in node.item_types:
            _reachable(each, seen)
    elif isinstance(node, inspect.DictType):
        _reachable(node.key_type, seen)
        _reachable(node.value_type, seen)
    else:
        assert isinstance(node, _PLAIN), node


def test_a_room_can_say_plain_data_only() -> None:
    seen: dict[str, Any] = {}
    _reachable(msgspec.inspect.type_info(messages.FromRoomMessage), seen)
    assert set(seen) == {
        *("Ready", "Loaded", "Returned", "Raised", "CalledBack", "Line"),
        *("Binary", "Array", "Handle", "Items", "Mapping"),
    }
    assert all(node.forbid_unknown_fields for node in seen.values())


def test_what_a_room_is_told_is_plain_data_too() -> None:
    seen: dict[str, Any] = {}
    _reachable(msgspec.inspect.type_info(messages.ToRoomMessage), seen)
    assert {"Load", "Call", "Ask", "Answer", "Refusal"} < set(seen)
    assert all(node.forbid_unknown_fields for node in seen.values())


@pytest.mark.parametrize(
    "union", [messages.FromRoomMessage, messages.ToRoomMessage, messages.FromRoom, messages.ToRoom]
)
def test_tags_tell_the_records_of_a_union_apart(union: Any) -> None:
    tags = [kind.__struct_config__.tag for kind in get_args(union) if hasattr(kind, "__struct_config__")]
    assert None not in tags
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize("record", [messages.Binary(b""), messages.Returned(1), messages.Array("<f4", (1,), b"")])
def test_records_cannot_be_changed(record: Any) -> None:
    with pytest.raises(AttributeError):
        setattr(record, record.__struct_fields__[0], None)


def _raised(**fields: Any) -> messages.Raised:
    plain: dict[str, Any] = {"type_name": "E", "bases": [], "message": "", "lines": [], "traceback": ""}
    return messages.Raised(**(plain | fields))


@pytest.mark.parametrize(
    "fits,too_long",
    [
        (_raised(message="x" * 16_384), _raised(message="x" * 16_385)),
        (_raised(traceback="é" * 16_384), _raised(traceback="é" * 16_385)),
        (_raised(type_name="E" * 512), _raised(type_name="E" * 513)),
        (_raised(bases=["E" * 512]), _raised(bases=["E" * 513])),
        (_raised(names=["f" * 512]), _raised(names=["f" * 513])),
        (_raised(lines=[messages.Line(1, "f")] * 64), _raised(lines=[messages.Line(1, "f")] * 65)),
        (_raised(lines=[messages.Line(1, "f" * 512)]), _raised(lines=[messages.Line(1, "f" * 513)])),
        (messages.Ready(["a" * 512], []), messages.Ready(["a" * 513], [])),
        (messages.Returned(messages.Handle(1, "a" * 512)), messages.Returned(messages.Handle(1, "a" * 513))),
        (
            messages.Returned(messages.Array("<f4", (1,) * 32, bytes(4))),
            messages.Returned(messages.Array("<f4", (1,) * 33, bytes(4))),
        ),
        (
            messages.Returned(messages.Array("<" * 12, (), b"")),
            messages.Returned(messages.Array("<" * 13, (), b"")),
        ),
        (
            messages.Returned(messages.Mapping([("k" * 512, 1)])),
            messages.Returned(messages.Mapping([("k" * 513, 1)])),
        ),
    ],
)
def test_texts_and_lists_are_taken_up_to_their_length(
    fits: messages.FromRoomMessage, too_long: messages.FromRoomMessage
) -> None:
    assert frames.decode_from_room(frames.encode(fits)[8:]) == fits
    with pytest.raises(BadFrameError):
        frames.decode_from_room(frames.encode(too_long)[8:])


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a\\b", "/etc", "A", "1a", "a b", "a\0", ".a", "a.b", "é"])
def test_a_folder_is_named_by_one_plain_word(name: str) -> None:
    body = msgspec.msgpack.encode(messages.Answer(messages.Folder(name)))
    with pytest.raises(msgspec.ValidationError):
        frames.decode_to_room(body)
    good = messages.Answer(messages.Folder("out_2"))
    assert frames.decode_to_room(msgspec.msgpack.encode(good)) == good

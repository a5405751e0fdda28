"""Fuzzes what reads a stranger's bytes: python tests/fuzz/fuzz.py decoder|archive|graph [--inputs N] [--seed S].

Each input is made from the seed and its own number, so one that fails can be made again: --first NUMBER --inputs 1.
The program fails if anything but the documented exception comes out, if something is taken that must not be, or if
the memory that it needs goes beyond a limit.
"""

import argparse
import collections
import contextlib
import importlib
import io
import json
import random
import re
import struct
import sys
import time
import traceback
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import msgspec

from grader.judge import archive, values
from grader.judge.graph import OPERATIONS
from grader.rooms.verdicts import BadReply
from grader.wire import arrays, frames, messages

#: Peak memory in MiB; for graphs beyond what TensorFlow takes by itself.
LIMIT_MB = 200
CAP = 1 << 20  # of a reply, as a host would set it
#: Takes one input's generator and returns what came of the input.
Target = Callable[[random.Random], str]


class WrongError(Exception):
    """Something came out that must not."""


# Replies of a room.

_TAGS = """array binary handle items map ready loaded returned raised called_back load call ask answer refusal callback
    stub rng built folder""".split()
_FIELDS = """type args bases data dtype function is_model items kind kwargs layers line lines message missing name
    names number shape statement traceback type_name value""".split()
_DTYPES = "|b1 |i1 <i2 <u4 <i8 <f2 <f4 <f8 <c16 <U1 <U999999 |S3 |O >f4 |V8 <M8[s] <U0 <U-1 float32 |O8 <f16".split()
_WHOLE = (0, 1, 127, 128, 255, 65535, 2**31, 2**32 - 1, 2**53, 2**63 - 1, 2**63, 2**64 - 1)
_LENGTHS = (0, 1, 2, 15, 16, 255, 65535, 65536, 2**31, 2**32 - 1)


def _text(text: bytes) -> bytes:
    if len(text) < 32:
        return bytes([0xA0 | len(text)]) + text
    return b"\xdb" + struct.pack(">I", len(text)) + text


def _list(items: list[bytes]) -> bytes:
    head = bytes([0x90 | len(items)]) if len(items) < 16 else b"\xdc" + struct.pack(">H", len(items))
    return head + b"".join(items)


def _map(pairs: list[tuple[bytes, bytes]]) -> bytes:
    head = bytes([0x80 | len(pairs)]) if len(pairs) < 16 else b"\xde" + struct.pack(">H", len(pairs))
    return head + b"".join(key + value for key, value in pairs)


def _record(tag: str, *pairs: tuple[str, bytes]) -> bytes:
    return _map([(_text(b"type"), _text(tag.encode())), *((_text(name.encode()), value) for name, value in pairs)])


def _integer(rng: random.Random) -> bytes:
    number = rng.choice(_WHOLE)
    if rng.random() < 0.2:
        return b"\xd3" + struct.pack(">q", -min(number, 2**63))
    return b"\xcf" + struct.pack(">Q", number)


def _name(rng: random.Random) -> bytes:
    kind = rng.random()
    if kind < 0.6:
        return _text(rng.choice(_FIELDS + _TAGS).encode())
    if kind < 0.7:
        return _text(rng.choice((b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", "\u202e\x1b[2J".encode(), b"")))
    return _text(b"n" * rng.choice((1, 31, 512, 513, 16_384, 16_385)))


def _scalar(rng: random.Random) -> bytes:  # noqa: PLR0911  one line a kind of value
    match rng.randrange(9):
        case 0:
            return rng.choice((b"\xc0", b"\xc2", b"\xc3", b"\xc1", b"\x00", b"\xff"))
        case 1:
            return _integer(rng)
        case 2:
            return b"\xcb" + rng.choice((b"\x7f\xf8" + bytes(6), b"\xff\xf0" + bytes(6), rng.randbytes(8)))
        case 3:
            return b"\xca" + rng.randbytes(4)
        case 4:
            return b"\xc4" + bytes([size := rng.randrange(9)]) + rng.randbytes(size)
        case 5:  # an extension; the first is a time, which may be out of bounds
            return rng.choice((b"\xd6\xff", b"\xd4\x01", b"\xd7\xff", b"\xd8\x7f")) + rng.randbytes(rng.randrange(17))
        case 6:  # a length that is not there
            head, form = rng.choice(
                ((b"\xdd", ">I"), (b"\xdf", ">I"), (b"\xdb", ">I"), (b"\xc6", ">I"), (b"\xc9", ">I"))
            )
            return head + struct.pack(form, rng.choice(_LENGTHS))
        case _:
            return _name(rng)


def _array(rng: random.Random) -> bytes:
    shape = [rng.choice((0, 1, 2, 3)) for _ in range(rng.choice((0, 1, 2, 32, 33)))]
    if rng.random() < 0.2:
        shape.append(rng.choice(_WHOLE))
    name = rng.choice(_DTYPES)
    size = 1
    for length in shape:
        size *= length
    content = rng.randbytes(min(size * rng.choice((1, 2, 4, 8)), 300))
    data = b"\xc5" + struct.pack(">H", len(content)) + content
    lengths = [b"\xcf" + struct.pack(">Q", length) for length in shape]
    return _record("array", ("dtype", _text(name.encode())), ("shape", _list(lengths)), ("data", data))


def _value(rng: random.Random, depth: int = 0) -> bytes:
    kind = rng.randrange(12 if depth < 4 else 6)
    if kind < 3:
        return _scalar(rng)
    if kind < 5:
        return _array(rng)
    if kind == 5:
        return _record("handle", ("number", _integer(rng)), ("type_name", _name(rng)), ("is_model", b"\xc3"))
    inner = [_value(rng, depth + 1) for _ in range(rng.choice((0, 1, 2, 3)))]
    if kind < 9:
        word = rng.choice((b"list", b"tuple", b"tuple", b"set"))
        return _record("items", ("kind", _text(word)), ("items", _list(inner)))
    if kind == 9:
        pairs = [(_text(rng.choice(_FIELDS).encode()), value) for value in inner]
        return _map([(_text(b"type"), _text(rng.choice(_TAGS).encode())), *pairs])
    keys = [rng.choice((_name, _integer, _scalar))(rng) for _ in inner]
    if keys and rng.random() < 0.3:  # a key twice
        keys[-1] = keys[0]
    return _record("map", ("items", _list([_list([key, value]) for key, value in zip(keys, inner, strict=True)])))


def _nested(rng: random.Random) -> bytes:
    """One value within another, up to and beyond what a decoder bears."""
    before, after = rng.choice(
        (
            (b"\x83\xa4type\xa5items\xa4kind\xa4list\xa5items\x91", b""),
            (b"\x82\xa4type\xa3map\xa5items\x91\x92\xa1k", b""),
            (b"\x91", b""),
            (b"\x81\xa1k", b""),
            (b"\x83\xa4type\xa5items\xa5items\x91", b"\xa4kind\xa5tuple"),
        )
    )
    depth = rng.choice((40, rng.randrange(1000), rng.randrange(300, 600), 20_000))
    return before * depth + _value(rng, 4) + after * depth


def _reply(rng: random.Random) -> bytes:
    value = _nested(rng) if rng.random() < 0.03 else _value(rng)
    match rng.randrange(8):
        case 0:
            names = _list([_name(rng) for _ in range(rng.randrange(4))])
            return rng.choice(
                (_record("loaded", ("names", names)), _record("ready", ("layers", names), ("missing", names)))
            )
        case 1:
            line = _map([(_text(b"line"), _integer(rng)), (_text(b"function"), _name(rng))])
            lines = _list([line] * rng.choice((0, 1, 64, 65)))
            words = [(field, _name(rng)) for field in ("type_name", "message", "traceback")]
            return _record("raised", *words, ("bases", _list([_name(rng)])), ("lines", lines))
        case 2:
            pairs = [(_name(rng), _value(rng, 3)) for _ in range(rng.randrange(3))]
            parts = (("number", _integer(rng)), ("args", _list([value])), ("kwargs", _map(pairs + pairs[:1])))
            return _record("called_back", *parts)
        case 3:
            return value
        case _:
            return _record("returned", ("value", value))


def _mutated(rng: random.Random, data: bytes) -> bytes:
    """Some bytes changed, cut out, doubled, or put in."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(5):
            case 0:
                changed[at : at + 1] = rng.randbytes(1)
            case 1:
                changed[at:at] = rng.randbytes(rng.randrange(1, 5))
            case 2:
                del changed[at : at + rng.randrange(1, 9)]
            case 3:
                changed[at:at] = changed[at : at + rng.randrange(1, 30)]
            case _:
                changed[at : at + 4] = rng.choice((bytes(4), b"\xff" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"))
    return bytes(changed)


def reply_input(rng: random.Random) -> bytes:
    """What a room might say: any bytes, a message, a message with changes."""
    kind = rng.random()
    if kind < 0.1:
        return rng.randbytes(rng.choice((0, 1, 7, 8, 40, 200)))
    body = _reply(rng)
    return body if kind < 0.5 else _mutated(rng, body)


def decode(rng: random.Random) -> str:
    """Decodes a reply down to the values that a check would see."""
    body = reply_input(rng)
    try:
        claimed = len(body) if rng.random() < 0.9 else rng.choice((*_WHOLE, 2**40))
        length = frames.body_length(frames.HEADER.pack(claimed), CAP)
        message = frames.decode_from_room(body[:length])
    except frames.BadFrameError:
        return "no message"
    if not isinstance(message, messages.FromRoomMessage):
        raise WrongError(f"{type(message).__name__} is nothing that a room may say")
    if rng.random() < 0.1 and repr(frames.decode_from_room(frames.encode(message)[8:])) != repr(message):
        raise WrongError("it reads differently when it is written again")
    told: list[messages.FromRoom] = []
    if isinstance(message, messages.Returned):
        told = [message.value]
    elif isinstance(message, messages.CalledBack):
        told = [*message.args, *message.kwargs.values()]
    try:
        for record in told:
            if isinstance(record, messages.Array):
                with contextlib.suppress(arrays.BadArrayError):
                    arrays.unpack(record)
            values.in_words(values.from_wire(record, lambda handle: handle))
    except BadReply:
        return "bad reply"
    return type(message).__name__


# Archives of models.


def _layer(name: str, **config: Any) -> dict[str, Any]:
    return {
        "module": "keras.layers",
        "class_name": name,
        "config": {"name": name.lower(), **config},
        "registered_name": None,
    }


_SEQUENTIAL = {
    "module": "keras",
    "class_name": "Sequential",
    "config": {
        "name": "s",
        "layers": [
            _layer("InputLayer", batch_shape=[None, 24, 1], dtype="float32"),
            _layer("LSTM", units=8, return_sequences=True, seed=None, activation="tanh"),
            _layer("Bidirectional", layer=_layer("LSTM", units=3), merge_mode="concat"),
            _layer("Dense", units=1, activation="linear"),
        ],
    },
    "build_config": {"input_shape": [None, 24, 1]},
}
_FUNCTIONAL = {
    "module": "keras.src.models.functional",
    "class_name": "Functional",
    "config": {
        "layers": [
            {
                "module": "keras.src.ops.numpy",
                "class_name": "GetItem",
                "config": {},
                "inbound_nodes": [
                    {
                        "args": [
                            {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}},
                            [{"class_name": "__slice__", "config": {"start": None, "stop": 3}}],
                        ],
                        "kwargs": {},
                    }
                ],
            }
        ],
        "input_layers": ["x", 0, 0],
    },
}
_CONFIGS = tuple(json.dumps(config) for config in (_SEQUENTIAL, _FUNCTIONAL))
_METADATA, _WEIGHTS = b'{"keras_version": "3.15.1"}', b"\x89HDF\r\n\x1a\n" + bytes(64)
_STRANGE: tuple[Any, ...] = (
    *(None, True, -1, 10**6, 10**6 + 1, 10**12, 1e999, "", "Lambda", "keras.layers.Lambda", "os", "function", [], {}),
    {"class_name": "Lambda", "module": "keras.layers"},
    {"class_name": "__lambda__", "config": {"value": "x"}},
    {"class_name": "function", "module": "os", "config": "system"},
    {"class_name": "function", "module": "builtins", "config": "eval"},
    {"class_name": "TFSMLayer", "module": "keras.layers", "config": {"filepath": "/etc"}},
    {"class_name": "X", "module": "keras.src.utils.io_utils"},
    {"class_name": ["Lambda"], "module": "keras.layers"},
    {"class_name": "Dense", "module": {"keras": 1}},
    {"class_name": "layers.Lambda", "module": "keras"},
    {"class_name": "StringLookup", "module": "keras.layers", "config": {"vocabulary": "/etc/passwd"}},
    {"seed": {"class_name": "Lambda", "module": "keras.layers"}},
    {"class_name": "Ｌambda", "module": "keras.layers"},  # a letter that looks the same  # noqa: RUF001
)


def _config(rng: random.Random) -> bytes:  # noqa: PLR0911  one line a kind of text
    text = rng.choice(_CONFIGS)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        text = _changed_tree(rng, text)
    kind = rng.random()
    if kind < 0.6:
        return text.encode()
    if kind < 0.7:
        return _mutated(rng, text.encode())
    if kind < 0.75:  # one within the other
        depth = rng.choice((60, 70, 900, 1100, 50_000))
        return rng.choice(
            (b"[" * depth, b'{"a":' * depth, b"[" * depth + b"]" * depth, b'{"a":' * depth + b"1" + b"}" * depth)
        )
    if kind < 0.8:  # a key twice
        return text.replace('"class_name"', '"class_name": "Dense", "class_name"', 1).encode()
    if kind < 0.85:
        return text.replace("8", rng.choice(("9" * 5000, "1e999", "-0", "1" * 21, "NaN", "1e6", "0x10")), 1).encode()
    if kind < 0.9:
        return text.encode(rng.choice(("utf-16", "utf-32-le", "utf-8-sig")))
    if kind < 0.901:  # much memory from few bytes, just below and above what is read
        part = rng.choice(('{"":0},', "[],", "1.5,", '"a",'))
        return ("[" + part * (rng.choice((4, 5)) * (1 << 20) // len(part) - 2) + "0]").encode()
    return rng.choice((b"", b"null", b"[]", b"1", b'"x"', b"\xff\xfe", b"{}", b'{"class_name": 1}'))


def _changed_tree(rng: random.Random, text: str) -> str:
    tree = json.loads(text)
    node: Any = tree
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = rng.choice(keys)
        if not isinstance(node[key], dict | list) or rng.random() < 0.2:
            node[key] = rng.choice(_STRANGE)
            break
        node = node[key]
    if rng.random() < 0.2 and isinstance(node, dict):
        node[rng.choice(("class_name", "module", "seed", "shared_object_id", "config"))] = rng.choice(_STRANGE)
    return json.dumps(tree)


def _bombs() -> Callable[[int], bytes]:
    packed: dict[int, bytes] = {}

    def bomb(size: int) -> bytes:
        if size not in packed:
            packer = zlib.compressobj(9, wbits=-15)
            packed[size] = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
        return packed[size]

    return bomb


_bomb = _bombs()


class _Member:
    """A member of an archive, whose headers may lie."""

    def __init__(self, rng: random.Random, name: bytes, content: bytes) -> None:
        self.name, self.size, self.crc, self.method, self.flags, self.extra = (
            name,
            len(content),
            zlib.crc32(content),
            0,
            0,
            b"",
        )
        self.packed = content
        if rng.random() < 0.4:
            self.method = 8
            packer = zlib.compressobj(1, wbits=-15)
            self.packed = packer.compress(content) + packer.flush()
        if rng.random() < 0.002:
            size = rng.choice((5, 300)) << 20
            self.method, self.packed = 8, _bomb(size)
            self.size = rng.choice((size, self.size))
        self.packed_size = len(self.packed)
        if rng.random() < 0.1:
            self._lie(rng)

    def _lie(self, rng: random.Random) -> None:
        match rng.randrange(8):
            case 0:
                self.size = rng.choice((0, 1, 2**31, 2**32 - 1, 256 << 20))
            case 1:
                self.packed_size = rng.choice((0, 1, self.packed_size + 9, 2**32 - 1))
            case 2:
                self.method = rng.choice((1, 6, 9, 12, 14, 93, 99, 65535))
            case 3:
                self.flags = rng.choice((1, 8, 0x20, 0x40, 0x800, 0x2000, 0xFFFF))
            case 4:
                self.extra = struct.pack("<HH", 1, rng.choice((0, 8, 16, 24, 28, 999))) + rng.randbytes(
                    rng.randrange(29)
                )
            case 5:
                self.crc ^= 1
            case 6:
                self.name = rng.choice(
                    (
                        b"../x",
                        b"/etc/passwd",
                        b"",
                        b"assets/a",
                        b"config.json\0x",
                        b"\xff\xfe",
                        b"CONFIG.JSON",
                        b"config.json/",
                    )
                )
            case _:
                self.extra = struct.pack("<HH", 0x7075, 9) + rng.randbytes(9)

    def local(self) -> bytes:
        sizes = (self.crc, self.packed_size, self.size, len(self.name), len(self.extra))
        head = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, self.flags, self.method, 0, 33, *_fitting(sizes))
        return head + self.name + self.extra + self.packed

    def listed(self, offset: int) -> bytes:
        sizes = (self.crc, self.packed_size, self.size, len(self.name), len(self.extra))
        head = struct.pack("<4sHHHHHHIIIHH", b"PK\1\2", 20, 20, self.flags, self.method, 0, 33, *_fitting(sizes))
        return head + struct.pack("<HHHII", 0, 0, 0, 0, offset & 0xFFFFFFFF) + self.name + self.extra


def _fitting(sizes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size & (0xFFFFFFFF if at < 3 else 0xFFFF) for at, size in enumerate(sizes))


def archive_input(rng: random.Random) -> bytes:
    """What a room might call a model."""
    kind = rng.random()
    if kind < 0.03:
        return rng.randbytes(rng.choice((0, 22, 100))) + rng.choice(
            (b"", b"PK\5\6" + bytes(18), b"PK\5\6" + rng.randbytes(18))
        )
    contents = [(b"metadata.json", _METADATA), (b"config.json", _config(rng)), (b"model.weights.h5", _WEIGHTS)]
    if rng.random() < 0.05:
        contents.insert(rng.randrange(4), rng.choice(contents))
    if rng.random() < 0.05:
        del contents[rng.randrange(len(contents))]
    if rng.random() < 0.001:
        contents = [(b"config.json", b"")] * rng.choice((999, 1001, 5000))
    members = [_Member(rng, name, content) for name, content in contents]
    body, listing = bytearray(), bytearray()
    for member in members:
        listing += member.listed(len(body) if rng.random() < 0.99 else rng.choice((0, 1, 2**31, 2**32 - 1)))
        body += member.local()
    start, size, count = len(body), len(listing), len(members)
    if rng.random() < 0.03:
        start, size, count = rng.choice(
            ((0, size, count), (start, 2**32 - 1, count), (start, size, 65535), (2**31, size, 0))
        )
    comment = rng.randbytes(rng.choice((0, 0, 0, 3)))
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, start, len(comment))
    if rng.random() < 0.02:  # as in archives beyond 4 GB
        end = struct.pack("<4sIQI", b"PK\6\7", 0, rng.choice((0, start, 2**63)), 1) + end
    data = bytes(body + listing + end + comment)
    return data if kind < 0.7 else _mutated(rng, data)


def check(rng: random.Random) -> str:
    """Checks an archive; one that is taken is looked at again, in another way."""
    data = archive_input(rng)
    try:
        archive.check_archive(data)
    except archive.RefusedArchive as refused:
        return str(refused).partition(" class ")[0][:32]
    with zipfile.ZipFile(io.BytesIO(data)) as taken:
        if sorted(taken.namelist()) != sorted(archive.MEMBERS):
            raise WrongError(f"it takes an archive with {taken.namelist()}")
        pending = [json.loads(taken.read("config.json"))]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            _hold_harmless(node)
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return "taken"


def _hold_harmless(node: dict[str, Any]) -> None:
    if "class_name" not in node:
        return  # plain data to Keras
    name, module = node["class_name"], node.get("module") or ""
    if not isinstance(name, str) or not isinstance(module, str) or "." in name or name in archive.REFUSED:
        raise WrongError(f"it takes {name}")
    if module.partition(".")[0] not in ("", "keras", "builtins") or "io_utils" in module:
        raise WrongError(f"it takes {name} of {module}")
    if name == "function" and module != "builtins":
        raise WrongError(f"it takes a function of {module}")


# Frozen graphs.

_STRANGE_OPERATIONS = """ReadFile WriteFile PyFunc EagerPyFunc LoadLibrary Print SaveV2 RestoreV2 VarHandleOp
    QueueDequeueV2 MatchingFiles XlaLaunch DecodeRaw placeholder Const.""".split()


def _graph_input(rng: random.Random, graph_pb2: Any) -> bytes:
    graph = graph_pb2.GraphDef()
    known = sorted(OPERATIONS)
    for number in range(rng.choice((0, 1, 3, 10))):
        node = graph.node.add(name=f"n{number}", op=rng.choice(known))
        node.input.extend(["x"] * rng.randrange(3))
        node.attr["f"].func.name = rng.choice((*known, "own"))
    for _ in range(rng.choice((0, 0, 1, 2))):
        function = graph.library.function.add()
        function.signature.name = rng.choice(("own", "own2", "Identity", *_STRANGE_OPERATIONS[:2]))
        function.node_def.add(name="m", op=rng.choice((*known, "own", "own2")))
    if rng.random() < 0.3:
        graph.node.add(name="bad", op=rng.choice(_STRANGE_OPERATIONS))
    if graph.library.function and rng.random() < 0.3:
        graph.library.function[0].node_def.add(name="bad", op=rng.choice(_STRANGE_OPERATIONS))
    data: bytes = graph.SerializeToString()
    return data if rng.random() < 0.5 else _mutated(rng, data)


class _Passed(Exception):
    """The check let the graph through; what TensorFlow makes of it is another matter, in a room that may die of it."""


def graphs() -> Target:
    """The check of frozen graphs; TensorFlow is imported for it."""
    import tensorflow as tf  # noqa: PLC0415  the other targets do without
    from tensorflow.core.framework import graph_pb2  # noqa: PLC0415  as above

    from grader.inside.archive import FrozenGraph  # noqa: PLC0415  as above

    malformed = importlib.import_module("google.protobuf.message").DecodeError  # it has no types
    registered = set(dir(tf.raw_ops))

    def run(rng: random.Random) -> str:
        data = _graph_input(rng, graph_pb2)
        try:
            with mock.patch.object(tf.compat.v1, "wrap_function", side_effect=_Passed):
                FrozenGraph(data, set(OPERATIONS))
        except _Passed:
            pass
        except (malformed, ValueError) as refused:
            return type(refused).__name__
        graph = graph_pb2.GraphDef.FromString(data)
        own = {function.signature.name for function in graph.library.function}
        nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
        used = {node.op for node in nodes} - OPERATIONS
        if used - own:
            raise WrongError(f"it takes {', '.join(sorted(used - own))}")
        if used & registered:  # a function that goes by the name of an operation: TensorFlow itself has to refuse it
            try:
                FrozenGraph(data, set(OPERATIONS))
            except Exception:  # noqa: BLE001  whatever it says
                return "refused by TensorFlow"
            raise WrongError(f"it takes functions called {', '.join(sorted(used & registered))}")
        return "taken"

    return run


# The program.


def peak_mb() -> float:
    """Greatest memory of this program so far, in MiB. What getrusage tells counts in whoever started the program."""
    peak = re.search(r"^VmHWM:\s*(\d+) kB$", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    assert peak, "this kernel does not tell"
    return int(peak[1]) / 1024


def run(name: str, inputs: int, seed: int, first: int) -> int:
    """Runs a target on some inputs and prints what came of them; returns the exit code."""
    target = graphs() if name == "graph" else {"decoder": decode, "archive": check}[name]
    before = peak_mb() if name == "graph" else 0
    outcomes: collections.Counter[str] = collections.Counter()
    slowest, began = 0.0, time.monotonic()
    for number in range(first, first + inputs):
        started = time.perf_counter()
        try:
            outcomes[target(random.Random(f"{seed} {number}"))] += 1  # noqa: S311  inputs are no secret
        except Exception:  # noqa: BLE001  whatever comes out here must not
            traceback.print_exc()
            sys.stderr.write(f"input {number} of seed {seed} fails\n")
            return 1
        slowest = max(slowest, time.perf_counter() - started)
    peak = peak_mb() - before
    told = {
        "target": name,
        "inputs": inputs,
        "seconds": round(time.monotonic() - began, 1),
        "slowest": round(slowest, 3),
        "peak_mb": round(peak),
        "outcomes": dict(outcomes.most_common()),
    }
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(told)).decode() + "\n")
    if peak > LIMIT_MB:
        sys.stderr.write(f"it needed {peak:.0f} MiB of memory; at most {LIMIT_MB} are fine\n")
        return 1
    return 0


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description="Fuzzes what reads a stranger's bytes.")
    parser.add_argument("target", choices=["decoder", "archive", "graph"])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    given = parser.parse_args()
    sys.exit(run(given.target, given.inputs, given.seed, given.first))


if __name__ == "__main__":
    main()

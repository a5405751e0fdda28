"""Frames: a length and a MessagePack body, decoded strictly and within caps."""

import struct

import msgspec

from grader.wire.messages import FromRoomMessage, ToRoomMessage

HEADER = struct.Struct("<Q")

_encoder = msgspec.msgpack.Encoder()
_from_room: msgspec.msgpack.Decoder[FromRoomMessage] = msgspec.msgpack.Decoder(FromRoomMessage)
_to_room: msgspec.msgpack.Decoder[ToRoomMessage] = msgspec.msgpack.Decoder(ToRoomMessage)


class BadFrameError(Exception):
    """The other side said something that is no message."""


def encode(message: FromRoomMessage | ToRoomMessage) -> bytes:
    """Encodes a message as one frame."""
    body = _encoder.encode(message)
    return HEADER.pack(len(body)) + body


def body_length(header: bytes, cap: int) -> int:
    """Reads a frame's header.

    Args:
        header: its `HEADER.size` bytes.
        cap: the greatest length allowed, in bytes.

    Raises:
        BadFrameError: the body would be longer than the cap; nothing has been allocated for it yet.
    """
    length: int = HEADER.unpack(header)[0]
    if length > cap:
        raise BadFrameError(f"a reply of {length} bytes ({length / 1e6:.1f} MB); at most {cap / 1e6:.1f} MB are taken")
    return length


def decode_from_room(body: bytes | bytearray) -> FromRoomMessage:
    """Decodes what a room said.

    Raises:
        BadFrameError: it is not exactly one well-formed message of the types in `messages`.
    """
    try:
        return _from_room.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError, MemoryError) as problem:
        raise BadFrameError(f"a malformed reply ({type(problem).__name__})") from problem


def decode_to_room(body: bytes | bytearray) -> ToRoomMessage:
    """Decodes what the host said; the host is trusted, so errors are bugs."""
    return _to_room.decode(body)

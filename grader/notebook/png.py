"""Rebuilds a PNG from nothing but its pixels, so that a picture which hostile code wrote is only a picture.

No decoder written in C but zlib sees the bytes: what a picture may hold is small enough to check here. Text, profiles,
animation, and whatever stands behind the picture's end are left behind.
"""

import struct
import zlib
from collections.abc import Iterator

#: A figure of 10 by 8 inches at 300 dots an inch fits, as do 4 bytes for each of its dots.
MAX_SIDE = 4096
MAX_BYTES = 1_000_000
MAX_PIXEL_BYTES = 32 * 2**20
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">IIBBBBB")
_PALETTE_COLOURS = 3
#: For each kind of colour how many numbers a pixel has, and how many bits each may have.
_COLOURS = {
    0: (1, {1, 2, 4, 8, 16}),
    2: (3, {8, 16}),
    _PALETTE_COLOURS: (1, {1, 2, 4, 8}),
    4: (2, {8, 16}),
    6: (4, {8, 16}),
}
_MAX_PALETTE = 3 * 256
_LAST_FILTER = 4
_CHUNK_FRAME = 12  # length, type and checksum


class NoPicture(ValueError):
    """What was to be a PNG is none, or one that is not shown; the message completes "it"."""


def pixel_bytes(data: bytes) -> int:
    """Says how large the pixels of a PNG will be when they are unpacked, without unpacking them.

    Args:
        data: bytes that are said to be a PNG.

    Returns:
        The size in bytes.

    Raises:
        NoPicture: it is no PNG, or its frame is broken, or it is too large, or interlaced.
    """
    if len(data) > MAX_BYTES:
        raise NoPicture("is too large")
    size, _ = _measure(_parts(data)[0])
    return size


def rebuild(data: bytes) -> bytes:
    """Checks a PNG and writes it anew.

    Args:
        data: bytes that are said to be a PNG.

    Returns:
        The same picture with header, palette and pixels only.

    Raises:
        NoPicture: as `pixel_bytes`, or its pixels are broken.
    """
    size = pixel_bytes(data)
    header, palette, packed = _parts(data)
    _, stride = _measure(header)
    unpacker = zlib.decompressobj()
    try:
        pixels = unpacker.decompress(packed, size + 1)  # never more, so a bomb does not go off
    except zlib.error as problem:
        raise NoPicture("is broken") from problem
    if len(pixels) != size or not unpacker.eof or unpacker.unused_data or max(pixels[::stride]) > _LAST_FILTER:
        raise NoPicture("is broken")
    chunks = [(b"IHDR", header)]
    if header[9] == _PALETTE_COLOURS:
        if not 0 < len(palette) <= _MAX_PALETTE or len(palette) % 3:
            raise NoPicture("is broken")
        chunks.append((b"PLTE", palette))
    chunks += [(b"IDAT", packed), (b"IEND", b"")]
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _parts(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Takes apart header, palette and packed pixels."""
    if not data.startswith(_SIGNATURE):
        raise NoPicture("is no PNG")
    header, palette, packed = b"", b"", []
    for index, (kind, body) in enumerate(_chunks(data)):
        if (index == 0) != (kind == b"IHDR"):
            raise NoPicture("is broken")
        if kind == b"IHDR":
            header = body
        elif kind == b"PLTE":
            palette = body
        elif kind == b"IDAT":
            packed.append(body)
        elif kind == b"IEND":
            return header, palette, b"".join(packed)
        elif not kind[0] & 0x20:  # a capital letter: the picture cannot be drawn without it
            raise NoPicture("is of an unknown kind")
    raise NoPicture("is broken")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    start = len(_SIGNATURE)
    while start + _CHUNK_FRAME <= len(data):
        (length,) = struct.unpack_from(">I", data, start)
        end = start + _CHUNK_FRAME + length
        kind, body = data[start + 4 : start + 8], data[start + 8 : end - 4]
        if end > len(data) or data[start:end] != _chunk(kind, body):
            raise NoPicture("is broken")
        yield kind, body
        start = end


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _measure(header: bytes) -> tuple[int, int]:
    """Says how many bytes the unpacked pixels have, and how many each row."""
    if len(header) != _HEADER.size:
        raise NoPicture("is broken")
    width, height, depth, colour, compression, filters, interlace = _HEADER.unpack(header)
    numbers, depths = _COLOURS.get(colour, (0, set()))
    if not width or not height or depth not in depths or compression or filters:
        raise NoPicture("is broken")
    if interlace:
        raise NoPicture("is interlaced")
    stride = 1 + (width * numbers * depth + 7) // 8  # each row begins with the number of its filter
    if max(width, height) > MAX_SIDE or stride * height > MAX_PIXEL_BYTES:
        raise NoPicture("is too large")
    return stride * height, stride

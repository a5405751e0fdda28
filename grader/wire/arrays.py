"""NumPy arrays as plain data: an allow-list of types, and sizes checked before anything is allocated."""

import math
import re

import numpy as np

from grader.wire.messages import Array

_NUMBERS = {"|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8", "<c8", "<c16"}
_TEXT = re.compile(r"(<U|\|S)[1-9][0-9]{0,5}")
#: NumPy's own limit of dimensions was 32 for long; more are of no use here.
_MAX_DIMENSIONS = 32


class BadArrayError(ValueError):
    """An array that may not cross, or whose parts do not fit together."""


def pack(array: np.ndarray) -> Array:
    """Turns an array into a record.

    Raises:
        BadArrayError: its type is not on the allow-list (object arrays never are).
    """
    dtype = array.dtype.newbyteorder("<") if array.dtype.kind in "biufcSU" else array.dtype
    if not _is_allowed(dtype.str):
        raise BadArrayError(f"an array of dtype {array.dtype} cannot cross")
    return Array(dtype.str, tuple(array.shape), array.astype(dtype, copy=False).tobytes())


def unpack(record: Array) -> np.ndarray:
    """Turns a record into a read-only array over the record's own bytes.

    Raises:
        BadArrayError: type, shape and number of bytes do not fit together.
    """
    if not _is_allowed(record.dtype):
        raise BadArrayError(f"an array of dtype {record.dtype!r} may not cross")
    if len(record.shape) > _MAX_DIMENSIONS:
        raise BadArrayError(f"an array of {len(record.shape)} dimensions")
    dtype = np.dtype(record.dtype)
    if math.prod(record.shape) * dtype.itemsize != len(record.data):
        raise BadArrayError(f"{len(record.data)} bytes for shape {record.shape} of {record.dtype}")
    if any(size > np.iinfo(np.int64).max // 64 for size in record.shape):
        raise BadArrayError("an array with an impossible dimension")
    try:
        array = np.frombuffer(record.data, dtype=dtype).reshape(record.shape)
    except ValueError as problem:  # NumPy bounds the axes of an empty array, too
        raise BadArrayError("an array with an impossible shape") from problem
    if dtype.kind == "U" and not _is_unicode(array):
        raise BadArrayError("text that is no Unicode")
    return array


def _is_allowed(name: str) -> bool:
    return name in _NUMBERS or _TEXT.fullmatch(name) is not None


def _is_unicode(array: np.ndarray) -> bool:
    """Whether fixed-width text holds only code points of Unicode, surrogates left out."""
    points = array.reshape(-1).view("<u4")
    return not bool(((points > 0x10FFFF) | ((points >= 0xD800) & (points <= 0xDFFF))).any())  # noqa: PLR2004  Unicode's bounds

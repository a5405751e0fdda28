"""The part of a course that judging needs, as bytes: the same course is always the same bytes."""

import hashlib
import zlib
from pathlib import Path

import msgspec

from grader.course import Course
from grader.errors import GraderFault

_decode = msgspec.msgpack.Decoder(dict[str, bytes]).decode


def pack(course: Path) -> bytes:
    """Packs a course.

    Args:
        course: its folder.

    Raises:
        GraderFault: it cannot be read.
    """
    try:
        files = {path.relative_to(course).as_posix(): path.read_bytes() for path in Course(course).judged_by()}
    except OSError as problem:
        raise GraderFault(f"the course cannot be read: {problem}") from problem
    return zlib.compress(msgspec.msgpack.encode(files, order="sorted"))


def digest(parcel: bytes) -> str:
    """SHA-256 of a packed course."""
    return hashlib.sha256(parcel).hexdigest()


def unpack(parcel: bytes, expected: str, folder: Path) -> Path:
    """Unpacks a course into a folder that is called by its hash.

    Args:
        parcel: the packed course.
        expected: what its hash has to be.
        folder: where to put that folder; nobody else may write there.

    Returns:
        The folder of the course.

    Raises:
        GraderFault: it came otherwise than it was sent, or there is no place for it.
    """
    if digest(parcel) != expected:
        raise GraderFault("the course did not arrive as it was sent")
    course = folder / expected
    try:
        for name, content in _decode(zlib.decompress(parcel)).items():
            path = course / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.write_bytes(content)
    except OSError as problem:
        raise GraderFault(f"the course cannot be unpacked: {problem.strerror}") from problem
    return course

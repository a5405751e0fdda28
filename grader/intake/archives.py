"""Reads zip archives that nobody vouches for: nothing is unpacked under a name of theirs, nothing without a limit."""

import mmap
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import IO

#: A student's archive has a few files; one with more is a mistake, or meant to do harm.
MAX_MEMBERS = 20_000
MAX_BYTES = 256_000_000
MAX_UNPACKED = 2_000_000_000
#: Deflate reaches 1000 where a file is all the same; notebooks and programs stay below 50.
_MAX_RATIO = 200
_SMALL = 1 << 20
_ENCRYPTED = 0x1
_UTF8 = 0x800
_EXTENDED_TIME = 0x5455
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # those that are unpacked piece by piece
_NEVER = (1980, 1, 1, 0, 0, 0)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, NotImplementedError, OverflowError)


class Archive:
    """A zip archive.

    Attributes:
        members: what is in it, apart from folders.
    """

    def __init__(self, path: Path, *, trusted: bool) -> None:
        """Opens an archive.

        Args:
            path: the file.
            trusted: whether it is the teacher's own, which stays open and may be as large as it likes.

        Raises:
            OSError: it cannot be read, is no zip archive, or is larger than a student's may be.
        """
        self._path = path
        if not trusted:
            _hold_limits(path)
        opened = self._opened()
        self.members = [info for info in opened.infolist() if not info.is_dir()]
        self._open = opened if trusted else None
        if not trusted:
            opened.close()
            if sum(info.file_size for info in self.members) > MAX_UNPACKED:
                raise OSError("it claims to hold more than any submission does")

    def read(self, info: zipfile.ZipInfo, most: int) -> bytes:
        """Reads a member.

        Args:
            info: the member.
            most: most bytes to be read.

        Raises:
            OSError: it cannot be read.
        """
        archive = self._open or self._opened()
        try:
            with archive.open(info) as member:
                return b"".join(_pieces(member, most))
        except _BROKEN as problem:
            raise OSError(f"its archive is damaged: {problem}") from problem
        finally:
            if archive is not self._open:
                archive.close()

    def _opened(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._path)
        except _BROKEN as problem:
            raise OSError(f"it is no zip archive that can be read: {problem}") from problem


def _hold_limits(path: Path) -> None:
    """Looks at the size and counts the entries before anything is made of them."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise OSError(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    if not size:
        raise OSError("it is empty")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        many = any(True for _ in islice(re.finditer(rb"PK\x01\x02", content), MAX_MEMBERS, None))
    if many:
        raise OSError(f"it holds more than {MAX_MEMBERS} files")


def _pieces(member: IO[bytes], most: int) -> Iterator[bytes]:
    while most > 0 and (piece := member.read(min(most, _SMALL))):
        most -= len(piece)
        yield piece


def refusal(info: zipfile.ZipInfo) -> str | None:
    """Why a member is not read, as a sentence, or None where it is."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if stat.S_ISLNK(kind):
        return "it is a link, and links are not followed"
    if kind and not stat.S_ISREG(kind):
        return "it is no plain file"
    if info.flag_bits & _ENCRYPTED:
        return "its archive is locked with a password"
    if info.compress_type not in _PACKINGS:
        return "it is packed in a way that is not read; pack it as a plain zip"
    if info.file_size > _SMALL and info.file_size > _MAX_RATIO * max(info.compress_size, 1):
        return "it would be far larger unpacked than packed, as only archives that are meant to do harm are"
    return None


def path_of(info: zipfile.ZipInfo) -> tuple[str, ...] | None:
    """The path of a member in its archive, or None where it leads out of it."""
    name = info.filename
    if not info.flag_bits & _UTF8:  # macOS writes UTF-8 and does not say so
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    parts = re.split(r"[/\\]", name)
    if ".." in parts or parts[0] == "" or re.fullmatch(r"[A-Za-z]:", parts[0]):
        return None
    return tuple(part for part in parts if part not in {"", "."}) or None


def time_of(info: zipfile.ZipInfo) -> datetime | None:
    """When a member was modified: to the second in UTC where the archive says so, else by this machine's clock."""
    stated = _extended_time(info.extra)
    if stated is not None:
        return datetime.fromtimestamp(stated, UTC)
    if info.date_time == _NEVER:
        return None
    try:
        return datetime(*info.date_time).astimezone(UTC)  # archives tell local time
    except (ValueError, OverflowError, OSError):
        return None


def _extended_time(extra: bytes) -> int | None:
    at = 0
    while at + 4 <= len(extra):
        kind, length = int.from_bytes(extra[at : at + 2], "little"), int.from_bytes(extra[at + 2 : at + 4], "little")
        body = extra[at + 4 : at + 4 + length]
        if kind == _EXTENDED_TIME and body[:1] and body[0] & 1:
            return int.from_bytes(body[1:5], "little", signed=True)
        at += 4 + length
    return None

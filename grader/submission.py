"""Reads a student's file: never runs it, never trusts it."""

import ast
import hashlib
import io
import os
import stat
import tokenize
import warnings
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import UsageProblem
from grader.model import Place

#: A file of this course has some 10 KiB; a hundred times as much is no exercise.
MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Unreadable:
    """Why a file cannot be run at all.

    Attributes:
        cause: code of the cause: "empty-file", "too-large", "wrong-encoding" or "syntax-error".
        fields: what its wording needs.
        place: the line, for a syntax error.
        details: the line with a caret, for a syntax error.
    """

    cause: str
    fields: dict[str, object] = field(default_factory=dict)
    place: Place | None = None
    details: str = ""


@dataclass(frozen=True)
class Submission:
    """A student's file as data.

    Attributes:
        name: its name, without folders.
        digest: SHA-256 of its bytes.
        text: its text; empty where it cannot be read.
        unreadable: why it cannot be run, or None.
    """

    name: str
    digest: str
    text: str
    unreadable: Unreadable | None = None


def read_submission(path: Path) -> Submission:
    """Reads a file.

    Args:
        path: the file.

    Returns:
        The submission; whatever is wrong inside the file is said in `unreadable`.

    Raises:
        UsageProblem: there is no such file, or it is no plain file, or may not be read.
    """
    if path.suffix == ".ipynb":
        raise UsageProblem(f"{path.name} is a notebook; for now, save it as a .py file and grade that")
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageProblem(f"{path} is no file that can be graded")
            data = file.read(MAX_BYTES + 1)
            size = os.fstat(descriptor).st_size
    except IsADirectoryError as problem:
        raise UsageProblem(f"{path} is a folder; name the file in it") from problem
    except FileNotFoundError as problem:
        raise UsageProblem(f"there is no file {path}") from problem
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else problem
        raise UsageProblem(f"{path} cannot be read: {reason}") from problem
    return parse_submission(path.name, data, size)


def parse_submission(name: str, data: bytes, size: int | None = None) -> Submission:
    """Turns bytes into a submission.

    Args:
        name: the file's name.
        data: its first `MAX_BYTES` + 1 bytes, or all.
        size: its full size in bytes, where `data` is not all.
    """
    name = name.encode("utf-8", "replace").decode("utf-8")  # names of files may be any bytes
    digest = hashlib.sha256(data).hexdigest()
    size = len(data) if size is None else size
    if size > MAX_BYTES or len(data) > MAX_BYTES:
        fields: dict[str, object] = {"megabytes": f"{size / 1e6:.1f}", "limit": f"{MAX_BYTES / 1e6:.0f}"}
        return Submission(name, digest, "", Unreadable("too-large", fields))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = io.TextIOWrapper(io.BytesIO(data), encoding).read()
        text.encode("utf-8")  # some encodings let half characters through
    except (SyntaxError, ValueError, LookupError) as problem:
        return Submission(name, digest, "", Unreadable("wrong-encoding", {"error": _first_line(problem)}))
    unreadable = _syntax(text) if text.strip() else Unreadable("empty-file")
    return Submission(name, digest, text, unreadable)


def _syntax(text: str) -> Unreadable | None:
    try:
        with warnings.catch_warnings():  # of what Python finds odd but can read
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except SyntaxError as problem:
        line, column = problem.lineno or 1, problem.offset or 1
        shown = "".join(text.split("\n")[line - 1 : line])
        caret = f"line {line}\n{shown}\n{' ' * (min(column, len(shown) + 1) - 1)}^ {problem.msg}"
        return Unreadable(
            "syntax-error", {"error": problem.msg}, Place(line=line, text=shown.strip()[:200]), caret[:2000]
        )
    except (ValueError, RecursionError, MemoryError) as problem:  # null bytes, or nested beyond all reason
        return Unreadable("syntax-error", {"error": _first_line(problem) or "nested too deeply"})
    return None if body else Unreadable("empty-file")


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0][:200]

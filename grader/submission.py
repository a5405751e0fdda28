"""Reads a student's file: never runs it, never trusts it."""

import ast
import codecs
import hashlib
import io
import os
import stat
import tokenize
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageProblem
from grader.notebook import reading
from grader.notebook.program import Program, program_of
from grader.notebook.reading import Notebook
from grader.unreadable import Unreadable, first_line, parse

#: A file of this course has some 10 KiB; a hundred times as much is no exercise.
MAX_BYTES = 1 << 20
_NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class Submission:
    """A student's file as data.

    Attributes:
        name: its name, without folders.
        digest: SHA-256 of its bytes.
        text: its text, for a notebook that of its program; empty where it cannot be read.
        unreadable: why it cannot be run, or None.
        program: the code of a notebook, or None.
        notebook: the notebook itself, or None.
    """

    name: str
    digest: str
    text: str
    unreadable: Unreadable | None = None
    program: Program | None = None
    notebook: Notebook | None = None


def read_submission(path: Path) -> Submission:
    """Reads a file.

    Args:
        path: the file.

    Returns:
        The submission; whatever is wrong inside the file is said in `unreadable`.

    Raises:
        UsageProblem: there is no such file, or it is no plain file, or may not be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise UsageProblem(f"{path} is no file that can be graded")
            data = file.read((reading.MAX_BYTES if _is_notebook(path.name) else MAX_BYTES) + 1)
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
        name: the file's name; by its ending one tells a notebook from a program.
        data: its first bytes, one more than the most that is read, or all.
        size: its full size in bytes, where `data` is not all.
    """
    name = name.encode("utf-8", "replace").decode("utf-8")  # names of files may be any bytes
    digest = hashlib.sha256(data).hexdigest()
    if _is_notebook(name):
        return _of_notebook(name, digest, reading.read_notebook(data, size))
    size = len(data) if size is None else size
    if data.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") and b'"cells"' in data:
        return Submission(name, digest, "", Unreadable("program-is-notebook"))
    if size > MAX_BYTES or len(data) > MAX_BYTES:
        fields: dict[str, object] = {"megabytes": f"{size / 1e6:.1f}", "limit": f"{MAX_BYTES / 1e6:.0f}"}
        return Submission(name, digest, "", Unreadable("too-large", fields))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = io.TextIOWrapper(io.BytesIO(data), encoding).read()
        text.encode("utf-8")  # some encodings let half characters through
    except (SyntaxError, ValueError, LookupError) as problem:
        return Submission(name, digest, "", Unreadable("wrong-encoding", {"error": first_line(problem)}))
    tree = parse(text)
    if not text.strip() or (isinstance(tree, ast.Module) and not tree.body):
        return Submission(name, digest, text, Unreadable("empty-file"))
    return Submission(name, digest, text, tree if isinstance(tree, Unreadable) else None)


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(_NOTEBOOK)


def _of_notebook(name: str, digest: str, notebook: Notebook | Unreadable) -> Submission:
    if isinstance(notebook, Unreadable):
        return Submission(name, digest, "", notebook)
    program = program_of(notebook)
    tree, unreadable = program.tree(), None
    if all(isinstance(statement, ast.Pass) for statement in tree.body):  # commands leave a `pass`
        unreadable = program.broken[0] if program.broken else Unreadable("notebook-without-code")
    return Submission(name, digest, program.text, unreadable, program, notebook)

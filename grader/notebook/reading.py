"""Reads a notebook file into cells, within limits, or says why that cannot be done."""

import json
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from grader.notebook.imposters import not_json, of_other_kind
from grader.unreadable import Unreadable, first_line

#: Outputs of a whole course fit, but no data sets.
MAX_BYTES = 32_000_000
#: As much code as is read of a .py file.
MAX_CODE_BYTES = 1 << 20
MAX_CELLS = 1000
#: Brackets and commas; each may become an object in memory, which is many times larger than its text.
MAX_MARKS = 4_000_000
#: What is kept of a cell: the rest (outputs, attachments, metadata) may be large, and nobody reads it.
_KEPT = ("cell_type", "source", "input", "id", "execution_count", "prompt_number")
_TEXTS = ("source", "input")
_COUNTS = ("execution_count", "prompt_number")
#: Stands for the outputs of a cell: that there are some is all that counts.
_OUTPUT = {"output_type": "stream", "name": "stdout", "text": ""}
_VERSIONS = (3, 4)
#: Kernels by whose name one knows the language, where the notebook does not say it.
_KERNELS = {"ir": "R", "julia": "Julia"}


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        kind: what it holds.
        number: number of the code cell, from 1; None for text.
        source: what stands in it; lines end as in Python, half characters are replaced.
        execution_count: when it was run in the student's session, or None.
        has_outputs: whether outputs are stored with it.
    """

    kind: Literal["code", "markdown", "raw"]
    number: int | None
    source: str
    execution_count: int | None = None
    has_outputs: bool = False


@dataclass(frozen=True)
class Notebook:
    """A notebook as data.

    Attributes:
        cells: all cells, in order.
        language: its programming language, as the notebook calls it.
        repeated_ids: whether several cells had the same id.
    """

    cells: tuple[Cell, ...]
    language: str = "python"
    repeated_ids: bool = False

    @property
    def code(self) -> tuple[Cell, ...]:
        """The code cells; the cell at index i has the number i + 1."""
        return tuple(cell for cell in self.cells if cell.kind == "code")


class _Refused(Exception):
    """The file is no notebook that can be read."""

    def __init__(self, unreadable: Unreadable) -> None:
        super().__init__(unreadable.cause)
        self.unreadable = unreadable


def read_notebook(data: bytes, size: int | None = None) -> Notebook | Unreadable:
    """Turns the bytes of a file into a notebook.

    Args:
        data: its first `MAX_BYTES` + 1 bytes, or all.
        size: its full size in bytes, where `data` is not all.

    Returns:
        The notebook, or why there is none; nothing is ever raised.
    """
    size = max(size or 0, len(data))
    if size > MAX_BYTES:
        return _too_large(f"{size / 1e6:.1f} MB", f"{MAX_BYTES / 1e6:.0f} MB")
    try:
        text = _decode(data)
        if not text.strip(" \t\r\n\0"):  # a disk that was full leaves null bytes behind
            return Unreadable("empty-file")
        marks = sum(text.count(mark) for mark in "[{,")
        if marks > MAX_MARKS:
            return _too_large(f"{marks / 1e6:.1f} million values", f"{MAX_MARKS / 1e6:.0f} million")
        return _notebook(_parse(text))
    except _Refused as refusal:
        return refusal.unreadable


def _too_large(what: str, limit: str) -> Unreadable:
    return Unreadable("notebook-too-large", {"what": what, "limit": limit})


def _refused(cause: str, **fields: object) -> _Refused:
    return _Refused(Unreadable(cause, fields))


def _decode(data: bytes) -> str:
    encoding = json.detect_encoding(data)  # by a byte order mark, or by where null bytes stand
    if not encoding.startswith("utf-8") and data.strip(b"\0 \t\r\n"):
        raise _refused("wrong-encoding", error=f"it is saved as {encoding.upper()[:6]}, a notebook has to be UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise _refused("wrong-encoding", error=first_line(problem)) from problem


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        raise _Refused(not_json(problem)) from problem
    except RecursionError as problem:
        raise _refused("notebook-damaged", error="nested too deeply", line=1) from problem
    except ValueError as problem:  # a number of thousands of digits
        raise _refused("notebook-damaged", error=first_line(problem), line=1) from problem


def _notebook(document: Any) -> Notebook:
    other = of_other_kind(document)
    if other is not None:
        raise _Refused(other)
    version = document.get("nbformat")
    if type(version) is not int:
        raise _refused("no-notebook", error="it does not say the version of its format (nbformat)")
    if version not in _VERSIONS:
        raise _refused("notebook-version", version=str(version)[:20])
    language = _language(document)
    raw = list(islice(_raw_cells(document, version), MAX_CELLS + 1))
    if len(raw) > MAX_CELLS:
        raise _refused("notebook-too-long", what=f"more than {MAX_CELLS} cells", limit=f"{MAX_CELLS}")
    cells = [_lean(cell, number) for number, cell in enumerate(raw, 1)]
    ids = Counter(cell.get("id") for cell in cells if "id" in cell)
    minor = document.get("nbformat_minor")
    lean: dict[str, Any] = {
        "nbformat": version,
        "nbformat_minor": minor if type(minor) is int and minor >= 0 else 0,
        "metadata": {},
        **({"cells": cells} if version == max(_VERSIONS) else {"worksheets": [{"cells": cells, "metadata": {}}]}),
    }
    notebook = Notebook(tuple(_cells(_upgraded(lean))), language, any(count > 1 for count in ids.values()))
    _hold_limits(notebook)
    return notebook


def _raw_cells(document: dict[str, Any], version: int) -> Iterator[Any]:
    """The cells as they stand in the file; version 3 has them in worksheets."""
    sheets = [document] if version == max(_VERSIONS) else document.get("worksheets")
    if not isinstance(sheets, list):
        raise _refused("no-notebook", error="its cells are no list")
    for sheet in sheets:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        if not isinstance(cells, list):
            raise _refused("no-notebook", error="its cells are no list")
        yield from cells


def _lean(cell: Any, number: int) -> dict[str, Any]:
    """What is read of a cell; whatever Jupyter would mend or ignore is left out."""
    if not isinstance(cell, dict):
        raise _refused("no-notebook", error=f"number {number} of its cells is no cell")
    lean: dict[str, Any] = {key: cell[key] for key in _KEPT if key in cell}
    for key in _TEXTS:
        text = lean.get(key, "")
        if not isinstance(text, str) and not (isinstance(text, list) and all(isinstance(line, str) for line in text)):
            raise _refused("no-notebook", error=f"number {number} of its cells holds no text")
    for key in _COUNTS:
        if type(lean.get(key)) is not int:
            lean.pop(key, None)
    if not isinstance(lean.get("id"), str):
        lean.pop("id", None)
    if lean.get("cell_type") == "code":
        lean.setdefault("execution_count", None)
        lean["outputs"] = [_OUTPUT] if cell.get("outputs") else []
    return {**lean, "metadata": {}}


def _upgraded(lean: dict[str, Any]) -> Any:
    """The notebook in version 4 of the format."""
    import nbformat  # noqa: PLC0415  most submissions are no notebooks

    reads: Any = nbformat.reads  # it has no types
    try:
        with warnings.catch_warnings():  # of ids that it mends
            warnings.simplefilter("ignore")
            return reads(json.dumps(lean), as_version=max(_VERSIONS))
    except Exception as problem:  # its parts raise what they like
        raise _refused("no-notebook", error=first_line(problem) or type(problem).__name__) from problem


def _cells(notebook: Any) -> Iterator[Cell]:
    number = 0
    for cell in notebook.cells:
        source = _clean(cell.get("source", ""))
        if cell.get("cell_type") == "code":
            number += 1
            yield Cell("code", number, source, cell.get("execution_count"), bool(cell.get("outputs")))
        else:
            yield Cell("markdown" if cell.get("cell_type") == "markdown" else "raw", None, source)


def _clean(source: str) -> str:
    """Gives a text plain line ends and whole characters."""
    whole = source.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\r\n", "\n").replace("\r", "\n")


def _language(document: dict[str, Any]) -> str:
    """The programming language; Python wherever a part of the metadata says so, since other parts may be stale."""
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    kernel, info = (
        part if isinstance(part, dict) else {} for part in (metadata.get("kernelspec"), metadata.get("language_info"))
    )
    named = [kernel.get("language"), info.get("name"), metadata.get("language")]
    names = [name for name in named if isinstance(name, str) and name]
    if not names:
        name = str(kernel.get("name")).partition("-")[0]
        names = [_KERNELS[name]] if name in _KERNELS else []  # others are names of somebody's own: "lstm-course"
    python = [name for name in names if "python" in name.lower()]
    if names and not python:
        raise _refused("notebook-language", language=re.sub(r"[^\w +#.-]", "", names[0])[:40] or "another language")
    return [*python, "python"][0]


def _hold_limits(notebook: Notebook) -> None:
    if not any(cell.source.strip() for cell in notebook.code):
        raise _refused("notebook-without-code")
    size = sum(len(cell.source.encode()) + 1 for cell in notebook.code)
    if size > MAX_CODE_BYTES:
        raise _refused("notebook-too-long", what=f"{size / 1e6:.1f} MB of code", limit=f"{MAX_CODE_BYTES / 1e6:.0f} MB")

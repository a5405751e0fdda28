"""Finds every text in a file, also those that are packed into others: cells, strings, archives, base64."""

import ast
import base64
import binascii
import io
import json
import re
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

#: How often something may be packed into something else.
_DEPTH = 5
#: What may be base64, also when it is broken into lines.
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]{24,}={0,2}\s*)+")


def texts(content: bytes, depth: int = _DEPTH) -> Iterator[tuple[int, str]]:
    """Yields all texts in a file, the file itself as a text among them.

    Args:
        content: the file.
        depth: how often something may be packed into something else.

    Yields:
        The number of the line that a text begins on, and the text.
    """
    if zipfile.is_zipfile(io.BytesIO(content)):
        yield from ((1, text) for part in _members(content) for _, text in (texts(part, depth - 1) if depth else ()))
        return
    whole = content.decode("utf-8", "replace")
    yield 1, whole
    if depth:
        for line, part in _packed(whole):
            yield from ((line, text) for _, text in texts(part, depth - 1))


def _members(content: bytes) -> Iterator[bytes]:
    with suppress(zipfile.BadZipFile, RuntimeError, NotImplementedError), zipfile.ZipFile(io.BytesIO(content)) as file:
        yield file.comment
        for entry in file.infolist():
            yield entry.filename.encode("utf-8", "replace") + b"\n" + entry.comment
            yield file.read(entry)


def _packed(whole: str) -> Iterator[tuple[int, bytes]]:
    """What is packed into a text, with the line that it stands on."""
    for found in _BASE64.finditer(whole):
        raw = "".join(found[0].split()).rstrip("=")
        with suppress(binascii.Error, ValueError):
            part = base64.b64decode(raw + "=" * (-len(raw) % 4), altchars=b"-_" if set(raw) & {"-", "_"} else None)
            yield _line(whole, found.start()), part
    for text in _strings(_decoded(whole)):
        yield (
            _line(whole, max(whole.find(json.dumps(text, ensure_ascii=False)[1:-1]), 0)),
            text.encode("utf-8", "replace"),
        )
    if "\n" not in whole:
        return  # whatever a single line of Python holds has been seen as it stands
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        for node in ast.walk(ast.parse(whole)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
                yield (
                    node.lineno,
                    node.value if isinstance(node.value, bytes) else node.value.encode("utf-8", "replace"),
                )


def _decoded(whole: str) -> Any:
    for read in (json.loads, tomllib.loads):
        with suppress(ValueError, RecursionError):
            return read(whole)
    return None


def _strings(value: Any) -> Iterator[str]:
    """All strings in a decoded value; the lines of a notebook's cell are one string."""
    match value:
        case str():
            yield value
        case dict():
            yield from (text for pair in value.items() for part in pair for text in _strings(part))
        case list():
            if value and all(isinstance(part, str) for part in value):
                yield "".join(value)
            yield from (text for part in value for text in _strings(part))


def _line(whole: str, place: int) -> int:
    return whole.count("\n", 0, place) + 1

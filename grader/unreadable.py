"""What is said of a file, or of a notebook's cell, that Python cannot read."""

import ast
import warnings
from dataclasses import dataclass, field

from grader.model import Place

_MAX_LINE = 200
_MAX_DETAILS = 2000


@dataclass(frozen=True)
class Unreadable:
    """Why a file cannot be run at all.

    Attributes:
        cause: code of the cause; `grader/judge/causes.toml` has the wording of each.
        fields: what its wording needs.
        place: the line, for a syntax error and the like.
        details: the line with a caret, for a syntax error.
    """

    cause: str
    fields: dict[str, object] = field(default_factory=dict)
    place: Place | None = None
    details: str = ""


def parse(text: str, cell: int | None = None) -> ast.Module | Unreadable:
    """Parses a program.

    Args:
        text: the program.
        cell: number of the notebook cell that it is, or None for a file.

    Returns:
        Its syntax tree, or the syntax error; that of a cell always has a place.
    """
    try:
        with warnings.catch_warnings():  # of what Python finds odd but can read
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as problem:
        return _at_line(text, cell, problem)
    except (ValueError, RecursionError, MemoryError) as problem:  # null bytes, or nested beyond all reason
        place = None if cell is None else Place(line=1, cell=cell, text=_shown(text.partition("\n")[0]).strip())
        return Unreadable("syntax-error", {"error": first_line(problem) or "nested too deeply"}, place)


def _at_line(text: str, cell: int | None, problem: SyntaxError) -> Unreadable:
    lines = text.split("\n")  # as Python counts: form feeds and the like end no line
    line, column = min(problem.lineno or 1, len(lines)), problem.offset or 1
    shown = lines[line - 1]
    where = f"line {line}" if cell is None else f"cell {cell}, line {line}"
    caret = f"{where}\n{shown}\n{' ' * (min(column, len(shown) + 1) - 1)}^ {problem.msg}"
    return Unreadable(
        "syntax-error",
        {"error": problem.msg},
        Place(line=line, cell=cell, text=_shown(shown.strip())),
        caret[:_MAX_DETAILS],
    )


def _shown(line: str) -> str:
    """A line that every report can encode, as long as anybody reads."""
    return line[:_MAX_LINE].encode("utf-8", "replace").decode("utf-8")


def first_line(problem: Exception) -> str:
    """The first line of what an exception says."""
    return str(problem).partition("\n")[0][:200]

"""Turns a Python file of the course into a notebook, so that the .py file stays the one source of both."""

import ast
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from itertools import groupby

import nbformat
from nbformat import v4

from grader.notebook.preface import preface

_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_GIVEN = "(Given; nothing to do.)"
_POLITE = """
except NotImplementedError as reason:
    print("Not started yet: a function that is needed here still says `raise NotImplementedError`.", reason)"""


def write_notebook(source: str, lesson: str) -> str:
    """Turns an exercise or a solution into a notebook.

    The code cells hold the lines of the file as they are. Only the part below `if __name__ == "__main__":` changes: in
    a notebook the experiment is a cell like any other, and one that says so while functions are not started.

    Args:
        source: text of the .py file.
        lesson: the lesson's id, e.g. "lesson06_stacked".

    Returns:
        The notebook as JSON, the same for the same source.
    """
    cells = []
    seen: Counter[str] = Counter()
    for is_code, name, text in _cells(source, lesson):
        identifier = re.sub(r"[^A-Za-z0-9_-]", "-", name)[:56]
        seen[identifier] += 1
        identifier += f"-{seen[identifier]}" if seen[identifier] > 1 else ""
        cells.append(v4.new_code_cell(text, id=identifier) if is_code else v4.new_markdown_cell(text, id=identifier))
    written: str = nbformat.writes(v4.new_notebook(cells=cells, metadata=_METADATA))
    return f"{written}\n"


def _cells(source: str, lesson: str) -> Iterator[tuple[bool, str, str]]:
    """Yields for each cell whether it is code, its name and its text."""
    tree = ast.parse(source)
    lines = source.split("\n")
    body = tree.body
    cut = 0  # lines above it stand in a cell already
    docstring = ast.get_docstring(tree)
    if docstring is not None:
        for name, text in preface(docstring, lesson):
            yield False, name, text
        cut = body.pop(0).end_lineno or 0
    main = body.pop() if body and _is_main(body[-1]) else None
    for name, group in groupby(body, _name):
        statements = [*group]
        heading, end = _heading(statements[0]), statements[-1].end_lineno or 0
        if heading:
            yield False, f"about-{name}", heading
        yield True, name, "\n".join(lines[cut:end]).strip("\n")
        cut = end
    if main:
        yield False, "about-run", "## The experiment"
        comments, inner = lines[cut : main.lineno - 1], "\n".join(lines[main.lineno :]).rstrip()
        inner = f"try:\n{inner}{_POLITE}" if _has_gaps(tree) else textwrap.dedent(inner)
        yield True, "run", "\n".join([*comments, inner]).strip("\n")


def _name(statement: ast.stmt) -> str:
    """Names the cell of a statement; neighbours of one name share a cell."""
    match statement:
        case ast.Import() | ast.ImportFrom():
            return "imports"
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name("ANSWERS" as name)]):
            return name
    return "constants"


def _heading(statement: ast.stmt) -> str:
    """Returns what is written above a cell in which there is something to do, or nothing."""
    if _name(statement) == "ANSWERS":
        return "## Questions"
    docstring = ast.get_docstring(statement) if isinstance(statement, ast.FunctionDef | ast.ClassDef) else None
    if not docstring or _GIVEN in docstring:
        return ""
    first, *_ = docstring.splitlines()
    return f"## `{_name(statement)}`\n\n{first}"


def _has_gaps(tree: ast.Module) -> bool:
    """Whether a function is not started."""
    return any(isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node) for node in ast.walk(tree))


def _is_main(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'"

"""Says what is odd about a notebook that can be read: the classics, each with its next step."""

import ast
import re
from collections.abc import Iterator

from grader.notebook.program import Program
from grader.notebook.reading import Notebook


def notes(notebook: Notebook, program: Program, functions: tuple[str, ...]) -> tuple[str, ...]:
    """Looks for what may have gone wrong in the student's session.

    Args:
        notebook: the notebook.
        program: its code.
        functions: names of the functions that the exercise asks for.

    Returns:
        Sentences for the student, at most one of each kind.
    """
    tree = program.tree()
    looks = (
        _defined_twice(tree, program, functions),
        _out_of_order(notebook),
        _missing(notebook, tree, functions),
        _repeated_ids(notebook),
        _outputs_without_code(notebook),
    )
    return tuple(note for look in looks for note in look)


def _defined_twice(tree: ast.Module, program: Program, functions: tuple[str, ...]) -> Iterator[str]:
    cells: dict[str, list[int]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in functions:
            cells.setdefault(node.name, []).append(program.place(node.lineno)[0])
    twice = [f"`{name}` (cells {_listed(where)})" for name, where in cells.items() if len(where) > 1]
    if twice:
        yield f"Defined more than once: {', '.join(twice)}. The last one counts; delete the others."


def _out_of_order(notebook: Notebook) -> Iterator[str]:
    last, last_count = 0, 0
    for number, cell in enumerate(notebook.code, 1):
        if cell.execution_count is None or not cell.source.strip():
            continue
        if cell.execution_count < last_count:
            yield (
                f"In your session cell {number} was run before cell {last}, which stands above it. Here the cells run "
                "from top to bottom, so what worked for you may fail. Restart the kernel and run all cells."
            )
            return
        last, last_count = number, cell.execution_count


def _missing(notebook: Notebook, tree: ast.Module, functions: tuple[str, ...]) -> Iterator[str]:
    bound = set(_bound(tree))
    wanted = [name for name in functions if name not in bound and not _is_defined(name, notebook, ("code",))]
    elsewhere = [name for name in wanted if _is_defined(name, notebook, ("markdown", "raw"))]
    if elsewhere:
        yield (
            f"{_quoted(elsewhere)} stands in a cell of text, which is never run. Select the cell and change its type "
            "to Code."
        )
    elif wanted:
        yield (
            f"{_quoted(wanted)} is not in the notebook any more. If you have deleted the cell, copy it again from the "
            "exercise."
        )


def _bound(tree: ast.Module) -> Iterator[str]:
    """Every name that a program gives a meaning to, anywhere."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name


def _is_defined(name: str, notebook: Notebook, kinds: tuple[str, ...]) -> bool:
    """Whether the text of a cell defines a function, be the rest of the cell right or wrong."""
    definition = re.compile(rf"^\s*(async\s+)?def\s+{re.escape(name)}\s*\(", re.MULTILINE)
    return any(cell.kind in kinds and definition.search(cell.source) for cell in notebook.cells)


def _repeated_ids(notebook: Notebook) -> Iterator[str]:
    if notebook.repeated_ids:
        yield "Several cells have the same id. That does no harm here; open the notebook in Jupyter and save it."


def _outputs_without_code(notebook: Notebook) -> Iterator[str]:
    for number, cell in enumerate(notebook.code, 1):
        if cell.has_outputs and not cell.source.strip():
            yield f"Cell {number} has outputs, but its code is gone. Outputs do not count; write the code again."
            return


def _quoted(names: list[str]) -> str:
    """The first of the names, and how many there are."""
    others = len(names) - 1
    return f"`{names[0]}`" + (f" (and {others} more)" if others else "")


def _listed(numbers: list[int]) -> str:
    *first, last = [str(number) for number in numbers]
    return f"{', '.join(first)} and {last}"

"""One Python text out of a notebook's code cells, in which every line can be found again in its cell."""

import ast
import bisect
from collections.abc import Iterator
from dataclasses import dataclass

from grader.notebook.commands import Commands
from grader.notebook.reading import Notebook
from grader.unreadable import Unreadable, parse

_MAX_SHOWN = 60


@dataclass(frozen=True)
class Program:
    """The code of a notebook.

    Attributes:
        text: the cells, one below the other; `ast.parse` can always read it.
        starts: the line of the text, from 1, on which each code cell begins.
        broken: what is wrong with the cells that are no Python, each with its place; their lines are blank here.
        notes: sentences on what of the cells is not in the text.
    """

    text: str
    starts: tuple[int, ...]
    broken: tuple[Unreadable, ...] = ()
    notes: tuple[str, ...] = ()

    def tree(self) -> ast.Module:
        """Parses the text; it is empty where it was on the brink of being nested too deeply, and now is."""
        tree = parse(self.text)
        return tree if isinstance(tree, ast.Module) else ast.Module([], [])

    def place(self, line: int) -> tuple[int, int]:
        """Finds a line of the text in the notebook.

        Args:
            line: number of the line, from 1; what lies beyond the text counts as its first or last line.

        Returns:
            Number of the code cell and of the line in it, both from 1.

        Raises:
            ValueError: the notebook has no code cells.
        """
        if not self.starts:
            raise ValueError("there are no code cells")
        line = max(1, min(line, self.text.count("\n")))
        cell = bisect.bisect_right(self.starts, line)
        return cell, line - self.starts[cell - 1] + 1


def program_of(notebook: Notebook) -> Program:
    """Makes a program of a notebook.

    Args:
        notebook: the notebook, whatever is in its cells.
    """
    commands = Commands()
    lines: list[str] = []
    starts: list[int] = []
    broken: list[Unreadable] = []
    notes: list[str] = []
    for number, cell in enumerate(notebook.code, 1):
        starts.append(len(lines) + 1)
        source = cell.source.replace("\r\n", "\n").replace("\r", "\n")
        made, tree = _translated(source, number, commands, notes)
        if isinstance(tree, Unreadable):
            broken.append(tree)
            made = [""] * len(made)
        else:
            notes += _without_waiting(made, tree, number)
        lines += made
    return Program("".join(f"{line}\n" for line in lines), tuple(starts), tuple(broken), tuple(notes))


def _translated(
    source: str, number: int, commands: Commands, notes: list[str]
) -> tuple[list[str], ast.Module | Unreadable]:
    """The lines of a cell without the syntax of IPython, and what Python makes of them."""
    tree = parse(source, number)
    if isinstance(tree, ast.Module):
        return source.split("\n"), tree
    plain = commands.take_out(source)
    if plain.foreign:
        notes.append(
            f"Cell {number} begins with `{_short(plain.foreign)}`, so what stands below is no part of the program; "
            "it is left out."
        )
    tree = parse("\n".join(plain.lines), number)
    if isinstance(tree, ast.Module):
        for line, function in _functions_at(tree, list(plain.left_out)):
            notes.append(
                f"In cell {number}, line {line}, `{function}` holds a command for Jupyter, "
                f"`{_short(plain.left_out[line])}`; it is left out, since only Python is checked."
            )
    return plain.lines, tree


def _functions_at(tree: ast.Module, lines: list[int]) -> Iterator[tuple[int, str]]:
    """Those of the lines that stand in a function, with its name."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for line in lines:
        around = [node for node in functions if node.lineno <= line <= (node.end_lineno or node.lineno)]
        if around:
            yield line, max(around, key=lambda node: node.lineno).name


def _without_waiting(lines: list[str], tree: ast.Module, number: int) -> list[str]:
    """Leaves out statements that wait at the top level, which only Jupyter can; returns a note where there are any."""
    waiting = [node for node in tree.body if _waits(node)]
    for node in reversed(waiting):  # so that the places of the others stay what they are
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before = lines[first].encode()[: node.col_offset].decode()
        after = lines[last].encode()[node.end_col_offset :].decode()
        lines[first : last + 1] = [f"{before}{_stand_in(node)}{after}", *[""] * (last - first)]
    if not waiting:
        return []
    note = f"Cell {number}, line {waiting[0].lineno}, uses `await` outside of a function, which only Jupyter can; "
    return [f"{note}what waits there is left out."]


def _waits(statement: ast.stmt) -> bool:
    waiting: list[ast.AST] = [statement]
    while waiting:
        match waiting.pop():
            case ast.Await() | ast.AsyncFor() | ast.AsyncWith() | ast.comprehension(is_async=1):
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() | ast.ClassDef():
                pass
            case node:
                waiting += ast.iter_child_nodes(node)
    return False


def _stand_in(statement: ast.stmt) -> str:
    """Gives the names that a statement would assign to, so that later lines find them."""
    stored = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    names = dict.fromkeys(node.id for node in stored)
    return " = ".join([*names, "None"]) if names else "pass"


def _short(text: str) -> str:
    """A command on one line, as long as anybody reads."""
    text = " ".join(text.replace("`", "'").split()).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"

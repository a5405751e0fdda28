"""The submission's text as a tree, for pointing at lines and for checks of how something is written."""

import ast
import re
import warnings
from collections.abc import Iterator

from grader.model import Place
from grader.notebook.program import Program

_MAX_LINE = 200


class Source:
    """A readable submission's text."""

    def __init__(self, text: str, program: Program | None = None) -> None:
        """Parses it; text that does not parse has no functions.

        Args:
            text: the whole file.
            program: for a notebook, where in its cells the text comes from.
        """
        self._program = program
        self._lines = text.split("\n")  # as Python counts: form feeds and the like end no line
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self._tree = ast.Module([], [])
        self.words = frozenset(re.findall(r"[^\W\d]\w*", text))
        self._functions = {node.name: node for node in self._tree.body if isinstance(node, ast.FunctionDef)}

    @property
    def statements(self) -> int:
        """Number of statements at the top level."""
        return len(self._tree.body)

    def place(self, line: int, function: str | None = None) -> Place:
        """A line of the submission with its text."""
        text = self._lines[line - 1].strip()[:_MAX_LINE] if 0 < line <= len(self._lines) else ""
        if self._program is None:
            return Place(line=line, function=function, text=text)
        cell, line = self._program.place(line)
        return Place(cell=cell, line=line, function=function, text=text)

    def in_cells(self, traceback: str, name: str) -> str:
        """A traceback that tells lines of a notebook's program by cell.

        Args:
            traceback: the text.
            name: the program's name in it.
        """
        if self._program is None:
            return traceback
        place = self._program.place
        return re.sub(
            rf'File "{re.escape(name)}", line (\d{{1,7}})',
            lambda found: "Cell {}, line {}".format(*place(int(found[1]))),
            traceback,
        )

    def function(self, name: str) -> Place | None:
        """Where a top-level function is defined."""
        node = self._functions.get(name)
        return self.place(node.lineno, name) if node else None

    def signature(self, name: str) -> str | None:
        """A top-level function's name and parameters as they are written, without types."""
        node = self._functions.get(name)
        try:
            return f"{name}({', '.join(_parameters(node.args))})" if node else None
        except RecursionError:  # a default beyond all reason
            return f"{name}(…)"

    def calls(self, name: str, within: str | None = None) -> list[Place]:
        """Where something is called, e.g. "LSTM" for `LSTM(…)` and `layers.LSTM(…)`, in order of lines.

        Args:
            name: last part of what is called.
            within: a top-level function to look in; by default the whole file, classes included.
        """
        root = self._functions.get(within) if within else self._tree
        nodes = [] if root is None else [node for node in ast.walk(root) if _called(node) == name]
        if within and not nodes:  # built by a class or a helper of its own
            return self.calls(name)
        lines = sorted({node.lineno for node in nodes if isinstance(node, ast.Call)})
        return [self.place(line, self._enclosing(line)) for line in lines]

    def _enclosing(self, line: int) -> str | None:
        for name, node in self._functions.items():
            if node.lineno <= line <= (node.end_lineno or node.lineno):
                return name
        return None


def _called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    for argument, default in zip(plain, defaults, strict=True):
        yield argument.arg + (f"={ast.unparse(default)}" if default else "")
    if arguments.vararg:
        yield f"*{arguments.vararg.arg}"
    elif arguments.kwonlyargs:
        yield "*"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield argument.arg + (f"={ast.unparse(default)}" if default else "")
    if arguments.kwarg:
        yield f"**{arguments.kwarg.arg}"

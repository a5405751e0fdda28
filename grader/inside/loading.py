"""Runs a submission's top-level statements one by one, so that what stands before a mistake can be used."""

import ast
import linecache
import os
import sys
import traceback
from types import ModuleType
from typing import Any

from grader.inside import standins
from grader.wire import messages

#: Name of the module that a submission becomes; the usual guard keeps its main part from running.
MODULE = "submission"
_MAX_NAMES = 512
_MAX_LINES = 64
_MAX_RAISED = 8


class Submission:
    """The submission as a module, and how to read its tracebacks."""

    def __init__(self, name: str, work: str) -> None:
        """Prepares an empty module.

        Args:
            name: the file's name; tracebacks show it.
            work: the room's work folder, where the file is written for `inspect`.
        """
        name = os.path.basename(name)  # noqa: PTH119  text, as in tracebacks
        self.path = os.path.join(work, name if name.endswith(".py") else f"{name}.py")  # noqa: PTH118  as above
        self._module = ModuleType(MODULE)
        self._module.__file__ = self.path

    @property
    def namespace(self) -> dict[str, Any]:
        """The module's globals."""
        return self._module.__dict__

    def run(self, source: str, until: int | None, only: list[int] | None = None) -> list[messages.Raised]:
        """Runs the statements in order.

        Args:
            source: the text.
            until: how many statements to run, or None for all.
            only: indices of the statements to run, whatever becomes of the others; None for all.

        Returns:
            What the first statements raised; nothing unless `only` is given.

        Raises:
            StatementError: a statement raised and `only` is None, or its time is up; the exception is its cause.
        """
        raised: list[messages.Raised] = []
        if only is not None:  # a notebook
            self.namespace.update(standins.SHELL)
        wanted = None if only is None else set(only)
        with open(self.path, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(source)
        linecache.cache[self.path] = (len(source), None, source.splitlines(keepends=True), self.path)
        sys.modules[MODULE] = self._module
        tree = ast.parse(source, self.path)
        self._module.__doc__ = ast.get_docstring(tree, clean=False)
        flags = _future_flags(tree)
        for index, node in enumerate(tree.body[:until]):
            if wanted is not None and index not in wanted:
                continue
            try:
                code = compile(ast.Module([node], []), self.path, "exec", flags=flags, dont_inherit=True)
                exec(code, self.namespace)  # noqa: S102  running it is what rooms are for
            except Exception as problem:
                if only is None:
                    raise StatementError(index) from problem
                raised.append(self.report(problem, index))
            except BaseException as problem:
                raise StatementError(index) from problem
        return raised[:_MAX_RAISED]

    def functions(self) -> list[str]:
        """Names of everything callable that the submission defines."""
        names = [name for name, thing in list(self.namespace.items()) if isinstance(name, str) and callable(thing)]
        return [name for name in names if not name.startswith("__")][:_MAX_NAMES]

    def report(self, problem: BaseException, statement: int | None = None) -> messages.Raised:
        """Describes an exception by its type, its text and the lines of the submission that it passed."""
        ours = os.path.dirname(__file__) + os.sep  # noqa: PTH120  text, as in tracebacks
        frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if not frame.filename.startswith(ours)]
        own = [frame for frame in frames if frame.filename == self.path]
        lines = [messages.Line(frame.lineno or 0, frame.name[:200]) for frame in own]
        first = next((at for at, frame in enumerate(frames) if frame.filename == self.path), 0)
        text = "".join(traceback.StackSummary.from_list(frames[first:]).format())
        text = text.replace(os.path.dirname(self.path) + os.sep, "")  # noqa: PTH120
        text += "".join(traceback.format_exception_only(problem))
        return messages.Raised(
            type_name=type(problem).__name__[:200],
            bases=[base.__name__[:200] for base in type(problem).__mro__[1:]][:32],
            message=_capped(_text_of(problem)),
            lines=lines[-_MAX_LINES:],
            traceback=_capped(text),
            statement=statement,
            names=self.functions() if statement is not None else [],
        )


class StatementError(Exception):
    """A top-level statement raised."""

    def __init__(self, index: int) -> None:
        """Remembers which.

        Args:
            index: index of the statement, from 0.
        """
        super().__init__(index)
        self.index = index


def _future_flags(tree: ast.Module) -> int:
    """Compiler flags of `from __future__` imports, which otherwise hold for one statement only."""
    import __future__

    names = [
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    ]
    return sum(getattr(__future__, name).compiler_flag for name in names)


def _text_of(problem: BaseException) -> str:
    try:
        return str(problem)
    except Exception:  # noqa: BLE001  the exception's class is the submission's
        return "(its message cannot be read)"


def _capped(text: str) -> str:
    """Cuts a text in the middle, so that both its beginning and its end can be read."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    half = messages.MAX_TEXT // 2 - 16
    return text if len(text) <= 2 * half else f"{text[:half]}\n[…]\n{text[-half:]}"

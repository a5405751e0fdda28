"""Takes out of a cell what only IPython understands, so that Python can read the rest; every line keeps its number."""

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from grader.unreadable import parse

#: Cell magics below whose first line stands plain Python that is run.
_PYTHON_MAGICS = frozenset({"capture", "debug", "memit", "prun", "time", "timeit"})
#: Characters that IPython looks through in one notebook: it reads a whole cell again for each command in it.
_BUDGET = 2_000_000
#: IPython's search for `name?` takes quadratic time in the length of a name.
_LONG_NAME = re.compile(r"[\w.*\[\]-]{500}")
#: Ends of lines for IPython, but not for Python.
_OTHER_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CALL = re.compile(r"(?P<before>.*?)(?P<call>get_ipython\(\)\..*)")


@dataclass
class Plain:
    """A cell without the syntax of IPython.

    Attributes:
        lines: its lines, as many as before.
        left_out: commands that have no effect any more, by the line on which each begins.
        foreign: the cell magic that makes the whole cell something other than Python, or nothing.
    """

    lines: list[str]
    left_out: dict[int, str] = field(default_factory=dict)
    foreign: str = ""


class Commands:
    """Takes the commands out of the cells of one notebook."""

    def __init__(self) -> None:
        """Starts with a fresh budget."""
        self._budget = _BUDGET
        self._reserve = 0

    @cached_property
    def _ipython(self) -> Any:
        from IPython.core.inputtransformer2 import TransformerManager  # noqa: PLC0415  most cells are plain Python

        manager: Any = TransformerManager  # it has no types
        return manager()

    def take_out(self, source: str) -> Plain:
        """Takes the commands out of a cell.

        Args:
            source: the cell; it is not plain Python.

        Returns:
            The cell without them. Whether it is Python now, only a parser can tell.
        """
        self._reserve = self._budget // 2  # so that no cell takes all from the next ones
        if _LONG_NAME.search(source):
            return Plain(source.split("\n"))
        lines = [f"{line}\n" for line in _OTHER_ENDS.sub(" ", source).split("\n")]
        total, ipython = len(lines), self._ipython  # outside of `try`: IPython that is not there is a fault of ours
        try:
            lines = self._cleaned(ipython, lines)
            while lines and re.match(r"%%(?!\w+\?)", lines[0]):
                magic = re.split(r"\s", lines[0], maxsplit=1)[0]
                if magic.removeprefix("%%") not in _PYTHON_MAGICS:
                    return Plain([""] * total, foreign=magic)
                lines = self._cleaned(ipython, lines[1:])
            plain = Plain(["\n"] * (total - len(lines)) + lines)
            while self._step(ipython, plain):
                pass
        except Exception:  # noqa: BLE001  IPython stumbles over what is no command of it either
            return Plain(source.split("\n"))
        plain.lines = [line.removesuffix("\n") for line in plain.lines]
        return plain

    def _cleaned(self, ipython: Any, lines: list[str]) -> list[str]:
        """Without empty lines at the top, common indents and prompts, as IPython does it."""
        self._spend(lines)
        for transform in ipython.cleanup_transforms:
            lines = transform(lines)
        return lines

    def _step(self, ipython: Any, plain: Plain) -> bool:
        """Takes out one command, if there is one."""
        self._spend(plain.lines)
        changed, after = ipython.do_one_token_transform(plain.lines)
        if not changed:
            return False
        at = next(index for index, (old, new) in enumerate(zip(plain.lines, after, strict=False)) if old != new)
        joined = len(plain.lines) - len(after)  # a command may go on over several lines
        command = "".join(plain.lines[at : at + joined + 1]).strip()
        match = _CALL.match(after[at])
        if match:
            before, argument = match["before"], _timed(match["call"], alone=not match["before"].strip())
            if argument is None:
                plain.left_out[at + 1] = command
                argument = "None" if before.strip() else "pass"
            after[at] = f"{before}{argument}\n"
        plain.lines = [*after[: at + 1], *["\n"] * joined, *after[at + 1 :]]
        return True

    def _spend(self, lines: list[str]) -> None:
        self._budget = max(self._budget - sum(map(len, lines)), self._reserve)
        if self._budget == self._reserve:
            raise OverflowError("too much to look through")


def _timed(call: str, *, alone: bool) -> str | None:
    """The code that `%time` runs in the notebook itself; None for any other command."""
    match ast.parse(call, mode="eval").body:
        case ast.Call(
            func=ast.Attribute(attr="run_line_magic"), args=[ast.Constant(value="time"), ast.Constant(value=str(code))]
        ) if code.strip():
            tree = parse(code if alone else f"({code})")  # only an expression has a value
            return code if isinstance(tree, ast.Module) else None
    return None

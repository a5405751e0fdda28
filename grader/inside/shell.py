"""Makes a kernel's shell behave as one expects of a notebook that is graded: what cannot be is left out with a note."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any

from grader.inside import interrupt
from grader.inside.interrupt import TookTooLong

_NOTHING_INSTALLED = "nothing is installed while a notebook is graded; the packages of the course are there"
_NO_COMMANDS = "commands of the system are not run while a notebook is graded"
_UNKNOWN = "it is not known here"
_INSTALLERS = ("pip", "pip3", "conda", "mamba", "uv", "apt", "apt-get", "brew")
#: Line magics that are left out, with the reason.
LEFT_OUT = {
    "pip": _NOTHING_INSTALLED,
    "conda": _NOTHING_INSTALLED,
    "mamba": _NOTHING_INSTALLED,
    "micromamba": _NOTHING_INSTALLED,
    "uv": _NOTHING_INSTALLED,
    "tensorflow_version": "the version of TensorFlow is the course's",
    "system": _NO_COMMANDS,
    "sx": _NO_COMMANDS,
}
#: Cell magics that start programs.
PROGRAMS = ("!", "bash", "cmd", "perl", "pypy", "python", "python2", "python3", "ruby", "script", "sh", "sx", "system")


def prepare(shell: Any) -> None:
    """Replaces what starts programs, and what there is only on other people's machines.

    Args:
        shell: the kernel's InteractiveShell.
    """
    shell.system = shell.system_piped = shell.system_raw = _refuse_command
    shell.getoutput = _refuse_output
    for name, words in LEFT_OUT.items():
        shell.register_magic_function(_leave_out(f"%{name}", words), "line", name)
    for name in PROGRAMS:
        shell.register_magic_function(_leave_out(f"%%{name}", _NO_COMMANDS), "cell", name)
    shell.set_custom_exc((TookTooLong,), _show_own_lines)
    run_line, run_cell, matplotlib = shell.run_line_magic, shell.run_cell_magic, shell.enable_matplotlib

    def run_line_magic(magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if shell.find_line_magic(magic_name) is None:
            return note(f"%{magic_name}", _UNKNOWN)
        return run_line(magic_name, line, _stack_depth=_stack_depth + 1)  # this function stands between

    def run_cell_magic(magic_name: str, line: str, cell: str) -> Any:
        if shell.find_cell_magic(magic_name) is None:
            return note(f"%%{magic_name}", _UNKNOWN)
        return run_cell(magic_name, line, cell)

    shell.run_line_magic, shell.run_cell_magic = run_line_magic, run_cell_magic
    shell.enable_matplotlib = lambda gui=None: matplotlib("agg" if gui == "agg" else "inline")
    if "matplotlib.pyplot" in sys.modules:  # Keras imports it, before there is a shell that shows pictures
        matplotlib("inline")


def note(what: str, words: str) -> None:
    """Says in a cell's output what was left out."""
    print(f"[grade] {what} was left out: {words}.")  # noqa: T201  into the cell's output


def _show_own_lines(
    shell: Any,
    kind: type[BaseException],
    value: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Shows where a cell was when its time was up, without the line of ours that interrupted it."""
    last = trace
    while last is not None and last.tb_next is not None:
        if last.tb_next.tb_frame.f_code.co_filename == interrupt.__file__:
            last.tb_next = None
        last = last.tb_next
    shell.showtraceback((kind, value, trace), tb_offset=tb_offset)


def _leave_out(what: str, words: str) -> Callable[..., None]:
    def left_out(line: str = "", cell: str = "") -> None:
        del line, cell
        note(what, words)

    return left_out


def _refuse_command(command: str) -> None:
    program = "".join(command.split(maxsplit=1)[:1])
    note(f"!{program}", _NOTHING_INSTALLED if program in _INSTALLERS else _NO_COMMANDS)


def _refuse_output(command: str, *_: object, **__: object) -> list[str]:
    _refuse_command(command)
    return []

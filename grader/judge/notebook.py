"""A notebook's own run from top to bottom, in a kernel, beside the checks: what it put out, and what is odd about it.

No mark depends on it. What is graded are the functions, in rooms that have what these rest on, just as the functions of
a .py file are graded without its main part.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from grader.judge.context import Context
from grader.judge.explain import quote
from grader.notebook.diagnose import notes
from grader.notebook.needed import needed
from grader.notebook.outputs import shown
from grader.notebook.statements import bound
from grader.rooms.kernel import CellRun, Executed, run_cells
from grader.rooms.verdicts import RoomVerdict
from grader.shown import CellState, ShownCell

#: Where IPython's tracebacks say that they pass a line of a cell; the first number counts the cells that were run.
_LINE = re.compile(r"Cell In\[(\d{1,6})\], line (\d{1,6})")
_NAME = re.compile(r"name '(\w+)' is not defined")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
#: Exceptions of the kernel's own, in words.
_WORDS = {
    "StdinNotImplementedError": "asks for input from the keyboard, and nobody is there to type",
    "ModuleNotFoundError": "imports a package that is not there when it is graded",
}
#: What the check of the whole file says, and the checks of the functions.
_TOLD_ELSEWHERE = ("SyntaxError", "IndentationError", "TabError", "NotImplementedError")
_MAX_RAISED = 3
#: Gives the cells as they ran, and sentences about them.
Told = Callable[[], tuple[tuple[ShownCell, ...], tuple[str, ...]]]


@contextmanager
def running(context: Context) -> Iterator[Told]:
    """Runs the notebook of a grading, if it is one, while the checks are made.

    Args:
        context: the grading; it gets to know what the functions need.

    Yields:
        What waits for the end and tells what came of it; nothing for a .py file.
    """
    submission = context.submission
    notebook, program = submission.notebook, submission.program
    if notebook is None or program is None or submission.unreadable is not None:
        yield lambda: ((), ())
        return
    functions = context.rubric.functions
    context.needed = needed(program.text, functions)
    sources = [cell.source for cell in notebook.code]
    seed, memory_mb = context.streams.seed("notebook"), context.rubric.limits.memory_mb
    with ThreadPoolExecutor(max_workers=1) as thread:
        run = thread.submit(run_cells, context.house, sources, seed, memory_mb)

        def told() -> tuple[tuple[ShownCell, ...], tuple[str, ...]]:
            executed = run.result()
            runs = iter(executed.cells)
            cells: list[dict[str, Any]] = [
                {"cell_type": cell.kind, "source": cell.source}
                | ({"outputs": next(runs).outputs} if cell.kind == "code" else {})
                for cell in notebook.cells
            ]
            states = {number: each.state for number, each in enumerate(executed.cells, 1)}
            said = (*notes(notebook, program, functions), *program.notes, *notes_on(executed, sources))
            return shown({"cells": cells}, states), said

        try:
            yield told
        finally:
            context.house.kill_all(kernels=True)


def notes_on(executed: Executed, sources: list[str]) -> tuple[str, ...]:
    """What went wrong in cells, the first ones that did not follow from another, and what was stopped or cut.

    Args:
        executed: what came of the cells.
        sources: their texts.
    """
    said = [*_raised(executed, sources)][:_MAX_RAISED]
    runs = list(enumerate(executed.cells, 1))
    if executed.verdict is not None:
        said.append(_ended(executed.verdict, runs))
    elif stopped := [number for number, run in runs if run.state is CellState.STOPPED]:
        were = "it was" if len(stopped) == 1 else "they were"
        said.append(f"{_cells(stopped)} took too long here, so {were} stopped; that costs no points.")
    if cut := [number for number, run in runs if run.is_cut]:
        said.append(f"{_cells(cut)} put out more than is kept.")
    return tuple(said)


def _raised(executed: Executed, sources: list[str]) -> Iterator[str]:
    """A sentence for each cell that raised, but for functions not started and for names that an earlier one lost."""
    lost: set[str] = set()
    for number, (run, source) in enumerate(zip(executed.cells, sources, strict=True), 1):
        kind, text, _ = run.error
        missing = _NAME.search(text) if kind == "NameError" else None
        follows = kind in _TOLD_ELSEWHERE or (missing is not None and missing[1] in lost)
        if run.state is not CellState.RAN:
            lost |= bound(source)
        if run.state is CellState.RAISED and not follows:
            what = _WORDS.get(kind) or f"stops with {kind}"
            first = next((line.strip() for line in source.split("\n") if line.strip()), "")
            yield (
                f"Cell {number} (`{first[:60]}`) {what}: {quote(text)}{_where(run, sources)} "
                "All that does not rest on it was judged."
            )


def _where(run: CellRun, sources: list[str]) -> str:
    """The innermost line of the notebook that an exception passed."""
    counted = [at for at, source in enumerate(sources, 1) if source.strip()]
    lines = _LINE.findall(_ESCAPES.sub("", run.error[2]))
    if not lines or not 0 < int(lines[-1][0]) <= len(counted):
        return "."
    cell, line = counted[int(lines[-1][0]) - 1], int(lines[-1][1])
    written = sources[cell - 1].split("\n")
    line += next(index for index, text in enumerate(written) if text.strip())  # IPython drops empty lines at the top
    if not 0 < line <= len(written):
        return "."
    return f", in cell {cell}, line {line}: `{written[line - 1].strip()[:100]}`."


def _ended(verdict: RoomVerdict, runs: list[tuple[int, CellRun]]) -> str:
    last = max((number for number, run in runs if run.state is not CellState.NOT_RUN), default=1)
    return f"The kernel ended in cell {last} ({verdict}); the cells after it were not run here."


def _cells(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Cell {numbers[0]}"
    return f"Cells {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"

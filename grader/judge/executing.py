"""Runs a notebook while it is judged, and tells afterwards what was seen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from grader.judge.context import Context
from grader.judge.notebook import Execution
from grader.notebook.diagnose import notes
from grader.notebook.needed import needed
from grader.notebook.outputs import shown
from grader.shown import ShownCell

#: Gives the cells as they ran, and sentences about them.
Told = Callable[[], tuple[tuple[ShownCell, ...], tuple[str, ...]]]


@contextmanager
def running(context: Context) -> Iterator[Told]:
    """Runs the notebook of a grading, if it is one, while the checks are made.

    Args:
        context: the grading; it gets the run, and what the functions need.

    Yields:
        What waits for the end and tells what came of it; nothing for a .py file.
    """
    submission = context.submission
    notebook, program = submission.notebook, submission.program
    if notebook is None or program is None or submission.unreadable is not None:
        yield lambda: ((), ())
        return
    functions = context.rubric.functions
    context.needed = wanted = needed(program.text, functions)
    seed, memory = context.streams.seed("notebook"), context.rubric.limits.memory_mb
    sources = [cell.source for cell in notebook.code]
    context.execution = execution = Execution(context.house, sources, seed, memory)

    def told() -> tuple[tuple[ShownCell, ...], tuple[str, ...]]:
        runs = iter(execution.result().cells)
        states = {number: run.state for number, run in enumerate(execution.result().cells, 1)}
        cells: list[dict[str, Any]] = [
            {"cell_type": cell.kind, "source": cell.source, "outputs": next(runs).outputs if cell.kind == "code" else []}
            for cell in notebook.cells
        ]
        said = (*notes(notebook, program, functions), *program.notes, *execution.notes(wanted.packages))
        return shown({"cells": cells}, states), said

    try:
        yield told
    finally:
        execution.close()

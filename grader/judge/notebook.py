"""A notebook's own run from top to bottom, in a kernel, beside the checks; and what is wrong with it."""

import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from grader.judge.explain import how_it_died, quote
from grader.judge.misses import Miss
from grader.model import Outcome, Place
from grader.notebook.needed import bound
from grader.rooms.house import House
from grader.rooms.kernel import CellRun, Executed, run_cells
from grader.rooms.verdicts import Died, OutOfMemory
from grader.shown import CellState

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
#: Where IPython's tracebacks say that they pass a line of a cell; the first number counts the cells that were run.
_LINE = re.compile(r"Cell In\[(\d+)\], line (\d+)")
_NAME = re.compile(r"name '(\w+)' is not defined")
_PACKAGE = re.compile(r"No module named '(\w+)")
#: Causes of exceptions that say more than their text.
_CAUSES = {
    "ModuleNotFoundError": "missing-package",
    "StdinNotImplementedError": "cell-input",
    "IndentationError": "cell-syntax",
    "SyntaxError": "cell-syntax",
    "SystemExit": "cell-exits",
}
_MAX_DETAILS = 8000


class Execution:
    """The run of a notebook's cells, which goes on while other work is done."""

    def __init__(self, house: House, cells: list[str], seed: int, memory_mb: int) -> None:
        """Begins it.

        Args:
            house: where rooms come from.
            cells: texts of the code cells.
            seed: seed of all generators.
            memory_mb: memory limit of its room in MiB.
        """
        self._house, self._cells = house, cells
        self._threads = ThreadPoolExecutor(max_workers=1)
        self._future: Future[Executed] = self._threads.submit(run_cells, house, cells, seed, memory_mb)

    def result(self) -> Executed:
        """Waits for its end.

        Raises:
            GraderFault: it could not be run.
        """
        return self._future.result()

    def close(self) -> None:
        """Gives it up, if it has not ended yet."""
        self._house.kill_all(kernels=True)
        self._threads.shutdown(wait=True, cancel_futures=True)

    def miss(self, packages: frozenset[str]) -> Miss | None:
        """What keeps the notebook from running from top to bottom, if anything does.

        Args:
            packages: those that the functions of the exercise need.
        """
        return next(self._misses(packages), None)

    def notes(self, packages: frozenset[str]) -> tuple[str, ...]:
        """What went otherwise than in the student's own session, without being a mistake.

        Args:
            packages: as in `miss`.
        """
        runs = list(enumerate(self.result().cells, 1))
        stopped = [number for number, run in runs if run.state is CellState.STOPPED]
        cut = [number for number, run in runs if run.is_cut]
        lacking = [number for number, run in runs if _lacks(run, packages)]
        told = {
            "took too long here; what was stopped costs no points": stopped,
            "put out more than is kept": cut,
            "could not import a package that is not there when it is graded; no function needs it": lacking,
        }
        return tuple(f"{_cells(numbers)} {what}." for what, numbers in told.items() if numbers)

    def _misses(self, packages: frozenset[str]) -> Iterator[Miss]:
        """Each cell that did not run as it should, but for those that only follow from one before."""
        executed, lost = self.result(), set[str]()
        running = 1
        for number, run in enumerate(executed.cells, 1):
            if run.state is CellState.RAISED and not _is_excused(run, lost, packages):
                yield self._raised(number, run)
            if run.state is not CellState.RAN:
                lost |= bound(self._cells[number - 1])
            if run.state is not CellState.NOT_RUN:
                running = number
        match executed.verdict:
            case Died(code=code):
                place, how = self._place(running), how_it_died(code)
                yield Miss("cell-died", outcome=Outcome.CRASHED, place=place, cell=running, how=how)
            case OutOfMemory(memory_mb=megabytes):
                place = self._place(running)
                yield Miss("cell-memory", outcome=Outcome.OUT_OF_MEMORY, place=place, cell=running, megabytes=megabytes)

    def _raised(self, number: int, run: CellRun) -> Miss:
        """Explains an exception; it points at the innermost line of the notebook that it passed."""
        kind, text, trace = run.error
        trace = _ESCAPES.sub("", trace)
        counted = [at for at, cell in enumerate(self._cells, 1) if cell.strip()]
        passed = [
            (counted[int(count) - 1], int(line)) for count, line in _LINE.findall(trace) if int(count) <= len(counted)
        ]
        cell, line = passed[-1] if passed else (number, 1)
        miss = Miss(_CAUSES.get(kind, "cell-raised"), place=self._place(cell, line), details=trace[-_MAX_DETAILS:])
        miss.fields = {"cell": number, "type": kind, "error": quote(text) or kind}
        return miss

    def _place(self, cell: int, line: int = 1) -> Place:
        lines = self._cells[cell - 1].split("\n") if 0 < cell <= len(self._cells) else []
        return Place(cell=cell, line=line, text=lines[line - 1].strip()[:200] if 0 < line <= len(lines) else "")


def _is_excused(run: CellRun, lost: set[str], packages: frozenset[str]) -> bool:
    """Whether an exception is no mistake of its own: a function is not started, or something before is missing."""
    kind, text, _ = run.error
    missing = _NAME.search(text) if kind == "NameError" else None
    return kind == "NotImplementedError" or _lacks(run, packages) or (missing is not None and missing[1] in lost)


def _lacks(run: CellRun, packages: frozenset[str]) -> bool:
    """Whether a cell ended with the import of a package that no function needs."""
    kind, text, _ = run.error
    package = _PACKAGE.search(text) if kind == "ModuleNotFoundError" else None
    return package is not None and package[1] not in packages


def _cells(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Cell {numbers[0]}"
    return f"Cells {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"

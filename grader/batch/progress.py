"""What a teacher sees while a class is graded: a line for each mark, how fast it goes, and what remains at the end."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from grader.batch.grading import Tally
from grader.batch.plan import Task, Todo
from grader.gradebook.handing import Entry
from grader.model import Grade
from grader.placed import Intake, Unplaced
from grader.text import many, one_line

#: More lines than this say no more; all stand on the page of the class.
_MOST_LINES = 20


class Bar:
    """Follows a run; a context manager. Lines are printed anywhere, the moving bar only on a terminal."""

    def __init__(self, console: Console, tasks: Sequence[Task]) -> None:
        """Knows how much there is to do.

        Args:
            console: where to print.
            tasks: all submissions with what is to be done.
        """
        self._progress = Progress(
            TextColumn("{task.percentage:3.0f} %"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        told = sum(task.todo is not Todo.NOTHING for task in tasks)
        self._task = self._progress.add_task("", total=told, rate="")

    def __enter__(self) -> Self:
        """Shows the bar."""
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Takes it away."""
        self._progress.stop()

    def graded(self, entry: Entry, grade: Grade, *, was_run: bool) -> None:
        """Prints a mark."""
        icon, style = ("✓", "green") if grade.passed else ("✗", "red")
        how = f"{grade.run.wall_seconds:.1f} s" if was_run else "scored again"
        self._line(f"[{style}]{icon}[/] {_named(entry)}  {grade.percent:g} %  [dim]{how}[/]")
        self._step()

    def failed(self, entry: Entry, fault: str, *, again: bool) -> None:
        """Prints a fault of the grader."""
        then = "; it is tried again" if again else "; no mark"
        self._line(f"[yellow]![/] {_named(entry)}  {escape(one_line(fault))}{then}")
        if not again:
            self._step()

    def settled(self, entry: Entry) -> None:
        """Prints that another grader was there."""
        self._line(f"  {_named(entry)}  [dim]graded by another grader meanwhile[/]")
        self._step()

    def tell(self, text: str) -> None:
        """Prints a line on the machines that grade."""
        self._line(f"[dim]{escape(one_line(text))}[/]")

    def _line(self, text: str) -> None:
        self._progress.console.print(text, soft_wrap=True, highlight=False)

    def _step(self) -> None:
        self._progress.advance(self._task)
        speed = self._progress.tasks[0].speed
        self._progress.update(self._task, rate=f"{60 * speed:.0f} a minute" if speed else "")


def tell_intake(console: Console, intake: Intake, unplaced: Sequence[Unplaced]) -> None:
    """Says what was found.

    Args:
        console: where to print.
        intake: what was found.
        unplaced: what could not be placed or read.
    """
    doubts = [f"{each.student}: {each.doubt}" for each in intake.placed if each.doubt]
    students = {each.student.key for each in intake.placed}
    console.print(
        f"{many(len(intake.placed), 'submission')} of {many(len(students), 'student')}, {escape(intake.shape)}; "
        f"{len(unplaced)} not placed.",
        highlight=False,
    )
    if doubts:
        console.print("[yellow]Which try is the last is a guess:[/]")
        _list(console, doubts, most=len(doubts))  # they stand nowhere else


def tell_tally(console: Console, tally: Tally, unplaced: Sequence[Unplaced], *, gradebook: str, index: Path) -> None:
    """Says what came of a run; what went wrong stands at the end, where it is seen.

    Args:
        console: where to print.
        tally: what came of it.
        unplaced: what could not be placed or read.
        gradebook: where the marks are.
        index: the page of the class.
    """
    parts = {
        "graded": tally.graded,
        "scored again": tally.rescored,
        "unchanged": tally.unchanged,
        "graded by another grader": tally.elsewhere,
        "without a mark": len(tally.faults),
    }
    console.print(", ".join(f"{number} {what}" for what, number in parts.items() if number) + ".", highlight=False)
    console.print(f"Gradebook: {escape(gradebook)}\nClass: {escape(str(index))}", soft_wrap=True, highlight=False)
    if unplaced:
        console.print(f"\n[yellow]Not placed ({len(unplaced)}):[/]")
        _list(console, [f"{each.origin}: {each.reason}" for each in unplaced])
    if tally.faults:
        console.print(f"\n[yellow]No mark, by a fault of the grader ({len(tally.faults)}):[/]")
        _list(console, [f"{_plain(entry)}: {fault}" for entry, fault in tally.faults])


def _list(console: Console, lines: Sequence[str], most: int = _MOST_LINES) -> None:
    for line in lines[:most]:
        console.print(f"  {escape(one_line(line))}", soft_wrap=True, highlight=False)
    if len(lines) > most:
        console.print(f"  … and {len(lines) - most} more; the page of the class has all.", highlight=False)


def _named(entry: Entry) -> str:
    return escape(_plain(entry))


def _plain(entry: Entry) -> str:
    placed = entry.found.placed
    return one_line(f"{placed.student}  {placed.lesson.partition('_')[0]}")

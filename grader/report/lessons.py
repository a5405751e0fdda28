"""The table of all lessons with what a student has reached in each."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.model import Visibility
from grader.progress import Reached
from grader.records import Frozen
from grader.rubric import Rubric, load_rubric
from grader.text import encodable, number, one_line

if TYPE_CHECKING:
    from grader.course import Course, Lesson

_HEADS = ("lesson", "theme", "best", "last try", "open")
_NOTHING = "-"
#: So much of a title fits into the table.
_TITLE = 60


class Row(Frozen, frozen=True, kw_only=True):
    """One lesson.

    Attributes:
        lesson: its id.
        title: its title.
        theme: theme of the course that it belongs to.
        points: points to be had.
        best: the best mark in percent, or None before the first try.
        last: the mark of the last try in percent.
        when: its start, ISO 8601 in UTC.
        open: titles of the criteria that did not pass in it.
        has_more: whether a teacher checks more than is checked here.
    """

    lesson: str
    title: str
    theme: str
    points: float
    best: float | None = None
    last: float | None = None
    when: str | None = None
    open: tuple[str, ...] | None = None
    has_more: bool = False


def rows(course: "Course", reached: Mapping[str, Reached]) -> tuple[Row, ...]:
    """Puts together what is asked in each lesson and what a student has reached.

    Raises:
        GraderFault: a rubric cannot be read.
    """
    return tuple(_row(lesson, load_rubric(lesson.rubric), reached.get(lesson.id)) for lesson in course.lessons())


def encode_rows(table: tuple[Row, ...]) -> bytes:
    """Encodes the table as JSON."""
    return msgspec.json.format(msgspec.json.encode(table), indent=2) + b"\n"


def print_rows(table: tuple[Row, ...], console: Console) -> None:
    """Prints the table; where no terminal is, each lesson stands in one line, for other programs.

    Args:
        table: all lessons.
        console: where to.
    """
    cells = [[encodable(cell, console.encoding) for cell in _cells(row)] for row in table]
    if console.is_terminal:
        drawn = Table(box=SIMPLE, pad_edge=False)
        for head in _HEADS:
            drawn.add_column(head, no_wrap=head != "open")
        for line in cells:
            drawn.add_row(*map(Text, line))
        console.print(drawn)
        return
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        text = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        console.print(Text(text.rstrip()), soft_wrap=True)


def _row(lesson: "Lesson", rubric: Rubric, reached: Reached | None) -> Row:
    last = reached.last if reached else None
    titles = {criterion.id: criterion.title for criterion in rubric.criteria}
    return Row(
        lesson=lesson.id,
        title=rubric.title,
        theme=rubric.theme,
        points=sum(criterion.points for criterion in rubric.criteria),
        best=reached.best if reached else None,
        last=last.percent if last else None,
        when=last.when if last else None,
        open=tuple(titles[name] for name in last.open if name in titles) if last else None,
        has_more=_has_more(lesson, rubric),
    )


def _has_more(lesson: "Lesson", rubric: Rubric) -> bool:
    """Whether checks, or the key to the questions, are with the teacher alone."""
    is_teachers = any(criterion.visibility is Visibility.TEACHER for criterion in rubric.criteria)
    return (is_teachers and not (lesson.rubric / "teacher_checks.py").exists()) or (
        rubric.asks and not (lesson.rubric / "answers.toml").exists()
    )


def _cells(row: Row) -> tuple[str, ...]:
    if row.when is None or row.last is None or row.open is None:
        return row.lesson, row.theme, *[_NOTHING] * 3
    day = datetime.fromisoformat(row.when).astimezone().date().isoformat()
    best = _NOTHING if row.best is None else f"{number(row.best)} %"
    return row.lesson, row.theme, best, f"{day}, {number(row.last)} %", _open(row.open, has_more=row.has_more)


def _open(titles: tuple[str, ...], *, has_more: bool) -> str:
    """How much is open, and what comes first; the report has the rest."""
    if titles:
        return f"{len(titles)}, first: {one_line(titles[0], _TITLE)}"
    return "nothing here; your teacher checks more" if has_more else "nothing"

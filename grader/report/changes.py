"""What got better and what got worse from one grading of a lesson to the next."""

from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from grader.model import Grade, Scored
from grader.text import encodable, number, one_line


class Changes(NamedTuple):
    """Criteria whose points changed, each in a sentence, in the rubric's order."""

    better: tuple[str, ...]
    worse: tuple[str, ...]


def changes(before: Grade, after: Grade) -> Changes:
    """Compares two grades of the same lesson; a criterion that is only in one of them is left out."""
    old = {row.id: row for row in before.rows}
    pairs = [(old[row.id], row) for row in after.rows if row.id in old]
    return Changes(
        better=tuple(_told(one, other) for one, other in pairs if other.points > one.points),
        worse=tuple(_told(one, other) for one, other in pairs if other.points < one.points),
    )


def print_changes(before: Grade, after: Grade, console: Console) -> None:
    """Prints what changed since the last time.

    Args:
        before: the grade of the last time.
        after: the grade of now.
        console: where to.
    """
    found = changes(before, after)
    lines = [("Better: ", "green", said) for said in found.better] + [("Worse: ", "red", said) for said in found.worse]
    for label, style, said in lines or [("", "", "Since the last time nothing got better and nothing got worse.")]:
        console.print(Text.assemble((label, style), encodable(said, console.encoding)), soft_wrap=True)


def _told(one: Scored, other: Scored) -> str:
    points = f"from {number(one.points)} to {number(other.points)}"
    return f"{one_line(other.title)}, {points} of {number(other.max_points)} points"

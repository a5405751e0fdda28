"""Marks of a class, sorted, and how they spread over a lesson."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.standing import Standing
from grader.text import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Marks are counted by steps of so many percent; full marks belong to the last.
STEP = 10


@dataclass(frozen=True)
class Spread:
    """How the marks of a lesson spread.

    Attributes:
        marks: final marks in percent.
        pass_mark: percent needed.
    """

    marks: tuple[float, ...]
    pass_mark: float

    @property
    def counts(self) -> list[int]:
        """How many marks lie in each step, from 0 up."""
        found = [0] * (100 // STEP)
        for mark in self.marks:
            found[min(max(int(mark // STEP), 0), len(found) - 1)] += 1
        return found

    @property
    def passed(self) -> int:
        """How many reach the pass mark."""
        return sum(mark >= self.pass_mark for mark in self.marks)

    @property
    def median(self) -> float | None:
        """The mark in the middle, or None where there is none."""
        return statistics.median(self.marks) if self.marks else None

    @property
    def words(self) -> str:
        """What a picture of it shows, for who cannot see it."""
        last = len(self.counts) - 1
        told = [
            f"{count} from {STEP * step} {'to' if step == last else 'to below'} {STEP * (step + 1)} %"
            for step, count in enumerate(self.counts)
            if count
        ]
        reached = f"{self.passed} of {len(self.marks)} reach the pass mark of {number(self.pass_mark)} %."
        return f"Marks: {', '.join(told)}. {reached}"

    def figure(self) -> "Figure":
        """Draws it as bars side by side."""
        from grader.classpage.bars import draw  # noqa: PLC0415  it takes long, so only where it is drawn

        return draw(self.counts, self.pass_mark)


def by_lesson(standings: Sequence[Standing]) -> dict[str, dict[str, Standing]]:
    """Sorts standings by student and lesson."""
    found: dict[str, dict[str, Standing]] = {}
    for standing in standings:
        found.setdefault(standing.student.key, {})[standing.lesson] = standing
    return found

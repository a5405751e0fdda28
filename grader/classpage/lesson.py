"""What the page of one lesson tells."""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from grader.classpage.groups import Group, groups
from grader.classpage.items import Item, items
from grader.classpage.marks import Spread
from grader.classpage.mistakes import Mistake, mistakes
from grader.classpage.twins import Twin
from grader.standing import Class, Clock, LessonInfo, Standing, State, Student


class Flag(NamedTuple):
    """What to see of a standing at a glance.

    Attributes:
        word: what it says.
        tone: "part", "idle" or "fault"; the page chooses its colours by it.
    """

    word: str
    tone: str


_CLOCKS = {Clock.COMMIT: Flag("time of a commit", "idle"), Clock.MODIFIED: Flag("time of the file", "idle")}
#: Pairs of a group that are shown; a group of many more has a text that went round.
MOST_TWINS = 100


@dataclass(frozen=True)
class Row:
    """One student in one lesson.

    Attributes:
        standing: where they stand.
        report: address of the report, relative to the page, or None.
        flags: what to see at a glance.
    """

    standing: Standing
    report: str | None
    flags: tuple[Flag, ...]

    @property
    def student(self) -> Student:
        """The student."""
        return self.standing.student

    @property
    def near(self) -> tuple[str, ...]:
        """Titles of the criteria that lie near their threshold."""
        return tuple(criterion.title for criterion in self.standing.criteria if criterion.borderline)


@dataclass(frozen=True)
class LessonPage:
    """All that the page of one lesson tells.

    Attributes:
        info: the lesson.
        file: name of the page.
        rows: one for each student, in the class's order.
        spread: its marks.
        items: its criteria.
        mistakes: what went wrong.
        groups: submissions that are nearly the same.
    """

    info: LessonInfo
    file: str
    rows: tuple[Row, ...]
    spread: Spread
    items: tuple[Item, ...]
    mistakes: tuple[Mistake, ...]
    groups: tuple[Group, ...]

    @functools.cached_property
    def by_key(self) -> dict[str, Row]:
        """The rows by key of the student."""
        return {row.student.key: row for row in self.rows}

    @property
    def doubtful(self) -> list[Item]:
        """Checks that look broken."""
        return [item for item in self.items if item.doubt]

    @property
    def waiting(self) -> list[Row]:
        """What waits for a teacher."""
        return [row for row in self.rows if row.standing.waiting]

    @property
    def near(self) -> list[Row]:
        """What lies near a threshold."""
        return [row for row in self.rows if row.near]

    @property
    def faults(self) -> list[Row]:
        """What the grader failed on."""
        return [row for row in self.rows if row.standing.fault or row.standing.state is State.QUARANTINED]

    @property
    def short(self) -> str:
        """What the course's table calls it, e.g. "06"."""
        name = self.info.id.partition("_")[0]
        return re.sub(r"^\D+", "", name) or name

    @property
    def matters(self) -> list[tuple[str, int, str]]:
        """What there is to look at: where on the page, how many, and what."""
        found = (
            ("waiting", self.waiting, "waits for you", "wait for you"),
            ("doubtful", self.doubtful, "check looks broken", "checks look broken"),
            ("faults", self.faults, "fault of the grader", "faults of the grader"),
            ("near", self.near, "near a threshold", "near a threshold"),
            ("twins", self.groups, "group nearly the same", "groups nearly the same"),
            ("ungraded", self.at(State.WAITING), "not graded yet", "not graded yet"),
            ("missing", self.at(State.MISSING), "missing", "missing"),
        )
        return [(anchor, len(what), one if len(what) == 1 else many) for anchor, what, one, many in found if what]

    def at(self, state: State) -> list[Row]:
        """Whose lesson is so far."""
        return [row for row in self.rows if row.standing.state is state]


def page_file(lesson: LessonInfo) -> str:
    """Name of a lesson's page, e.g. "lesson06.html"."""
    return f"{lesson.id.partition('_')[0]}.html"


def lesson_page(
    klass: Class,
    lesson: LessonInfo,
    standings: Sequence[Standing],
    twins: Sequence[Twin],
    reports: Callable[[Student, str], str | None],
) -> LessonPage:
    """Puts together what is known of a lesson.

    Args:
        klass: the class.
        lesson: the lesson.
        standings: one for each student, in the class's order.
        twins: pairs that are nearly the same, of any lesson.
        reports: gives the address of a student's report in a lesson.
    """
    graded = [standing for standing in standings if standing.state is State.GRADED]
    known = [standing.student.key for standing in standings]
    alike = groups(
        (twin for twin in twins if twin.lesson == lesson.id and {twin.first, twin.second} <= {*known}), known
    )
    twinned = {key for group in alike for key in group.members}
    return LessonPage(
        info=lesson,
        file=page_file(lesson),
        rows=tuple(
            Row(each, reports(each.student, lesson.id), _flags(each, is_alike=each.student.key in twinned))
            for each in standings
        ),
        spread=Spread(tuple(each.final for each in standings if each.final is not None), klass.pass_mark),
        items=items(graded),
        mistakes=mistakes(graded),
        groups=alike,
    )


def _flags(standing: Standing, *, is_alike: bool) -> tuple[Flag, ...]:
    shown = (
        (Flag("waits for you", "part"), bool(standing.waiting)),
        (Flag("grader's fault", "fault"), bool(standing.fault)),
        (Flag("nearly the same as another", "part"), is_alike),
        (Flag("near a threshold", "idle"), any(criterion.borderline for criterion in standing.criteria)),
        (Flag("points set by hand", "idle"), any(criterion.decided_by for criterion in standing.criteria)),
    )
    clock = (_CLOCKS[standing.clock],) if standing.handed and standing.clock in _CLOCKS else ()
    return tuple(flag for flag, holds in shown if holds) + clock

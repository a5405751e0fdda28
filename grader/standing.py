"""Where a class stands: frozen records that the gradebook yields, and that pages and exports are made of."""

import enum
from datetime import datetime

import msgspec

from grader.model import Outcome, Versions
from grader.records import Frozen


class Student(Frozen, frozen=True, kw_only=True):
    """A student, as teachers and their systems name them.

    Attributes:
        key: what the gradebook knows them by: the user name, a number, or the name of their folder.
        name: the full name; empty where only the key is known.
        email: address, or empty.
        ids: what other systems call them, e.g. {"canvas": "1023", "sis": "s4711", "login": "ada"}.
    """

    key: str
    name: str = ""
    email: str = ""
    ids: dict[str, str] = msgspec.field(default_factory=dict)

    def __str__(self) -> str:
        """What a page calls them."""
        return self.name or self.key


class Clock(enum.Enum):
    """Where the time of a submission comes from."""

    STATED = "stated"  # by the system that it was handed in to
    COMMIT = "commit"  # of the last commit that touched the file; students can set it
    MODIFIED = "modified"  # of the file, which copying and unpacking may change
    UNKNOWN = "unknown"


class State(enum.Enum):
    """How far one lesson of one student is."""

    MISSING = "missing"  # nothing was handed in
    WAITING = "waiting"  # not graded yet
    GRADED = "graded"
    QUARANTINED = "quarantined"  # the grader failed on it again and again; no mark is known


class CriterionStanding(Frozen, frozen=True, kw_only=True):
    """What one criterion stands at.

    Attributes:
        id: the criterion.
        title: what it asks.
        outcome: how its check ended.
        cause: code of what was wrong, or empty.
        headline: one sentence on what was wrong, or empty.
        points: points that count: those of the check, or what a teacher made of them.
        max_points: points to be had.
        checked_points: points of the check alone.
        provisional: the points wait for a teacher.
        borderline: the skill lies near its threshold.
        decided_by: who set the points by hand, or empty.
    """

    id: str
    title: str
    outcome: Outcome
    cause: str = ""
    headline: str = ""
    points: float
    max_points: float
    checked_points: float
    provisional: bool = False
    borderline: bool = False
    decided_by: str = ""


class Standing(Frozen, frozen=True, kw_only=True):
    """What one student has reached in one lesson, after everything that is known.

    Attributes:
        student: the student.
        lesson: id of the lesson.
        state: how far it is.
        criteria: its criteria, in the rubric's order; empty where nothing is graded.
        points: points reached, before lateness.
        max_points: points to be had.
        raw: percent that the checks alone gave; None where nothing is graded.
        final: percent after a teacher's decisions and the rules on lateness; None where there is no mark.
        passed: whether `final` reaches the pass mark.
        reasons: why `final` differs from `raw`, as sentences.
        waiting: what waits for a teacher, as sentences: provisional points, answers in sentences.
        tries: how many different files were handed in.
        file: name of the file that counts.
        digest: SHA-256 of its bytes.
        handed: when it was handed in, in UTC.
        clock: where that time comes from.
        attempt: number of the grading that counts in the gradebook; None where there is none.
        fault: the grader's own fault that kept it from grading, or empty.
        seed_id: what the hidden data came from.
        versions: versions of what computed it.
    """

    student: Student
    lesson: str
    state: State
    criteria: tuple[CriterionStanding, ...] = ()
    points: float = 0.0
    max_points: float = 0.0
    raw: float | None = None
    final: float | None = None
    passed: bool = False
    reasons: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    tries: int = 0
    file: str = ""
    digest: str = ""
    handed: datetime | None = None
    clock: Clock = Clock.UNKNOWN
    attempt: int | None = None
    fault: str = ""
    seed_id: str = ""
    versions: Versions | None = None


class LessonInfo(Frozen, frozen=True, kw_only=True):
    """What pages and exports tell of a lesson.

    Attributes:
        id: e.g. "lesson06_stacked".
        title: its title.
        max_points: points to be had.
        weight: its weight in the course's mark.
        due: when it is due, in UTC, or None.
    """

    id: str
    title: str
    max_points: float
    weight: float = 1.0
    due: datetime | None = None


class Class(Frozen, frozen=True, kw_only=True):
    """A whole class.

    Attributes:
        title: name of the course.
        lessons: the lessons that are told of, by number.
        students: all students, by name.
        standings: one for each student and lesson; a pair that is not here is missing.
        pass_mark: percent needed.
        made: when this was put together, in UTC.
    """

    title: str
    lessons: tuple[LessonInfo, ...]
    students: tuple[Student, ...]
    standings: tuple[Standing, ...]
    pass_mark: float
    made: datetime

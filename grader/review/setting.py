"""Points that a teacher sets by hand, and what of them can be meant."""

import getpass
import os
from dataclasses import dataclass
from datetime import UTC, datetime

from grader.course import Course, Lesson
from grader.errors import UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.filing import add_override, find_student
from grader.gradebook.standings import read_class, settle
from grader.policy.records import Override
from grader.rubric import Rubric, load_rubric
from grader.standing import Standing
from grader.text import number


@dataclass(frozen=True)
class Setting:
    """What a teacher wants to be set.

    Attributes:
        student: key, name, address or number of the student.
        lesson: the lesson.
        criterion: the criterion, or None for the lesson as a whole.
        points: its points, or None to withdraw what was set.
        who: who sets them.
        why: for what reason.
    """

    student: str
    lesson: Lesson
    criterion: str | None
    points: float | None
    who: str
    why: str


def set_points(database: Database, course: Course, setting: Setting) -> Standing:
    """Sets points by hand; what was set before stays in the gradebook, and the newest counts.

    Args:
        database: the gradebook.
        course: the course.
        setting: what to set.

    Returns:
        Where the student stands now.

    Raises:
        UsageProblem: there is no such student or criterion, or there are not so many points to be had.
    """
    most = _most(load_rubric(setting.lesson.rubric), setting)
    if setting.points is not None and not 0 <= setting.points <= most:
        raise UsageProblem(f"{number(setting.points)} points cannot be set: there are {number(most)} to be had")
    if not setting.why.strip():
        raise UsageProblem("say why, with --why: it is kept, and the student reads it")
    with database.reading() as connection:
        row, student = find_student(connection, setting.student)
    override = Override(
        criterion=setting.criterion, points=setting.points, who=setting.who, at=datetime.now(UTC), why=setting.why
    )
    add_override(database, row, setting.lesson.id, override)
    standings = read_class(database, course, [setting.lesson]).standings
    settle(database, standings)
    return next(each for each in standings if each.student == student)


def me() -> str:
    """The name under which decisions are kept: the user's of this machine."""
    try:
        return os.environ.get("GRADE_TEACHER") or getpass.getuser()
    except (OSError, KeyError):
        return "teacher"


def _most(rubric: Rubric, setting: Setting) -> float:
    if setting.criterion is None:
        return sum(criterion.points for criterion in rubric.criteria)
    try:
        return rubric.criterion(setting.criterion).points
    except KeyError as problem:
        there = ", ".join(criterion.id for criterion in rubric.criteria)
        raise UsageProblem(
            f"{setting.lesson.short} has no criterion '{setting.criterion}'; it has: {there}"
        ) from problem

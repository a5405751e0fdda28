"""The mark of a whole course, out of the marks of its lessons."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from grader.policy.points import percent
from grader.standing import LessonInfo, Standing, State


@dataclass(frozen=True)
class CourseMark:
    """What one student has reached in a course.

    Attributes:
        so_far: percent over the lessons that have a mark, or are due and missing, which counts as zero; None where
            there are none yet.
        in_all: percent over all lessons; what is missing counts as zero, due or not.
        unknown: lessons that were handed in and have no mark yet; they are in neither number.
    """

    so_far: float | None
    in_all: float | None
    unknown: tuple[str, ...] = ()


def course_mark(standings: Iterable[Standing], lessons: Iterable[LessonInfo], at: datetime) -> CourseMark:
    """Weighs the lessons of one student.

    Args:
        standings: what the student has reached; a lesson that is not among them is missing.
        lessons: all lessons of the course; one of weight 0 does not count.
        at: the moment that it is asked for, in UTC.
    """
    reached = {each.lesson: each for each in standings}
    so_far: list[tuple[float, float]] = []
    open_: list[tuple[float, float]] = []
    unknown: list[str] = []
    for lesson in lessons:
        standing = reached.get(lesson.id)
        if standing is not None and standing.final is not None:
            so_far.append((lesson.weight, standing.final))
        elif standing is not None and standing.state is not State.MISSING:
            unknown += [lesson.id] if lesson.weight else []
        elif lesson.due is not None and lesson.due < at:
            so_far.append((lesson.weight, 0.0))
        else:
            open_.append((lesson.weight, 0.0))
    return CourseMark(_weighed(so_far), _weighed([*so_far, *open_]), tuple(unknown))


def _weighed(marks: list[tuple[float, float]]) -> float | None:
    most = sum(weight * 100 for weight, _ in marks)  # summed like the marks, so that full marks stay full
    return percent(sum(weight * mark for weight, mark in marks), most) if most else None

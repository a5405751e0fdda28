"""Writes the pages of a class from its gradebook, each row linked to the student's report."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.batch.pages import Pages
from grader.classpage.pages import write_pages
from grader.classpage.twins import Twin, twins
from grader.course import Course
from grader.gradebook.database import Database
from grader.gradebook.keeping import keys, sources
from grader.placed import Unplaced
from grader.standing import Class, Standing, Student


def publish(
    database: Database, klass: Class, course: Course, pages: Pages, unplaced: Sequence[Unplaced], *, anonymous: bool
) -> Path:
    """Writes the pages.

    Args:
        database: the gradebook.
        klass: the class, as the gradebook has it.
        course: the course.
        pages: where reports lie.
        unplaced: what could not be placed.
        anonymous: whether to hide who is who.

    Returns:
        The page of the course.

    Raises:
        UsageProblem: they cannot be written.
    """
    counted = {(each.student.key, each.lesson): each.attempt for each in klass.standings if each.attempt}
    known = keys(database, counted.values())

    def report(student: Student, lesson: str) -> str | None:
        attempt = counted.get((student.key, lesson))
        path = pages.report(student, lesson, known[attempt]) if attempt in known else ""
        return path if path and pages.has(path) else None

    return write_pages(
        klass,
        pages.folder,
        reports=report,
        twins=_twins(database, klass, course),
        unplaced=unplaced,
        anonymous=pages.called if anonymous else None,
    )


def _twins(database: Database, klass: Class, course: Course) -> list[Twin]:
    """Near-duplicates among the submissions that count, lesson by lesson."""
    found = []
    of_lesson: Mapping[str, list[Standing]] = {
        lesson.id: [each for each in klass.standings if each.lesson == lesson.id and each.attempt]
        for lesson in klass.lessons
    }
    for lesson in course.lessons():
        standings = of_lesson.get(lesson.id, [])
        texts = sources(database, [each.attempt for each in standings if each.attempt])
        programs = {each.student.key: texts[each.attempt] for each in standings if each.attempt in texts}
        if len(programs) > 1:
            found += twins(lesson.id, programs, stub=_text(lesson.stub), solution=_text(lesson.solution))
    return found


def _text(path: Path) -> str:
    """A file of the course; one that it does not have takes nothing away."""
    return path.read_text("utf-8") if path.exists() else ""

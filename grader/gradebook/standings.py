"""Where a class stands by the gradebook and the rules of its course; what was told of a mark before is kept."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, select

from grader.course import Course, Lesson
from grader.gradebook.database import Database
from grader.gradebook.filing import lessons_known, read_filed
from grader.gradebook.handing import read_students
from grader.gradebook.tables import MARK, STUDENT
from grader.policy.rules import Policy
from grader.policy.standing import standing_of
from grader.rubric import load_rubric
from grader.settings import load_settings
from grader.standing import Class, LessonInfo, Standing


def read_class(database: Database, course: Course, lessons: Iterable[Lesson] | None = None) -> Class:
    """Reads where a class stands.

    Args:
        database: the gradebook.
        course: the course, for its rules and titles.
        lessons: what to tell of; None for all lessons that something is known of, or that are due some time.

    Raises:
        GraderFault: the rules or a rubric cannot be read.
    """
    policy = load_policy(course)
    with database.reading() as connection:
        chosen = list(lessons) if lessons is not None else list(_told_of(connection, course, policy))
        infos = [lesson_info(lesson, policy) for lesson in chosen]
        filed = read_filed(connection, infos)
        students = read_students(connection).values()
    return Class(
        title=policy.title,
        lessons=tuple(infos),
        students=tuple(sorted(students, key=lambda student: (str(student).casefold(), student.key))),
        standings=tuple(standing_of(each, policy) for each in filed),
        pass_mark=policy.pass_mark,
        made=datetime.now(UTC),
    )


def load_policy(course: Course) -> Policy:
    """The rules of a course on marks.

    Raises:
        GraderFault: they cannot be read, or name a lesson that there is not.
    """
    policy = load_settings(course.folder).policy
    policy.check_lessons(lesson.id for lesson in course.lessons())
    return policy


def lesson_info(lesson: Lesson, policy: Policy) -> LessonInfo:
    """What pages tell of a lesson.

    Raises:
        GraderFault: its rubric cannot be read.
    """
    rubric = load_rubric(lesson.rubric)
    return policy.info(lesson.id, rubric.title, sum(criterion.points for criterion in rubric.criteria))


def settle(database: Database, standings: Iterable[Standing]) -> int:
    """Adds each mark that has changed since it was last told, also where there is none any more.

    Args:
        database: the gradebook.
        standings: the marks as they are now.

    Returns:
        How many are new.
    """
    with database.writing() as connection:
        last = _last_told(connection)
        ids = {row.key: row.id for row in connection.execute(select(STUDENT.c.key, STUDENT.c.id))}
        now = datetime.now(UTC)
        rows = [
            {"student_id": ids[each.student.key], "lesson": each.lesson, "attempt_id": each.attempt or None}
            | {"raw": each.raw, "final": each.final, "passed": each.passed, "reasons": list(each.reasons), "at": now}
            for each in standings
            if last.get((ids[each.student.key], each.lesson), _NEVER_TOLD)
            != _told(each.raw, each.final, each.passed, each.reasons)
        ]
        if rows:
            connection.execute(insert(MARK), rows)
    return len(rows)


_Told = tuple[float | None, float | None, bool, tuple[str, ...]]
_NEVER_TOLD: _Told = (None, None, False, ())


def _told(raw: float | None, final: float | None, passed: bool, reasons: Iterable[str]) -> _Told:
    return raw, final, passed, tuple(reasons)


def _last_told(connection: Connection) -> dict[tuple[int, str], _Told]:
    newest = select(func.max(MARK.c.id)).group_by(MARK.c.student_id, MARK.c.lesson)
    rows = connection.execute(select(MARK).where(MARK.c.id.in_(newest)))
    return {(row.student_id, row.lesson): _told(row.raw, row.final, row.passed, row.reasons) for row in rows}


def _told_of(connection: Connection, course: Course, policy: Policy) -> Iterator[Lesson]:
    known = lessons_known(connection)
    for lesson in course.lessons():
        if lesson.id in known or policy.due(lesson.id) is not None:
            yield lesson

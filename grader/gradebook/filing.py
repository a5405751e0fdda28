"""Reads everything that is known of each student in each lesson, and adds what teachers decide."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, insert, select

from grader.errors import UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.handing import NO_TIME, read_students
from grader.gradebook.tables import ATTEMPT, DECISION, OUTCOME, OVERRIDE, STUDENT, SUBMISSION, TRY
from grader.model import Outcome, Versions
from grader.policy.records import AnswersTried, Attempted, Decision, Filed, Override, Subject, Verdict
from grader.standing import Clock, CriterionStanding, LessonInfo, Student
from grader.text import folded

_Whose = tuple[int, str]  # student and lesson


def read_filed(connection: Connection, lessons: Collection[LessonInfo]) -> list[Filed]:
    """Reads what is known of some lessons.

    Args:
        connection: the gradebook.
        lessons: the lessons.

    Returns:
        An entry for each student and lesson of which anything is known.
    """
    students = read_students(connection)
    names = [lesson.id for lesson in lessons]
    tries, overrides, decisions = (
        _tries(connection, names),
        _overrides(connection, names),
        _decisions(connection, names),
    )
    whose = sorted({*tries, *overrides, *decisions})
    told = {lesson.id: lesson for lesson in lessons}
    return [
        Filed(
            student=students[student],
            lesson=told[lesson],
            attempts=tuple(tries[student, lesson]),
            overrides=tuple(overrides[student, lesson]),
            decisions=tuple(decisions[student, lesson]),
        )
        for student, lesson in whose
    ]


def lessons_known(connection: Connection) -> set[str]:
    """Ids of all lessons that something is known of."""
    known = select(SUBMISSION.c.lesson).union(select(OVERRIDE.c.lesson))
    return set(connection.execute(known).scalars())


def find_student(connection: Connection, name: str) -> tuple[int, Student]:
    """Finds a student by key, or by the full name, e-mail address or number in another system, if it is just one's.

    Raises:
        UsageProblem: there is none, or there are several.
    """
    students = read_students(connection)
    by_key = [(number, student) for number, student in students.items() if student.key == name]
    wanted = folded(name)
    hits = by_key or [
        (number, student)
        for number, student in students.items()
        if wanted in map(folded, filter(None, (student.key, student.name, student.email, *student.ids.values())))
    ]
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise UsageProblem(f"'{name}' may be {' or '.join(sorted(student.key for _, student in hits))}; say which")
    raise UsageProblem(f"there is no student '{name}' in the gradebook")


def add_override(database: Database, student: int, lesson: str, override: Override) -> None:
    """Adds points that were set by hand, or that these are withdrawn.

    Args:
        database: the gradebook.
        student: number of the student.
        lesson: id of the lesson.
        override: what was set.
    """
    values = {"student_id": student, "lesson": lesson, **_fields(override)}
    with database.writing() as connection:
        connection.execute(insert(OVERRIDE), values)


def add_decision(database: Database, student: str, lesson: str, decision: Decision) -> None:
    """Adds what a teacher decided on something that waited.

    Args:
        database: the gradebook.
        student: key of the student.
        lesson: id of the lesson.
        decision: the decision.

    Raises:
        UsageProblem: there is no such student.
    """
    values = _fields(decision) | {"subject": decision.subject.value, "verdict": decision.verdict.value}
    with database.writing() as connection:
        number = connection.execute(select(STUDENT.c.id).where(STUDENT.c.key == student)).scalar()
        if number is None:
            raise UsageProblem(f"there is no student '{student}' in the gradebook")
        connection.execute(insert(DECISION), {"student_id": number, "lesson": lesson, **values})


def _fields(record: msgspec.Struct) -> dict[str, Any]:
    return msgspec.structs.asdict(record)


def _overrides(connection: Connection, lessons: list[str]) -> dict[_Whose, list[Override]]:
    found: dict[_Whose, list[Override]] = defaultdict(list)
    for row in connection.execute(select(OVERRIDE).where(OVERRIDE.c.lesson.in_(lessons)).order_by(OVERRIDE.c.id)):
        override = Override(criterion=row.criterion, points=row.points, who=row.who, at=row.at, why=row.why)
        found[row.student_id, row.lesson].append(override)
    return found


def _decisions(connection: Connection, lessons: list[str]) -> dict[_Whose, list[Decision]]:
    found: dict[_Whose, list[Decision]] = defaultdict(list)
    for row in connection.execute(select(DECISION).where(DECISION.c.lesson.in_(lessons)).order_by(DECISION.c.id)):
        decision = Decision(
            digest=row.digest,
            subject=Subject(row.subject),
            item=row.item,
            verdict=Verdict(row.verdict),
            value=row.value,
            comment=row.comment,
            who=row.who,
            at=row.at,
        )
        found[row.student_id, row.lesson].append(decision)
    return found


def _tries(connection: Connection, lessons: list[str]) -> dict[_Whose, list[Attempted]]:
    """All tries, each with the last grading of its file."""
    newest = _newest(lessons)
    attempts = {row.submission_id: row for row in connection.execute(newest)}
    criteria = _criteria(connection, newest)
    found: dict[_Whose, list[Attempted]] = defaultdict(list)
    columns = (SUBMISSION.c.id, SUBMISSION.c.student_id, SUBMISSION.c.lesson, SUBMISSION.c.digest, SUBMISSION.c.name)
    handed = select(*columns, TRY.c.handed, TRY.c.clock, TRY.c.id.label("order"))
    rows = handed.join(TRY, TRY.c.submission_id == SUBMISSION.c.id).where(SUBMISSION.c.lesson.in_(lessons))
    for row in connection.execute(rows.order_by(TRY.c.id)):
        found[row.student_id, row.lesson].append(_attempted(row, attempts.get(row.id), criteria))
    return found


def _newest(lessons: list[str]) -> Select[Any]:
    """The last attempt of each submission, without its report."""
    last = (
        select(func.max(ATTEMPT.c.id))
        .join(SUBMISSION, SUBMISSION.c.id == ATTEMPT.c.submission_id)
        .where(SUBMISSION.c.lesson.in_(lessons))
        .group_by(ATTEMPT.c.submission_id)
    )
    columns = (ATTEMPT.c.submission_id, ATTEMPT.c.id, ATTEMPT.c.fault, ATTEMPT.c.seed_id, ATTEMPT.c.versions)
    return select(*columns, ATTEMPT.c.answers).where(ATTEMPT.c.id.in_(last))


def _criteria(connection: Connection, newest: Select[Any]) -> dict[int, list[CriterionStanding]]:
    found: dict[int, list[CriterionStanding]] = defaultdict(list)
    numbers = newest.with_only_columns(ATTEMPT.c.id)
    rows = select(OUTCOME).where(OUTCOME.c.attempt_id.in_(numbers)).order_by(OUTCOME.c.attempt_id, OUTCOME.c.place)
    for row in connection.execute(rows):
        criterion = CriterionStanding(
            id=row.criterion,
            title=row.title,
            outcome=Outcome(row.outcome),
            cause=row.cause,
            headline=row.headline,
            points=row.points,
            max_points=row.max_points,
            checked_points=row.points,
            provisional=row.provisional,
            borderline=row.borderline,
        )
        found[row.attempt_id].append(criterion)
    return found


def _attempted(handed: Any, attempt: Any, criteria: Mapping[int, list[CriterionStanding]]) -> Attempted:
    """One row of tries with one of attempts, or None."""
    clock = Clock(handed.clock)
    tried = Attempted(
        number=0,
        file=handed.name,
        digest=handed.digest,
        handed=None if clock is Clock.UNKNOWN and handed.handed == NO_TIME else handed.handed,
        clock=clock,
        order=handed.order,
    )
    if attempt is None:
        return tried
    return msgspec.structs.replace(
        tried,
        number=attempt.id,
        criteria=tuple(criteria[attempt.id]),
        answers=msgspec.convert(attempt.answers, AnswersTried | None),
        fault=attempt.fault,
        seed_id=attempt.seed_id,
        versions=msgspec.convert(attempt.versions, Versions),
    )

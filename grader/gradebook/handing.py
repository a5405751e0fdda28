"""Enters students and what they handed in; what is there already is left as it is."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec
from sqlalchemy import Connection, func, insert, select

from grader.gradebook.columns import indexable, storable
from grader.gradebook.database import Database
from grader.gradebook.rows import add_new
from grader.gradebook.tables import DETAIL, STUDENT, SUBMISSION, TRY
from grader.placed import Placed
from grader.standing import Clock, Student

#: Stands for a time that nobody knows: before all that are known.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_What = tuple[int, str, str, str]  # student, lesson, digest, kind


@dataclass(frozen=True)
class Found:
    """A submission that was found, with the hash of its bytes.

    Attributes:
        placed: whose it is, for which lesson, from when.
        digest: SHA-256 of what is read of it.
    """

    placed: Placed
    digest: str

    @property
    def kind(self) -> str:
        """The ending of its name, which tells a notebook from a program."""
        return "ipynb" if self.placed.name.lower().endswith(".ipynb") else "py"


@dataclass(frozen=True)
class Entry:
    """A submission in the gradebook.

    Attributes:
        id: its number there.
        found: what was found, with texts as the gradebook has them; of several finds of the same bytes the last.
    """

    id: int
    found: Found


def enter(database: Database, students: Sequence[Student], found: Sequence[Found]) -> list[Entry]:
    """Enters students and submissions.

    Args:
        database: the gradebook.
        students: everybody who is known, with or without a submission.
        found: submissions, those of one student and lesson from the first try to the last.

    Returns:
        An entry for each submission; the same bytes of one student and lesson are one, at the place of the last.
    """
    found = [_storable_find(each) for each in found]
    told = [*map(_storable_student, students), *(each.placed.student for each in found)]
    with database.writing() as connection:
        ids = _enter_students(connection, told)
        what = _last_finds(ids, found)
        add_new(connection, SUBMISSION, [_submission_row(key, each) for key, each in what.items()])
        known = _submissions(connection, {lesson for _, lesson, _, _ in what})
        add_new(connection, TRY, [_try_row(known[_what(ids, each)], each) for each in found])
    return [Entry(known[key], each) for key, each in what.items()]


def _storable_find(found: Found) -> Found:
    placed = found.placed
    student, name, origin = _storable_student(placed.student), storable(placed.name), indexable(placed.origin)
    return replace(found, placed=replace(placed, student=student, name=name, origin=origin))


def _storable_student(student: Student) -> Student:
    return Student(
        key=indexable(student.key),
        name=storable(student.name),
        email=storable(student.email),
        ids={storable(system): storable(number) for system, number in student.ids.items()},
    )


def _what(ids: dict[str, int], found: Found) -> _What:
    return ids[found.placed.student.key], found.placed.lesson, found.digest, found.kind


def _last_finds(ids: dict[str, int], found: Sequence[Found]) -> dict[_What, Found]:
    """Each submission once, in the order in which it was last handed in: who goes back to an older file means that."""
    last: dict[_What, Found] = {}
    for each in found:
        what = _what(ids, each)
        last.pop(what, None)
        last[what] = each
    return last


def _submission_row(key: _What, found: Found) -> dict[str, object]:
    student, lesson, digest, kind = key
    return {"student_id": student, "lesson": lesson, "digest": digest, "kind": kind, "name": found.placed.name}


def _try_row(submission: int, found: Found) -> dict[str, object]:
    placed = found.placed
    handed, clock = (NO_TIME, Clock.UNKNOWN) if placed.handed is None else (placed.handed, placed.clock)
    return {"submission_id": submission, "origin": placed.origin, "handed": handed, "clock": clock.value}


def _submissions(connection: Connection, lessons: set[str]) -> dict[_What, int]:
    columns = SUBMISSION.c
    chosen = select(columns.student_id, columns.lesson, columns.digest, columns.kind, columns.id)
    rows = connection.execute(chosen.where(columns.lesson.in_(lessons)))
    return {(row.student_id, row.lesson, row.digest, row.kind): row.id for row in rows}


def _enter_students(connection: Connection, students: Sequence[Student]) -> dict[str, int]:
    """Adds who is new and what is news of the others; returns the number of each key."""
    told = {student.key: student for student in reversed(students)}  # the first mention, a roster's, counts
    add_new(connection, STUDENT, [{"key": key, "alias": f"student {secrets.token_hex(6)}"} for key in told])
    ids = {row.key: row.id for row in connection.execute(select(STUDENT.c.key, STUDENT.c.id))}
    before = {student.key: student for student in read_students(connection).values()}
    now = datetime.now(UTC)
    news = [
        {"student_id": ids[key], "name": student.name, "email": student.email, "ids": student.ids, "at": now}
        for key, student in ((key, _with_news(before[key], news)) for key, news in told.items())
        if student != before[key]
    ]
    if news:
        connection.execute(insert(DETAIL), news)
    return ids


def _with_news(before: Student, told: Student) -> Student:
    """What is known now: what is not told this time, as without a roster, holds on."""
    return msgspec.structs.replace(
        before, name=told.name or before.name, email=told.email or before.email, ids=before.ids | told.ids
    )


def read_students(connection: Connection) -> dict[int, Student]:
    """Everybody in the gradebook, by number, with what was last told of them."""
    newest = select(func.max(DETAIL.c.id)).group_by(DETAIL.c.student_id).scalar_subquery()
    details = select(DETAIL).where(DETAIL.c.id.in_(newest)).subquery()
    rows = connection.execute(
        select(STUDENT.c.id, STUDENT.c.key, details.c.name, details.c.email, details.c.ids).join(
            details, details.c.student_id == STUDENT.c.id, isouter=True
        )
    )
    return {row.id: Student(key=row.key, name=row.name or "", email=row.email or "", ids=row.ids or {}) for row in rows}


def read_aliases(connection: Connection) -> dict[str, str]:
    """What anonymous pages call each student, by key."""
    return {row.key: row.alias for row in connection.execute(select(STUDENT.c.key, STUDENT.c.alias))}

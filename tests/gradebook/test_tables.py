"""Nothing that was written is ever changed, but for claims and the pulse of those who grade."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from grader.gradebook.database import Database
from grader.gradebook.filing import add_decision, add_override, find_student, read_filed
from grader.gradebook.handing import Found, enter
from grader.gradebook.keeping import Marked, Work, keep, keep_fault
from grader.gradebook.running import Claim, running
from grader.gradebook.standings import settle
from grader.gradebook.tables import RUN, Base
from grader.model import Grade
from grader.policy.records import Decision, Override, Subject, Verdict
from grader.policy.rules import Policy
from grader.policy.standing import standing_of
from grader.report.json_report import encode
from grader.standing import LessonInfo, Student

NOON = datetime(2025, 1, 31, 12, tzinfo=UTC)
CHANGES = re.compile(r"^(?:UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|DROP|ALTER)\b|\bDO UPDATE\b|\bOR REPLACE\b")


def a_course(
    database: Database, find: Callable[..., Found], grade: Callable[..., Grade], work: Callable[..., Work]
) -> None:
    """Everything that ever happens to a gradebook, twice."""
    lesson = LessonInfo(id="lesson01_tiny", title="Tiny", max_points=12)
    for points in (1.0, 2.0):
        found = [find("ada", b"%f" % points), find("ben", b"%f" % points, "a.ipynb")]
        entries = enter(database, [Student(key="ada", name=f"Ada {points}")], found)
        with running(database) as dead, running(database) as run:
            for entry in entries:
                mark = grade(entry.found, points=points)
                todo = work(entry.id, mark.key, entry.found.kind)
                assert dead.claim(entry.id, todo.key) is Claim.GRANTED
                with database.writing() as connection:
                    connection.execute(update(RUN).where(RUN.c.id == dead.number).values(born=0.5))
                assert run.claim(entry.id, todo.key) is Claim.GRANTED
                keep_fault(database, run, todo, "busy")
                keep(database, run, todo, Marked(mark, encode(mark), "x", automatic=False))
                keep(database, run, todo, Marked(mark, encode(mark), "x", automatic=False))
                keep(
                    database,
                    run,
                    work(entry.id, grade(entry.found, "b" * 64).key),
                    Marked(mark, encode(mark), "x", automatic=False),
                )
        with database.reading() as connection:
            number, student = find_student(connection, "ada")
        for set_points in (points, None):
            override = Override(criterion=None, points=set_points, who="Zoë", at=NOON, why="so")
            add_override(database, number, lesson.id, override)
            decision = Decision(
                digest=entries[0].found.digest,
                subject=Subject.PROSE,
                item="told",
                verdict=Verdict.ACCEPT,
                who="Zoë",
                at=NOON,
            )
            add_decision(database, student.key, lesson.id, decision)
            with database.reading() as connection:
                read = read_filed(connection, [lesson])
            settle(database, [standing_of(each, Policy()) for each in read])


def test_only_claims_and_pulses_change(
    database: Database,
    statements: list[str],
    find: Callable[..., Found],
    grade: Callable[..., Grade],
    work: Callable[..., Work],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("grader.gradebook.running.BEAT_SECONDS", 0.001)
    a_course(database, find, grade, work)
    with running(database):
        while not any(statement.startswith("UPDATE run SET pulse") for statement in statements):
            time.sleep(0.001)
    changes = {" ".join(statement.split()[:4]) for statement in statements if CHANGES.search(statement)}
    made = {re.split(r"=| WHERE", change)[0] for change in changes} - {"UPDATE run SET born"}  # the test's own
    assert made == {"UPDATE run SET pulse", "UPDATE claim SET run_id", "DELETE FROM claim"}
    written = {match[1] for statement in statements if (match := re.match(r'INSERT INTO "?(\w+)', statement))}
    assert written == set(Base.metadata.tables)

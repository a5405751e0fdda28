"""Where a class stands by its gradebook; marks are told once, and again for each change."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from grader.course import Course, Lesson
from grader.errors import GraderFault
from grader.gradebook.database import Database
from grader.gradebook.filing import add_override, find_student
from grader.gradebook.handing import Entry, Found, enter
from grader.gradebook.keeping import Marked, Work, keep
from grader.gradebook.running import running
from grader.gradebook.standings import load_policy, read_class, settle
from grader.gradebook.tables import MARK
from grader.model import Grade
from grader.policy.records import Override
from grader.report.json_report import encode
from grader.standing import Standing, State, Student

CRITERIA = {"loads": "points = 4", "doubles": "points = 4", "negative": "points = 4"}


@pytest.fixture
def course(tmp_path: Path, write_lesson: Callable[..., Lesson], doubling: str) -> Course:
    """A course of four lessons, of which the second is due some time."""
    first = write_lesson(tmp_path, CRITERIA, doubling)
    for name in ("lesson02_due", "lesson03_set", "lesson10_other"):
        shutil.copytree(first.rubric, tmp_path / "rubrics" / name)
    (tmp_path / "rubrics" / "course.toml").write_text(
        '[policy]\ntitle = "Tiny course"\npass_mark = 50\n'
        "[policy.lessons.lesson02]\ndue = 2999-01-01T00:00:00Z\nweight = 2\n",
        "utf-8",
    )
    return Course(tmp_path)


@pytest.fixture
def graded(database: Database, entry: Entry, grade: Callable[..., Grade], work: Callable[..., Work]) -> Grade:
    """The mark of one student."""
    mark = grade(entry.found)
    with running(database) as run:
        keep(database, run, work(entry.id, mark.key), Marked(mark, encode(mark), "", automatic=False))
    return mark


def set_by_hand(database: Database, points: float | None, why: str, lesson: str = "lesson01_tiny") -> None:
    with database.reading() as connection:
        number, _ = find_student(connection, "ada")
    override = Override(criterion=None, points=points, who="Zoë", at=datetime.now(UTC), why=why)
    add_override(database, number, lesson, override)


def marks(database: Database) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(select(MARK).order_by(MARK.c.id)))


def standings(database: Database, course: Course) -> tuple[Standing, ...]:
    return read_class(database, course).standings


@pytest.mark.usefixtures("graded")
def test_lessons_are_told_of_that_are_known_or_due(database: Database, course: Course) -> None:
    def told() -> list[str]:
        return [lesson.id for lesson in read_class(database, course).lessons]

    assert told() == ["lesson01_tiny", "lesson02_due"]
    set_by_hand(database, 1.0, "", "lesson03_set")
    assert told() == ["lesson01_tiny", "lesson02_due", "lesson03_set"]
    chosen = read_class(database, course, iter([course.lesson("10"), course.lesson("1")]))
    assert [lesson.id for lesson in chosen.lessons] == ["lesson10_other", "lesson01_tiny"]
    assert [each.lesson for each in chosen.standings] == ["lesson01_tiny"]


def test_a_class_is_all_that_its_course_says_of_it(database: Database, course: Course, graded: Grade) -> None:
    enter(database, [Student(key="x", name="ben"), Student(key="b", name="Cleo"), Student(key="a")], [])
    class_ = read_class(database, course)
    assert (class_.title, class_.pass_mark) == ("Tiny course", 50.0)
    assert [(lesson.title, lesson.max_points, lesson.weight) for lesson in class_.lessons] == [
        ("Tiny", 12.0, 1.0),
        ("Tiny", 12.0, 2.0),
    ]
    assert [str(student) for student in class_.students] == ["a", "ada", "ben", "Cleo"]
    (standing,) = class_.standings
    assert (standing.state, standing.raw, standing.final) == (State.GRADED, graded.percent, graded.percent)
    assert (standing.attempt, standing.seed_id, standing.versions) == (1, "public", graded.key.versions)
    assert standing.passed is False


def test_an_empty_gradebook_has_a_class_of_nobody(database: Database, course: Course) -> None:
    class_ = read_class(database, course)
    assert (class_.students, class_.standings) == ((), ())
    assert settle(database, class_.standings) == 0


def test_rules_on_a_lesson_that_there_is_not_are_a_fault(course: Course) -> None:
    with (course.folder / "rubrics" / "course.toml").open("a", encoding="utf-8") as file:
        file.write("[policy.lessons.lesson77]\nweight = 2\n")
    with pytest.raises(GraderFault, match="lesson77"):
        load_policy(course)


def test_a_mark_is_told_once(database: Database, course: Course, graded: Grade) -> None:
    assert settle(database, standings(database, course)) == 1
    assert settle(database, standings(database, course)) == 0
    (mark,) = marks(database)
    assert (mark.lesson, mark.raw, mark.final, mark.passed) == (
        "lesson01_tiny",
        graded.percent,
        graded.percent,
        False,
    )
    assert (mark.reasons, mark.attempt_id) == ([], 1)


@pytest.mark.usefixtures("graded")
def test_each_change_is_told_also_of_a_reason_alone(database: Database, course: Course) -> None:
    told = []
    for points, why in ((None, ""), (12.0, "it works"), (12.0, "it works"), (12.0, "it does work"), (None, "")):
        set_by_hand(database, points, why)
        told.append(settle(database, standings(database, course)))
    assert told == [1, 1, 0, 1, 1]
    read = [(mark.final, mark.passed, mark.reasons) for mark in marks(database)]
    assert [mark[:2] for mark in read] == [(45.3, False), (100.0, True), (100.0, True), (45.3, False)]
    assert [len(mark[2]) for mark in read] == [0, 1, 1, 0]
    assert "it works" in read[1][2][0]
    assert "it does work" in read[2][2][0]


@pytest.mark.usefixtures("graded")
def test_a_mark_that_holds_no_more_is_told_and_again_when_it_holds(
    database: Database, course: Course, find: Callable[..., Found]
) -> None:
    settle(database, standings(database, course))
    later = find(content=b"y = 2\n", handed=datetime(2025, 2, 1, tzinfo=UTC))
    enter(database, [], [later])
    waiting = standings(database, course)
    assert [each.state for each in waiting] == [State.WAITING]
    assert [settle(database, waiting) for _ in range(2)] == [1, 0]
    (before, now) = marks(database)
    assert (before.final, now.raw, now.final, now.passed) == (45.3, None, None, False)
    graded = replace(waiting[0], state=State.GRADED, raw=before.raw, final=before.final)
    assert [settle(database, [graded]) for _ in range(2)] == [1, 0]


@pytest.mark.usefixtures("entry")
def test_where_there_never_was_a_mark_none_is_told(database: Database, course: Course) -> None:
    assert [each.state for each in standings(database, course)] == [State.WAITING]
    assert settle(database, standings(database, course)) == 0


@pytest.mark.usefixtures("entry")
def test_a_mark_without_a_grading_is_told(database: Database, course: Course) -> None:
    set_by_hand(database, 6.0, "orally")
    assert settle(database, standings(database, course)) == 1
    (mark,) = marks(database)
    assert (mark.raw, mark.final, mark.passed, mark.attempt_id) == (None, 50.0, True, None)


def test_a_class_is_settled_in_as_many_statements_as_a_student(
    database: Database, entry: Entry, statements: list[str]
) -> None:
    students = [Student(key=f"s{number}") for number in range(300)]
    enter(database, students, [])
    given = Standing(student=entry.found.placed.student, lesson="lesson01_tiny", state=State.GRADED, raw=1.0, final=1.0)
    statements.clear()
    settle(database, [given])
    few = len(statements)
    statements.clear()
    assert settle(database, [replace(given, student=student) for student in students]) == 300
    assert len(statements) == few < 10

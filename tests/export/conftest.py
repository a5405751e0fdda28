"""A class to export, with marks as a test wants them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from grader.model import Outcome, Versions
from grader.standing import Class, Clock, CriterionStanding, LessonInfo, Standing, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]

_LESSON = LessonInfo(
    id="lesson06_stacked", title="Stacked LSTMs", max_points=20, due=datetime(2026, 11, 20, 22, tzinfo=UTC)
)


@pytest.fixture(scope="session")
def make_class() -> MakeClass:
    """Makes a class of one lesson of 20 points, from a mark in percent or a state without one for each student."""

    def make(marks: list[tuple[Student, float | State]]) -> Class:
        return Class(
            title="LSTMs",
            lessons=(_LESSON,),
            students=tuple(student for student, _ in marks),
            standings=tuple(_standing(student, mark) for student, mark in marks if mark is not State.MISSING),
            pass_mark=60,
            made=datetime(2026, 11, 28, 12, tzinfo=UTC),
        )

    return make


def _standing(student: Student, mark: float | State) -> Standing:
    if isinstance(mark, State):
        fault = "the judge ended" if mark is State.QUARANTINED else ""
        return Standing(student=student, lesson=_LESSON.id, state=mark, tries=1, fault=fault)
    return Standing(
        student=student,
        lesson=_LESSON.id,
        state=State.GRADED,
        criteria=(_criterion("loads", Outcome.PASSED, 4), _criterion("stacks", Outcome.FAILED, 16)),
        points=mark / 5,
        max_points=20,
        raw=mark,
        final=mark,
        passed=mark >= 60,
        tries=2,
        file=f"{student.key}_lesson06.py",
        digest="d16e57" * 10,
        handed=datetime(2026, 11, 19, 8, 30, tzinfo=UTC),
        clock=Clock.STATED,
        attempt=7,
        seed_id="5eedf00d",
        versions=Versions(grade="1", python="3.11", keras="3", tensorflow="2", numpy="2"),
    )


def _criterion(name: str, outcome: Outcome, points: float) -> CriterionStanding:
    passed = outcome is Outcome.PASSED
    return CriterionStanding(
        id=name,
        title=f"It <{name}> & more",
        outcome=outcome,
        cause="" if passed else "wrong-shape",
        headline="" if passed else 'returns "one" number too few',
        points=points if passed else 0,
        max_points=points,
        checked_points=points if passed else 0,
    )

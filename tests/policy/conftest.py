"""Tries and files of one student in one lesson, as a gradebook gives them."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from grader.model import Outcome
from grader.policy.records import Attempted, Filed
from grader.standing import Clock, CriterionStanding, LessonInfo, Student

#: When lesson06 is due in these tests.
DUE = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def due() -> datetime:
    """When lesson06 is due in these tests."""
    return DUE


@pytest.fixture(scope="session")
def attempt() -> Callable[..., Attempted]:
    """Makes a try: points of the criteria c0 and c1, each out of 10, and how many days after the due date it came."""

    def make(*points: float, number: int = 1, days: float | None = 0.0, **rest: object) -> Attempted:
        criteria = tuple(
            CriterionStanding(
                id=f"c{place}",
                title=f"Title {place}",
                outcome=Outcome.PASSED if worth == 10 else Outcome.FAILED,
                points=worth,
                max_points=10,
                checked_points=worth,
            )
            for place, worth in enumerate(points)
        )
        fields: dict[str, object] = {
            "number": number,
            "file": f"try{number}.py",
            "digest": hashlib.sha256(bytes([number])).hexdigest(),
            "handed": None if days is None else DUE + timedelta(days=days),
            "clock": Clock.STATED,
            "criteria": criteria,
        }
        return Attempted(**(fields | rest))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def filed() -> Callable[..., Filed]:
    """Puts tries, points set by hand and decisions together for Ada in lesson06, of 20 points."""

    def make(*attempts: Attempted, **rest: object) -> Filed:
        lesson = LessonInfo(id="lesson06_stacked", title="Stacked LSTMs", max_points=20)
        return Filed(student=Student(key="ada"), lesson=lesson, attempts=attempts, **rest)  # type: ignore[arg-type]

    return make

"""Golden submissions: each broken in one way, each with the outcomes and the sentence that it must get."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.course import find_course
from grader.model import Grade
from grader.pipeline import Options, grade
from grader.rooms.house import Starter
from grader.seeds import public_secret
from grader.submission import MAX_BYTES, parse_submission, read_submission

pytestmark = pytest.mark.rooms

FOLDER = Path(__file__).resolve().parent / "cases"
EXPECTED: dict[str, Any] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
LESSON = find_course(FOLDER.parent.parent, FOLDER).lesson("lesson06")
#: Budgets for these cases; none of them trains.
OPTIONS = Options(public_secret(), cpu_seconds=10)


def found(result: Grade) -> dict[str, str]:
    return {row.id: row.checked.outcome.value for row in result.rows}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_case_gets_its_outcomes_and_its_sentence(name: str, rooms: Starter) -> None:
    expected = EXPECTED[name]
    submission = read_submission(FOLDER / f"{name}.py")
    result = grade(submission, LESSON, OPTIONS, rooms)
    answers = "skipped" if submission.unreadable else "not_started"
    assert found(result) == {**expected["outcomes"], "answers": answers}
    ((criterion, says),) = expected["says"].items()
    finding = next(row.checked.finding for row in result.rows if row.id == criterion)
    assert finding is not None
    assert says in f"{finding.headline} {finding.received}"
    assert "{" not in finding.headline
    if "line" in expected:
        assert finding.place is not None
        assert finding.place.line == expected["line"]
    assert not result.passed


def test_every_file_has_its_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(EXPECTED)


def test_a_file_of_fifty_megabytes_is_told_by_its_size(rooms: Starter) -> None:
    result = grade(parse_submission("big.py", b"x = 1\n" * MAX_BYTES, 50_000_000), LESSON, OPTIONS, rooms)
    finding = result.rows[0].checked.finding
    assert finding is not None
    assert "50.0 MB" in finding.headline
    assert result.points == 0

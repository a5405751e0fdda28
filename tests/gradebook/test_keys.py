"""Equal keys mean equal marks: whatever changes a mark changes its key, and points change no outcome."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.course import Lesson
from grader.gradebook.keys import grading_key, outcome_content, outcome_key
from grader.model import GradingKey, Versions

_VERSIONS = Versions(grade="1", python="3", keras="3", tensorflow="2", numpy="2")
KEY = GradingKey(submission="a" * 64, rubric="b" * 64, seed_id="public", versions=_VERSIONS)
CHANGED = {
    "submission": msgspec.structs.replace(KEY, submission="c" * 64),
    "seed": msgspec.structs.replace(KEY, seed_id="secret"),
    "keras": msgspec.structs.replace(KEY, versions=msgspec.structs.replace(_VERSIONS, keras="4")),
    "grade": msgspec.structs.replace(KEY, versions=msgspec.structs.replace(_VERSIONS, grade="2")),
}
OTHER_RUBRIC = msgspec.structs.replace(KEY, rubric="d" * 64)


@pytest.mark.parametrize("what", CHANGED)
def test_what_changes_a_mark_changes_both_keys(what: str) -> None:
    assert grading_key(CHANGED[what], "py") != grading_key(KEY, "py")
    assert outcome_key(CHANGED[what], "py", b"") != outcome_key(KEY, "py", b"")


def test_a_rubric_changes_the_mark_and_its_outcomes_only_by_what_they_depend_on() -> None:
    assert grading_key(OTHER_RUBRIC, "py") != grading_key(KEY, "py")
    assert outcome_key(OTHER_RUBRIC, "py", b"") == outcome_key(KEY, "py", b"")
    assert outcome_key(KEY, "py", b"other") != outcome_key(KEY, "py", b"")


def test_a_notebook_of_the_same_bytes_is_judged_by_itself() -> None:
    assert grading_key(KEY, "py") != grading_key(KEY, "ipynb")
    assert outcome_key(KEY, "py", b"") != outcome_key(KEY, "ipynb", b"")


def test_equal_facts_have_equal_keys() -> None:
    twin = msgspec.json.decode(msgspec.json.encode(KEY), type=GradingKey)
    assert grading_key(twin, "py") == grading_key(KEY, "py")
    assert outcome_key(twin, "py", b"x") == outcome_key(KEY, "py", b"x")
    assert len(grading_key(KEY, "py")) == len(outcome_key(KEY, "py", b"")) == 64


def test_points_change_no_outcome_and_checks_do(
    write_lesson: Callable[..., Lesson], doubling: str, tmp_path: Path
) -> None:
    def content(points: int, checks: str = doubling) -> tuple[bytes, str]:
        criteria: dict[str, Any] = {"loads": "points = 1", "doubles": f"points = {points}", "negative": "points = 1"}
        lesson = write_lesson(tmp_path, criteria, checks)
        return outcome_content(lesson), lesson.fingerprint()

    first, more, other = content(3), content(4), content(4, doubling + "\n# changed\n")
    assert first[0] == more[0] != other[0]
    assert len({first[1], more[1], other[1]}) == 3

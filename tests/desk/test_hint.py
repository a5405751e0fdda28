"""Hints come one at a time; the file is graded only where its last report does not hold any more."""

from typing import Any

import pytest

pytestmark = pytest.mark.rooms

GRADED = "graded first"


def test_hints_grow_stronger_from_call_to_call(student: Any) -> None:
    student.writes(student.wrong)
    shown = [student.runs("hint", "1") for _ in range(4)]
    assert [done.returncode for done in shown] == [0] * 4
    assert [GRADED in done.stderr for done in shown] == [True, False, False, False]
    for done, number in zip(shown, (1, 2, 3, 3), strict=True):
        assert f"({number} of 3)" in done.stdout
        assert done.stdout.startswith("Doubles\n")
        assert "returns a wrong value" in done.stdout
    assert ["These were all 3 hints" in done.stdout for done in shown] == [False, False, False, True]


def test_another_file_another_rubric_and_other_data_are_graded_first(student: Any) -> None:
    student.writes(student.wrong)
    student.runs("1")
    assert GRADED not in student.runs("hint", "1").stderr
    student.writes(student.half)
    done = student.runs("hint", "1")
    assert GRADED in done.stderr
    assert "Doubles negative numbers" in done.stdout
    assert "(1 of 3)" in done.stdout  # another criterion, so from the start
    rubric = student.folder / "rubrics" / "lesson01_tiny" / "rubric.toml"
    rubric.write_text(rubric.read_text().replace('"b"', '"the changed hint"'))
    done = student.runs("hint", "1")
    assert GRADED in done.stderr
    assert "a stronger hint (2 of 3): the changed hint" in done.stdout
    student.runs("1", "--seed", "3")
    assert GRADED in student.runs("hint", "1").stderr
    (student.folder / "other.py").write_text(student.half + "# of another\n")
    assert GRADED in student.runs("hint", "1", "other.py").stderr


def test_where_all_is_right_that_is_said(student: Any) -> None:
    student.writes(student.right)
    done = student.runs("hint", "1")
    assert (done.returncode, done.stdout) == (0, "Everything is right. On to the next lesson.\n")
    assert "hinted" not in student.record()["lesson01_tiny"] or student.record()["lesson01_tiny"]["hinted"] is None


def test_a_hint_that_cannot_be_counted_is_given_all_the_same(student: Any) -> None:
    (student.folder / ".grade").write_text("in the way")
    student.writes(student.wrong)
    for _ in range(2):
        done = student.runs("hint", "1")
        assert done.returncode == 0
        assert "(1 of 3)" in done.stdout
        assert "cannot be noted here" in done.stderr


def test_wrong_use_and_faults_keep_their_codes(student: Any) -> None:
    assert student.runs("hint", "1").returncode == 2  # there is no file
    student.writes(student.wrong)
    (student.folder / "rubrics" / "lesson01_tiny" / "checks.py").write_text("import nothing_of_this_name\n")
    done = student.runs("hint", "1")
    assert (done.returncode, done.stdout) == (3, "")

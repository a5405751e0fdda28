"""`grade all`: every lesson that there is a file of, one page that links the reports, and a code that sums up."""

from typing import Any

import pytest

pytestmark = pytest.mark.rooms


def test_all_lessons_with_a_file_are_graded_and_linked(student: Any) -> None:
    student.writes(student.half)
    first = student.runs("all")
    assert (first.returncode, first.stderr) == (1, "")
    assert "lesson01  Tiny: 3 of 4 points (75 %), not yet passed" in first.stdout
    assert "lesson02" not in first.stdout
    page = student.report("index")
    assert 'href="lesson01.html"' in page
    assert "Doubles negative numbers" in page
    assert "no file yet" in page
    assert "3 of 4 points" in student.report("lesson01")
    student.writes(student.right)
    student.writes(student.right, "lesson02_other")
    assert student.runs("all").returncode == 0
    assert "<strong>2</strong> of 2 lessons passed" in student.report("index")
    assert sorted(student.record()) == ["lesson01_tiny", "lesson02_other"]
    assert student.runs("all", "--pass-mark", "10").returncode == 0


def test_a_fault_in_one_lesson_does_not_stop_the_others(student: Any) -> None:
    student.writes(student.wrong)
    student.writes(student.right, "lesson02_other")
    (student.folder / "rubrics" / "lesson01_tiny" / "checks.py").write_text("import nothing_of_this_name\n")
    done = student.runs("all", "--exit-zero")
    assert done.returncode == 3
    assert "lesson01  lesson01_tiny: the grader could not give a mark" in done.stdout
    assert "lesson02  Tiny: 4 of 4 points (100 %), passed" in done.stdout
    assert 'href="lesson02.html"' in student.report("index")
    assert list(student.record()) == ["lesson02_other"]


def test_a_file_that_cannot_be_read_does_not_stop_the_others(student: Any) -> None:
    student.writes(student.right, "lesson02_other")
    (student.folder / "exercises" / "lesson01_tiny.py").mkdir()
    done = student.runs("all")
    assert done.returncode == 2
    assert "lesson01_tiny.py is a folder" in done.stdout
    assert "lesson02  Tiny: 4 of 4 points (100 %), passed" in done.stdout


def test_without_any_file_there_is_nothing_to_grade(student: Any) -> None:
    done = student.runs("all")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no exercise" in done.stderr
    assert not (student.folder / "reports").exists()

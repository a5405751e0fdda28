"""What a try leaves in the student's folder, and what leaves nothing there."""

import json
import os
import pty
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.rooms


def test_every_try_of_a_file_is_noted(student: Any) -> None:
    student.writes(student.half)
    assert student.runs("1").returncode == 1
    first = student.record()["lesson01_tiny"]
    assert (first["best"], first["last"]["percent"], first["last"]["open"]) == (75.0, 75.0, ["negative"])
    (student.folder / "other.py").write_text(student.wrong)
    done = student.runs("1", "other.py", "--format", "json")
    second = student.record()["lesson01_tiny"]
    assert (second["best"], second["last"]["percent"]) == (75.0, 0.0)
    assert second["last"]["submission"] == json.loads(done.stdout)["key"]["submission"]
    assert done.stderr == ""
    listed = json.loads(student.runs("lessons", "--format", "json").stdout)
    assert [row["best"] for row in listed] == [75.0, None]
    assert listed[0]["open"] == ["Doubles", "Doubles negative numbers"]


def test_what_is_no_try_of_a_student_is_not_noted(student: Any) -> None:
    solution = student.folder / "solutions" / "lesson01_tiny.py"
    solution.parent.mkdir()
    solution.write_text(student.right)
    assert student.runs("1", "solutions/lesson01_tiny.py").returncode == 0
    student.writes(student.right)
    (student.folder / "seed").write_text("a secret of the teacher")
    assert student.runs("1", "--seed-file", "seed").returncode == 0
    assert not (student.folder / ".grade").exists()


def test_a_record_that_cannot_be_written_changes_nothing(student: Any) -> None:
    (student.folder / ".grade").write_text("in the way")
    student.writes(student.right)
    done = student.runs("1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 of 4 points" in done.stdout


def test_a_broken_record_is_said_and_the_mark_is_given(student: Any) -> None:
    (student.folder / ".grade").mkdir()
    (student.folder / ".grade" / "progress.json").write_text("{")
    student.writes(student.right)
    done = student.runs("1")
    assert done.returncode == 0
    assert "progress.json cannot be read" in done.stderr
    assert student.record()["lesson01_tiny"]["best"] == 100.0


@pytest.mark.parametrize("arguments,shown", [(["1"], True), (["1", "--format", "json"], False)])
def test_a_terminal_is_told_which_criterion_is_checked(
    student: Any, heard: Callable[[int], bytes], arguments: list[str], shown: bool
) -> None:
    student.writes(student.right)
    ours, theirs = pty.openpty()
    process = student.starts(*arguments, stdout=subprocess.PIPE, stderr=theirs, CI="", TERM="xterm")
    os.close(theirs)
    seen = heard(ours)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert (b"Doubles negative numbers, " in seen, bool(seen)) == (shown, shown)
    assert "checked, now" not in out

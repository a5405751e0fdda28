"""By the rules of https://gradescope-autograders.readthedocs.io/en/latest/specs/."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from grader.course import Lesson
from grader.errors import UsageProblem
from grader.gradescope.running import find, run

RIGHT = "def double(x):\n    return 2 * x\n"
_FIELDS = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
    "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip


def graded(autograder: Path) -> tuple[int, dict[str, Any]]:
    """Runs the script as Gradescope does, and reads what it finds then."""
    done = subprocess.run(
        [autograder / "run_autograder"], cwd=autograder, capture_output=True, text=True, check=False, timeout=180
    )
    results = json.loads((autograder / "results" / "results.json").read_text("utf-8"))
    assert set(results) <= _FIELDS
    assert "Traceback" not in done.stdout + done.stderr
    return done.returncode, results


@pytest.mark.rooms
def test_a_right_submission_gets_all_points(autograder: Path) -> None:
    (autograder / "submission" / "my double.py").write_text(RIGHT)
    code, results = graded(autograder)
    assert (code, results["score"], results["visibility"]) == (0, 6, "visible")
    assert [(test["score"], test["max_score"], test["status"]) for test in results["tests"]] == [
        (1, 1, "passed"),
        (3, 3, "passed"),
        (2, 2, "passed"),
    ]


@pytest.mark.rooms
def test_a_broken_submission_gets_none_and_reads_why(autograder: Path) -> None:
    (autograder / "submission" / "lesson01_tiny.py").write_text("def double(x:\n")
    (autograder / "submission" / "notes.py").write_text(RIGHT)
    code, results = graded(autograder)
    assert (code, results["score"]) == (0, 0)
    assert {test["status"] for test in results["tests"]} == {"failed"}
    assert results["output"]


def test_who_hands_in_nothing_reads_what_is_wanted(autograder: Path) -> None:
    code, results = graded(autograder)
    assert (code, results["score"]) == (0, 0)
    assert results["output"] == "There is no .py or .ipynb file; hand in lesson01_tiny.py or lesson01_tiny.ipynb."


@pytest.mark.rooms
def test_a_fault_of_the_grader_is_no_mark(autograder: Path) -> None:
    (autograder / "submission" / "a.py").write_text(RIGHT)
    checks = autograder / "source/course/rubrics/lesson01_tiny/checks.py"
    checks.write_text(checks.read_text().replace("!= 6", "!= undefined"))
    code, results = graded(autograder)
    assert code == 3
    assert "The grader failed" in results["output"]
    assert not {"score", "tests"} & set(results)


@pytest.mark.parametrize("broken", ["source/course/rubrics/lesson01_tiny/rubric.toml", "source/isolation"])
def test_a_broken_autograder_is_no_mark_even_where_nothing_is_handed_in(autograder: Path, broken: str) -> None:
    (autograder / broken).unlink()
    target = autograder / "results.json"
    assert run(autograder / "source", autograder / "submission", target) == 3
    assert "score" not in json.loads(target.read_text())


def test_a_secret_that_is_none_is_no_mark(autograder: Path) -> None:
    (autograder / "source" / "seed").write_text("short")
    target = autograder / "results.json"
    assert run(autograder / "source", autograder / "submission", target) == 3
    assert "score" not in json.loads(target.read_text())


def test_an_environment_that_is_missing_is_no_mark(autograder: Path) -> None:
    (autograder / "venv" / "bin" / "python").unlink()
    code, results = graded(autograder)
    assert code != 0
    assert "score" not in results


def test_the_file_is_found_among_others(tmp_path: Path) -> None:
    lesson, folder = Lesson("lesson01_tiny", tmp_path), tmp_path / "in"
    (folder / "work").mkdir(parents=True)
    (folder / "__MACOSX").mkdir()
    (tmp_path / "secret.py").write_text(RIGHT)
    (folder / "link.py").symlink_to(tmp_path / "secret.py")
    (folder / "__MACOSX" / "._a.py").write_text("")
    with pytest.raises(UsageProblem, match=r"no \.py"):
        find(lesson, folder)
    (folder / "work" / "a.py").write_text(RIGHT)
    assert find(lesson, folder) == folder / "work" / "a.py"
    (folder / "b.ipynb").write_text("{}")
    with pytest.raises(UsageProblem, match=r"which of 2 files counts \(b\.ipynb, work/a\.py\)"):
        find(lesson, folder)
    (folder / "work" / "lesson01_tiny.ipynb").write_text("{}")
    assert find(lesson, folder) == folder / "work" / "lesson01_tiny.ipynb"

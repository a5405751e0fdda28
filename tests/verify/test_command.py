"""`grade verify` as its user sees it: only what is due is graded, what was proved is kept, exit codes say what came."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from grader.course import Course

pytestmark = pytest.mark.rooms


def verify(course: Course, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command as at a desk, whatever runs the tests."""
    quiet = {"GITHUB_ACTIONS": "", "GITHUB_WORKSPACE": "", "CI_PROJECT_DIR": ""}
    command = [sys.executable, "-m", "grader.cli", "verify", "--course", str(course.folder), *options]
    env = {**os.environ, **quiet, **environment}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=180, env=env)


def proofs(course: Course) -> dict[str, dict[str, object]]:
    return dict(json.loads((course.folder / "rubrics" / "proofs.json").read_text()))


def test_what_was_proved_is_remembered_until_it_changes(course: Course) -> None:
    first = verify(course, "--matrix")
    assert (first.returncode, first.stderr) == (0, "")
    assert "4 of 4 proved" in first.stdout
    assert len(proofs(course)) == 4
    row = (course.folder / "rubrics" / "README.md").read_text().splitlines()[-1]
    assert "| 6 | 1 x 1 | 1 x 1 | 1 x 1 | 1 x 1 | 1 of 3 |" in row
    assert "4 of 4 are proved already" in verify(course).stdout
    (course.folder / "rubrics/lesson01_tiny/accept/sum.py").write_text("def double(x):\n    return x * 2\n")
    again = verify(course, "--seeds", "2", "--kind", "accept")
    assert again.stdout.count("✓") == 2
    assert proofs(course)["lesson01_tiny/accept/sum"]["seeds"] == [0, 1]
    (course.folder / "rubrics/lesson01_tiny/accept/sum.py").unlink()
    verify(course)
    assert len(proofs(course)) == 3


def test_the_notebooks_of_the_files_are_proved_apart(course: Course) -> None:
    assert "4 of 4 are proved already" not in verify(course, "--notebooks").stdout
    done = verify(course, "--notebooks")
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 of 4 are proved already" in done.stdout
    assert verify(course, "--kind", "reference").stdout.count("✓") == 1  # the file itself is still due
    (course.folder / "solutions/lesson01_tiny.py").write_text("def double(x):\n    return 5\n")
    wrong = verify(course, "--notebooks", "--kind", "reference")
    assert wrong.returncode == 1
    assert "right, but doubles failed" in wrong.stdout


def test_what_is_not_proved_is_told_and_not_kept(course: Course) -> None:
    (course.folder / "solutions/lesson01_tiny.py").write_text("def double(x):\n    return 5\n")
    done = verify(course, "1", "--kind", "reference", "--kind", "stub")
    assert done.returncode == 1
    assert "✗ lesson01_tiny/reference\n    right, but doubles failed" in done.stdout
    assert list(proofs(course)) == ["lesson01_tiny/stub"]


def test_a_grader_fault_ends_with_three(course: Course) -> None:
    (course.folder / "rubrics/lesson01_tiny/checks.py").write_text("import nothing_of_this_name\n")
    done = verify(course, "--kind", "reference")
    assert done.returncode == 3
    assert "! lesson01_tiny/reference: fault of the grader" in done.stdout
    assert "Traceback" not in done.stderr


def test_systems_of_continuous_integration_are_told(course: Course, tmp_path: Path) -> None:
    (course.folder / "solutions/lesson01_tiny.py").write_text("def double(x, y=1):\n    return 5\n")
    summary, report, quality = (tmp_path / "out" / name for name in ("summary.md", "junit.xml", "quality.json"))
    summary.parent.mkdir()
    done = verify(
        course,
        *("--kind", "reference", "--junit", str(report), "--code-quality", str(quality)),
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_WORKSPACE=str(course.folder),
    )
    assert done.returncode == 1
    assert "0 of 1 proved" in done.stdout
    lines = [line for line in done.stdout.splitlines() if line.startswith("::error file=solutions/lesson01_tiny.py,")]
    assert len(lines) == 3  # one signature, and two criteria that the reference fails
    assert "| lesson01\\_tiny | 0 of 1 | - | - | - | 3 of 4 |" in summary.read_text()
    suites = ET.parse(report).getroot()  # noqa: S314  our own file
    assert (suites.get("tests"), suites.get("failures")) == ("6", "2")
    assert len(json.loads(quality.read_text())) == 3


def test_what_does_not_agree_counts_where_nothing_is_graded(course: Course) -> None:
    (course.folder / "rubrics/lesson01_tiny/pictures.py").write_text("def picture_none(seen): 0\n")
    done = verify(course, "--kind", "accept", "--kind", "accept")
    assert done.returncode == 1
    assert "✗ lesson01_tiny/checks\n    picture_none belongs to no criterion" in done.stdout
    assert "1 of 1 proved" in done.stdout


@pytest.mark.parametrize(
    "change,words",
    [
        ("docstring", "the docstring must end with"),
        ("proofs", "is no file of proofs"),
        ("report", "junit.xml cannot be written: "),
    ],
)
def test_wrong_use_is_one_sentence(course: Course, change: str, words: str) -> None:
    if change == "docstring":
        (course.folder / "rubrics/lesson01_tiny/reject/adds.py").write_text("def double(x): return 0\n")
    elif change == "proofs":
        (course.folder / "rubrics/proofs.json").write_text('{"lesson": 7}')
    report = course.folder / ("solutions/lesson01_tiny.py" if change == "report" else "out") / "junit.xml"
    done = verify(course, "--junit", str(report))
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_process_that_dies_is_a_fault(course: Course) -> None:
    killer = "import os, signal\n\ndef test_loads():\n    '''Dies'''\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    checks = course.folder / "rubrics/lesson01_tiny/checks.py"
    checks.write_text(checks.read_text() + killer)
    done = verify(course, "--kind", "reference")
    assert done.returncode == 3
    assert "a process of the proof died" in done.stderr
    assert Path(course.folder).exists()

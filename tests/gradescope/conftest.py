"""The folders that Gradescope makes of an autograder's zip, below a folder of our own in place of /autograder."""

import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, Lesson

CRITERIA = {"loads": "points = 1", "doubles": "points = 3", "negative": 'points = 2\nneeds = ["doubles"]'}


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory, write_lesson: Callable[..., Lesson], doubling: str) -> Course:
    folder = tmp_path_factory.mktemp("course")
    rubric = write_lesson(folder, CRITERIA, doubling, "cpu_seconds = 5\nimport_seconds = 2").rubric
    (rubric / "reject").mkdir()
    (rubric / "reject" / "adds.py").write_text("def double(x): return x + 2\n")
    return Course(folder)


@pytest.fixture(scope="session")
def pack() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `grade gradescope`."""
    return _pack


def _pack(course: Course, target: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader.cli", "gradescope", str(target), "--course", str(course.folder), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def autograder(course: Course, tmp_path: Path) -> Path:
    """An unpacked autograder; its environment is the one that runs these tests."""
    done = _pack(course, tmp_path / "tiny.zip", "--lesson", "1", "--isolation", "auto")
    assert (done.returncode, done.stderr) == (0, "")
    top = tmp_path / "autograder"
    (top / "submission").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "tiny.zip") as archive:
        archive.extractall(top / "source")
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o111
    script = top / "run_autograder"
    script.write_bytes((top / "source" / "run_autograder").read_bytes())
    script.chmod(0o755)
    python = top / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    python.chmod(0o755)
    return top

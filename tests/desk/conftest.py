"""A student's folder with a course of two lessons that need no training, and `grade` as a process in it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.course import Lesson

CRITERIA = {"loads": "points = 0", "doubles": "points = 3", "negative": 'points = 1\nneeds = ["doubles"]'}


class Student:
    """A student at work.

    Attributes:
        folder: the folder; in it a course of the lessons 1 and 2, and no exercise yet.
        right, half, wrong: solutions that pass all criteria, the first, and none.
    """

    right = "def double(x):\n    return 2 * x\n"
    half = "def double(x):\n    return abs(2 * x)\n"
    wrong = "def double(x):\n    return x + 2\n"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def writes(self, text: str, lesson: str = "lesson01_tiny") -> Path:
        path = self.folder / "exercises" / f"{lesson}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    def starts(self, *arguments: str, stdout: int, stderr: int, **variables: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "grader.cli", *arguments]
        environment = {**os.environ, "COLUMNS": "120", **variables}
        return subprocess.Popen(command, cwd=self.folder, env=environment, text=True, stdout=stdout, stderr=stderr)

    def runs(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        process = self.starts(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, errors = process.communicate(timeout=180)
        assert "Traceback" not in errors
        return subprocess.CompletedProcess(process.args, process.returncode, out, errors)

    def record(self) -> Any:
        return json.loads((self.folder / ".grade" / "progress.json").read_bytes())["lessons"]

    def report(self, lesson: str = "lesson01") -> str:
        return (self.folder / "reports" / f"{lesson}.html").read_text("utf-8")


@pytest.fixture
def student(tmp_path: Path, write_lesson: Callable[..., Lesson], doubling: str) -> Student:
    rubric = write_lesson(tmp_path, CRITERIA, doubling, "cpu_seconds = 5\nimport_seconds = 2").rubric
    shutil.copytree(rubric, rubric.parent / "lesson02_other")
    return Student(tmp_path)

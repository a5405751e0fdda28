"""The real `grade` command on a tiny course, in places and under users as odd as they come."""

import functools
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.course import Lesson

DOUBLE = '''
from grader.judge import Miss, expect_number

def test_double(submission):
    """Doubles"""
    if expect_number(submission.double(3), "double") != 6:
        raise Miss("wrong-value", function="double")
'''
RIGHT = """
import keras
import numpy as np
def double(x):
    with open("note.txt", "w") as file:
        file.write("x")
    return float(keras.ops.sum(np.ones(2)) * x)
"""
#: Longer than any of these takes, however busy the machine.
PATIENCE = 300


@dataclass
class Done:
    """How a command ended."""

    code: int
    output: str
    errors: str

    @property
    def grade(self) -> dict[str, Any]:
        """What `--format json` told."""
        told = msgspec.json.decode(self.output)
        assert isinstance(told, dict)
        return told

    def hold_mark(self) -> None:
        """Holds that the right submission has got its point."""
        assert (self.code, self.errors) == (0, "")
        assert "1 of 1 point" in self.output

    def hold_refused(self) -> str:
        """Holds that no mark was given, with the reason in one sentence; returns it."""
        assert (self.code, self.output) == (3, "")
        assert re.fullmatch(r"grade: [^\n]+\n", self.errors)
        return self.errors


@dataclass
class Place:
    """A folder with a course of one criterion, a right submission, and a folder for temporary files."""

    folder: Path
    write_lesson: Callable[..., Lesson]

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.course(["double"], DOUBLE)
        self.submission = self.folder / "mine" / "tiny.py"
        self.submission.parent.mkdir()
        self.submission.write_text(RIGHT)
        self.temporary = self.folder / "temporary"
        self.temporary.mkdir()

    def course(self, criteria: Sequence[str], checks: str) -> None:
        """Writes the course's lesson."""
        limits = "cpu_seconds = 30\nimport_seconds = 5"
        self.write_lesson(self.folder / "course", dict.fromkeys(criteria, "points = 1"), checks, limits)

    def environment(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        values: dict[str, str | None] = {**os.environ, "TMPDIR": str(self.temporary), **changes}
        return {name: value for name, value in values.items() if value is not None}

    def start(
        self,
        *options: str,
        before: Sequence[str] = (),
        python: str = sys.executable,
        changes: Mapping[str, str | None] = {},
        **how: Any,
    ) -> "subprocess.Popen[str]":
        """Starts the command.

        Args:
            *options: options of `grade`.
            before: what comes before it on the command line.
            python: the interpreter.
            changes: environment variables to set, or to take away.
            **how: as for Popen.
        """
        course = ["--course", str(self.folder / "course"), "--report", str(self.folder / "report.html")]
        return subprocess.Popen(
            [*before, python, "-m", "grader.cli", "lesson01", str(self.submission), *course, *options],
            **{"stdin": subprocess.DEVNULL, "cwd": self.folder, "env": self.environment(changes), **how},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *options: str, **how: Any) -> Done:
        """Runs the command; it leaves nothing in the folder of temporary files."""
        return self.finish(self.start(*options, **how))

    def finish(self, process: "subprocess.Popen[str]") -> Done:
        try:
            output, errors = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
            process.wait()
        return Done(process.returncode, output, errors)

    def left(self) -> list[str]:
        """What lies in the folder of temporary files."""
        return [path.name for path in self.temporary.iterdir()]


@pytest.fixture
def place(make_place: Callable[[Path], Place], tmp_path: Path) -> Place:
    return make_place(tmp_path / "place")


@pytest.fixture
def make_place(write_lesson: Callable[..., Lesson]) -> Callable[[Path], Place]:
    return functools.partial(Place, write_lesson=write_lesson)

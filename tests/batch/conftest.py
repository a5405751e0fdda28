"""A tiny course, a class that hands in for it, `grade batch` as a process of its own, and what its gradebook says."""

import json
import os
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from grader.course import Lesson

CRITERIA = {"loads": "points = 1", "doubles": "points = 3", "halves": "points = 4"}
CHECKS = '''
from grader.judge import Miss, expect_number

def test_loads(submission):
    """Loads"""
    submission.load()

def test_doubles(submission):
    """Doubles"""
    if expect_number(submission.double(1.5), "double") != 3:
        raise Miss("wrong-value", function="double")

def test_halves(submission):
    """Halves"""
    if expect_number(submission.halve(3.0), "halve") != 1.5:
        raise Miss("wrong-value", function="halve")
'''
#: By this all processes of one class are known, whoever their parents are by now; it is passed on to rooms.
_MARK = "LD_LIBRARY_PATH"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    output: str
    errors: str


@dataclass
class Klass:
    """A class in a folder of its own."""

    place: Path
    lesson: Lesson
    submissions: Path = Path()

    right = "def double(x):\n    return 2 * x\ndef halve(x):\n    return x / 2\n"
    half = "def double(x):\n    return 2 * x\ndef halve(x):\n    return x\n"
    broken = "def double(x:\n"

    def __post_init__(self) -> None:
        if self.submissions == Path():
            self.submissions = self.place / "handed in"

    @property
    def temporary(self) -> Path:
        """Its folder of temporary files, with a name that is too long for a socket."""
        path = self.place / ("temporary" * 10)
        path.mkdir(exist_ok=True)
        return path

    def twin(self, name: str) -> "Klass":
        """The same class, with a gradebook and pages of its own."""
        place = self.place / name
        place.mkdir()
        return Klass(place, self.lesson, self.submissions)

    @property
    def gradebook(self) -> Path:
        return self.place / "marks.db"

    @property
    def out(self) -> Path:
        return self.place / "out"

    def hand_in(self, student: str, text: str, name: str = "lesson01_tiny.py") -> Path:
        path = self.submissions / student / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        return path

    def fill(self, count: int) -> None:
        """So many students, each with a file of their own: right, half right, broken, right …"""
        for number in range(count):
            self.hand_in(f"student{number:04}", f"# {number}\n" + (self.right, self.half, self.broken)[number % 3])

    def command(self, *options: str, gradebook: str = "") -> list[str]:
        """The words of `grade batch` after the name of the program."""
        book = gradebook or str(self.gradebook)
        course, out = str(self.lesson.course), str(self.out)
        return ["batch", str(self.submissions), "--course", course, "--gradebook", book, "--out", out, *options]

    def start(
        self, *words: str, before: tuple[str, ...] = ("-m", "grader.cli"), typed: bool = False
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *before, *(words or self.command())],
            cwd=self.place,
            env=os.environ | {_MARK: str(self.place), "TMPDIR": str(self.temporary)},
            stdin=subprocess.PIPE if typed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *options: str, gradebook: str = "") -> Ended:
        process = self.start(*self.command(*options, gradebook=gradebook))
        output, errors = process.communicate(timeout=300)
        return Ended(process.returncode, output, errors)

    def processes(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def hold_gone(self) -> None:
        """Holds that all its processes end; one that was importing Keras takes until then to see that it has to."""
        deadline = time.monotonic() + 30
        while left := self.processes():
            assert time.monotonic() < deadline, left
            time.sleep(0.1)

    def rooms(self) -> list[psutil.Process]:
        """Processes that its warm interpreter has forked."""
        rooms: list[psutil.Process] = []
        for warm in self._started_with("warm"):
            with suppress(psutil.Error):  # it ended meanwhile
                rooms += warm.children()
        return rooms

    def judges(self) -> list[psutil.Process]:
        return self._started_with("from multiprocessing.spawn import spawn_main")

    def _started_with(self, word: str) -> list[psutil.Process]:
        found = []
        for process in self.processes():
            with suppress(psutil.Error):  # as above
                found += [process] if any(each.startswith(word) for each in process.cmdline()) else []
        return found

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return bool(process.environ().get(_MARK) == str(self.place) and process.status() != psutil.STATUS_ZOMBIE)
        except psutil.Error:
            return False

    def ask(self, query: str) -> list[Any]:
        with sqlite3.connect(self.gradebook) as connection:
            return connection.execute(query).fetchall()

    def said(self) -> dict[str, list[Any]]:
        """All that the gradebook says, apart from numbers of rows, times and who wrote it."""
        whose = "student JOIN submission s ON s.student_id = student.id"
        attempts = self.ask(
            f"SELECT student.key, s.lesson, s.digest, a.key, a.outcome_key, a.fault, a.points, a.percent, a.report "  # noqa: S608  our own words
            f"FROM {whose} JOIN attempt a ON a.submission_id = s.id"
        )
        return {
            "students": sorted(self.ask("SELECT key FROM student")),
            "tries": sorted(
                self.ask(
                    f"SELECT student.key, s.lesson, s.digest, s.kind, s.name, t.origin, t.handed FROM {whose} "  # noqa: S608  as above
                    "JOIN try t ON t.submission_id = s.id"
                )
            ),
            "attempts": sorted([*attempt[:-1], _evidence(attempt[-1])] for attempt in attempts),
            "outcomes": sorted(
                self.ask(
                    f"SELECT student.key, o.place, o.criterion, o.outcome, o.cause, o.points FROM {whose} "  # noqa: S608  as above
                    "JOIN attempt a ON a.submission_id = s.id JOIN outcome o ON o.attempt_id = a.id"
                )
            ),
            "marks": sorted(
                self.ask(
                    "SELECT student.key, m.lesson, m.raw, m.final, m.passed, m.reasons FROM mark m "
                    "JOIN student ON student.id = m.student_id"
                )
            ),
            "claims": self.ask("SELECT submission_id FROM claim"),
        }


def _evidence(packed: bytes) -> str:
    """A report without its circumstances, which change no mark."""
    if not packed:
        return ""
    report = json.loads(zlib.decompress(packed))
    del report["run"]
    return json.dumps(report, sort_keys=True)


@pytest.fixture
def klass(tmp_path: Path, write_lesson: Callable[..., Lesson]) -> Klass:
    return Klass(tmp_path, write_lesson(tmp_path / "course", CRITERIA, CHECKS, "cpu_seconds = 5\nimport_seconds = 3"))

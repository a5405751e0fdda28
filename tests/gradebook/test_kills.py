"""However often a grader is killed: the gradebook is whole, and holds every mark that it said is kept."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import func, select

from grader.gradebook.database import Database
from grader.gradebook.handing import Entry
from grader.gradebook.running import Claim, running
from grader.gradebook.tables import ATTEMPT, CLAIM, OUTCOME
from grader.model import Grade
from grader.report.json_report import encode

_PROCESS = str(Path(__file__).with_name("process.py"))
KILLS = 30


class Graders:
    """Graders that begin one after the other."""

    def __init__(self, said: IO[str], told: IO[str]) -> None:
        self._said, self._told = said, told
        self.kept: set[str] = set()

    def run_and_kill(self, marks: int, seconds: float) -> None:
        """Kills a grader so long after it has said that so many marks are kept."""
        self._told.write("go\n")
        self._told.flush()
        enough, child = len(self.kept) + marks, 0
        while not child or len(self.kept) < enough:
            child = self._hear() or child
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        while self._hear() != -child:
            pass

    def _hear(self) -> int:
        """The number of a grader that began, or less than nothing for one that ended; else 0."""
        what, which = self._said.readline().split()
        if what == "kept":
            self.kept.add(which)
            return 0
        return int(which) if what == "child" else -int(which)


@pytest.fixture
def graders(url: str, entry: Entry, grade: Callable[..., Grade], tmp_path: Path) -> Iterator[Graders]:
    report = tmp_path / "grade.json"
    report.write_bytes(encode(grade(entry.found)))
    command = [sys.executable, _PROCESS, "fork", url, str(report)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Graders(process.stdout, process.stdin)
        process.stdin.close()
        process.stdout.close()


def hold_whole(database: Database) -> set[str]:
    """Holds that nothing is half written, and returns the keys of all marks."""
    each = func.count(OUTCOME.c.place).label("outcomes")
    rows = select(ATTEMPT.c.key, each).join(OUTCOME, OUTCOME.c.attempt_id == ATTEMPT.c.id, isouter=True)
    with database.reading() as connection:
        if database.file:
            assert connection.exec_driver_sql("PRAGMA integrity_check").all() == [("ok",)]
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        marks = connection.execute(rows.group_by(ATTEMPT.c.id, ATTEMPT.c.key)).all()
    assert {mark.outcomes for mark in marks} <= {3}
    keys = [mark.key for mark in marks]
    assert len(keys) == len(set(keys))
    return set(keys)


def test_whenever_a_grader_is_killed_the_gradebook_is_whole(database: Database, graders: Graders) -> None:
    chance = random.Random(6)  # noqa: S311  when to kill
    keys: set[str] = set()
    for _ in range(KILLS):
        graders.run_and_kill(chance.randrange(3), chance.random() * 0.03)
        before, keys = keys, hold_whole(database)
        assert before | graders.kept <= keys
    assert len(keys) >= len(graders.kept) > 0
    with database.reading() as connection:
        held = connection.execute(select(CLAIM.c.submission_id, CLAIM.c.key)).all()
    with running(database) as run:
        assert {run.claim(claim.submission_id, claim.key) for claim in held} <= {Claim.GRANTED}

"""Whenever a run is killed: the same command again ends with the gradebook of a run that nobody disturbed."""

import random
import shutil
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.rooms, pytest.mark.slow]

Klass = Any
KILLS = 100
_HARNESS = Path(__file__).with_name("kill_at.py")
#: Each function is one stage of `grade batch`, or writes one thing; it is killed before and after it.
BOUNDARIES = {
    "grader.gradebook.database:_migrate": 1,
    "grader.batch.command:take_in": 1,
    "grader.batch.command:find": 1,
    "grader.batch.command:enter": 1,
    "grader.batch.command:plan": 1,
    "grader.batch.local:LocalEngine.hold_confined": 1,
    "grader.gradebook.running:Running.claim": 2,
    "grader.batch.pages:Pages.write": 2,
    "grader.batch.grading:keep": 2,
    "grader.gradebook.running:Running.release": 2,
    "grader.batch.command:settle": 1,
}


def _undisturbed(klass: Klass) -> dict[str, list[Any]]:
    twin = klass.twin("undisturbed")
    done = twin.run()
    assert done.code == 0, done.output + done.errors
    return _without_place(twin)


def _without_place(klass: Klass) -> dict[str, list[Any]]:
    """What a gradebook says, whichever folder the class lies in."""
    said: dict[str, list[Any]] = klass.said()
    said["tries"] = [(*row[:-2], row[-1]) for row in said["tries"]]
    return said


def _hold_whole(klass: Klass) -> None:
    """Holds that the database is sound, and that each mark has its report and all its outcomes."""
    with sqlite3.connect(klass.gradebook) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    rows = klass.ask(
        "SELECT a.id, count(o.place), length(a.report) FROM attempt a LEFT JOIN outcome o ON o.attempt_id = a.id "
        "WHERE a.fault = '' GROUP BY a.id"
    )
    assert all(outcomes == 3 and size for _, outcomes, size in rows)


def _hold_gone(klass: Klass) -> None:
    """Holds that all processes end, and that the last run cleared away what killed ones had left."""
    klass.hold_gone()
    assert list(klass.temporary.iterdir()) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_boundary_between_stages(klass: Klass, when: str) -> None:
    klass.fill(3)
    expected = _undisturbed(klass)

    def kill(boundary: str) -> None:
        twin = klass.twin(boundary.replace(":", "."))
        process = twin.start(*twin.command(), before=(str(_HARNESS), boundary, str(BOUNDARIES[boundary]), when))
        _, errors = process.communicate(timeout=300)
        assert process.returncode == -signal.SIGKILL, (boundary, errors)
        done = twin.run()
        assert done.code == 0, (boundary, done.errors)
        _hold_whole(twin)
        assert _without_place(twin) == expected, boundary
        _hold_gone(twin)

    with ThreadPoolExecutor(2) as lanes:
        list(lanes.map(kill, BOUNDARIES))


def test_killed_a_hundred_times_at_random(klass: Klass) -> None:
    klass.fill(12)
    began = time.monotonic()
    expected = _undisturbed(klass)
    whole = time.monotonic() - began

    def lane(number: int) -> int:
        """Kills runs of one gradebook after another, each until it is full."""
        chance, kills, books = random.Random(number), 0, 0  # noqa: S311  when to kill is no secret
        while kills < KILLS // 2:
            twin = klass.twin(f"lane{number} book{books}")
            books += 1
            for _ in range(KILLS):
                process = twin.start(*twin.command())
                try:
                    process.communicate(timeout=chance.uniform(0, 1.1 * whole))
                    break
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
                    kills += 1
                for left in twin.processes():  # they would end by themselves, but not before Keras is imported
                    left.kill()
            done = twin.run()
            assert done.code == 0, done.errors
            _hold_gone(twin)
            _hold_whole(twin)
            assert _without_place(twin) == expected
            shutil.rmtree(twin.place)
        return kills

    with ThreadPoolExecutor(2) as lanes:
        assert sum(lanes.map(lane, range(2))) >= KILLS

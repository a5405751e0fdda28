"""Two graders never do the same work, and what a dead one held is free."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import insert, select, update

from grader.gradebook.database import Database
from grader.gradebook.handing import Entry, Found, enter
from grader.gradebook.keeping import Marked, keep, keep_fault
from grader.gradebook.running import DEAD_SECONDS, Claim, Running, running
from grader.gradebook.tables import CLAIM, RUN
from grader.report.json_report import encode

_PROCESS = str(Path(__file__).with_name("process.py"))
KEY = "k" * 64


class Other:
    """A grader in another process, that claims submissions 1 to 50 when it is told to."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, _PROCESS, "claim", url]
        self.process: subprocess.Popen[str]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hears(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def begins(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@pytest.fixture
def others(url: str) -> Iterator[Callable[[int], list[Other]]]:
    started: list[Other] = []

    def start(count: int) -> list[Other]:
        started.extend(Other(url) for _ in range(count))
        assert [other.hears() for other in started] == [["ready"]] * count
        return started

    yield start
    for other in started:
        other.process.kill()
        other.process.communicate()


def claims(database: Database) -> list[tuple[int, int]]:
    """Submission and run of each claim."""
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(CLAIM.c.submission_id, CLAIM.c.run_id))]


def change(database: Database, run: Running, **values: Any) -> None:
    """Lets a run have been another."""
    with database.writing() as connection:
        connection.execute(update(RUN).where(RUN.c.id == run.number).values(values))


def test_what_one_grades_another_does_not(database: Database, entry: Entry) -> None:
    with running(database) as one, running(database) as two:
        assert one.claim(entry.id, KEY) is Claim.GRANTED
        assert two.claim(entry.id, KEY) is Claim.HELD
        assert one.claim(entry.id, KEY) is Claim.HELD  # it grades it already
        assert two.claim(entry.id, "l" * 64) is Claim.GRANTED  # by another rubric


def test_claims_vanish_with_a_run(database: Database, entry: Entry) -> None:
    def fail() -> None:
        with running(database) as run:
            run.claim(entry.id, KEY)
            assert claims(database) == [(entry.id, run.number)]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert claims(database) == []
    with running(database) as run:
        assert run.claim(entry.id, KEY) is Claim.GRANTED


def test_what_has_its_mark_is_done(database: Database, entry: Entry, grade: Any, work: Any) -> None:
    mark = grade(entry.found)
    todo = work(entry.id, mark.key)
    with running(database) as one, running(database) as two:
        one.claim(entry.id, todo.key)
        keep(database, one, todo, Marked(mark, encode(mark), "", automatic=False))
        assert claims(database) == []
        assert two.claim(entry.id, todo.key) is Claim.DONE
        assert two.claim(entry.id, KEY) is Claim.GRANTED


def test_after_a_fault_it_is_to_be_done(database: Database, entry: Entry, grade: Any, work: Any) -> None:
    mark = grade(entry.found)
    todo = work(entry.id, mark.key)
    with running(database) as one, running(database) as two:
        one.claim(entry.id, todo.key)
        keep_fault(database, one, todo, "the machine was busy")
        assert two.claim(entry.id, todo.key) is Claim.GRANTED
        keep(database, two, todo, Marked(mark, encode(mark), "", automatic=False))
        keep_fault(database, one, work(entry.id, grade(entry.found, rubric="b" * 64).key), "by another rubric")
        assert two.claim(entry.id, todo.key) is Claim.GRANTED  # for no mark counts now


def test_who_gives_back_what_another_holds_takes_nothing(database: Database, entry: Entry) -> None:
    with running(database) as one, running(database) as two:
        one.claim(entry.id, KEY)
        with database.writing() as connection:
            two.release(connection, entry.id, KEY)
        assert claims(database) == [(entry.id, one.number)]


def test_each_submission_is_granted_to_one_of_many_processes(
    database: Database, find: Callable[..., Found], others: Callable[[int], list[Other]]
) -> None:
    enter(database, [], [find(f"s{number}") for number in range(50)])
    graders = others(3)
    for grader in graders:
        grader.begins()
    granted = [grader.hears() for grader in graders]
    assert sorted(int(number) for numbers in granted for number in numbers) == list(range(1, 51))
    assert len(claims(database)) == 50


def test_what_a_killed_process_held_is_free_at_once(
    database: Database, find: Callable[..., Found], others: Callable[[int], list[Other]]
) -> None:
    enter(database, [], [find(f"s{number}") for number in range(50)])
    (grader,) = others(1)
    grader.begins()
    assert len(grader.hears()) == 50
    with running(database) as run:
        assert run.claim(1, KEY) is Claim.HELD
        grader.process.kill()
        os.waitid(os.P_PID, grader.process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and is a zombie
        assert psutil.Process(grader.process.pid).status() == psutil.STATUS_ZOMBIE
        assert run.claim(1, KEY) is Claim.GRANTED
        grader.process.wait()
        assert run.claim(2, KEY) is Claim.GRANTED
        assert run.claim(1, KEY) is Claim.HELD


def test_a_process_that_got_the_number_of_a_dead_one_is_not_taken_for_it(database: Database, entry: Entry) -> None:
    with running(database) as one, running(database) as two:
        one.claim(entry.id, KEY)
        with database.reading() as connection:
            born = connection.execute(select(RUN.c.born).where(RUN.c.id == one.number)).scalar_one()
        change(database, one, born=born - 100)
        assert two.claim(entry.id, KEY) is Claim.GRANTED


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells it so")
def test_a_process_is_known_whatever_the_clock_of_the_machine_is_set_to(database: Database) -> None:
    """A clock that is set moves the beginning of all processes, but not the ticks since the machine began."""
    ticks = int(Path("/proc/self/stat").read_text("utf-8").rpartition(")")[2].split()[19])
    with running(database) as run, database.reading() as connection:
        born = connection.execute(select(RUN.c.born).where(RUN.c.id == run.number)).scalar_one()
    assert born == round(ticks / os.sysconf("SC_CLK_TCK"), 2)


@pytest.mark.parametrize("age, answer", [(DEAD_SECONDS / 2, Claim.HELD), (DEAD_SECONDS * 2, Claim.GRANTED)])
def test_a_run_on_another_machine_lives_by_its_pulse(
    database: Database, entry: Entry, age: float, answer: Claim
) -> None:
    pulse = datetime.now(UTC) - timedelta(seconds=age)
    with running(database) as one, running(database) as two:
        one.claim(entry.id, KEY)
        change(database, one, machine="elsewhere 1", pulse=pulse)
        assert two.claim(entry.id, KEY) is answer


def test_a_heart_beats_until_the_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.gradebook.running.BEAT_SECONDS", 0.01)
    before = set(threading.enumerate())
    with running(database) as run:
        hearts = set(threading.enumerate()) - before
        assert len(hearts) == 1
        first = pulse = _pulse(database, run)
        while pulse == first:  # it does beat, or this test never ends
            pulse = _pulse(database, run)
        assert pulse > first
    assert not any(heart.is_alive() for heart in hearts)


def _pulse(database: Database, run: Running) -> datetime:
    with database.reading() as connection:
        pulse: datetime = connection.execute(select(RUN.c.pulse).where(RUN.c.id == run.number)).scalar_one()
    return pulse


def test_a_heart_outlives_a_gradebook_that_fails(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.gradebook.running.BEAT_SECONDS", 0.01)
    with running(database):
        (heart,) = (thread for thread in threading.enumerate() if "_beat" in thread.name)
        with database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE run RENAME TO lost")
        heart.join(0.2)
        assert heart.is_alive()
        with database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE lost RENAME TO run")
    assert not heart.is_alive()


def test_a_claim_is_of_a_submission_that_there_is(database: Database) -> None:
    with database.writing() as connection, pytest.raises(Exception, match=r"(?i)foreign key"):
        connection.execute(insert(CLAIM), {"submission_id": 1, "key": KEY, "run_id": 1})

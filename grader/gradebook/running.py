"""Who grades into a gradebook just now, and what: two graders never do the same work, and a dead one holds none."""

import enum
import os
import platform
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, delete, insert, select, update

from grader.errors import GradeError, UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.rows import insert_new
from grader.gradebook.tables import ATTEMPT, CLAIM, RUN

#: Seconds between two beats, and how old the last one of a living run on another machine may be.
BEAT_SECONDS, DEAD_SECONDS = 20, 300
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Claim(enum.Enum):
    """What came of asking for a piece of work."""

    GRANTED = "granted"
    HELD = "held"  # another run does it just now
    DONE = "done"  # it is in the gradebook


class Running:
    """This process as one that grades."""

    def __init__(self, database: Database, number: int) -> None:
        """Knows its number in the gradebook."""
        self.number = number
        self._database = database

    def claim(self, submission: int, key: str) -> Claim:
        """Asks for the right to grade a submission.

        Args:
            submission: its number in the gradebook.
            key: hash of everything that its mark is a function of.
        """
        mine = {"submission_id": submission, "key": key, "run_id": self.number}
        with self._database.writing() as connection:
            if newest_mark(connection, submission) == key:
                return Claim.DONE
            claimed = insert_new(connection, CLAIM).values(mine).returning(CLAIM.c.run_id)
            if connection.execute(claimed).first() is not None:
                return Claim.GRANTED
            which = (CLAIM.c.submission_id == submission) & (CLAIM.c.key == key)
            holder = connection.execute(select(RUN).join(CLAIM, CLAIM.c.run_id == RUN.c.id).where(which)).first()
            if holder is None or _lives(holder):
                return Claim.HELD
            taken = update(CLAIM).where(which, CLAIM.c.run_id == holder.id).values(run_id=self.number)
            return Claim.GRANTED if connection.execute(taken).rowcount else Claim.HELD

    def release(self, connection: Connection, submission: int, key: str) -> None:
        """Gives a claim back, in the transaction that writes what came of it."""
        connection.execute(
            delete(CLAIM).where(CLAIM.c.submission_id == submission, CLAIM.c.key == key, CLAIM.c.run_id == self.number)
        )


def newest_mark(connection: Connection, submission: int) -> str | None:
    """Key of the mark of a submission that counts, or None: where the grader failed last, none does."""
    newest = select(ATTEMPT.c.key, ATTEMPT.c.fault).where(ATTEMPT.c.submission_id == submission)
    attempt = connection.execute(newest.order_by(ATTEMPT.c.id.desc()).limit(1)).first()
    return None if attempt is None or attempt.fault else str(attempt.key)


def hold_idle(connection: Connection) -> None:
    """Holds that nobody grades into this gradebook just now.

    Args:
        connection: the gradebook.

    Raises:
        UsageProblem: somebody does.
    """
    for run in connection.execute(select(RUN)):
        if _lives(run):
            host = run.machine.partition(" ")[0]
            raise UsageProblem(
                f"`grade batch` is at work on this gradebook, as process {run.pid} on {host}; wait until it has ended, "
                "and five minutes more where that is another machine"
            )


@contextmanager
def running(database: Database) -> Iterator[Running]:
    """Enters this process among those that grade, and shows that it lives until the end; then it holds nothing more."""
    with database.writing() as connection:
        now = datetime.now(UTC)
        me = {"machine": _machine(), "pid": os.getpid(), "born": _born(os.getpid()), "started": now, "pulse": now}
        number = connection.execute(insert(RUN).values(me).returning(RUN.c.id)).scalar_one()
    over = threading.Event()
    heart = threading.Thread(target=_beat, args=(database, number, over), daemon=True)
    heart.start()
    try:
        yield Running(database, number)
    finally:
        over.set()
        heart.join()
        with suppress(GradeError), database.writing() as connection:
            connection.execute(delete(CLAIM).where(CLAIM.c.run_id == number))


def _beat(database: Database, number: int, over: threading.Event) -> None:
    while not over.wait(BEAT_SECONDS):
        with suppress(GradeError), database.writing() as connection:  # the next beat may get through
            connection.execute(update(RUN).where(RUN.c.id == number).values(pulse=datetime.now(UTC)))


def _lives(run: Any) -> bool:
    """Whether a run still is: known for sure on this machine, told by its pulse on others."""
    if run.machine == _machine():
        return bool(_born(run.pid) == run.born)
    return bool(run.pulse > datetime.now(UTC) - timedelta(seconds=DEAD_SECONDS))


def _machine() -> str:
    try:
        boot = _BOOT.read_text().strip()
    except OSError:
        boot = f"{psutil.boot_time():.0f}"
    return f"{platform.node()} {boot}"


def _born(pid: int) -> float:
    """When a process began, or 0 where there is none; on Linux since the machine did, for clocks are set."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return 0.0
        return round(float(process.create_time()) - (psutil.boot_time() if psutil.LINUX else 0.0), 2)
    except psutil.Error:
        return 0.0

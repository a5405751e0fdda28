"""Adds what a grading yielded: a mark with its evidence, or a fault of the grader."""

import platform
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Column, insert, select

from grader.errors import GraderFault
from grader.gradebook.database import Database
from grader.gradebook.running import Running, newest_mark
from grader.gradebook.tables import ATTEMPT, OUTCOME, SUBMISSION
from grader.model import Grade, GradingKey
from grader.policy.records import Attempted, attempted
from grader.standing import CriterionStanding

#: Databases take some ten thousand values in one statement.
_AT_ONCE = 1000


@dataclass(frozen=True)
class Work:
    """A submission to be graded.

    Attributes:
        submission: its number in the gradebook.
        key: hash of everything that its mark is a function of.
        outcome_key: the same without what changes points and words but no outcome.
        grading: what `key` is a hash of.
    """

    submission: int
    key: str
    outcome_key: str
    grading: GradingKey


@dataclass
class Known:
    """What the gradebook knows of one submission.

    Attributes:
        newest: key of the mark that counts, or "": where the grader failed last, none does.
        marks: number of the attempt by its key.
        outcomes: number of the newest attempt by its outcome key.
        faults: how often the grader failed, by key.
    """

    newest: str
    marks: dict[str, int]
    outcomes: dict[str, int]
    faults: dict[str, int]


def known(database: Database, lessons: Collection[str]) -> dict[int, Known]:
    """What is known of all submissions of some lessons, by their numbers."""
    columns = (ATTEMPT.c.id, ATTEMPT.c.submission_id, ATTEMPT.c.key, ATTEMPT.c.outcome_key, ATTEMPT.c.fault)
    wanted = select(*columns).join(SUBMISSION, SUBMISSION.c.id == ATTEMPT.c.submission_id)
    found: dict[int, Known] = defaultdict(lambda: Known("", {}, {}, {}))
    with database.reading() as connection:
        for row in connection.execute(wanted.where(SUBMISSION.c.lesson.in_(lessons)).order_by(ATTEMPT.c.id)):
            entry = found[row.submission_id]
            if row.fault:
                entry.newest = ""
                entry.faults[row.key] = entry.faults.get(row.key, 0) + 1
            else:
                entry.newest = row.key
                entry.marks[row.key] = entry.outcomes[row.outcome_key] = row.id
    return found


@dataclass(frozen=True)
class Marked:
    """A mark and what it was made of.

    Attributes:
        grade: the mark.
        report: the same as JSON.
        source: the text of the program that was graded.
        automatic: whether suggested marks for sentences counted.
        rests_on: number of the attempt whose outcomes it rests on, where nothing was run.
        processor: type of the processor that graded it, where that was not this machine's.
    """

    grade: Grade
    report: bytes
    source: str
    automatic: bool
    rests_on: int | None = None
    processor: str = ""


def keep(database: Database, run: Running, work: Work, marked: Marked) -> None:
    """Adds a mark, unless another grader has added the same one before.

    Args:
        database: the gradebook.
        run: this process.
        work: what was graded.
        marked: the mark.
    """
    grade, automatic = marked.grade, marked.automatic
    tried = attempted(grade, Attempted(number=0, file=grade.file, digest=work.grading.submission), automatic=automatic)
    values = _attempt(work, run) | {
        "rescored_from": marked.rests_on,
        "points": grade.points,
        "max_points": grade.max_points,
        "percent": grade.percent,
        "answers": msgspec.to_builtins(tried.answers),
        "report": zlib.compress(marked.report),
        "source": zlib.compress(marked.source.encode("utf-8", "surrogatepass")),
        "processor": marked.processor or processor(),
    }
    with database.writing() as connection:
        if newest_mark(connection, work.submission) != work.key:
            number = connection.execute(insert(ATTEMPT).values(values).returning(ATTEMPT.c.id)).scalar_one()
            connection.execute(insert(OUTCOME), [_outcome(number, *each) for each in enumerate(tried.criteria)])
        run.release(connection, work.submission, work.key)


def keep_fault(database: Database, run: Running, work: Work, fault: str) -> None:
    """Adds that the grader failed, which is no mark.

    Args:
        database: the gradebook.
        run: this process.
        work: what was to be graded.
        fault: what failed.
    """
    values = _attempt(work, run) | {"fault": fault or "for no known reason"}
    with database.writing() as connection:
        connection.execute(insert(ATTEMPT).values(values))
        run.release(connection, work.submission, work.key)


def packed_report(database: Database, attempt: int) -> bytes:
    """The JSON report of an attempt.

    Raises:
        GraderFault: it cannot be read.
    """
    with database.reading() as connection:
        packed = connection.execute(select(ATTEMPT.c.report).where(ATTEMPT.c.id == attempt)).scalar()
    return _unpacked(packed or b"", attempt)


def keys(database: Database, attempts: Collection[int]) -> dict[int, str]:
    """What marks are known by, by the numbers of the attempts."""
    return {row.id: row.key for row in _of(database, attempts, ATTEMPT.c.key, ATTEMPT.c.fault) if not row.fault}


def sources(database: Database, attempts: Collection[int]) -> dict[int, str]:
    """The texts of the programs that were graded, by the numbers of the attempts.

    Raises:
        GraderFault: one cannot be read.
    """
    rows = _of(database, attempts, ATTEMPT.c.source)
    return {row.id: _unpacked(row.source, row.id).decode("utf-8", "surrogatepass") for row in rows if row.source}


def _of(database: Database, attempts: Collection[int], *columns: Column[Any]) -> Iterator[Any]:
    """Some columns of some attempts, with their numbers."""
    numbers = list(attempts)
    with database.reading() as connection:
        for start in range(0, len(numbers), _AT_ONCE):
            these = ATTEMPT.c.id.in_(numbers[start : start + _AT_ONCE])
            yield from connection.execute(select(ATTEMPT.c.id, *columns).where(these))


def _unpacked(packed: bytes, attempt: int) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error as problem:
        raise GraderFault(f"attempt {attempt} in the gradebook is damaged: {problem}") from problem


def _attempt(work: Work, run: Running) -> dict[str, Any]:
    return {
        "submission_id": work.submission,
        "key": work.key,
        "outcome_key": work.outcome_key,
        "run_id": run.number,
        "at": datetime.now(UTC),
        "fault": "",
        "rubric": work.grading.rubric,
        "seed_id": work.grading.seed_id,
        "versions": msgspec.to_builtins(work.grading.versions),
        "processor": processor(),
        "answers": None,
        "report": b"",
        "source": b"",
    }


def _outcome(attempt: int, place: int, criterion: CriterionStanding) -> dict[str, Any]:
    return {
        "attempt_id": attempt,
        "place": place,
        "criterion": criterion.id,
        "title": criterion.title,
        "outcome": criterion.outcome.value,
        "cause": criterion.cause,
        "headline": criterion.headline,
        "points": criterion.points,
        "max_points": criterion.max_points,
        "provisional": criterion.provisional,
        "borderline": criterion.borderline,
    }


@cache
def processor() -> str:
    """The type of this machine's processor: marks are equal bit for bit on one type."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()} {names[0] if names else platform.processor()}".strip()

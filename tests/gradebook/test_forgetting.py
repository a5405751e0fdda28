"""A student is erased whole, down to the bytes of the file, and nothing of anybody else."""

import random
import zlib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from grader.errors import UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.filing import add_decision, add_override
from grader.gradebook.forgetting import erase
from grader.gradebook.handing import Found, enter
from grader.gradebook.keeping import Marked, keep, keep_fault
from grader.gradebook.running import DEAD_SECONDS, running
from grader.gradebook.tables import ATTEMPT, CLAIM, MARK, RUN, STUDENT, Base
from grader.model import Grade
from grader.policy.records import Decision, Override, Subject, Verdict
from grader.report.json_report import encode
from grader.standing import Student

NOW = datetime(2025, 2, 1, tzinfo=UTC)
#: What says who it is; each word stands in another column.
WORDS: tuple[bytes, ...] = (
    b"quillfeather",
    b"Quibbleworth",
    b"quill@example.org",
    b"s-471147",
    b"quirkyfile",
    b"quaintfolder",
)
WORDS += (b"quotedreason", b"quotedcomment", b"quotedmark", b"quotedfault")
_CHANCE = random.Random(5)  # noqa: S311  nothing secret
#: A program that zlib cannot make small, so that pieces of it can be looked for.
SOURCE = "\n".join(f"x = {_CHANCE.getrandbits(400):x}" for _ in range(200))


def dump(database: Database) -> dict[str, list[Any]]:
    """All rows of all tables but those on processes, which are nobody's."""
    with database.reading() as connection:
        tables = [table for table in Base.metadata.sorted_tables if table is not RUN]
        return {table.name: sorted(map(tuple, connection.execute(select(table)))) for table in tables}


def has_ended(database: Database, **values: Any) -> None:
    """Lets all runs so far have been of a process that is gone."""
    with database.writing() as connection:
        connection.execute(update(RUN).values({"born": 1.0} | values))


@pytest.fixture
def fill(
    database: Database, find: Callable[..., Found], grade: Callable[..., Grade], work: Callable[..., Any]
) -> Callable[[str], int]:
    """Enters a student of whom everything is known that can be; returns the number."""

    def make(key: str) -> int:
        student = Student(key=key, name="Q. Quibbleworth", email="quill@example.org", ids={"sis": "s-471147"})
        finds = [find(key, text, "quirkyfile.py", student=student, origin="quaintfolder/a.py") for text in (b"1", b"2")]
        entries = enter(database, [student], finds)
        with running(database) as run:
            for rubric in ("a" * 64, "b" * 64):
                mark = grade(finds[0], rubric=rubric)
                keep(database, run, work(entries[0].id, mark.key), Marked(mark, encode(mark), SOURCE, automatic=False))
            failed = work(entries[1].id, grade(finds[1]).key)
            keep_fault(database, run, failed, "quotedfault")
        add_decision(
            database,
            key,
            "lesson01_tiny",
            Decision(
                digest=finds[0].digest,
                subject=Subject.PROSE,
                item="told",
                verdict=Verdict.ADJUST,
                value=0.5,
                comment="quotedcomment",
                who="me",
                at=NOW,
            ),
        )
        with database.writing() as connection:
            number: int = connection.execute(select(STUDENT.c.id).where(STUDENT.c.key == key)).scalar_one()
            first, second = connection.execute(select(ATTEMPT.c.id).order_by(ATTEMPT.c.id.desc()).limit(2)).scalars()
            connection.execute(update(ATTEMPT).where(ATTEMPT.c.id == first).values(rescored_from=second))
            told = {"raw": 1.0, "final": 2.0, "passed": False, "reasons": ["quotedmark"], "at": NOW}
            mine = {"student_id": number, "lesson": "lesson01_tiny", "attempt_id": second}
            connection.execute(insert(MARK), mine | told)
            left = {"submission_id": entries[0].id, "key": "k" * 64, "run_id": run.number}  # by a run that was killed
            connection.execute(insert(CLAIM), left)
        override = Override(criterion=None, points=3.0, who="me", at=NOW, why="quotedreason")
        add_override(database, number, "lesson01_tiny", override)
        has_ended(database)
        return number

    return make


def test_all_of_one_is_erased_and_nothing_of_another(database: Database, fill: Callable[[str], int]) -> None:
    fill("bob")
    before = dump(database)
    number = fill("quillfeather")
    erased = erase(database, number)
    assert dump(database) == before
    assert erased == {
        "outcome": 6,
        "mark": 1,
        "attempt": 3,
        "claim": 1,
        "try": 2,
        "submission": 2,
        "override": 1,
        "decision": 1,
        "detail": 1,
        "student": 1,
    }


def _pieces() -> list[bytes]:
    """Pieces of the source as it lies in the gradebook, short enough to lie in one page whole here and there."""
    packed = zlib.compress(SOURCE.encode())
    assert len(packed) > 5000
    return [packed[at : at + 40] for at in range(0, len(packed) - 40, 40)]


def _in_files(files: list[Path], words: list[bytes]) -> set[bytes]:
    data = b"".join(path.read_bytes() for path in files)
    return {word for word in words if word in data}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_its_bytes_are_gone_from_the_file(database: Database, fill: Callable[[str], int]) -> None:
    assert database.file is not None
    number, pieces = fill("quillfeather"), _pieces()
    folder = database.file.parent
    seen = _in_files([database.file], [*WORDS, *pieces])
    assert seen >= set(WORDS)
    assert len(seen) > len(pieces) * 0.9
    erase(database, number)
    database.scrub()
    assert _in_files([path for path in folder.iterdir() if path.is_file()], [*WORDS, *pieces]) == set()


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_its_bytes_are_gone_from_the_tables_of_a_server(
    database: Database, server: Any, fill: Callable[[str], int]
) -> None:
    number, pieces = fill("quillfeather"), _pieces()
    with database.reading() as connection:
        oid = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar_one()

    def seen() -> set[bytes]:
        server.ask("CHECKPOINT")
        tables = server.folder / "data" / "base" / str(oid)
        return _in_files([path for path in tables.iterdir() if path.is_file()], [*WORDS, *pieces])

    assert seen() >= set(WORDS)
    assert len(seen()) > len(pieces) * 0.9
    erase(database, number)
    database.scrub()
    assert seen() == set()


def test_a_gradebook_is_as_good_as_before_once_it_is_scrubbed(database: Database, fill: Callable[[str], int]) -> None:
    fill("bob")
    before = dump(database)
    database.scrub()
    assert dump(database) == before
    assert fill("quillfeather") > 0
    with suppress(ZeroDivisionError), database.writing() as connection:
        connection.execute(update(STUDENT).values(alias="lost"))
        raise ZeroDivisionError  # what is not written whole is not written
    assert "lost" not in str(dump(database)["student"])


def test_while_somebody_grades_nothing_is_erased(database: Database, fill: Callable[[str], int]) -> None:
    number = fill("quillfeather")
    before = dump(database)
    with running(database), pytest.raises(UsageProblem, match="wait until it has ended"):
        erase(database, number)
    assert dump(database) == before


@pytest.mark.parametrize("age, lives", [(DEAD_SECONDS - 60, True), (DEAD_SECONDS + 60, False)])
def test_on_another_machine_the_pulse_tells(
    database: Database, fill: Callable[[str], int], age: int, *, lives: bool
) -> None:
    number = fill("quillfeather")
    has_ended(database, machine="elsewhere 1", pulse=datetime.now(UTC) - timedelta(seconds=age))
    if lives:
        with pytest.raises(UsageProblem, match="elsewhere"):
            erase(database, number)
    else:
        assert erase(database, number)["student"] == 1

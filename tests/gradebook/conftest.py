"""Gradebooks in both databases, and what is entered in them."""

import hashlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, make_url
from sqlalchemy.engine import URL

from grader.answered import Assessment, ItemScore, Sheet, State
from grader.gradebook.database import Database
from grader.gradebook.handing import Entry, Found, enter
from grader.gradebook.keeping import Work
from grader.gradebook.keys import grading_key, outcome_key
from grader.model import Checked, Finding, Grade, GradingKey, Outcome, Run, Scored, Versions, Visibility
from grader.placed import Placed
from grader.standing import Clock, Student

VERSIONS = Versions(grade="1", python="3", keras="3", tensorflow="2", numpy="2")
#: Whose servers refuse to run as root.
_USER = "postgres"


class Server:
    """A PostgreSQL server of the tests, on a socket in its own folder."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self.folder, self._numbers = programs, folder, itertools.count()
        self._user = {"user": _USER, "group": _USER, "extra_groups": []} if os.geteuid() == 0 else {}

    def start(self) -> None:
        if self._user:
            shutil.chown(self.folder, _USER, _USER)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", f"--username={_USER}")
        access = "local all guest scram-sha-256\nlocal all all trust\n"
        (self.folder / "data" / "pg_hba.conf").write_text(access, "utf-8")
        settings = f"-c fsync=off -c listen_addresses='' -c max_connections=100 -k {self.folder}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", settings, "start")
        self.ask("CREATE ROLE guest LOGIN PASSWORD 'right'")

    def stop(self) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def ask(self, command: str, database: str = "postgres") -> None:
        with psycopg.connect(host=str(self.folder), user=_USER, dbname=database, autocommit=True) as connection:
            connection.execute(command.encode())

    def new(self, options: str = "") -> str:
        """Makes an empty database and returns its address."""
        name = f"book{next(self._numbers)}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE template0 {options}")
        return self.address(name)

    def drop(self, address: str) -> None:
        self.ask(f"DROP DATABASE {make_url(address).database} WITH (FORCE)")

    def address(self, name: str, user: str = _USER, password: str | None = None) -> str:
        url = URL.create("postgresql", user, password, "localhost", database=name, query={"host": str(self.folder)})
        return url.render_as_string(hide_password=False)

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._programs / program, "-D", self.folder / "data", *arguments]
        with tempfile.TemporaryFile() as said:  # a pipe would be held open by the server
            done = subprocess.run(command, cwd="/", stdout=said, stderr=said, check=False, **self._user)  # type: ignore[call-overload]
            said.seek(0)
            assert done.returncode == 0, said.read().decode()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("there is no PostgreSQL here")
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:  # a socket has a short name
        server = Server(programs[-1], Path(folder))
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield str(tmp_path / "marks.db")
        return
    server: Server = request.getfixturevalue("server")
    address = server.new()
    yield address
    server.drop(address)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An empty gradebook."""
    database = Database(url)
    yield database
    database.close()


@pytest.fixture
def statements(database: Database) -> list[str]:
    """Every statement that a gradebook is told from now on; one with many rows once."""
    told: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def _listen(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        told.append(statement)

    return told


@pytest.fixture(scope="session")
def find() -> Callable[..., Found]:
    """Makes a submission as it is found."""

    def make(key: str = "ada", content: bytes = b"x = 1\n", name: str = "lesson01_tiny.py", **rest: Any) -> Found:
        known: dict[str, Any] = {"student": Student(key=key), "lesson": "lesson01_tiny", "origin": f"{key}/{name}"}
        known |= {"handed": datetime(2025, 1, 31, 12, tzinfo=UTC), "clock": Clock.STATED} | rest
        placed = Placed(name=name, size=len(content), read=lambda most: content[:most], **known)
        return Found(placed, hashlib.sha256(content).hexdigest())

    return make


def _row(name: str, outcome: Outcome, points: float, **checked: Any) -> Scored:
    return Scored(
        id=name,
        title=f"It {name}",
        visibility=Visibility.STUDENT,
        points=points,
        max_points=4.0,
        checked=Checked(outcome=outcome, credit=points / 4, **checked),
    )


_SHEET = Sheet(
    items=(
        ItemScore(id="one", question=1, ask="What?", points=2, state=State.COMPLETE, credit=1 / 3, feedback=("No.",)),
        ItemScore(id="two", question=1, ask="Why?", points=1, state=State.MISSING, credit=0.0, feedback=()),
    ),
    prose=(Assessment(id="told", question=2, ask="Tell of 猫.", answered=True, suggested=0.1),),
    credit=0.2,
    troubles=(),
)


@pytest.fixture(scope="session")
def grade() -> Callable[..., Grade]:
    """Makes the grade of a submission; its points are chosen, and no short decimals."""

    def make(found: Found, rubric: str = "a" * 64, points: float = 4 / 3, **rest: Any) -> Grade:
        finding = Finding(cause="wrong-value", headline="\u05d0 double(3) is 5 \u2026", hints=("a", "b", "c"))
        rows = (
            _row("loads", Outcome.PASSED, 4.0),
            _row("doubles", Outcome.FAILED, points, finding=finding, borderline=True),
            _row("halves", Outcome.PASSED, 0.1, provisional=True),
        )
        known: dict[str, Any] = {
            "lesson": "lesson01_tiny",
            "title": "Tiny",
            "file": found.placed.name,
            "points": 4.1 + points,
            "provisional_points": 0.1,
            "max_points": 12.0,
            "percent": round(100 * (4.1 + points) / 12, 1),
            "pass_mark": 60.0,
            "passed": False,
            "rows": rows,
            "answers": _SHEET,
            "next_step": "Look at double.",
            "notes": ("a note",),
            "output": "",
            "key": GradingKey(submission=found.digest, rubric=rubric, seed_id="public", versions=VERSIONS),
            "run": Run(started="2025-01-31T12:00:00+00:00", wall_seconds=1.5, cpu_seconds=1.0),
        }
        return Grade(**known | rest)

    return make


@pytest.fixture(scope="session")
def work() -> Callable[..., Work]:
    """Makes what is to be done with a submission, by its number and its key."""

    def make(submission: int, key: GradingKey, kind: str = "py") -> Work:
        return Work(submission, grading_key(key, kind), outcome_key(key, kind, b"content"), key)

    return make


@pytest.fixture
def entry(database: Database, find: Callable[..., Found]) -> Entry:
    """A submission in the gradebook."""
    return enter(database, [], [find()])[0]

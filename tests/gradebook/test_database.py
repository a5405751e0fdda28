"""Where a gradebook lies: it is made, brought up to date and told from everything else, each in one sentence."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, insert, inspect, select, text

import grader.gradebook
from grader.errors import GraderFault, UsageProblem
from grader.gradebook.database import Database, parse_url, shown
from grader.gradebook.tables import CLAIM, STUDENT, Base

_PROCESS = str(Path(__file__).with_name("process.py"))
_NOBODY = 65534


def opened(url: str) -> list[str]:
    """Opens a gradebook and returns the names of its tables."""
    database = Database(url)
    with database.reading() as connection:
        names = inspect(connection).get_table_names()
    database.close()
    return sorted(names)


def refusal(url: str) -> str:
    """The sentence with which a gradebook cannot be opened."""
    with pytest.raises(UsageProblem) as caught:
        Database(url)
    said = str(caught.value)
    assert "\n" not in said
    assert "Error" not in said
    return said


def run(address: str, *statements: str) -> None:
    engine = create_engine(parse_url(address))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def readable(tmp_path: Path) -> Iterator[Path]:
    """A folder that everybody may read, for the folders of pytest are for its user only."""
    with tempfile.TemporaryDirectory(dir=None if os.geteuid() == 0 else tmp_path) as folder:
        path = Path(folder)
        path.chmod(0o755)
        yield path
        path.chmod(0o755)


@contextmanager
def _somebody(folder: Path) -> Iterator[None]:
    """Is a user who may read a folder and nothing else; root may do everything."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_every_older_revision_is_brought_up_to_date(url: str) -> None:
    Database(url).close()
    config = Config()
    config.set_main_option("script_location", str(Path(grader.gradebook.__file__).with_name("migrations")))
    scripts = ScriptDirectory.from_config(config)
    for script in scripts.walk_revisions():
        database = Database(url)
        with database.writing() as connection:
            Base.metadata.drop_all(connection)
            connection.execute(text("DROP TABLE alembic_version"))
            config.attributes["connection"] = connection
            command.upgrade(config, script.revision)
        database.close()
        database = Database(url)
        with database.reading() as connection:
            context = MigrationContext.configure(connection)
            assert context.get_current_revision() == scripts.get_current_head()
            assert compare_metadata(context, Base.metadata) == []
        database.close()


def test_opened_again_it_holds_what_it_held(url: str) -> None:
    first = Database(url)
    with first.writing() as connection:
        connection.execute(insert(STUDENT), {"key": "ada", "alias": "student 1"})
    first.close()
    second = Database(url)
    with second.reading() as connection:
        assert connection.execute(select(STUDENT.c.key)).scalars().all() == ["ada"]
    second.close()


def test_many_processes_may_make_it_at_once(url: str) -> None:
    maker = [sys.executable, "-W", "error", _PROCESS, "open", url]  # what is deprecated today fails tomorrow
    makers = [subprocess.Popen(maker, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)]
    said = [maker.communicate(timeout=120) for maker in makers]
    assert said == [(b"opened\n", b"")] * 3
    assert opened(url) == sorted([*Base.metadata.tables, "alembic_version"])


def test_what_failed_half_way_was_never_written(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as connection:
            connection.execute(insert(STUDENT), {"key": "ada", "alias": "student 1"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.reading() as connection:
        assert connection.execute(select(STUDENT)).all() == []


def test_what_the_database_refuses_is_a_fault_in_one_sentence(database: Database) -> None:
    with pytest.raises(GraderFault) as caught, database.writing() as connection:
        connection.execute(insert(CLAIM), {"submission_id": 7, "key": "k", "run_id": 7})
    assert str(caught.value).startswith("the gradebook fails: ")
    assert "\n" not in str(caught.value)


def test_a_reader_sees_one_state_of_everything(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False)) if database.file is None else None
    with database.reading() as connection:
        before = connection.execute(select(STUDENT)).all()
        if other:  # in SQLite whoever writes waits for readers
            with other.writing() as writer:
                writer.execute(insert(STUDENT), {"key": "ada", "alias": "student 1"})
            other.close()
        assert connection.execute(select(STUDENT)).all() == before == []


def test_whoever_writes_writes_alone(database: Database) -> None:
    """A second writer has to wait, and here is told so after a moment instead of a minute."""
    impatient = Database(database.url.render_as_string(hide_password=False))

    @event.listens_for(impatient.engine, "connect")
    def _sqlite(connection: Any, _: Any) -> None:
        if impatient.file:
            connection.execute("PRAGMA busy_timeout = 50")

    @event.listens_for(impatient.engine, "before_cursor_execute", retval=True)
    def _postgresql(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        return statement.replace("'60s'", "'50ms'"), parameters

    impatient.engine.dispose()  # connections from before
    with database.writing(), pytest.raises(GraderFault, match=r"lock"), impatient.writing():
        pass
    with impatient.writing() as connection:
        connection.execute(insert(STUDENT), {"key": "ada", "alias": "student 1"})
    impatient.close()


@pytest.mark.parametrize(
    "name", ["100%.db", "what?.db", "#1.db", "my marks.db", "Ämter, 成績.db", "C:\\marks.db", "~x"]
)
def test_names_of_files_are_taken_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    opened(name)
    assert os.listdir(tmp_path) == [name]  # noqa: PTH208  the bare names
    assert opened(f"sqlite:///{tmp_path}/other.db") == opened(name)


def test_every_connection_to_a_file_writes_safely(tmp_path: Path) -> None:
    database = Database(str(tmp_path / "marks.db"))
    asked = ("journal_mode", "synchronous", "foreign_keys")
    with database.reading() as one, database.reading() as two, database.reading() as three:
        for connection in (one, two, three):
            said = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
            assert said == ["delete", 2, 1]  # 2 is FULL
    database.close()


def test_a_gradebook_that_is_only_to_be_read_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="there is no gradebook"):
        Database(str(tmp_path / "marks.db"), new=False)
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_something_else_is_left_alone(url: str) -> None:
    run(url, "CREATE TABLE cats (name TEXT)", "INSERT INTO cats VALUES ('Tom')")
    assert "is a database of something else" in refusal(url)
    run(url, "CREATE TABLE alembic_version (version_num VARCHAR(32))", "INSERT INTO alembic_version VALUES ('ae10')")
    assert "is a database of something else" in refusal(url)  # also where it has migrations of its own
    run(url, "DROP TABLE alembic_version", "DROP TABLE cats")
    assert "student" in opened(url)


@pytest.mark.parametrize(
    "change",
    ["UPDATE alembic_version SET version_num = '9999'", "INSERT INTO alembic_version VALUES ('9998'), ('9999')"],
)
def test_a_gradebook_of_a_newer_release_is_left_alone(url: str, change: str) -> None:
    Database(url).close()
    run(url, change)
    assert "was written by a newer release of grade; install that one" in refusal(url)


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    garbage = tmp_path / "marks.db"
    garbage.write_bytes(b"PK\x03\x04 these are no marks" * 200)
    assert refusal(str(garbage)) == f"the gradebook {garbage} cannot be opened: file is not a database"
    assert refusal(str(tmp_path)) == f"the gradebook {tmp_path} is a folder; name a file"
    gone = tmp_path / "gone"
    assert refusal(str(gone / "marks.db")) == f"the gradebook {gone}/marks.db cannot be made: there is no folder {gone}"
    assert refusal("C:/marks/book.db").endswith("there is no folder C:/marks")
    assert refusal("/dev/null") == "the gradebook /dev/null is no plain file; name one"
    assert refusal(str(tmp_path / ("n" * 300))).endswith("cannot be opened: File name too long")
    assert refusal("") == "'' is no name of a file for a gradebook"
    assert refusal(":memory:") == refusal("sqlite:///:memory:") == "':memory:' is no name of a file for a gradebook"
    assert "is no name of a file" in refusal("a\0b")


def test_a_damaged_gradebook_is_said(tmp_path: Path) -> None:
    path = tmp_path / "marks.db"
    Database(str(path)).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * 4000 + whole[4100:])
    assert "cannot be opened" in refusal(str(path))


def test_what_may_only_be_read_is_read_and_says_so_when_it_is_to_be_written(readable: Path) -> None:
    path = readable / "marks.db"
    Database(str(path)).close()
    path.chmod(0o444)
    with _somebody(readable):
        database = Database(str(path))
        with database.reading() as connection:
            assert connection.execute(select(STUDENT)).all() == []
        with pytest.raises(UsageProblem, match="may be read here, but not written to"), database.writing() as writer:
            writer.execute(insert(STUDENT), {"key": "ada", "alias": "student 1"})
        database.close()
        assert "cannot be opened: unable to open database file" in refusal(str(readable / "other.db"))


@pytest.mark.parametrize(
    "address, said",
    [
        ("mysql://ada:secret@host/marks", "this mysql://… is not supported"),
        ("postgres://ada:secret@host/marks", "this postgres://… is not supported"),
        ("postgresql://ada:secret@host:port/marks", "postgresql://… is no address of a gradebook"),
        ("://ada:secret@host", "://… is no address of a gradebook"),
        ("sqlite://marks.db", "this sqlite://… is not supported"),
        ("sqlite:///marks.db?mode=memory", "this sqlite://… is not supported"),
        ("postgresql://ada:secret@localhost:1/marks", "cannot be opened: connection "),
        ("postgresql://ada@localhost:1/marks?password=secret", "cannot be opened: connection "),
        ("postgresql://ada:secret@localhost:1/marks?colour=red", "cannot be opened: invalid connection option"),
        ("postgresql://ada:secret@there.is.no.such.host.invalid/marks", "cannot be opened: "),
    ],
)
def test_an_address_where_nothing_is_said_without_its_password(address: str, said: str) -> None:
    sentence = refusal(address)
    assert said in sentence
    assert "secret" not in sentence


def test_a_wrong_password_is_said_and_not_shown(server: Any) -> None:
    sentence = refusal(server.address("postgres", "guest", "wr0ng"))
    assert "password authentication failed for user" in sentence
    assert "wr0ng" not in sentence


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_server_database_that_cannot_hold_every_name_is_refused(server: Any, encoding: str) -> None:
    address = server.new(f"ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'")
    assert refusal(address).endswith(f"holds {encoding}; make a database with ENCODING 'UTF8'")


def test_the_password_is_never_shown() -> None:
    assert shown(parse_url("postgresql+psycopg2://ada:secret@host/marks")) == "postgresql://ada:***@host/marks"
    assert shown(parse_url("postgresql://host/marks?password=secret")) == "postgresql://host/marks"


def test_postgresql_without_its_package_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('no libpq')\n")
    process = subprocess.run(
        [sys.executable, _PROCESS, "open", "postgresql://host/marks"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.stderr == "UsageProblem: PostgreSQL needs a package more: pip install 'grade-lstm[postgresql]'\n"

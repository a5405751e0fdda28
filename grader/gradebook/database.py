"""Opens the database behind a gradebook: SQLite in a file, or PostgreSQL by its address."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLite
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from grader.errors import GraderFault, UsageProblem
from grader.gradebook.tables import SUBMISSION

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Seconds to wait for another process that is writing.
_BUSY_SECONDS = 60
#: A number of our own for PostgreSQL's advisory lock: whoever writes holds it.
_WRITER = 0x67726164


class Database:
    """A database with our tables in it."""

    def __init__(self, url: str, *, new: bool = True) -> None:
        """Opens it and brings its tables up to date.

        Args:
            url: a file name, or an address as SQLAlchemy has them: "sqlite:///marks.db", "postgresql://host/marks".
            new: whether it may be made, where it is a file that is not there.

        Raises:
            UsageProblem: it cannot be opened, is no gradebook, or was written by a newer release.
        """
        self.url = parse_url(url)
        try:
            if self.file and not new and not self.file.exists():
                raise UsageProblem(f"there is no gradebook {shown(self.url)}; `grade batch` makes it")
            self.engine = _engine(self.url)
            _migrate(self.engine)
        except ImportError as problem:
            raise UsageProblem("PostgreSQL needs a package more: pip install 'grade-lstm[postgresql]'") from problem
        except (SQLAlchemyError, OSError) as problem:
            raise UsageProblem(f"the gradebook {shown(self.url)} cannot be opened: {_said(problem)}") from problem

    @property
    def file(self) -> Path | None:
        """The file that it lies in, or None for a server."""
        is_file = self.url.get_backend_name() == "sqlite"
        return Path(self.url.database or "").absolute() if is_file else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of everything.

        Raises:
            GraderFault: the database fails.
        """
        options = {} if self.file else {"isolation_level": "REPEATABLE READ"}
        with _told(), self.engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is written whole or not at all, one at a time: what it reads nobody else changes.

        Raises:
            UsageProblem: it may not be written to.
            GraderFault: the database fails.
        """
        with _told(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def scrub(self) -> None:
        """Writes all tables anew, so that the bytes of what was deleted are gone, too.

        Raises:
            UsageProblem: it may not be written to.
            GraderFault: somebody else has it open for too long, or the database fails.
        """
        options = {"bare": True} if self.file else {"isolation_level": "AUTOCOMMIT"}  # no transaction may be open
        with _told(), self.engine.connect().execution_options(**options) as connection:
            if self.file:
                connection.exec_driver_sql("VACUUM")
            else:
                connection.exec_driver_sql(f"SET lock_timeout = '{_BUSY_SECONDS}s'")
                connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(SUBMISSION.metadata.tables)}")

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


def parse_url(url: str) -> URL:
    """Reads the address of a gradebook; what has no scheme is a file name.

    Raises:
        UsageProblem: it is none.
    """
    if "://" not in url:
        return _in_file(url)
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as problem:  # it may hold a password, so it is not shown
        raise UsageProblem(f"{url.partition('://')[0]}://… is no address of a gradebook") from problem
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and not parsed.host and not parsed.query:
        return _in_file(parsed.database or "")
    raise UsageProblem(
        f"a gradebook is a file, sqlite:///FILE or postgresql://…; this {parsed.drivername}://… is not supported"
    )


def shown(url: URL) -> str:
    """The address without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    plain = url.set(drivername="postgresql").difference_update_query(("password", "sslpassword"))
    return plain.render_as_string(hide_password=True)


def _in_file(name: str) -> URL:
    if name in ("", ":memory:") or "\0" in name:
        raise UsageProblem(f"{name!r} is no name of a file for a gradebook")
    try:
        path = Path(name).expanduser()
    except RuntimeError:  # nobody is called so, and then it is a name like others
        path = Path(name)
    return URL.create("sqlite", database=str(path))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, Path(url.database or ""))
    return _postgresql(url)


def _postgresql(url: URL) -> Engine:
    engine = create_engine(url, pool_pre_ping=True, connect_args={"client_encoding": "utf8"})

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")

    return engine


def _sqlite(url: URL, path: Path) -> Engine:
    if not path.parent.is_dir():
        raise UsageProblem(f"the gradebook {path} cannot be made: there is no folder {path.parent}")
    if path.is_dir():
        raise UsageProblem(f"the gradebook {path} is a folder; name a file")
    if path.exists() and not path.is_file():
        raise UsageProblem(f"the gradebook {path} is no plain file; name one")
    engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _settle(connection: SQLite, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say so, below
        # A write-ahead log can be corrupted by SQLite before 3.51.3, which Python often ships.
        for pragma in ("journal_mode = DELETE", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("bare", False):
            return
        writes = options.get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")  # who reads first cannot always write then

    return engine


def _migrate(engine: Engine) -> None:
    """Brings the tables up to date, with others who may be doing the same locked out."""
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        _hold_unicode(connection)
        config = _config(connection)
        revisions = MigrationContext.configure(connection).get_current_heads()
        if revisions == tuple(ScriptDirectory.from_config(config).get_heads()):
            return
        tables = inspect(connection).get_table_names()
        if tables and not (revisions and SUBMISSION.name in tables):
            raise UsageProblem(f"{shown(engine.url)} is a database of something else; name another file")
        try:
            command.upgrade(config, "head")
        except CommandError as problem:
            raise UsageProblem(
                f"the gradebook {shown(engine.url)} was written by a newer release of grade; install that one"
            ) from problem


def _hold_unicode(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise UsageProblem(f"{shown(connection.engine.url)} holds {encoding}; make a database with ENCODING 'UTF8'")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except DBAPIError as problem:
        if getattr(problem.orig, "sqlite_errorname", "").startswith("SQLITE_READONLY"):
            raise UsageProblem("the gradebook may be read here, but not written to") from problem
        raise GraderFault(f"the gradebook fails: {_said(problem)}") from problem


def _said(problem: BaseException) -> str:
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    cause = problem.orig if isinstance(problem, DBAPIError) and problem.orig else problem
    return str(cause).strip().partition("\n")[0] or type(cause).__name__

"""What SQLite and PostgreSQL do the same way, but SQLAlchemy has no common word for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table) -> Insert:
    """An INSERT that leaves rows alone which are there already, whichever unique index says so."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def add_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Adds rows, but for those that are there already."""
    if rows:
        connection.execute(insert_new(connection, table), list(rows))

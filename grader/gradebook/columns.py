"""Types of columns that hold the same in SQLite and in PostgreSQL, whatever a text or a time is."""

import hashlib
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

#: PostgreSQL indexes no text of more than 2704 bytes; a character takes up to four.
_MOST_INDEXED = 500


def storable(text: str) -> str:
    """A text as every database takes it: NUL, and halves of characters, which no encoding can write, are spelled out.

    Args:
        text: any text, also a name of a file that is no UTF-8.
    """
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def indexable(text: str) -> str:
    """A text for a column with an index: storable, and cut where it is too long for one; different ones stay different.

    Args:
        text: any text.
    """
    text = storable(text)
    if len(text) <= _MOST_INDEXED:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{text[: _MOST_INDEXED - len(digest) - 1]}…{digest}"


class Words(TypeDecorator[str]):
    """Any text, made storable."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  its signature
        """Makes it storable."""
        return None if value is None else storable(value)


class Moment(TypeDecorator[datetime]):
    """A time in UTC, which SQLite would give back without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  as above
        """Turns any zone into UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  as above
        """Says that it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

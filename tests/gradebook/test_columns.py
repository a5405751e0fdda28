"""Texts and times come back from both databases as they were, or spelled out where no database takes them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select

from grader.gradebook.columns import indexable, storable
from grader.gradebook.database import Database
from grader.gradebook.tables import RUN

Kept = Callable[..., tuple[str, datetime]]


@pytest.fixture
def kept(database: Database) -> Kept:
    """Writes a text and a time, and reads them."""

    def keep(machine: str, at: datetime) -> tuple[str, datetime]:
        row = {"machine": machine, "pid": 1, "born": 0.1, "started": at, "pulse": at}
        with database.writing() as connection:
            number = connection.execute(insert(RUN).values(row).returning(RUN.c.id)).scalar_one()
        with database.reading() as connection:
            machine, at = connection.execute(select(RUN.c.machine, RUN.c.started).where(RUN.c.id == number)).one()
        return machine, at

    return keep


NOW = datetime(2025, 3, 30, 1, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "'; DROP TABLE run; --", "\u202eada", "Jose\u0301", "猫 🐈", "\r\n\x1b[1m", "%s :a"]
)
def test_texts_stay_as_they_are(kept: Kept, text: str) -> None:
    assert kept(text, NOW) == (text, NOW)


@pytest.mark.parametrize(
    "text, spelled", [("a\0b", "a\\x00b"), ("\udcff.py", "\\udcff.py"), ("\ud83d\udc08", "\\ud83d\\udc08")]
)
def test_what_no_database_takes_is_spelled_out(kept: Kept, text: str, spelled: str) -> None:
    assert kept(text, NOW) == (spelled, NOW)
    assert storable(text) == spelled == storable(spelled)


@pytest.mark.parametrize(
    "at",
    [
        NOW,
        NOW.astimezone(timezone(timedelta(hours=5, minutes=45))),
        datetime(1601, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_moments_come_back_in_utc(kept: Kept, at: datetime) -> None:
    _, read = kept("", at)
    assert (read, read.utcoffset()) == (at, timedelta(0))


def test_long_texts_are_cut_for_an_index_and_stay_different() -> None:
    short, long, other = "a" * 500, "a" * 501, "a" * 502
    assert indexable(short) == short
    assert len({indexable(text) for text in (short, long, other)}) == 3
    assert {len(indexable(text)) for text in (long, other)} == {500}
    assert indexable(indexable(long)) == indexable(long)

from datetime import UTC, datetime

import pytest

from grader.intake.tries import parse_timestamp


@pytest.mark.parametrize(
    "text,expected",
    [
        ("2026-02-02 15:58:23.948203 UTC", datetime(2026, 2, 2, 15, 58, 23, 948203, UTC)),
        ("2026-02-02 15:58:23 UTC\n", datetime(2026, 2, 2, 15, 58, 23, tzinfo=UTC)),
        ("2026-02-02 15:58:23", datetime(2026, 2, 2, 15, 58, 23, tzinfo=UTC)),
        ("2026-07-02T15:58:23+02:00", datetime(2026, 7, 2, 13, 58, 23, tzinfo=UTC)),
        ("2026-07-02 15:58:23 +0200", datetime(2026, 7, 2, 13, 58, 23, tzinfo=UTC)),
        ("2026-07-02 15:58:23 Europe/Berlin", datetime(2026, 7, 2, 13, 58, 23, tzinfo=UTC)),
    ],
)
def test_times_of_nbgrader_are_read(text: str, expected: datetime) -> None:
    assert parse_timestamp(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-13-01 00:00:00 UTC", "2026-01-01 00:00:00 ../../etc", "\0", "0001-01-01 00:00:00 +2300"],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_timestamp(text) is None

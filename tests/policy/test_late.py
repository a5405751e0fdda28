from datetime import UTC, datetime, timedelta

import pytest

from grader.policy.late import Lateness, lateness
from grader.policy.rules import Late
from grader.standing import Clock

_DUE = datetime(2027, 3, 1, 12, tzinfo=UTC)
_LATE = Late(grace_hours=1, percent_per_day=10, cap=30)


def _after(hours: float, *, clock: Clock = Clock.STATED, late: Late = _LATE, trusts_files: bool = False) -> Lateness:
    return lateness(_DUE + timedelta(hours=hours), clock, _DUE, late, trusts_files=trusts_files)


@pytest.mark.parametrize(
    "hours,off,said",
    [  # the example in course.toml, and the moments at which it changes
        (-1, 0, ""),
        (0, 0, ""),
        (0.5, 0, "handed in after it was due, within 1 hour of grace"),
        (1, 0, "handed in after it was due, within 1 hour of grace"),
        (1.001, 10, "1 day late: 10 percentage points off"),
        (25, 10, "1 day late: 10 percentage points off"),
        (25.001, 20, "2 days late: 20 percentage points off"),
        (26, 20, "2 days late: 20 percentage points off"),
        (73, 30, "3 days late: 30 percentage points off"),
        (720, 30, "30 days late: 30 percentage points off, the most that lateness takes"),
    ],
)
def test_each_begun_day_after_the_grace_costs_until_the_cap(hours: float, off: float, said: str) -> None:
    assert _after(hours) == Lateness(off, said)


def test_lateness_that_costs_nothing_is_told_all_the_same() -> None:
    assert _after(1, late=Late()) == Lateness(0, "1 day late: nothing off")
    assert _after(1, late=Late(percent_per_day=5, cap=0)).off == 0


@pytest.mark.parametrize(
    "clock,trusts_files,off",
    [
        (Clock.STATED, False, 20),
        (Clock.COMMIT, False, 20),
        (Clock.MODIFIED, False, 0),
        (Clock.MODIFIED, True, 20),
        (Clock.UNKNOWN, True, 0),
    ],
)
def test_a_files_own_time_counts_only_where_it_is_trusted(clock: Clock, trusts_files: bool, off: float) -> None:
    late = _after(30, clock=clock, trusts_files=trusts_files)
    assert late.off == off
    assert late.said.startswith("2 days late")


def test_without_a_time_or_a_due_date_nothing_is_late() -> None:
    assert lateness(None, Clock.STATED, _DUE, _LATE, trusts_files=True) == Lateness()
    assert lateness(_DUE, Clock.STATED, None, _LATE, trusts_files=True) == Lateness()

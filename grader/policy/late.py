"""What lateness takes off a mark, and in which words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from grader.policy.rules import Late
from grader.standing import Clock
from grader.text import many

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lateness:
    """How late a try is.

    Attributes:
        off: percentage points that are taken off.
        said: one sentence, or empty where it is in time.
    """

    off: float = 0.0
    said: str = ""


def lateness(
    handed: datetime | None, clock: Clock, due: datetime | None, late: Late, *, trusts_files: bool
) -> Lateness:
    """Says how late a try is; without a time, or a due date, nothing is.

    Args:
        handed: when it was handed in.
        clock: where that time comes from.
        due: when it was due.
        late: what lateness takes off.
        trusts_files: whether a time that is only the file's own says anything.
    """
    if handed is None or due is None or handed <= due:
        return Lateness()
    over = handed - due - timedelta(hours=late.grace_hours)
    if over <= timedelta():
        return Lateness(said=f"handed in after it was due, within {many(late.grace_hours, 'hour')} of grace")
    days = -(-over // _DAY)
    counted = f"{many(days, 'day')} late"
    if clock is Clock.UNKNOWN or (clock is Clock.MODIFIED and not trusts_files):
        return Lateness(said=f"{counted} by the time of the file alone, which takes nothing off")
    off = min(days * late.percent_per_day, late.cap)
    if not off:
        return Lateness(said=f"{counted}: nothing off")
    most = ", the most that lateness takes" if days * late.percent_per_day > late.cap else ""
    return Lateness(off, f"{counted}: {many(off, 'percentage point')} off{most}")

"""When files were handed in, in which order, and where that cannot be told."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from grader.intake.clutter import TIMESTAMP
from grader.intake.commits import Clone
from grader.intake.forms import copied
from grader.intake.found import Found
from grader.intake.naming import shown
from grader.intake.placing import Handed
from grader.placed import Placed
from grader.standing import Clock

_STATED_BYTES = 200
#: Archives tell time to two seconds, and copying a folder takes about as long for neighbours in it.
_TELLS = timedelta(seconds=2)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


class Clocks:
    """Tells when files were handed in."""

    def __init__(self, files: Iterable[Found], repositories: Mapping[tuple[str, ...], str]) -> None:
        """Learns where times are told.

        Args:
            files: all files of the source.
            repositories: folders that are clones, with the `.git` of each.
        """
        self._stamps = {found.parts[:-1]: found for found in files if found.parts[-1] == TIMESTAMP}
        self._folders = dict(repositories)
        self._clones: dict[tuple[str, ...], Clone] = {}

    def handed(self, handed: Handed) -> tuple[datetime | None, Clock]:
        """Tells when a file was handed in, and how one knows.

        Args:
            handed: the file.
        """
        found, trace = handed.found, handed.trace
        own = len(found.parts) - len(trace.path)  # where the student's own path begins
        if trace.clock is Clock.STATED:
            stated = self._stated(found.parts[: own + 1])
            if stated is not None:
                return stated, Clock.STATED
        if trace.clock is Clock.COMMIT and not found.packed:
            return _known(self._committed(found.parts, own), Clock.COMMIT)
        if trace.clock is Clock.UNKNOWN and not found.packed:
            return None, Clock.UNKNOWN
        return _known(found.modified, Clock.MODIFIED)

    def _stated(self, folder: tuple[str, ...]) -> datetime | None:
        stamp = self._stamps.get(folder)
        if stamp is None:
            return None
        try:
            return parse_timestamp(stamp.read(_STATED_BYTES).decode("utf-8", "replace"))
        except OSError:
            return None

    def _committed(self, parts: tuple[str, ...], own: int) -> datetime | None:
        folder = parts[:own]
        if folder not in self._clones:
            self._clones[folder] = Clone(self._folders[folder])
        return self._clones[folder].committed(parts[own:])


def parse_timestamp(text: str) -> datetime | None:
    """Reads a time as nbgrader states it in `timestamp.txt`: "2026-02-02 15:58:23.948203 UTC".

    Args:
        text: date, time and maybe a time zone, as its name or as an offset; without one it is UTC, as for nbgrader.

    Returns:
        The time in UTC, or None where it is none.
    """
    words = text.split()
    try:
        told = datetime.fromisoformat(" ".join(words[:2]))
        if len(words) > 2:  # noqa: PLR2004  date, time, zone
            told = told.replace(tzinfo=_zone(words[2]))
        return told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError, ZoneInfoNotFoundError):
        return None


def _zone(name: str) -> tzinfo:
    return datetime.strptime(name, "%z").tzinfo or UTC if name[0] in "+-" else ZoneInfo(name)


def in_order(files: Iterable[Handed], clocks: Clocks) -> tuple[Placed, ...]:
    """Puts the tries of each student at each lesson in order, and says where that is a guess.

    A later time is a later try; where times do not tell, the system's numbers and those of copies do.

    Args:
        files: files whose lesson is known.
        clocks: what tells when they were handed in.

    Returns:
        All of them, by student, lesson and try.
    """
    groups: dict[tuple[str, int, str], list[_Timed]] = defaultdict(list)
    for handed in files:
        if handed.lesson is not None:
            at = (handed.student.key, handed.lesson.number, handed.lesson.id)
            groups[at].append(_Timed(handed, *clocks.handed(handed)))
    placed: list[Placed] = []
    for at in sorted(groups):
        tries = sorted(groups[at], key=lambda timed: timed.rank)
        placed += [_placed(timed, turn, _doubt(tries, turn - 1)) for turn, timed in enumerate(tries, 1)]
    return tuple(placed)


@dataclass(frozen=True)
class _Timed:
    handed: Handed
    time: datetime | None
    clock: Clock

    @property
    def number(self) -> tuple[int, ...]:
        """Numbers that systems and copies give."""
        return (*self.handed.trace.turn, copied(self.handed.name)[1])

    @property
    def rank(self) -> tuple[datetime, tuple[int, ...], tuple[str, ...]]:
        return (self.time or _EARLIEST, self.number, self.handed.found.parts)

    def before(self, other: "_Timed") -> bool:
        """Whether it is known to come before another one that ranks behind it."""
        if self.time and other.time:
            apart = other.time - self.time
            if apart > (_TELLS if Clock.MODIFIED in {self.clock, other.clock} else timedelta()):
                return True
        return self.number < other.number


def _doubt(tries: list[_Timed], at: int) -> str:
    """Why it is a guess where a try stands among the others, or nothing."""
    unsure = [tries[at - 1]] if at and not tries[at - 1].before(tries[at]) else []
    unsure += [tries[at + 1]] if at + 1 < len(tries) and not tries[at].before(tries[at + 1]) else []
    if not unsure:
        return ""
    return f"nothing tells whether it was handed in before or after {shown(unsure[-1].handed.name)}"


def _placed(timed: _Timed, turn: int, doubt: str) -> Placed:
    handed = timed.handed
    late = ["marked late there"] if handed.trace.late else []
    return Placed(
        student=handed.student,
        lesson=handed.lesson.id if handed.lesson else "",
        name=shown(handed.name),
        origin=handed.found.origin,
        handed=timed.time,
        clock=timed.clock,
        size=handed.found.size,
        read=handed.found.read,
        placed_by=shown(", ".join(dict.fromkeys([handed.trace.how, handed.placed_by, *late]))),
        turn=turn,
        doubt=doubt,
    )


def _known(time: datetime | None, clock: Clock) -> tuple[datetime | None, Clock]:
    return (time, clock) if time else (None, Clock.UNKNOWN)

"""The rules of a course on marks: `[policy]` in `rubrics/course.toml`, all of it optional."""

import difflib
import enum
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import msgspec

from grader.errors import GraderFault
from grader.records import Frozen
from grader.standing import LessonInfo

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
LessonName = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+[0-9]+(_[a-z0-9_]+)?$", max_length=60)]


class Counts(enum.Enum):
    """Which of several tries counts."""

    LATEST = "latest"
    BEST = "best"  # the one whose final mark is best


class Late(Frozen, frozen=True, kw_only=True):
    """What lateness takes off a mark.

    Attributes:
        grace_hours: so many hours after it was due, nothing is late yet; days are counted from there.
        percent_per_day: percentage points of the full mark for each begun day, that is for each begun 24 hours.
        cap: the most percentage points that lateness takes.
    """

    grace_hours: Annotated[float, msgspec.Meta(ge=0, le=10_000)] = 0.0
    percent_per_day: Percent = 0.0
    cap: Percent = 100.0


class LessonRules(Frozen, frozen=True, kw_only=True):
    """What holds for one lesson.

    Attributes:
        due: when it is due, with an offset or in the time of the course; None where it never is.
        weight: its weight in the course's mark; 0 does not count.
        late: what lateness takes off, where that differs from the course.
    """

    due: datetime | None = None
    weight: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] = 1.0
    late: Late | None = None


_USUAL = LessonRules()


class Policy(Frozen, frozen=True, kw_only=True):
    """The rules of a course on marks.

    Attributes:
        title: name of the course.
        pass_mark: percent needed to pass a lesson.
        counts: which of several tries counts.
        time_zone: where the times of the course hold that have no offset, e.g. "Europe/Berlin".
        trust_file_times: whether a time that is only the file's own can make a submission late. The time of a commit
            always can; a student can set either.
        late: what lateness takes off.
        lessons: what holds for single lessons, by their short or full names.
    """

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] = "LSTMs with Keras"
    pass_mark: Percent = 60.0
    counts: Counts = Counts.LATEST
    time_zone: Annotated[str, msgspec.Meta(max_length=100)] = "UTC"
    trust_file_times: bool = False
    late: Late = Late()
    lessons: dict[LessonName, LessonRules] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Holds that the time zone is one, and that nothing is set twice for a lesson.

        Raises:
            ValueError: it is not so; whoever decodes the rules gets this as an error of decoding.
        """
        _zone(self.time_zone)
        for name in self.lessons:
            short = _short(name)
            if name != short and short in self.lessons:
                raise ValueError(f"{short} and {name} are the same lesson; keep one of them")
        for name, rules in self.lessons.items():
            if rules.due is not None:
                self._moment(name, rules.due)

    def lesson(self, lesson: str) -> LessonRules:
        """What holds for a lesson.

        Args:
            lesson: its id, e.g. "lesson06_stacked".
        """
        return self.lessons.get(lesson) or self.lessons.get(_short(lesson)) or _USUAL

    def late_of(self, lesson: str) -> Late:
        """What lateness takes off in a lesson.

        Args:
            lesson: its id.
        """
        return self.lesson(lesson).late or self.late

    def due(self, lesson: str) -> datetime | None:
        """When a lesson is due, in UTC.

        Where clocks are changed, some times of the day come twice and others not at all: the later moment counts.

        Args:
            lesson: its id.
        """
        due = self.lesson(lesson).due
        return None if due is None else self._moment(lesson, due)

    def info(self, lesson: str, title: str, max_points: float) -> LessonInfo:
        """Tells pages and exports of a lesson.

        Args:
            lesson: its id.
            title: its title.
            max_points: points to be had.
        """
        weight = self.lesson(lesson).weight
        return LessonInfo(id=lesson, title=title, max_points=max_points, weight=weight, due=self.due(lesson))

    def check_lessons(self, lessons: Iterable[str]) -> None:
        """Holds that the rules name lessons that there are.

        Args:
            lessons: ids of all lessons of the course.

        Raises:
            GraderFault: they name another, most likely by a slip.
        """
        known = {name for lesson in lessons for name in (lesson, _short(lesson))}
        for name in self.lessons:
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), n=1)
                meant = f"; did you mean {near[0]}?" if near else ""
                raise GraderFault(f"the policy in course.toml names the lesson {name}, which there is not{meant}")

    def _moment(self, lesson: str, due: datetime) -> datetime:
        try:
            if due.tzinfo is not None:
                return due.astimezone(UTC)
            zone = _zone(self.time_zone)
            return max(due.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        except OverflowError as problem:
            raise ValueError(f"{lesson} is due at the end of time") from problem


def _short(lesson: str) -> str:
    return lesson.partition("_")[0]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:  # OSError: "Europe" is a folder of zones
        zones = sorted(available_timezones())
        cities = [zone for zone in zones if zone.lower().endswith(f"/{name.lower()}")]
        near = cities or difflib.get_close_matches(name, zones, n=1, cutoff=0.75)
        meant = f"did you mean {near[0]}?" if near else "they are named like Europe/Berlin"
        raise ValueError(f"there is no time zone {name!r}; {meant}") from problem

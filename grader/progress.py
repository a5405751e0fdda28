"""What a student has reached so far: `.grade/progress.json` in the folder that they work in.

This is the student's own record. It decides nothing: a mark rests on a grading alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import msgspec
from filelock import FileLock

from grader.model import Grade, Scored
from grader.records import Frozen
from grader.scoring import first_miss, still_open
from grader.writing import write_whole

SCHEMA_VERSION = 1
FOLDER = ".grade"
#: A change takes milliseconds; who waits longer waits for a process that hangs.
_LOCK_SECONDS = 10


class Try(Frozen, frozen=True, kw_only=True):
    """The last grading of a lesson.

    Attributes:
        when: its start, ISO 8601 in UTC.
        percent: the mark.
        open: ids of the criteria that did not pass.
        submission: SHA-256 of the file.
    """

    when: str
    percent: float
    open: tuple[str, ...]
    submission: str


class Hinted(Frozen, frozen=True, kw_only=True):
    """How far the hints have gone.

    Attributes:
        criterion: what they are about.
        cause: why it had not passed; another cause has other hints.
        shown: how many were shown.
    """

    criterion: str
    cause: str
    shown: int


class Reached(Frozen, frozen=True, kw_only=True):
    """What is known of one lesson.

    Attributes:
        best: the best mark in percent, or None before the first try.
        last: the last try.
        hinted: the hints of the criterion to mend next, or None where none were asked for.
    """

    best: float | None = None
    last: Try | None = None
    hinted: Hinted | None = None


class _File(Frozen, frozen=True, kw_only=True):
    schema: Annotated[int, msgspec.Meta(ge=SCHEMA_VERSION, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    lessons: dict[str, Reached] = msgspec.field(default_factory=dict)


class Progress:
    """The record of one folder. Where it cannot be written, nothing is kept, and grading goes on."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """Touches nothing yet.

        Args:
            folder: the folder that the student works in.
            tell: takes a sentence for the student, where the record had to be set aside.
        """
        self._folder = folder / FOLDER
        self._path = self._folder / "progress.json"
        self._tell = tell

    def read(self) -> dict[str, Reached]:
        """Says what is known, by the ids of the lessons."""
        try:
            return self._load()
        except (UnicodeDecodeError, msgspec.DecodeError):
            self._tell(f"your record {self._path} cannot be read; the next try starts a new one")
            return {}

    def keep(self, grade: Grade) -> None:
        """Notes a try; hints start anew where another criterion, or another cause, is the first to mend.

        Args:
            grade: what the try got.
        """
        last = Try(
            when=grade.run.started,
            percent=grade.percent,
            open=tuple(row.id for row in still_open(grade.rows)),
            submission=grade.key.submission,
        )
        miss = first_miss(grade.rows)
        with self._changing(grade.lesson) as change:
            if change is None:
                return
            before = change.reached
            change.reached = Reached(
                best=grade.percent if before.best is None else max(before.best, grade.percent),
                last=last,
                hinted=before.hinted if miss and _is_about(before.hinted, miss) else None,
            )

    def next_hint(self, lesson: str, miss: Scored) -> tuple[int, bool]:
        """Counts one more hint.

        Args:
            lesson: id of the lesson.
            miss: the criterion that a hint is asked for.

        Returns:
            How many hints have been asked for, this one included, and whether that is remembered.
        """
        finding = miss.checked.finding
        with self._changing(lesson) as change:
            if change is None:
                return 1, False
            before = change.reached.hinted
            shown = before.shown + 1 if before and _is_about(before, miss) else 1
            hinted = Hinted(criterion=miss.id, cause=finding.cause if finding else "", shown=shown)
            change.reached = msgspec.structs.replace(change.reached, hinted=hinted)
        return shown, change.is_kept

    @contextmanager
    def _changing(self, lesson: str) -> Iterator["_Change | None"]:
        """Gives what is known of a lesson and writes what it has become; None where nothing can be written."""
        try:
            self._folder.mkdir(exist_ok=True)
            lock = FileLock(self._folder / "lock", timeout=_LOCK_SECONDS)
            lock.acquire()
        except OSError:
            yield None
            return
        try:
            lessons = self._load_or_set_aside()
            change = _Change(lessons.get(lesson, Reached()))
            yield change
            content = msgspec.json.encode(_File(lessons={**lessons, lesson: change.reached}))
            try:
                write_whole(self._path, msgspec.json.format(content, indent=1) + b"\n")
            except OSError:
                change.is_kept = False
        finally:
            lock.release()

    def _load(self) -> dict[str, Reached]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_File).lessons
        except OSError:
            return {}

    def _load_or_set_aside(self) -> dict[str, Reached]:
        """Keeps a file that cannot be read under another name, for it may be mended by hand."""
        try:
            return self._load()
        except (UnicodeDecodeError, msgspec.DecodeError):
            aside = self._path.with_name("progress.broken.json")
            with suppress(OSError):  # it is written anew all the same
                self._path.replace(aside)
                self._tell(f"your record {self._path} cannot be read; it starts anew, and the old one is {aside.name}")
            return {}


class _Change:
    """A lesson's entry while it changes."""

    def __init__(self, reached: Reached) -> None:
        self.reached = reached
        self.is_kept = True


def _is_about(hinted: Hinted | None, miss: Scored) -> bool:
    finding = miss.checked.finding
    return hinted is not None and (hinted.criterion, hinted.cause) == (miss.id, finding.cause if finding else "")

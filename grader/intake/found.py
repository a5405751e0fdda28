"""What lies in a source, before anybody knows what it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from grader.placed import Unplaced
from grader.text import one_line


@dataclass(frozen=True)
class Found:
    """A file.

    Attributes:
        parts: its path below the source; an archive in it counts as a folder.
        source: the source, as the teacher called it.
        size: its size in bytes, as stated.
        modified: when it was modified, or None.
        read: reads its bytes, at most the number given; may raise OSError.
        packed: whether it lies in an archive inside the source.
    """

    parts: tuple[str, ...]
    source: str
    size: int
    modified: datetime | None
    read: Callable[[int], bytes] = field(compare=False)
    packed: bool = False

    @property
    def origin(self) -> str:
        """Where it lies, for a person."""
        return origin_of(self.source, self.parts)


@dataclass
class Haul:
    """All that lies in a source.

    Attributes:
        files: files that may be submissions.
        refused: what is not read, with reasons.
        repositories: folders that are clones, as paths below the source, with the `.git` of each.
        clutter: paths of what is plainly no submission; a folder counts once.
    """

    files: list[Found] = field(default_factory=list)
    refused: list[Unplaced] = field(default_factory=list)
    repositories: dict[tuple[str, ...], str] = field(default_factory=dict)
    clutter: set[tuple[str, ...]] = field(default_factory=set)

    def refuse(self, found: Found, reason: str) -> None:
        """Takes note of a file that is no submission.

        Args:
            found: the file.
            reason: why, as one sentence.
        """
        self.refused.append(Unplaced(found.origin, reason))


def origin_of(source: str, parts: tuple[str, ...]) -> str:
    """Where something lies, for a person.

    Args:
        source: the source, as the teacher called it.
        parts: the path below it.
    """
    return one_line("/".join((source, *parts)), limit=2000)


def in_utc(seconds: float) -> datetime | None:
    """A time in seconds since 1970, or None where there is no such time."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None

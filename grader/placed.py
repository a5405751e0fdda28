"""Submissions that were found among what a teacher has, and what could not be placed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from grader.standing import Clock, Student


@dataclass(frozen=True)
class Placed:
    """A file whose student and lesson are known.

    Attributes:
        student: who handed it in.
        lesson: id of the lesson.
        name: the file's name, without folders.
        origin: where it lies, as a person would look for it: a path, for a zip "class.zip/ada/lesson06.py".
        handed: when it was handed in, in UTC, or None.
        clock: where that time comes from.
        size: its size in bytes.
        read: reads its bytes, at most the number given; may raise OSError.
        placed_by: how student and lesson were found, for a person, e.g. "folder ada, file name".
        turn: number of the try among those of this student and lesson, from 1, in the order they were handed in.
        doubt: why that order is a guess, as a sentence, or empty; then times and numbers do not tell it.
    """

    student: Student
    lesson: str
    name: str
    origin: str
    handed: datetime | None
    clock: Clock
    size: int
    read: Callable[[int], bytes] = field(compare=False)
    placed_by: str = ""
    turn: int = 1
    doubt: str = ""


@dataclass(frozen=True)
class Unplaced:
    """What could not be placed.

    Attributes:
        origin: where it lies.
        reason: why, as one sentence.
    """

    origin: str
    reason: str


@dataclass(frozen=True)
class Intake:
    """All that was found.

    Attributes:
        shape: the shape that it was taken for, for a person, e.g. "Moodle's bulk download".
        placed: what can be graded, all tries of all students, by student, lesson and turn.
        unplaced: what cannot, with reasons.
        students: everybody known, from the roster or from submissions.
        ignored: how many files and whole folders are plainly no submissions (caches, .git, data beside a submission).
    """

    shape: str
    placed: tuple[Placed, ...]
    unplaced: tuple[Unplaced, ...]
    students: tuple[Student, ...]
    ignored: int = 0

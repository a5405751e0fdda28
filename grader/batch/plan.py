"""What is to be done with each submission, by what the gradebook knows of it."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.course import Course, Lesson
from grader.gradebook.handing import Entry
from grader.gradebook.keeping import Known, Work
from grader.gradebook.keys import grading_key, outcome_content, outcome_key
from grader.model import GradingKey
from grader.pipeline import versions
from grader.policy.rules import Counts
from grader.seeds import Secret

#: After so many faults of the grader a submission is set aside, until somebody says that it is to be tried again.
MAX_FAULTS = 3


class Todo(enum.Enum):
    """What is to be done."""

    NOTHING = "nothing"  # the mark that counts is of this very key
    RESCORE = "rescore"  # its outcomes are known
    GRADE = "grade"
    QUARANTINED = "quarantined"  # the grader failed too often


@dataclass(frozen=True)
class Task:
    """A submission and what is to be done with it.

    Attributes:
        entry: the submission.
        work: what a mark of it would be known by.
        todo: what is to be done.
        rests_on: number of the attempt whose outcomes are known, or None.
        faults: how often the grader has failed on it.
    """

    entry: Entry
    work: Work
    todo: Todo
    rests_on: int | None = None
    faults: int = 0


def plan(
    entries: Iterable[Entry], known: Mapping[int, Known], course: Course, secret: Secret, *, retry: bool = False
) -> list[Task]:
    """Says for each submission what is to be done.

    Args:
        entries: the submissions.
        known: what the gradebook knows of them.
        course: the course.
        secret: what hidden data derive from.
        retry: whether to try again what the grader failed on too often.
    """
    keys = _Keys(course, secret)
    return [_task(entry, keys.of(entry), known.get(entry.id), retry=retry) for entry in entries]


def that_count(entries: Iterable[Entry], counts: Counts) -> list[Entry]:
    """The submissions that have to be graded: all where the best counts, else the last one of each student and lesson.

    Args:
        entries: the submissions, those of one student and lesson from the first to the last.
        counts: which of several counts.
    """
    if counts is Counts.BEST:
        return list(entries)
    last = {(entry.found.placed.student.key, entry.found.placed.lesson): entry for entry in entries}
    return list(last.values())


def _task(entry: Entry, work: Work, known: Known | None, *, retry: bool) -> Task:
    if known is None:
        return Task(entry, work, Todo.GRADE)
    if known.newest == work.key:
        return Task(entry, work, Todo.NOTHING, known.marks[work.key])
    rests_on = known.marks.get(work.key) or known.outcomes.get(work.outcome_key)
    if rests_on is not None:
        return Task(entry, work, Todo.RESCORE, rests_on)
    faults = known.faults.get(work.key, 0)
    if faults >= MAX_FAULTS and not retry:
        return Task(entry, work, Todo.QUARANTINED, faults=faults)
    return Task(entry, work, Todo.GRADE, faults=0 if retry else faults)


class _Keys:
    """Makes keys; what is the same for a whole lesson is hashed once."""

    def __init__(self, course: Course, secret: Secret) -> None:
        self._course, self._secret = course, secret
        self._versions = versions()
        self._lessons: dict[str, tuple[str, bytes]] = {}

    def of(self, entry: Entry) -> Work:
        lesson = Lesson(entry.found.placed.lesson, self._course.folder)
        if lesson.id not in self._lessons:
            self._lessons[lesson.id] = lesson.fingerprint(), outcome_content(lesson)
        fingerprint, content = self._lessons[lesson.id]
        grading = GradingKey(
            submission=entry.found.digest, rubric=fingerprint, seed_id=self._secret.label, versions=self._versions
        )
        kind = entry.found.kind
        return Work(entry.id, grading_key(grading, kind), outcome_key(grading, kind, content), grading)

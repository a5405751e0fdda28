"""Grades a class: what is due by the gradebook, with any engine; every mark is in the gradebook at once."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from grader.batch.judging import Job, Judged
from grader.batch.pages import Pages
from grader.batch.plan import MAX_FAULTS, Task, Todo
from grader.errors import GraderFault
from grader.gradebook.database import Database
from grader.gradebook.handing import Entry, Found
from grader.gradebook.keeping import Marked, keep, keep_fault, packed_report
from grader.gradebook.running import Claim, Running
from grader.model import Grade
from grader.notebook.reading import MAX_BYTES
from grader.placed import Placed, Unplaced
from grader.report.json_report import decode

_CHANGED = "the file changed while it was graded; run the same command again"


class Engine(Protocol):
    """What grades submissions: this machine, or many."""

    def judge_all(self, jobs: Iterable[Job | None]) -> Iterator[Judged]:
        """Grades submissions and yields what came of each, in any order; a job that is None says: none just now."""


@dataclass
class Tally:
    """What came of a run.

    Attributes:
        graded: how many were graded.
        rescored: how many were scored again without running anything.
        unchanged: how many had their mark already.
        elsewhere: how many another grader graded meanwhile.
        faults: what could not be graded, with the last fault.
    """

    graded: int = 0
    rescored: int = 0
    unchanged: int = 0
    elsewhere: int = 0
    faults: list[tuple[Entry, str]] = field(default_factory=list)


class Follow(Protocol):
    """Is told how a run goes on."""

    def graded(self, entry: Entry, grade: Grade, *, was_run: bool) -> None:
        """There is a mark, which was run for, or scored again."""

    def failed(self, entry: Entry, fault: str, *, again: bool) -> None:
        """The grader failed; whether it is tried again."""

    def settled(self, entry: Entry) -> None:
        """Another grader has graded it."""


def find(placed: Iterable[Placed]) -> tuple[list[Found], list[Unplaced]]:
    """Hashes submissions.

    Args:
        placed: the submissions.

    Returns:
        Those that could be read, and those that could not, with the reason.
    """
    found, unread = [], []
    for each in placed:
        try:
            digest = hashlib.sha256(each.read(MAX_BYTES + 1)).hexdigest()
        except OSError as problem:
            unread.append(Unplaced(each.origin, f"cannot be read: {problem.strerror or problem}"))
        else:
            found.append(Found(each, digest))
    return found, unread


@dataclass
class Grading:
    """One run over the submissions of a class.

    Attributes:
        database: the gradebook.
        run: this process, as the gradebook knows it.
        pages: where reports go.
        automatic: whether suggested marks for sentences count.
        follow: is told how it goes on.
    """

    database: Database
    run: Running
    pages: Pages
    automatic: bool
    follow: Follow
    tally: Tally = field(default_factory=Tally)
    _waiting: deque[Task] = field(default_factory=deque, init=False)
    _open: dict[int, Task] = field(default_factory=dict, init=False)

    def due(self, tasks: Iterable[Task]) -> list[Task]:
        """Counts what has its mark, or is set aside, and returns the rest.

        Args:
            tasks: all submissions that count.
        """
        rest = []
        for task in tasks:
            if task.todo is Todo.QUARANTINED:
                self._give_up(task, f"the grader failed on it {task.faults} times; --retry tries it again")
            elif task.todo is Todo.NOTHING and self.pages.has(self._report(task)):
                self.tally.unchanged += 1
            else:
                rest.append(task)
        return rest

    def grade(self, tasks: Iterable[Task], engine: Engine) -> None:
        """Does what is to be done.

        Args:
            tasks: the submissions.
            engine: what grades them.

        Raises:
            GraderFault: the gradebook fails, or reports cannot be written.
        """
        self._waiting.extend(tasks)
        for judged in engine.judge_all(self._jobs()):
            self._take(self._open.pop(judged.number), judged)

    def _jobs(self) -> Iterator[Job | None]:
        """Jobs as they may be begun; None where others have to be waited for."""
        while self._waiting or self._open:
            held: list[Task] = []
            while self._waiting:
                task = self._waiting.popleft()
                claim = Claim.GRANTED
                if task.todo is not Todo.NOTHING:
                    claim = self.run.claim(task.entry.id, task.work.key)
                if claim is Claim.HELD:
                    held.append(task)
                elif claim is Claim.DONE:
                    self.tally.elsewhere += 1
                    self.follow.settled(task.entry)
                elif (job := self._job(task)) is not None:
                    self._open[task.entry.id] = task
                    yield job
            self._waiting.extend(held)
            yield None

    def _job(self, task: Task) -> Job | None:
        placed = task.entry.found.placed
        try:
            data = placed.read(MAX_BYTES + 1)
            before = packed_report(self.database, task.rests_on) if task.rests_on is not None else b""
        except (OSError, GraderFault) as problem:
            self._fail(task, str(problem))
            return None
        if hashlib.sha256(data).hexdigest() != task.entry.found.digest:
            self._give_up(task, _CHANGED)
            return None
        return Job(task.entry.id, placed.lesson, placed.name, data, placed.size, before)

    def _take(self, task: Task, judged: Judged) -> None:
        """Writes what came of a job."""
        if judged.fault:
            self._fail(task, judged.fault)
            return
        try:
            grade = decode(judged.report)
        except ValueError as problem:  # of msgspec: never seen, and no mark all the same
            self._fail(task, f"its report cannot be read: {problem}")
            return
        if grade.key != task.work.grading:
            self._fail(task, "the course, or what it is graded with, changed meanwhile")
            return
        if judged.page:
            self._write(task, judged)  # before the mark, so that whoever has the mark has the page
        if task.todo is Todo.NOTHING:
            self.tally.unchanged += 1
            self.follow.graded(task.entry, grade, was_run=False)
            return
        was_run = task.todo is Todo.GRADE
        marked = Marked(grade, judged.report, judged.source, self.automatic, task.rests_on, judged.processor)
        keep(self.database, self.run, task.work, marked)
        if was_run:
            self.tally.graded += 1
        else:
            self.tally.rescored += 1
        self.follow.graded(task.entry, grade, was_run=was_run)

    def _write(self, task: Task, judged: Judged) -> None:
        try:
            self.pages.write(self._report(task), judged.page, judged.report)
        except OSError as problem:
            raise GraderFault(f"reports cannot be written: {problem.strerror}") from problem

    def _fail(self, task: Task, fault: str) -> None:
        """Notes a fault; the submission is tried again, or set aside."""
        if task.todo is Todo.NOTHING:  # it has its mark; only the page is missing
            self._give_up(task, fault)
            return
        keep_fault(self.database, self.run, task.work, fault)
        task = replace(task, todo=Todo.GRADE, rests_on=None, faults=task.faults + 1)
        if task.faults < MAX_FAULTS:
            self._waiting.append(task)
            self.follow.failed(task.entry, fault, again=True)
        else:
            self._give_up(task, fault)

    def _give_up(self, task: Task, fault: str) -> None:
        self.tally.faults.append((task.entry, fault))
        self.follow.failed(task.entry, fault, again=False)

    def _report(self, task: Task) -> str:
        placed = task.entry.found.placed
        return self.pages.report(placed.student, placed.lesson, task.work.key)

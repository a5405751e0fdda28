"""What all views of one grading share: the rooms, the submission's text, the budgets, the record of a check."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from grader.judge.layers import LayerCall
from grader.judge.misses import Miss
from grader.judge.seen import Seen
from grader.judge.source import Source
from grader.model import MAX_EVIDENCE_VALUES, Checked, Evidence
from grader.pictured import Picture
from grader.rooms.house import House
from grader.rooms.room import Budget
from grader.rubric import Criterion, Rubric
from grader.seeds import Streams
from grader.submission import Submission

#: Is told of a criterion: with None when its check begins, with what became of it when it has ended.
Follow = Callable[[Criterion, Checked | None], None]
_MAX_OUTPUT = 16 * 1024
#: The context that a thread works in; checks themselves run in the main thread, which has none.
_here = threading.local()


@dataclass
class Record:
    """What is noted while one check runs.

    Attributes:
        provisional: whether something rests on what the submission's own process says.
        borderline: whether a skill lies near its threshold.
        evidence: numbers that the mark rests on.
        output: what the submission printed.
        described: models whose layers were asked for.
        describe: asks the model in the clean room that came last for its layers.
    """

    provisional: bool = False
    borderline: bool = False
    evidence: list[Evidence] = field(default_factory=list)
    output: str = ""
    described: list[list[LayerCall]] = field(default_factory=list)
    describe: Callable[[], object] | None = None

    def measured(self, name: str, *values: float, unit: str = "", labels: tuple[str, ...] = ()) -> None:
        """Notes numbers that the mark rests on.

        Args:
            name: what was measured.
            *values: the numbers.
            unit: their unit.
            labels: a name for each.
        """
        numbers = tuple(float(value) for value in values[:MAX_EVIDENCE_VALUES])
        self.evidence.append(Evidence(name=name, values=numbers, unit=unit, labels=labels))

    def add(self, other: "Record") -> None:
        """Takes over what was noted in another thread."""
        self.provisional |= other.provisional
        self.borderline |= other.borderline
        self.evidence += other.evidence
        self.described += other.described
        self.printed(other.output)

    def printed(self, text: str) -> None:
        """Notes what the submission printed."""
        self.output = (self.output + text)[:_MAX_OUTPUT]


@dataclass
class Loading:
    """How far the file can be loaded; the first room to load it finds out.

    Attributes:
        lock: held while that is found out.
        is_known: whether it has been.
        until: number of top-level statements that can be run, or None for all.
        miss: why it stops there.
        output: what it printed.
    """

    lock: threading.Lock = field(default_factory=threading.Lock)
    is_known: bool = False
    until: int | None = None
    miss: Miss | None = None
    output: str = ""


@dataclass
class Context:
    """One grading, as its views see it.

    Attributes:
        house: the rooms.
        submission: the file.
        source: its text as a tree.
        rubric: the lesson's rubric.
        streams: seeds of hidden data.
        cpu_seconds: budget of one call from the command line, or None for the rubric's.
        needed: indices of the statements that the functions of a notebook rest on, or None for a .py file.
        criterion: the criterion that is being checked.
        record: what is noted for it.
        loading: how far the file can be loaded; shared with work in other threads.
        follow: is told how far the grading is, or None.
        origin: the context that this one was set aside from.
        seen: what the submission's functions answered, kept for pictures; shared with work in other threads.
        pictures: what the report will show.
    """

    house: House
    submission: Submission
    source: Source
    rubric: Rubric
    streams: Streams
    cpu_seconds: float | None = None
    needed: list[int] | None = None
    criterion: Criterion | None = None
    record: Record = field(default_factory=Record)
    loading: Loading = field(default_factory=Loading)
    follow: Follow | None = None
    origin: "Context | None" = None
    seen: Seen = field(default_factory=Seen)
    pictures: list[Picture] = field(default_factory=list)

    def tell(self, criterion: Criterion, checked: Checked | None = None) -> None:
        """Tells who follows the grading; what fails there is of no concern to a mark."""
        if self.follow is not None:
            with suppress(Exception):
                self.follow(criterion, checked)

    def aside(self) -> "Context":
        """The same grading for work in another thread, with a record of its own."""
        return replace(self, record=Record(), criterion=None, origin=self.origin or self)

    def work_here(self) -> None:
        """Says that the current thread works in this context."""
        _here.context = self

    def noting(self) -> Record:
        """The record of the work that goes on in the current thread, which may use what other work has made."""
        context: Context = getattr(_here, "context", None) or self.origin or self
        return context.record

    def call_budget(self) -> Budget:
        """What one call of the submission may use."""
        own = self.criterion.cpu_seconds if self.criterion else None
        return self._budget(self.cpu_seconds or own or self.rubric.limits.cpu_seconds)

    def load_budget(self) -> Budget:
        """What loading the file may use."""
        return self._budget(self.rubric.limits.import_seconds)

    def _budget(self, cpu_seconds: float) -> Budget:
        limits = self.rubric.limits
        return Budget(cpu_seconds, limits.reply_mb << 20, limits.memory_mb)

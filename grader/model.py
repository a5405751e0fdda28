"""What grading a submission yields: frozen records, the same in memory, in JSON and in every report.

The JSON report is exactly `Grade` as encoded by msgspec; its schema is `msgspec.json.schema(Grade)` and is
kept in `grader/report/result.schema.json`. `SCHEMA_VERSION` grows when a field changes its meaning.
"""

import enum

from grader.answered import Sheet
from grader.pictured import Picture
from grader.records import Frozen
from grader.shown import ShownCell
from grader.text import where

SCHEMA_VERSION = 1
#: More numbers than this are of no use in a report; longer evidence is cut.
MAX_EVIDENCE_VALUES = 512


class Outcome(enum.Enum):
    """How one criterion ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_STARTED = "not_started"  # the function still raises NotImplementedError, as in the stub
    SKIPPED = "skipped"  # a criterion that it needs did not pass
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"  # the process that ran the submission ended
    WITHHELD = "withheld"  # a teacher's check; it does not run here and does not count here
    FAULT = "fault"  # the grader's own fault: no mark is given at all


class Visibility(enum.Enum):
    """Where a criterion is checked."""

    STUDENT = "student"  # everywhere
    TEACHER = "teacher"  # only with the full course


class Isolation(enum.Enum):
    """How strongly the submission's processes are to be confined."""

    AUTO = "auto"  # as strongly as this machine allows, with a note where that is weak
    FULL = "full"  # fully, or not at all
    NONE = "none"  # not at all: for one's own code, when looking for a fault


class Place(Frozen, frozen=True, kw_only=True):
    """A line of the submission.

    Attributes:
        line: line number, from 1, in the file or in the notebook cell.
        cell: number of the notebook's code cell, from 1; None in a .py file.
        function: name of the function the line stands in, or None at the top level.
        text: the line itself, stripped.
    """

    line: int
    cell: int | None = None
    function: str | None = None
    text: str = ""

    def __str__(self) -> str:
        """Names it, e.g. "cell 3, line 14"."""
        return where(self.line, self.cell)


class Finding(Frozen, frozen=True, kw_only=True):
    """Why a criterion did not pass, for the person who has to mend it.

    Attributes:
        cause: code of the cause; its wording stands in the rubric or among the general causes.
        headline: one sentence that names the cause.
        expected: what was expected, in words; never a hidden value.
        received: what came instead.
        why: why it matters.
        hints: the next step, from a nudge to a strong hint.
        place: the student's line, where one can be blamed.
        details: the student's traceback or other raw text, for the details fold.
    """

    cause: str
    headline: str
    expected: str = ""
    received: str = ""
    why: str = ""
    hints: tuple[str, ...] = ()
    place: Place | None = None
    details: str = ""


class Evidence(Frozen, frozen=True, kw_only=True):
    """Numbers that a mark rests on, e.g. the skill of each repeat.

    Attributes:
        name: what was measured.
        values: at most `MAX_EVIDENCE_VALUES` numbers.
        unit: unit of the values, empty for pure numbers.
        labels: a name for each value, or empty.
    """

    name: str
    values: tuple[float, ...]
    unit: str = ""
    labels: tuple[str, ...] = ()


class Checked(Frozen, frozen=True, kw_only=True):
    """What the judge says of one criterion, before it is scored.

    Attributes:
        outcome: how the check ended.
        credit: share of the points, 1.0 for a pass, possibly more than 0 for a partly right solution.
        finding: the reason where the outcome is not a pass.
        evidence: numbers measured on the way.
        provisional: the points rest on what the submission's own process says about its model, since the
            model could not be brought to a clean process; a teacher has to accept them.
        borderline: the measured skill lies near the threshold.
        output: what the submission printed during the check, capped.
    """

    outcome: Outcome
    credit: float = 0.0
    finding: Finding | None = None
    evidence: tuple[Evidence, ...] = ()
    provisional: bool = False
    borderline: bool = False
    output: str = ""


class Scored(Frozen, frozen=True, kw_only=True):
    """One row of the mark: a criterion, its outcome and its points.

    Attributes:
        id: the criterion's name in the rubric.
        title: what the criterion asks, for the student.
        visibility: where it is checked.
        points: points reached.
        max_points: points to be had.
        checked: outcome, reason and evidence.
    """

    id: str
    title: str
    visibility: Visibility
    points: float
    max_points: float
    checked: Checked


class Versions(Frozen, frozen=True, kw_only=True):
    """Versions that a mark depends on."""

    grade: str
    python: str
    keras: str
    tensorflow: str
    numpy: str


class GradingKey(Frozen, frozen=True, kw_only=True):
    """What a mark is a function of: equal keys, equal marks.

    Attributes:
        submission: SHA-256 of the submitted bytes.
        rubric: SHA-256 over the lesson's rubric, checks and data.
        seed_id: fingerprint of the secret behind all hidden data; "public" for the public one.
        versions: versions of what computed it.
    """

    submission: str
    rubric: str
    seed_id: str
    versions: Versions


class Run(Frozen, frozen=True, kw_only=True):
    """Circumstances of one grading; nothing here changes the mark.

    Attributes:
        started: start, ISO 8601 in UTC.
        wall_seconds: time taken.
        cpu_seconds: CPU time of all rooms.
        attempts: how often grading was tried; more than one after faults of the machine.
        layers: confinement layers in force in every room.
        missing: confinement layers that this machine does not offer.
    """

    started: str
    wall_seconds: float
    cpu_seconds: float
    attempts: int = 1
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Grade(Frozen, frozen=True, kw_only=True):
    """The mark of one submission with everything it rests on.

    Attributes:
        schema_version: version of this schema.
        lesson: the lesson's id, e.g. "lesson06_stacked".
        title: its title.
        file: name of the submitted file, without folders.
        points: points reached, the provisional ones included.
        provisional_points: how many of these wait for a teacher.
        max_points: points to be had here (withheld criteria do not count).
        percent: mark in percent, rounded to one decimal.
        pass_mark: percent needed.
        passed: whether `percent` reaches `pass_mark`.
        rows: one row a criterion, in the rubric's order.
        answers: what was made of the answers to the lesson's questions, or None where there is nothing to read.
        next_step: the one thing to do next.
        notes: sentences about this grading (weak confinement, other versions, withheld checks).
        output: what the submission printed while it was loaded, capped.
        notebook: the cells of a notebook as they ran; empty for a .py file.
        pictures: what it looks like; made of public data, or of none.
        key: what the mark is a function of.
        run: circumstances.
    """

    schema_version: int = SCHEMA_VERSION
    lesson: str
    title: str
    file: str
    points: float
    provisional_points: float
    max_points: float
    percent: float
    pass_mark: float
    passed: bool
    rows: tuple[Scored, ...]
    answers: Sheet | None = None
    next_step: str
    notes: tuple[str, ...]
    output: str
    notebook: tuple[ShownCell, ...] = ()
    pictures: tuple[Picture, ...] = ()
    key: GradingKey
    run: Run

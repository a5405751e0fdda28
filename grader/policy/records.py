"""What a mark is worked out from: tries as they were graded, and what teachers decided; frozen records."""

import enum
from datetime import datetime
from typing import Annotated

import msgspec

from grader.answered import Assessment, Sheet
from grader.model import Grade, Scored, Versions
from grader.records import Frozen
from grader.standing import Clock, CriterionStanding, LessonInfo, Student

#: The criterion that answers to questions belong to, as in a rubric.
ANSWERS = "answers"


class AnswersTried(Frozen, frozen=True, kw_only=True):
    """The answers of a try, as far as a teacher's decisions can change what they earn.

    Attributes:
        graded: weight and credit of each graded item; one pair for all of them where single credits may not be told.
        prose: what was made of the answers in sentences.
        automatic: suggested marks count without a teacher.
    """

    graded: tuple[tuple[float, float], ...]
    prose: tuple[Assessment, ...]
    automatic: bool = False


class Attempted(Frozen, frozen=True, kw_only=True):
    """A try and how its grading ended.

    Attributes:
        number: number of the grading; of two gradings of the same try the higher one counts.
        file: name of the file.
        digest: SHA-256 of its bytes.
        handed: when it was handed in, in UTC, or None.
        clock: where that time comes from.
        order: its place among tries of the same time, or without one; the highest is the latest.
        criteria: what the checks gave; empty where it is not graded, or grading failed.
        answers: its answers, or None where a teacher's decisions can change nothing in them.
        fault: the grader's own fault that kept it from grading, or empty.
        seed_id: what the hidden data came from.
        versions: versions of what computed it.
    """

    number: int
    file: str
    digest: str
    handed: datetime | None = None
    clock: Clock = Clock.UNKNOWN
    order: int = 0
    criteria: tuple[CriterionStanding, ...] = ()
    answers: AnswersTried | None = None
    fault: str = ""
    seed_id: str = ""
    versions: Versions | None = None


class Override(Frozen, frozen=True, kw_only=True):
    """Points that a teacher set by hand.

    Attributes:
        criterion: the criterion, or None for the lesson as a whole.
        points: its points, or None: what was set before is withdrawn.
        who: who set them.
        at: when, in UTC; the newest counts.
        why: for what reason.
    """

    criterion: str | None = None
    points: Annotated[float, msgspec.Meta(ge=0)] | None
    who: str
    at: datetime
    why: str = ""


class Subject(enum.Enum):
    """What a decision is about."""

    PROSE = "prose"  # an answer in sentences
    PROVISIONAL = "provisional"  # points that rest on what the submission itself says


class Verdict(enum.Enum):
    """How a teacher decided."""

    ACCEPT = "accept"
    ADJUST = "adjust"


class Decision(Frozen, frozen=True, kw_only=True):
    """What a teacher decided about one submission.

    Attributes:
        digest: SHA-256 of the submission; it holds for no other one.
        subject: what it is about.
        item: the question, or the criterion.
        verdict: as suggested, or otherwise.
        value: share between 0 and 1 of a question, or points of a criterion; None as it was suggested or checked.
        comment: what is said to the student.
        who: who decided.
        at: when, in UTC; the newest counts.
    """

    digest: str
    subject: Subject
    item: str
    verdict: Verdict
    value: Annotated[float, msgspec.Meta(ge=0)] | None = None
    comment: str = ""
    who: str
    at: datetime


class Filed(Frozen, frozen=True, kw_only=True):
    """Everything that is known of one student in one lesson.

    Attributes:
        student: the student.
        lesson: the lesson.
        attempts: all tries, in any order.
        overrides: all points set by hand, in any order.
        decisions: all decisions on these tries, in any order.
    """

    student: Student
    lesson: LessonInfo
    attempts: tuple[Attempted, ...] = ()
    overrides: tuple[Override, ...] = ()
    decisions: tuple[Decision, ...] = ()


def attempted(grade: Grade, attempt: Attempted, *, automatic: bool) -> Attempted:
    """Fills in what a grading gave.

    Args:
        grade: the mark.
        attempt: number, file, digest and time of the try.
        automatic: whether suggested marks for sentences counted in this grading.
    """
    return msgspec.structs.replace(
        attempt,
        criteria=tuple(criterion_of(row) for row in grade.rows),
        answers=_answers(grade.answers, automatic=automatic),
        seed_id=grade.key.seed_id,
        versions=grade.key.versions,
    )


def criterion_of(row: Scored) -> CriterionStanding:
    """What a criterion stands at by its check alone."""
    finding = row.checked.finding
    return CriterionStanding(
        id=row.id,
        title=row.title,
        outcome=row.checked.outcome,
        cause=finding.cause if finding else "",
        headline=finding.headline if finding else "",
        points=row.points,
        max_points=row.max_points,
        checked_points=row.points,
        provisional=row.checked.provisional,
        borderline=row.checked.borderline,
    )


def _answers(sheet: Sheet | None, *, automatic: bool) -> AnswersTried | None:
    """The answers; an exam tells the credit of all of them only, with that of the sentences if these count."""
    if sheet is None or sheet.credit is None or (automatic and not sheet.is_explained):
        return None
    graded = tuple((item.points, item.credit) for item in sheet.items if item.credit is not None)
    if len(graded) < len(sheet.items):
        graded = ((sum(item.points for item in sheet.items), sheet.credit),)
    return AnswersTried(graded=graded, prose=sheet.prose, automatic=automatic)

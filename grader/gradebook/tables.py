"""The tables of the gradebook. Rows are added and never changed, but for claims and the pulse of those who grade.

Only `forgetting.py` deletes: all rows of one student.

`migrations/` makes these tables in a database, step by step; a test holds that both say the same.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, LargeBinary, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from grader.gradebook.columns import Moment, Words

_HASH = String(64)


class Base(DeclarativeBase):
    """Names constraints, so that migrations can speak of them in every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class StudentRow(Base):
    """A student; what is known of them beside the key stands in `DetailRow`."""

    __tablename__ = "student"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Words, unique=True)
    alias: Mapped[str] = mapped_column(String(20))  # drawn by lot: what anonymous pages call them


class DetailRow(Base):
    """Name, address and numbers of a student, as they were told; the newest count."""

    __tablename__ = "detail"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    name: Mapped[str] = mapped_column(Words)
    email: Mapped[str] = mapped_column(Words)
    ids: Mapped[dict[str, str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)


class SubmissionRow(Base):
    """A file that a student handed in for a lesson; the same bytes again are the same submission."""

    __tablename__ = "submission"
    __table_args__ = (Index("uq_submission_what", "student_id", "lesson", "digest", "kind", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    lesson: Mapped[str] = mapped_column(Words, index=True)
    digest: Mapped[str] = mapped_column(_HASH)
    kind: Mapped[str] = mapped_column(String(10))  # "py" or "ipynb": the same bytes are judged differently
    name: Mapped[str] = mapped_column(Words)


class TryRow(Base):
    """That a submission was handed in: when, and where it was found; where times do not decide, by number."""

    __tablename__ = "try"
    __table_args__ = (Index("uq_try_what", "submission_id", "origin", "handed", "clock", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    origin: Mapped[str] = mapped_column(Words)
    handed: Mapped[datetime] = mapped_column(Moment)  # for `Clock.UNKNOWN` the beginning of time
    clock: Mapped[str] = mapped_column(String(20))


class RunRow(Base):
    """A process that grades into this gradebook; its pulse says that it lives."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[str] = mapped_column(Words)  # host and boot, so that process ids mean something
    pid: Mapped[int] = mapped_column()
    born: Mapped[float] = mapped_column(Float)  # when the process began: a pid may be used again
    started: Mapped[datetime] = mapped_column(Moment)
    pulse: Mapped[datetime] = mapped_column(Moment)


class ClaimRow(Base):
    """That a run is grading a submission just now."""

    __tablename__ = "claim"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    key: Mapped[str] = mapped_column(_HASH, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))


class AttemptRow(Base):
    """One grading of a submission: a mark with its evidence, or a fault of the grader; the newest mark counts.

    `key` is a hash of everything that the mark is a function of; `outcome_key` leaves out what changes points and
    words, but no outcome.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_key", "submission_id", "key"),
        Index("ix_attempt_outcome_key", "submission_id", "outcome_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"))
    key: Mapped[str] = mapped_column(_HASH)
    outcome_key: Mapped[str] = mapped_column(_HASH)
    rescored_from: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))  # None where it was really run
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    fault: Mapped[str] = mapped_column(Words, default="")
    rubric: Mapped[str] = mapped_column(_HASH)
    seed_id: Mapped[str] = mapped_column(Words)
    versions: Mapped[dict[str, str]] = mapped_column(JSON)
    processor: Mapped[str] = mapped_column(Words)  # marks are equal bit for bit on one type, and in outcome elsewhere
    points: Mapped[float] = mapped_column(Float, default=0.0)
    max_points: Mapped[float] = mapped_column(Float, default=0.0)
    percent: Mapped[float | None] = mapped_column(Float)
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what a teacher's decisions on them could change
    report: Mapped[bytes] = mapped_column(LargeBinary, default=b"")  # the whole JSON report, zlib
    source: Mapped[bytes] = mapped_column(LargeBinary, default=b"")  # the text of the program, zlib


class OutcomeRow(Base):
    """What became of one criterion in one attempt."""

    __tablename__ = "outcome"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    criterion: Mapped[str] = mapped_column(Words)
    title: Mapped[str] = mapped_column(Words)
    outcome: Mapped[str] = mapped_column(String(20))
    cause: Mapped[str] = mapped_column(Words)
    headline: Mapped[str] = mapped_column(Words)
    points: Mapped[float] = mapped_column(Float)
    max_points: Mapped[float] = mapped_column(Float)
    provisional: Mapped[bool] = mapped_column()
    borderline: Mapped[bool] = mapped_column()


class OverrideRow(Base):
    """Points that a teacher set by hand, or took back (no points); the newest counts."""

    __tablename__ = "override"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"), index=True)
    lesson: Mapped[str] = mapped_column(Words)
    criterion: Mapped[str | None] = mapped_column(Words)
    points: Mapped[float | None] = mapped_column(Float)
    who: Mapped[str] = mapped_column(Words)
    why: Mapped[str] = mapped_column(Words)
    at: Mapped[datetime] = mapped_column(Moment)


class DecisionRow(Base):
    """What a teacher decided on something that waited: an answer in sentences, or provisional points."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_whose", "student_id", "lesson"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    lesson: Mapped[str] = mapped_column(Words)
    digest: Mapped[str] = mapped_column(_HASH)  # it holds for this file only
    subject: Mapped[str] = mapped_column(String(20))
    item: Mapped[str] = mapped_column(Words)
    verdict: Mapped[str] = mapped_column(String(20))
    value: Mapped[float | None] = mapped_column(Float)
    comment: Mapped[str] = mapped_column(Words)
    who: Mapped[str] = mapped_column(Words)
    at: Mapped[datetime] = mapped_column(Moment)


class MarkRow(Base):
    """A mark as it was told: raw and final, with the reasons; a new row for each change."""

    __tablename__ = "mark"
    __table_args__ = (Index("ix_mark_whose", "student_id", "lesson"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    lesson: Mapped[str] = mapped_column(Words)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempt.id"))
    raw: Mapped[float | None] = mapped_column(Float)
    final: Mapped[float | None] = mapped_column(Float)
    passed: Mapped[bool] = mapped_column()
    reasons: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Moment)


def _table(row: type[Base]) -> Table:
    assert isinstance(row.__table__, Table)  # noqa: S101  for the type checker
    return row.__table__


STUDENT = _table(StudentRow)
DETAIL = _table(DetailRow)
SUBMISSION = _table(SubmissionRow)
TRY = _table(TryRow)
RUN = _table(RunRow)
CLAIM = _table(ClaimRow)
ATTEMPT = _table(AttemptRow)
OUTCOME = _table(OutcomeRow)
OVERRIDE = _table(OverrideRow)
DECISION = _table(DecisionRow)
MARK = _table(MarkRow)

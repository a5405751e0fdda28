"""Grades one submission of many; the same function runs in a process of this machine and on a worker far away."""

from dataclasses import dataclass
from pathlib import Path

from grader.course import Lesson
from grader.errors import GraderFault
from grader.model import Isolation
from grader.pipeline import Options, grade
from grader.report.html import render
from grader.report.json_report import encode
from grader.rooms.house import Starter
from grader.seeds import Secret
from grader.submission import parse_submission


@dataclass(frozen=True)
class Terms:
    """What holds for all submissions of a run.

    Attributes:
        course: folder of the course.
        secret: what hidden data derive from.
        isolation: how strongly to confine.
        pass_mark: percent needed.
        hidden: what no submission may read, beside the course.
    """

    course: Path
    secret: Secret
    isolation: Isolation
    pass_mark: float
    hidden: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Job:
    """One submission, as bytes.

    Attributes:
        number: its number in the gradebook.
        lesson: id of its lesson.
        name: name of the file.
        data: its bytes, no more than are read of any.
        size: its full size.
    """

    number: int
    lesson: str
    name: str
    data: bytes
    size: int


@dataclass(frozen=True)
class Judged:
    """What came of a job.

    Attributes:
        number: the job's.
        report: the grade as JSON, or empty after a fault.
        page: the grade as HTML, or empty where it could not be drawn: that costs no mark.
        fault: what failed, if the grader did.
    """

    number: int
    report: bytes = b""
    page: bytes = b""
    fault: str = ""


def judge(job: Job, terms: Terms, rooms: Starter) -> Judged:
    """Grades a submission; whatever fails here is said in the result.

    Args:
        job: the submission.
        terms: what holds for all.
        rooms: what starts rooms.
    """
    options = Options(
        terms.secret, isolation=terms.isolation, pass_mark=terms.pass_mark, hidden=(terms.course, *terms.hidden)
    )
    try:
        submission = parse_submission(job.name, job.data, job.size)
        graded = grade(submission, Lesson(job.lesson, terms.course), options, rooms)
        report = encode(graded)
    except GraderFault as fault:
        return Judged(job.number, fault=str(fault))
    except Exception as problem:  # noqa: BLE001  a bug of ours is a fault, and costs one submission
        return Judged(job.number, fault=f"{type(problem).__name__}: {problem}")
    try:
        return Judged(job.number, report, render(graded).encode())
    except Exception:  # noqa: BLE001  as above; the mark is there
        return Judged(job.number, report)

"""Grades one submission of many; the same function runs in a process of this machine and on a worker far away."""

from dataclasses import dataclass, field
from pathlib import Path, PurePath

from msgspec.structs import replace

from grader.course import Lesson
from grader.errors import GraderFault
from grader.gradebook.keeping import processor
from grader.model import Grade, Isolation
from grader.pipeline import Options, grade
from grader.report.html import render
from grader.report.json_report import decode, encode
from grader.rescoring import rescore
from grader.rooms.house import House, Starter
from grader.seeds import Secret
from grader.submission import parse_submission

#: Memory of a room in which nothing runs.
_PROBE_MB = 1024


@dataclass(frozen=True)
class Terms:
    """What holds for all submissions of a run.

    Attributes:
        course: folder of the course.
        secret: what hidden data derive from.
        isolation: how strongly to confine.
        pass_mark: percent needed.
        hidden: what no submission may read, beside the course.
        anonymous: whether pages are to hide the names of files, which may be names of students.
    """

    course: Path
    secret: Secret = field(repr=False)
    isolation: Isolation
    pass_mark: float
    hidden: tuple[Path, ...] = ()
    anonymous: bool = False

    @property
    def all_hidden(self) -> tuple[Path, ...]:
        """What no room may read."""
        return (self.course, *self.hidden)


@dataclass(frozen=True)
class Job:
    """One submission, as bytes.

    Attributes:
        number: its number in the gradebook.
        lesson: id of its lesson.
        name: name of the file.
        data: its bytes, no more than are read of any.
        size: its full size.
        before: an earlier grade of it as JSON whose outcomes hold, so that nothing need be run; or empty.
    """

    number: int
    lesson: str
    name: str
    data: bytes = field(repr=False)
    size: int
    before: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Judged:
    """What came of a job.

    Attributes:
        number: the job's.
        report: the grade as JSON, or empty after a fault.
        source: the text of the program.
        page: the grade as HTML, or empty where it could not be drawn: that costs no mark.
        fault: what failed, if the grader did.
        processor: type of the processor that judged it.
    """

    number: int
    report: bytes = b""
    source: str = ""
    page: bytes = b""
    fault: str = ""
    processor: str = ""


def hold_confined(terms: Terms, rooms: Starter) -> tuple[str, ...]:
    """Starts a room and holds that it is confined as is asked, before anything is graded.

    Args:
        terms: what holds for all.
        rooms: what starts rooms.

    Returns:
        Names of the layers that are missing all the same.

    Raises:
        GraderFault: it is not.
    """
    with House(rooms, memory_mb=_PROBE_MB, isolation=terms.isolation, hidden=terms.all_hidden) as house:
        house.room()
        return house.missing


def judge(job: Job, terms: Terms, rooms: Starter) -> Judged:
    """Grades a submission; whatever fails here is said in the result.

    Args:
        job: the submission.
        terms: what holds for all.
        rooms: what starts rooms.
    """
    options = Options(terms.secret, isolation=terms.isolation, pass_mark=terms.pass_mark, hidden=terms.hidden)
    try:
        submission = parse_submission(job.name, job.data, job.size)
        lesson = Lesson(job.lesson, terms.course)
        if job.before:
            graded = rescore(decode(job.before), submission, lesson, options)
        else:
            graded = grade(submission, lesson, options, rooms)
        report = encode(graded)
    except GraderFault as fault:
        return Judged(job.number, fault=str(fault))
    except Exception as problem:  # noqa: BLE001  a bug of ours is a fault, and costs one submission
        return Judged(job.number, fault=f"{type(problem).__name__}: {problem}")
    try:
        page = _page(graded, terms)
    except Exception:  # noqa: BLE001  as above; the mark is there
        page = b""
    return Judged(job.number, report, submission.text, page, processor=processor())


def _page(graded: Grade, terms: Terms) -> bytes:
    if terms.anonymous:
        graded = replace(graded, file=f"{graded.lesson}{PurePath(graded.file).suffix.lower()}")
    return render(graded).encode()

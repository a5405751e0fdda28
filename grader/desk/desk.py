"""Grades file after file with one warm interpreter; each leaves two reports and an entry in the student's record."""

from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from grader.course import Lesson
from grader.errors import GraderFault, UsageProblem
from grader.intake.alone import hold_single
from grader.kit.pins import remarks
from grader.model import Grade, Isolation
from grader.progress import Progress
from grader.report.drawing.svg import warm_up
from grader.report.html import render
from grader.report.json_report import decode, encode
from grader.report.live import Line
from grader.rooms.house import Starter, starter
from grader.seeds import Secret
from grader.submission import read_submission
from grader.writing import write_whole

#: Folders of the course whose files are nobody's own try.
_NOT_OWN = ("solutions", "rubrics")


@dataclass(frozen=True)
class Graded:
    """What became of a file.

    Attributes:
        grade: its grade.
        report: the HTML report.
        problem: why the reports could not be written, or empty; the grade is good all the same.
    """

    grade: Grade
    report: Path
    problem: str = ""

    def hold_written(self) -> None:
        """Holds that the reports are there.

        Raises:
            GraderFault: they could not be written.
        """
        if self.problem:
            raise GraderFault(f"the report {self.report} cannot be written: {self.problem}")


@dataclass
class Desk:
    """How files are graded here; a context manager that leaves no process.

    Attributes:
        folder: the folder that the student works in.
        progress: the student's record.
        secret: what hidden data derive from.
        isolation: how strongly to confine submissions.
        cpu_seconds: budget of one call, or None for the rubric's.
        pass_mark: percent needed.
        hidden: what no submission may read, beside the course and the folder of the file.
        line: shows how far a grading is.
        refresh: seconds after which an open HTML report reads itself again; 0 for never.
    """

    folder: Path
    progress: Progress
    secret: Secret
    isolation: Isolation = Isolation.AUTO
    cpu_seconds: float | None = None
    pass_mark: float = 100.0
    hidden: tuple[Path, ...] = ()
    line: Line = field(default_factory=Line)
    refresh: int = 0
    _rooms: Starter | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        """Starts nothing yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the warm interpreter."""
        self.close()

    def close(self) -> None:
        """Ends the warm interpreter; the next grading starts another."""
        rooms, self._rooms = self._rooms, None
        if rooms is not None:
            rooms.close()

    def report(self, lesson: Lesson) -> Path:
        """Where the HTML report of a lesson lies unless another place is chosen; the JSON lies beside it."""
        return self.folder / "reports" / f"{lesson.short}.html"

    def grade(self, lesson: Lesson, path: Path, report: Path | None = None) -> Graded:
        """Grades a file, writes both reports and notes the try.

        Args:
            lesson: the lesson.
            path: the file.
            report: the HTML report, or None for the usual place.

        Raises:
            UsageProblem: the file cannot be read, or the report cannot be written; nothing is graded then.
            GraderFault: a fault of ours; there is no mark then.
        """
        report = report or self.report(lesson)
        hold_single(path)
        submission = read_submission(path)
        _hold_writable(report)
        self._rooms = self._rooms or starter()  # Keras is imported there while pytest is imported here
        warm_up()
        from grader.pipeline import Options, grade  # noqa: PLC0415  as above

        try:
            with self.line.following() as follow:
                options = Options(
                    self.secret,
                    isolation=self.isolation,
                    cpu_seconds=self.cpu_seconds,
                    pass_mark=self.pass_mark,
                    hidden=(path.resolve().parent, *self.hidden),
                    follow=follow,
                )
                graded = grade(submission, lesson, options, self._rooms)
        except Exception:
            self.close()  # the fault may lie there
            raise
        notes = (*graded.notes, *remarks(lesson.course, graded.key.versions))
        graded = msgspec.structs.replace(graded, notes=notes)
        if self.secret.is_public and not any(_lies_in(path, lesson.course / name) for name in _NOT_OWN):
            self.progress.keep(graded)
        return self.write(graded, report)

    def write(self, grade: Grade, report: Path) -> Graded:
        """Writes both reports of a grade."""
        try:
            write_whole(report, render(grade, refresh=self.refresh).encode())
            write_whole(report.with_suffix(".json"), encode(grade))
        except OSError as problem:
            return Graded(grade, report, problem.strerror or type(problem).__name__)
        return Graded(grade, report)

    def last(self, report: Path) -> Grade | None:
        """The grade that a report tells of, from the JSON beside it; None where there is none that can be read."""
        try:
            return decode(report.with_suffix(".json").read_bytes())
        except (OSError, msgspec.DecodeError):
            return None


def _lies_in(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _hold_writable(report: Path) -> None:
    """Holds that the report can be written, before any time is spent on grading."""
    if report.is_dir():
        raise UsageProblem(f"the report {report} is a folder; name a file")
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        with report.open("a"):
            pass
    except OSError as problem:
        raise UsageProblem(f"the report {report} cannot be written: {problem.strerror}") from problem

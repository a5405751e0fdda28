"""Where the reports of a class lie: one file for each mark, never written over, so that it is seen what is there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.course import Lesson
from grader.errors import UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.handing import read_aliases
from grader.intake.naming import safe_name
from grader.standing import Student
from grader.writing import write_whole

#: So much of a hash tells marks of one student and lesson apart.
_LENGTH = 12


@dataclass(frozen=True)
class Pages:
    """The folder of a class.

    Attributes:
        folder: where all its pages lie.
        called: what pages call a student, and so the folder of the reports.
    """

    folder: Path
    called: Callable[[Student], str]

    def hold_writable(self) -> None:
        """Makes the folder.

        Raises:
            UsageProblem: it cannot be.
        """
        try:
            (self.folder / "reports").mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise UsageProblem(f"the folder {self.folder} cannot be written to: {problem.strerror}") from problem

    def report(self, student: Student, lesson: str, key: str) -> str:
        """Path of a report below the folder, with slashes.

        Args:
            student: the student.
            lesson: id of the lesson.
            key: hash of everything that the mark is a function of.
        """
        return f"reports/{safe_name(self.called(student))}/{Lesson(lesson, self.folder).short}-{key[:_LENGTH]}.html"

    def has(self, report: str) -> bool:
        """Whether a report is there."""
        return (self.folder / report).exists()

    def write(self, report: str, page: bytes, data: bytes) -> None:
        """Writes a report, as a page and as JSON beside it.

        Raises:
            OSError: it cannot be written.
        """
        path = self.folder / report
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path.with_suffix(".json"), data)
        write_whole(path, page)


def caller(database: Database, *, anonymous: bool) -> Callable[[Student], str]:
    """Says what pages call a student, and so what their folder is named after.

    Args:
        database: the gradebook.
        anonymous: whether pages are to hide who is who.
    """
    if not anonymous:
        return lambda student: student.key
    with database.reading() as connection:
        aliases = read_aliases(connection)
    return lambda student: aliases[student.key]

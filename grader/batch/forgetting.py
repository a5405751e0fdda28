"""`grade forget`: erases a student from the gradebook and from the pages of a class, and says what is left to do."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.batch.pages import Pages, caller
from grader.batch.publishing import publish
from grader.course import Course
from grader.errors import GradeError, UsageProblem
from grader.gradebook.database import Database, shown
from grader.gradebook.filing import find_student
from grader.gradebook.forgetting import erase
from grader.gradebook.handing import read_aliases
from grader.gradebook.running import hold_idle
from grader.gradebook.standings import read_class
from grader.intake.naming import safe_name
from grader.standing import Student

_ROWS = {
    "submission": "submissions",
    "try": "times of handing in",
    "attempt": "gradings with report and source",
    "outcome": "outcomes of criteria",
    "mark": "marks as they were told",
    "override": "points set by hand",
    "decision": "decisions with comments",
    "detail": "entries of name, address and numbers",
}
_LEFT = (
    "Not erased, for it is not here: what was handed in itself, the roster, exports, backups and copies of the "
    "gradebook and of the pages (of PostgreSQL also its write-ahead log), and what teachers or students wrote about "
    "this one in what belongs to others. If `grade batch` finds a submission of theirs or their line of the roster "
    "again, they are entered again: take these away first."
)
_ANEW = "The pages of the class are written anew; what was not placed stands there again after `grade batch`."


@dataclass(frozen=True)
class Forgetting:
    """A student who is to be forgotten.

    Attributes:
        database: the gradebook.
        course: the course, for the pages.
        folder: the folder of the pages.
        number: number of the student in the gradebook.
        student: the student.
        alias: what anonymous pages call them.
    """

    database: Database
    course: Course
    folder: Path
    number: int
    student: Student
    alias: str

    @property
    def asks(self) -> str:
        """The question whether this is meant."""
        named = f"{self.student.name} ({self.student.key})" if self.student.name else self.student.key
        return f"Erase all of {named} from {shown(self.database.url)} and {self.folder}, for good?"

    def forget(self) -> list[str]:
        """Erases; the pages go first, for who is not in the gradebook any more is not found a second time.

        Returns:
            What was erased and what was not, as sentences.

        Raises:
            UsageProblem: somebody grades into this gradebook just now, or something may not be written to.
            GraderFault: the database fails.
        """
        with self.database.reading() as connection:
            hold_idle(connection)
        index = self.folder / "index.html"
        had_pages = index.exists()
        anonymous = had_pages and self.alias in index.read_text("utf-8", "replace")
        reports = self._erase_pages()
        rows = erase(self.database, self.number)
        troubles = [*self._scrub(), *(self._write_anew(anonymous=anonymous) if had_pages else ())]
        if troubles:
            raise UsageProblem(f"all is erased, but {'; '.join(troubles)}")
        counts = [f"{what} {rows[table]}" for table, what in _ROWS.items() if rows[table]]
        return [
            f"Erased from the gradebook: {', '.join(['the student', *counts])}.",
            f"Erased from {self.folder}: files of reports {reports}.",
            *([_ANEW] if had_pages else []),
            _LEFT,
        ]

    def _erase_pages(self) -> int:
        """Erases the student's reports, and the pages of the class, which are written anew; how many reports."""
        erased = 0
        try:
            for name in (self.student.key, self.alias):
                folder = self.folder / "reports" / safe_name(name)
                if folder.exists():
                    erased += sum(path.is_file() for path in folder.rglob("*"))
                    shutil.rmtree(folder)
            for page in ("index", *(lesson.short for lesson in self.course.lessons())):
                (self.folder / f"{page}.html").unlink(missing_ok=True)
        except OSError as problem:
            raise UsageProblem(
                f"{problem.filename} cannot be erased: {problem.strerror or problem}; the gradebook is as it was"
            ) from problem
        return erased

    def _scrub(self) -> Iterator[str]:
        try:
            self.database.scrub()
        except GradeError as problem:
            yield f"bytes of it may lie in {shown(self.database.url)} until VACUUM is run there: {problem}"

    def _write_anew(self, *, anonymous: bool) -> Iterator[str]:
        pages = Pages(self.folder, caller(self.database, anonymous=anonymous))
        try:
            klass = read_class(self.database, self.course)
            publish(self.database, klass, self.course, pages, (), anonymous=anonymous)
        except GradeError as problem:
            yield f"the pages of the class are missing until `grade batch` writes them: {problem}"


def find(database: Database, course: Course, folder: Path, name: str) -> Forgetting:
    """Finds who is to be forgotten.

    Args:
        database: the gradebook.
        course: the course.
        folder: the folder of the pages.
        name: key, name, address or number of the student.

    Raises:
        UsageProblem: there is nobody of this name, or there are several.
    """
    with database.reading() as connection:
        number, student = find_student(connection, name)
        alias = read_aliases(connection)[student.key]
    return Forgetting(database, course, folder, number, student, alias)

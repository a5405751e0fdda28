"""`grade LESSON --watch`: grades on every save with the same warm interpreter, one grading at a time."""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from pathlib import Path

import watchfiles
from rich.console import Console

from grader.course import Lesson
from grader.desk.desk import Desk, Graded
from grader.errors import GradeError, GraderFault, UsageProblem
from grader.report.changes import print_changes
from grader.submission import read_submission

#: Seconds after which the open report reads itself again.
REFRESH = 5
#: Milliseconds for which a file must rest before it is graded: who types fast, or saves in steps, is not interrupted.
_REST = 200


def watch(desk: Desk, lesson: Lesson, path: Path, report: Path, show: Callable[[Graded], None]) -> Graded:
    """Grades a file now and after every save, until Ctrl-C.

    Args:
        desk: grades; its reports refresh themselves meanwhile.
        lesson: the lesson.
        path: the student's file.
        report: the HTML report.
        show: prints a grade.

    Returns:
        The last grade.

    Raises:
        UsageProblem: the file cannot be read at the start or at the end.
        GraderFault: the first or the last grading failed.
        KeyboardInterrupt: it was stopped while it graded.
    """
    return _Watch(desk, lesson, path, report, show).run()


class _Watch:
    def __init__(self, desk: Desk, lesson: Lesson, path: Path, report: Path, show: Callable[[Graded], None]) -> None:
        self._desk = desk
        self._lesson, self._path, self._report = lesson, path, report
        self._show = show
        self._console = Console()
        self._graded: Graded | None = None
        self._problem: GradeError | None = None

    def run(self) -> Graded:
        read_submission(self._path)  # without a file there is nothing to watch
        self._desk.refresh = REFRESH
        try:
            with closing(_saves(self._path)) as saves:
                _begin(saves)
                graded = self._grade()
                self._wait(saves)
        finally:
            self._desk.refresh = 0
            if self._graded is not None:  # the file that stays does not refresh itself
                self._desk.write(self._graded.grade, self._report)
        if self._problem is not None:
            raise self._problem
        return self._graded or graded

    def _wait(self, saves: Iterator[bool]) -> None:
        """Grades after each save; Ctrl-C ends it here, and goes through where it comes amid a grading."""
        is_idle, is_due = True, False
        try:
            self._invite()
            for is_saved in saves:
                is_due = is_due or is_saved
                if is_due and not is_saved:
                    is_idle, is_due = False, False
                    has_news = self._again()
                    is_idle = True
                    if has_news:
                        self._invite()
        except KeyboardInterrupt:
            if not is_idle:
                raise
            self._say("\nStopped watching.")

    def _invite(self) -> None:
        self._say(f"Watching {self._path.name}: save it and it is graded again; Ctrl-C ends this.")

    def _again(self) -> bool:
        """Grades once more, if there is anything new; a problem is told, and the next save may mend it."""
        try:
            digest = read_submission(self._path).digest
            if self._problem is None and self._graded and digest == self._graded.grade.key.submission:
                return False  # saved as it was
            self._say(f"\n{time.strftime('%H:%M:%S')}  {self._path.name} was saved.")
            self._grade()
        except GradeError as problem:
            self._problem = problem
            fault = "" if isinstance(problem, UsageProblem) else "the grader could not give a mark: "
            self._say(f"{fault}{problem}")
        return True

    def _grade(self) -> Graded:
        before = self._graded.grade if self._graded else self._desk.last(self._report)
        graded = self._desk.grade(self._lesson, self._path, self._report)
        self._graded, self._problem = graded, None
        self._show(graded)
        if before is not None and before.lesson == graded.grade.lesson:
            print_changes(before, graded.grade, self._console)
        return graded

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def _begin(saves: Iterator[bool]) -> None:
    """Starts the watch, so that no save is missed while the first grading runs."""
    try:
        next(saves)
    except OSError as problem:
        raise GraderFault(f"the folder of the file cannot be watched: {problem}") from problem


def _saves(path: Path) -> Generator[bool, None, None]:
    """Yields True after a file was saved, and False whenever it has rested for a while.

    Its folder is watched, since editors write another file and give it the name of the old one.
    """
    real = path.resolve()
    for changed in watchfiles.watch(
        real.parent,
        watch_filter=lambda _, name: Path(name).name == real.name,
        rust_timeout=_REST,
        yield_on_timeout=True,
        recursive=False,
    ):
        yield bool(changed)

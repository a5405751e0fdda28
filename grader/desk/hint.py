"""`grade hint`: one hint at a time for the first criterion that did not pass; never the solution."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from grader.course import Lesson
from grader.desk.desk import Desk
from grader.model import Grade
from grader.pipeline import grading_key
from grader.report.terminal import print_hint
from grader.scoring import first_miss
from grader.submission import read_submission


def hint(desk: Desk, lesson: Lesson, path: Path, console: Console, tell: Callable[[str], None]) -> None:
    """Shows the next hint.

    Args:
        desk: grades the file first, unless its last report still holds.
        lesson: the lesson.
        path: the student's file.
        console: where to.
        tell: takes sentences about what is done meanwhile.

    Raises:
        UsageProblem: the file cannot be read.
        GraderFault: it had to be graded, which failed.
    """
    grade = _still_holds(desk, lesson, path)
    if grade is None:
        tell(f"{path.name} is new or has changed since the last try; it is graded first")
        grade = desk.grade(lesson, path).grade
    miss = first_miss(grade.rows)
    number = 0
    if miss is not None:
        number, is_remembered = desk.progress.next_hint(lesson.id, miss)
        if not is_remembered:
            tell("how many hints you have seen cannot be noted here, so this is the first one")
    print_hint(grade, miss, number, console=console, again=f"grade hint {lesson.short}")


def _still_holds(desk: Desk, lesson: Lesson, path: Path) -> Grade | None:
    """The last grade, if grading this file now would give the same."""
    last = desk.last(desk.report(lesson))
    key = grading_key(read_submission(path), lesson, desk.secret)
    return last if last is not None and (last.lesson, last.key) == (lesson.id, key) else None

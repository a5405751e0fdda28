"""`grade all`: one lesson after the other with one warm interpreter, and a page that links the reports."""

from pathlib import Path

from rich.console import Console

from grader.course import Course, Lesson, own_submission
from grader.desk.desk import Desk
from grader.errors import GradeError, GraderFault, UsageProblem
from grader.report.html import render_overview
from grader.report.overview import Entry, Overview, print_entry
from grader.rubric import load_rubric
from grader.writing import write_whole

PAGE = "index.html"


def grade_all(desk: Desk, course: Course, console: Console) -> Overview:
    """Grades every lesson of which there is a file of the student's own; a fault in one does not stop the others.

    Args:
        desk: grades.
        course: the course.
        console: where a line for each lesson goes, as soon as it is graded.

    Returns:
        How each lesson ended.

    Raises:
        UsageProblem: there is no such file at all.
        GraderFault: the overview cannot be written.
    """
    entries = []
    for lesson in course.lessons():
        entry = _entry(desk, lesson)
        if entry.grade is not None or entry.problem:
            print_entry(entry, console)
        entries.append(entry)
    if all(entry.grade is None and not entry.problem for entry in entries):
        raise UsageProblem(f"there is no exercise of the course in {desk.folder} or its folder exercises/")
    overview = Overview(tuple(entries))
    page = desk.folder / "reports" / PAGE
    try:
        page.parent.mkdir(exist_ok=True)
        write_whole(page, render_overview(overview).encode())
    except OSError as problem:
        raise GraderFault(f"the overview {page} cannot be written: {problem.strerror}") from problem
    return overview


def _entry(desk: Desk, lesson: Lesson) -> Entry:
    title, theme = lesson.id, ""
    grade, problem, is_fault = None, "", False
    try:
        rubric = load_rubric(lesson.rubric)
        title, theme = rubric.title, rubric.theme
        path = _own(lesson, desk.folder)
        if path is not None:
            graded = desk.grade(lesson, path)
            grade = graded.grade
            graded.hold_written()
    except UsageProblem as usage:
        problem = str(usage)
    except GradeError as fault:
        problem, is_fault = f"the grader could not give a mark: {fault}", True
    except Exception as fault:  # noqa: BLE001  a fault of ours in one lesson does not stop the others
        problem, is_fault = f"a fault of the grader: {type(fault).__name__}: {fault}", True
    return Entry(lesson.short, title, theme, desk.report(lesson).name, grade, problem, is_fault)


def _own(lesson: Lesson, folder: Path) -> Path | None:
    try:
        return own_submission(lesson, folder)
    except UsageProblem:
        return None

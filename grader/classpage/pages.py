"""Writes the pages of a class: one of the whole course, one of each lesson."""

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from msgspec.structs import replace

from grader.classpage import items
from grader.classpage.lesson import MOST_TWINS, lesson_page
from grader.classpage.marks import Spread, by_lesson
from grader.classpage.masking import Mask
from grader.classpage.twins import Twin
from grader.errors import UsageProblem
from grader.placed import Unplaced
from grader.policy.course import course_mark
from grader.report import words
from grader.report.drawing.svg import drawn
from grader.report.pages import environment
from grader.standing import Class, Standing, State, Student
from grader.text import one_line
from grader.writing import write_whole

_STYLES = ("report.css", "pictures.css", "print.css", "class.css")
#: What a mark appears as where there is none.
_STATES = {
    State.MISSING: words.Look("–", "-", "nothing handed in", "idle"),  # noqa: RUF001  a dash where a number would be
    State.WAITING: words.Look("…", ".", "not graded yet", "idle"),
    State.QUARANTINED: words.Look("!", "!", "no mark, by the grader's own fault", "fault"),
    State.GRADED: words.Look("?", "?", "no mark", "idle"),
}
_LONGEST = 120


def write_pages(
    klass: Class,
    folder: Path,
    *,
    reports: Callable[[Student, str], str | None],
    twins: Sequence[Twin] = (),
    unplaced: Sequence[Unplaced] = (),
    anonymous: Callable[[Student], str] | None = None,
) -> Path:
    """Writes the pages, each one file that needs nothing else.

    Args:
        klass: the class.
        folder: where to; it is made where it is not there.
        reports: gives the address of a student's report in a lesson, relative to `folder`, or None. On anonymous pages
            an address has to name nobody.
        twins: submissions that are nearly the same.
        unplaced: files of which it is not known whose or of which lesson they are.
        anonymous: what to call each student instead of by name; then no page tells what names them.

    Returns:
        The page of the course, `index.html`; that of a lesson is named like "lesson06.html".

    Raises:
        UsageProblem: the pages cannot be written there.
    """
    if anonymous is not None:
        mask = Mask(klass, anonymous)
        twins = [
            replace(twin, first=mask.names[twin.first], second=mask.names[twin.second])
            for twin in twins
            if {twin.first, twin.second} <= mask.names.keys()
        ]
        klass, unplaced = (
            mask.klass(klass),
            [Unplaced("a file", "not told here, for it may name people") for _ in unplaced],
        )
        reports = mask.reports(reports)
    known = by_lesson(klass.standings)
    pages = [
        lesson_page(
            klass,
            lesson,
            [
                known.get(student.key, {}).get(lesson.id)
                or Standing(student=student, lesson=lesson.id, state=State.MISSING)
                for student in klass.students
            ],
            twins,
            reports,
        )
        for lesson in klass.lessons
    ]
    shared: dict[str, Any] = {"klass": klass, "pages": pages, "unplaced": unplaced}
    marks = [
        course_mark(known.get(student.key, {}).values(), klass.lessons, klass.made).so_far for student in klass.students
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
            _write(folder / page.file, "lesson.html.j2", page=page, before=before, after=after, **shared)
        _write(folder / "index.html", "class.html.j2", marks=marks, **shared)
    except OSError as problem:
        raise UsageProblem(f"the pages cannot be written to {folder}: {problem.strerror}") from problem
    return folder / "index.html"


def _write(path: Path, template: str, **shown: Any) -> None:
    write_whole(path, _environment().get_template(template).render(**shown).encode())


@functools.cache
def _environment() -> Environment:
    made = environment(["grader.classpage", "grader.report"], _STYLES, "tables.js")
    made.globals.update(words=words, items=items, states=_STATES, State=State, most_twins=MOST_TWINS)
    made.filters.update(when=_when, name=_name, histogram=_histogram)
    return made


def _histogram(spread: Spread, label: str) -> Markup:
    return drawn(spread.figure, label)


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _name(student: Student) -> str:
    return one_line(str(student), _LONGEST) or student.key

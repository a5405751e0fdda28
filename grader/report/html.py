"""The report as one self-contained HTML page: no script, no network, one style sheet, pictures as data."""

import functools

from jinja2 import Environment
from markupsafe import Markup

from grader.model import Grade
from grader.pictured import Picture
from grader.report import words
from grader.report.code import MAX_LENGTH, highlight
from grader.report.drawing.svg import draw
from grader.report.overview import Overview
from grader.report.pages import environment
from grader.text import clean

_STYLES = ("report.css", "answers.css", "notebook.css", "pictures.css", "print.css")

_HEAD = '<meta charset="utf-8">'


def render(grade: Grade, *, refresh: int = 0) -> str:
    """Renders a grade.

    Args:
        grade: the grade.
        refresh: seconds after which the open page reads itself again; 0 for never.

    Returns:
        A whole HTML page, to be written as UTF-8.
    """
    is_long = sum(len(cell.source) for cell in grade.notebook) > MAX_LENGTH
    coloured = clean if is_long else highlight
    page = _environment().get_template("report.html.j2").render(grade=grade, coloured=coloured)
    # It stands at the top of the head, before any text that comes from a submission.
    return page.replace(_HEAD, f'{_HEAD}\n<meta http-equiv="refresh" content="{refresh}">', 1) if refresh else page


def render_overview(course: Overview) -> str:
    """Renders the overview of all lessons.

    Args:
        course: how each lesson ended.

    Returns:
        A whole HTML page, to be written as UTF-8.
    """
    return _environment().get_template("overview.html.j2").render(course=course)


@functools.cache
def _environment() -> Environment:
    made = environment(["grader.report"], _STYLES)
    made.globals.update(words=words)
    made.filters.update(python=highlight, drawing=_drawing)
    return made


def _drawing(picture: Picture, label: str) -> Markup:
    """Draws a picture; one that cannot be drawn is told in words all the same, and no mark is lost for it."""
    try:
        return draw(picture, label)
    except Exception:  # noqa: BLE001  whatever it is, it comes from texts and numbers of a submission
        return Markup("")

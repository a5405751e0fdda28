"""What reports tell of answers: everything where students grade themselves, hardly anything in an exam."""

import io

import pytest
from msgspec.structs import replace
from rich.console import Console

from grader.model import Grade
from grader.report import html
from grader.report.terminal import print_grade

TOLD = [
    "What is number 1?",
    "Right: it is so.",
    "Wrong: it is not so.",
    "Something that holds is not chosen.",
    "cats are animals",
    "cats sleep",
    "Cats are no dogs.",
]
ALWAYS = ["Still without a partner: cat.", "There is no option cta.", "This repeats the question.", "no question told2"]


@pytest.fixture
def exam(mixed: Grade) -> Grade:
    """What the sheet of an exam holds: states and what could not be read, no credit and no reasons."""
    sheet = mixed.answers
    assert sheet is not None
    items = [replace(item, credit=None, feedback=tuple(set(item.feedback) & set(ALWAYS))) for item in sheet.items]
    prose = [
        replace(told, found=(), missing=(), misconceptions=(), suggested=None if told.answered else told.suggested)
        for told in sheet.prose
    ]
    return replace(mixed, answers=replace(sheet, items=tuple(items), prose=tuple(prose), is_explained=False))


def terminal(grade: Grade, *, verbose: bool = True) -> str:
    file = io.StringIO()
    print_grade(grade, console=Console(file=file, width=120), verbose=verbose)
    return file.getvalue()


@pytest.mark.parametrize("show", [html.render, terminal])
def test_a_report_tells_why_each_answer_is_right_or_wrong(mixed: Grade, show: "object") -> None:
    assert callable(show)
    text = show(mixed)
    for said in (*TOLD, *ALWAYS):
        assert said in text
    for word in ("right", "not right", "partly right", "not complete", "cannot be read", "not answered yet"):
        assert word in text


@pytest.mark.parametrize("show", [html.render, terminal])
def test_in_an_exam_only_completeness_is_told(exam: Grade, show: "object") -> None:
    assert callable(show)
    text = show(exam)
    for said in (*TOLD[1:], "ideas found"):
        assert said not in text
    for said in (TOLD[0], *ALWAYS):
        assert said in text


def test_a_suggested_mark_is_only_suggested(mixed: Grade) -> None:
    assert "Suggested: 50 % of this question; a teacher may see it otherwise." in html.render(mixed)


def test_the_short_report_leaves_the_answers_to_the_page(mixed: Grade) -> None:
    assert TOLD[0] not in terminal(mixed, verbose=False)


def test_a_lesson_without_questions_has_no_such_section(mixed: Grade) -> None:
    assert "Your answers" in html.render(mixed)
    assert "Your answers" not in html.render(replace(mixed, answers=None))

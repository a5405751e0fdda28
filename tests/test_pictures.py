"""Each lesson has its pictures: the reference solution is graded, and what its `pictures.py` draws must be there."""

import ast
from pathlib import Path

import pytest

from grader.course import Course, Lesson
from grader.pictured import Diagram, Text
from grader.pipeline import Options, grade
from grader.report.drawing.svg import draw
from grader.rooms.house import Starter
from grader.rubric import load_rubric
from grader.seeds import public_secret
from grader.submission import read_submission

COURSE = Course(Path(__file__).resolve().parents[1])
#: Lessons whose checks never ask a model for its layers.
WITHOUT_MODEL = {"lesson01", "lesson02", "lesson03", "lesson14"}


def drawn_for(lesson: Lesson) -> list[str]:
    """The criteria that a lesson has pictures of its own for."""
    tree = ast.parse((lesson.rubric / "pictures.py").read_text("utf-8"))
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return [name.removeprefix("picture_") for name in functions if name.startswith("picture_")]


@pytest.mark.parametrize("lesson", COURSE.lessons(), ids=lambda lesson: lesson.short)
def test_pictures_belong_to_criteria(lesson: Lesson) -> None:
    names = drawn_for(lesson)
    assert names
    assert set(names) <= {criterion.id for criterion in load_rubric(lesson.rubric).criteria}


@pytest.mark.slow
@pytest.mark.rooms
@pytest.mark.parametrize("lesson", COURSE.lessons(), ids=lambda lesson: lesson.short)
def test_a_reference_gets_its_pictures(lesson: Lesson, rooms: Starter) -> None:
    told = grade(read_submission(lesson.solution), lesson, Options(public_secret()), rooms)
    own = {picture.criterion for picture in told.pictures if "beside simpler ways" not in picture.title}
    assert own >= set(drawn_for(lesson))
    measured = [criterion.id for criterion in load_rubric(lesson.rubric).criteria if criterion.threshold]
    assert [p.criterion for p in told.pictures if "beside simpler ways" in p.title] == measured
    assert any(isinstance(picture, Diagram) for picture in told.pictures) == (lesson.short not in WITHOUT_MODEL)
    for picture in told.pictures:
        if isinstance(picture, Text):
            assert picture.lines
        else:
            assert draw(picture, "name").startswith("<svg")

"""Exercise, solution and rubric of each lesson say the same."""

import ast
import re
from pathlib import Path

import pytest

from grader.course import Course, Lesson
from grader.rubric import load_rubric

COURSE = Course(Path(__file__).resolve().parents[1])


@pytest.mark.parametrize("lesson", COURSE.lessons(), ids=lambda lesson: lesson.short)
def test_an_exercise_says_what_is_graded_as_the_rubric_does(lesson: Lesson) -> None:
    text = ast.get_docstring(ast.parse(lesson.stub.read_text("utf-8"))) or ""
    _, _, graded = text.partition("What is graded (100 points):\n")
    told = [float(points) for points in re.findall(r"^ {4,6}(\d+) {2}\S", graded, re.MULTILINE)]
    points = [criterion.points for criterion in load_rubric(lesson.rubric).criteria]
    assert told == points
    assert sum(points) == 100


@pytest.mark.parametrize("lesson", COURSE.lessons(), ids=lambda lesson: lesson.short)
def test_exercise_and_solution_have_the_same_functions(lesson: Lesson) -> None:
    def signatures(path: Path) -> dict[str, str]:
        body = ast.parse(path.read_text("utf-8")).body
        return {node.name: ast.unparse(node.args) for node in body if isinstance(node, ast.FunctionDef)}

    stub, solution = signatures(lesson.stub), signatures(lesson.solution)
    assert {name: solution.get(name) for name in stub} == stub
    assert set(load_rubric(lesson.rubric).functions) <= set(stub)

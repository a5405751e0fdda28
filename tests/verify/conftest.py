"""A course of one lesson that needs no training, with a submission for each of the four sides."""

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, Lesson

CRITERIA = {
    "loads": "points = 1",
    "doubles": "points = 3",
    "negative": 'points = 2\nneeds = ["doubles"]',
}
REJECT = '''"""Adds two.

fails: doubles
says: a wrong value
"""
def double(x):
    return x + 2
'''


@pytest.fixture
def course(tmp_path: Path, write_lesson: Callable[..., Lesson], doubling: str) -> Course:
    rubric = write_lesson(tmp_path, CRITERIA, doubling, "cpu_seconds = 5\nimport_seconds = 2").rubric
    for folder in (rubric / "accept", rubric / "reject", tmp_path / "solutions", tmp_path / "exercises"):
        folder.mkdir(parents=True)
    (tmp_path / "solutions" / "lesson01_tiny.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "exercises" / "lesson01_tiny.py").write_text("def double(x):\n    raise NotImplementedError\n")
    (rubric / "accept" / "sum.py").write_text("def double(x):\n    return x + x\n")
    (rubric / "reject" / "adds.py").write_text(REJECT)
    return Course(tmp_path)

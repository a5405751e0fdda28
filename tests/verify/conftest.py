"""A course of one lesson that needs no training, with a submission for each of the four sides."""

from pathlib import Path

import pytest

from grader.course import Course

RUBRIC = """
schema = 1
title = "Tiny"
theme = "tests"
functions = ["double"]
[limits]
cpu_seconds = 5
import_seconds = 2
[[criteria]]
id = "loads"
points = 1
why = "w"
hints = ["a", "b", "c"]
[[criteria]]
id = "doubles"
points = 3
why = "w"
hints = ["a", "b", "c"]
[[criteria]]
id = "negative"
points = 2
needs = ["doubles"]
why = "w"
hints = ["a", "b", "c"]
"""
CHECKS = '''
from grader.judge import Miss, expect_number

def test_loads(submission):
    """Loads"""
    submission.load()

def test_doubles(submission):
    """Doubles"""
    if expect_number(submission.double(3), "double") != 6:
        raise Miss("wrong-value", function="double")

def test_negative(submission):
    """Doubles negative numbers"""
    if expect_number(submission.double(-3), "double") != -6:
        raise Miss("wrong-value", function="double")
'''
REJECT = '''"""Adds two.

fails: doubles
says: a wrong value
"""
def double(x):
    return x + 2
'''


@pytest.fixture
def course(tmp_path: Path) -> Course:
    rubric = tmp_path / "rubrics" / "lesson01_tiny"
    for folder in (rubric / "accept", rubric / "reject", tmp_path / "solutions", tmp_path / "exercises"):
        folder.mkdir(parents=True)
    (rubric / "rubric.toml").write_text(RUBRIC)
    (rubric / "checks.py").write_text(CHECKS)
    (rubric / "data.py").write_text("")
    (tmp_path / "solutions" / "lesson01_tiny.py").write_text("def double(x):\n    return 2 * x\n")
    (tmp_path / "exercises" / "lesson01_tiny.py").write_text("def double(x):\n    raise NotImplementedError\n")
    (rubric / "accept" / "sum.py").write_text("def double(x):\n    return x + x\n")
    (rubric / "reject" / "adds.py").write_text(REJECT)
    return Course(tmp_path)

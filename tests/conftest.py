"""What all tests share: the option for proofs, one warm interpreter, and a way to write a course of one lesson."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from grader.course import Course, Lesson
from grader.rooms.house import Starter, starter

_DOUBLING = '''
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--prove",
        choices=["changed", "all"],
        default="changed",
        help="which submissions of the course to grade: those that changed since they were proved, or all",
    )


@pytest.fixture(scope="session")
def rooms() -> Iterator[Starter]:
    """What starts rooms, for all gradings of a run."""
    rooms = starter()
    yield rooms
    rooms.close()


@pytest.fixture(scope="session")
def doubling() -> str:
    """Checks of a function `double`, for the criteria `loads`, `doubles` and `negative`."""
    return _DOUBLING


@pytest.fixture(scope="session")
def heard() -> Callable[[int], bytes]:
    """Reads all that a terminal gets, until the last process that holds its other end has ended."""

    def read(terminal: int) -> bytes:
        seen = b""
        with suppress(OSError):  # it is closed
            while piece := os.read(terminal, 65536):
                seen += piece
        os.close(terminal)
        return seen

    return read


@pytest.fixture(scope="session")
def write_lesson() -> Callable[..., Lesson]:
    """Writes a course of one lesson that needs no training."""
    return _write_lesson


def _write_lesson(folder: Path, criteria: Mapping[str, str], checks: str, limits: str = "") -> Lesson:
    """Writes the lesson "lesson01_tiny" with its rubric, checks and empty data.

    Args:
        folder: folder of the course.
        criteria: for each criterion its points and what else the rubric says of it, as TOML.
        checks: text of the checks.
        limits: limits of a call, as TOML.
    """
    lesson = Lesson("lesson01_tiny", folder)
    lesson.rubric.mkdir(parents=True, exist_ok=True)
    rubric = f'schema = 1\ntitle = "Tiny"\ntheme = "tests"\nfunctions = ["double"]\n[limits]\n{limits}\n'
    for name, rest in criteria.items():
        rubric += f'[[criteria]]\nid = "{name}"\nwhy = "w"\nhints = ["a", "b", "c"]\n{rest}\n'
    (lesson.rubric / "rubric.toml").write_text(rubric, "utf-8")
    (lesson.rubric / "checks.py").write_text(checks, "utf-8")
    (lesson.rubric / "data.py").write_text("", "utf-8")
    return Course(folder).lesson("1")

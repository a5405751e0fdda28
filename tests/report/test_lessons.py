import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from grader.course import Course, Lesson
from grader.progress import Reached, Try
from grader.report.lessons import Row, encode_rows, print_rows, rows

CHECKS = "def test_loads():\n    '''Loads'''\n\ndef test_doubles():\n    '''Doubles " + 80 * "x" + "'''\n"


@pytest.fixture
def table(tmp_path: Path, write_lesson: Callable[..., Lesson]) -> tuple[Row, ...]:
    """Three lessons: one with something open, one that was never tried, one that is done."""
    lesson = write_lesson(tmp_path, {"loads": "points = 1", "doubles": "points = 1.5"}, CHECKS)
    for other in ("lesson02_untried", "lesson03_done"):
        shutil.copytree(lesson.rubric, lesson.rubric.parent / other)
    half = Try(when="2025-01-31T12:00:00+00:00", percent=40.0, open=("doubles", "gone"), submission="5f")
    done = Try(when="2025-02-28T12:00:00+00:00", percent=100.0, open=(), submission="5f")
    reached = {"lesson01_tiny": Reached(best=66.7, last=half), "lesson03_done": Reached(best=100.0, last=done)}
    return rows(Course(tmp_path), reached)


def printed(table: tuple[Row, ...], *, terminal: bool, encoding: str = "utf-8") -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding)
    print_rows(table, Console(file=file, width=90, force_terminal=terminal, color_system=None))
    file.seek(0)
    return file.read()


def test_a_line_a_lesson_where_no_terminal_is(table: tuple[Row, ...]) -> None:
    lines = printed(table, terminal=False, encoding="ascii").splitlines()
    assert lines[0].split()[:6] == ["lesson01_tiny", "tests", "66.7", "%", "2025-01-31,", "40"]
    assert "1, first: Doubles xxx" in lines[0]
    assert len(lines[0]) < 150
    assert lines[1].split() == ["lesson02_untried", "tests", "-", "-", "-"]
    assert lines[2].split()[2:] == ["100", "%", "2025-02-28,", "100", "%", "nothing"]
    assert len(lines) == 3


def test_a_table_with_heads_in_a_terminal(table: tuple[Row, ...]) -> None:
    text = printed(table, terminal=True)
    for told in ("lesson", "theme", "best", "last try", "open", "lesson02_untried", "66.7 %", "nothing"):
        assert told in text
    assert max(map(len, text.splitlines())) <= 90


def test_json_tells_all_and_nothing_before_the_first_try(table: tuple[Row, ...]) -> None:
    first, second, third = json.loads(encode_rows(table))
    assert (first["points"], first["best"], first["last"]) == (2.5, 66.7, 40.0)
    assert first["open"] == ["Doubles " + 80 * "x"]  # a criterion that is no more in the rubric is not told
    assert [second[name] for name in ("best", "last", "when", "open")] == [None] * 4
    assert third["open"] == []


def test_a_course_without_lessons_is_an_empty_table(tmp_path: Path) -> None:
    assert printed(rows(Course(tmp_path), {}), terminal=False) == ""

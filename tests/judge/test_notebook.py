"""Notebooks of a tiny lesson, graded whole: what their cells do costs nothing, what their functions do counts."""

import json
from collections.abc import Callable

import pytest

from grader.course import Lesson
from grader.judge.notebook import notes_on
from grader.model import Grade, Isolation
from grader.pipeline import Options, grade
from grader.report import json_report
from grader.rooms.house import Starter
from grader.rooms.kernel import CellRun, Executed
from grader.rooms.verdicts import Died
from grader.seeds import public_secret
from grader.shown import CellState
from grader.submission import parse_submission

CRITERIA = {"loads": "points = 1", "doubles": "points = 3", "halves": "points = 2"}
CHECKS = '''
from grader.judge import Miss, expect_number

def test_loads(submission):
    """Loads"""
    submission.load()

def test_doubles(submission):
    """Doubles"""
    if expect_number(submission.double(3), "double") != 6:
        raise Miss("wrong-value", function="double")

def test_halves(submission):
    """Halves"""
    if expect_number(submission.halve(6), "halve") != 3:
        raise Miss("wrong-value", function="halve")
'''
LIMITS = "cpu_seconds = 3\nimport_seconds = 3\nmemory_mb = 1024"
DOUBLE, HALVE = "def double(x):\n    return 2 * x", "def halve(x):\n    return x / 2"
ALL = {"loads": "passed", "doubles": "passed", "halves": "passed"}


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory, write_lesson: Callable[..., Lesson]) -> Lesson:
    lesson = write_lesson(tmp_path_factory.mktemp("course"), CRITERIA, CHECKS, LIMITS)
    rubric = lesson.rubric / "rubric.toml"
    rubric.write_text(rubric.read_text("utf-8").replace('["double"]', '["double", "halve"]'), "utf-8")
    return lesson


@pytest.fixture
def graded(lesson: Lesson, rooms: Starter) -> Callable[..., Grade]:
    """Grades cells as a notebook, or one text as a .py file."""

    def grade_it(*cells: str, name: str = "mine.ipynb") -> Grade:
        made = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
        document = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": made}
        text = cells[0] if name.endswith(".py") else json.dumps(document)
        submission = parse_submission(name, text.encode())
        return grade(submission, lesson, Options(public_secret(), isolation=Isolation.AUTO), rooms)

    return grade_it


def outcomes(result: Grade) -> dict[str, str]:
    return {row.id: row.checked.outcome.value for row in result.rows}


def states(result: Grade) -> list[str]:
    return [cell.state.value for cell in result.notebook]


@pytest.mark.rooms
def test_an_experiment_that_raises_costs_nothing_and_is_named(graded: Callable[..., Grade]) -> None:
    result = graded(DOUBLE, "\n# An experiment\nvalue = double(2)\nvalue / 0", HALVE, "print(value)")
    assert outcomes(result) == ALL
    assert states(result) == ["ran", "raised", "ran", "ran"]
    (note,) = (note for note in result.notes if note.startswith("Cell"))
    assert note.startswith("Cell 2 (`# An experiment`) stops with ZeroDivisionError: ")
    assert "in cell 2, line 4: `value / 0`." in note


@pytest.mark.rooms
def test_a_needed_cell_that_raises_costs_loading_and_what_rests_on_it(graded: Callable[..., Grade]) -> None:
    result = graded("FACTOR = 2 / 0", "def double(x):\n    return FACTOR * x", HALVE)
    assert outcomes(result) == {"loads": "failed", "doubles": "failed", "halves": "passed"}
    finding = result.rows[0].checked.finding
    assert finding is not None
    assert finding.place is not None
    assert (finding.place.cell, finding.place.line) == (1, 1)


@pytest.mark.rooms
def test_a_cell_with_a_syntax_error_costs_the_same(graded: Callable[..., Grade]) -> None:
    result = graded("def double(x)\n    return 2 * x", HALVE)
    assert outcomes(result) == {"loads": "failed", "doubles": "skipped", "halves": "passed"}


@pytest.mark.rooms
def test_functions_that_are_not_started_make_no_noise(graded: Callable[..., Grade]) -> None:
    stub = "def double(x):\n    raise NotImplementedError"
    result = graded(stub, HALVE, "result = double(2)", "print(result)")
    assert outcomes(result) == {"loads": "passed", "doubles": "not_started", "halves": "passed"}
    assert not [note for note in result.notes if note.startswith("Cell")]


@pytest.mark.rooms
@pytest.mark.parametrize(
    "cell, state, words",
    [
        ("name = input('Your name?')", "raised", "nobody is there to type"),
        ("import os\nos._exit(3)", "stopped", "The kernel ended in cell 3 (exit code 3)"),
        ("x = []\nwhile True:\n    x.append(bytearray(1 << 24))", "raised", "stops with MemoryError"),
        ("import nothing_of_this_name", "raised", "imports a package that is not there"),
        ("for n in range(500):\n    display(n)", "ran", "Cell 3 put out more than is kept."),
        ("print(double(1", "raised", ""),
    ],
    ids=["input", "exit", "memory", "import", "outputs", "syntax"],
)
def test_what_an_experiment_does_is_told_and_costs_nothing(
    graded: Callable[..., Grade], cell: str, state: str, words: str
) -> None:
    result = graded(DOUBLE, HALVE, cell)
    expected = ALL | {"loads": "failed"} if words == "" else ALL  # no program can be made of it
    assert outcomes(result) == expected
    assert states(result)[2] == state
    assert words in " ".join(result.notes)


@pytest.mark.rooms
def test_a_notebook_without_functions(graded: Callable[..., Grade]) -> None:
    result = graded("print('only this')")
    assert outcomes(result) == {"loads": "passed", "doubles": "failed", "halves": "failed"}
    assert "`double` (and 1 more) is not in the notebook any more" in " ".join(result.notes)


SAME = {
    "right": f"{DOUBLE}\n\n{HALVE}\n",
    "wrong": f"def double(x):\n    return x + 2\n\n{HALVE}\n",
    "not started": f"def double(x):\n    raise NotImplementedError\n\n{HALVE}\n",
    "constants": "TWO: int = 1\nTWO += 1\n\ndef double(x):\n    return TWO * x\n\ndef halve(x):\n    return x / TWO\n",
    "filled by methods": (
        "TABLE = {}\nTABLE.setdefault('n', []).append(2)\nfor n in TABLE['n']:\n    TABLE[n] = n\n\n"
        "def double(x):\n    return TABLE[2] * x\n\ndef halve(x):\n    return x / TABLE['n'][0]\n"
    ),
    "global": (
        "def setup():\n    global TWO\n    TWO = 2\n\nsetup()\n\ndef double(x):\n    return TWO * x\n\n"
        "def halve(x):\n    return x / TWO\n"
    ),
    "caches": (
        "import functools\nKNOWN = {}\n\n@functools.lru_cache\ndef two():\n    return 2\n\ndef double(x):\n"
        "    KNOWN[x] = two() * x\n    return KNOWN[x]\n\ndef halve(x):\n    return x / two()\n"
    ),
    "decorators": (
        "DONE = []\n\ndef counted(f):\n    DONE.append(f.__name__)\n    return f\n\n@counted\ndef double(x):\n"
        "    return 2 * x\n\n@counted\ndef halve(x):\n    return x / len(DONE)\n"
    ),
    "classes": (
        "class Number:\n    factor = 1\n    def __init__(self, x):\n        self.x = x\n    def twice(self):\n"
        "        return self.factor * self.x\n\nNumber.factor = 2\n\ndef double(x):\n    return Number(x).twice()\n\n"
        "halve = lambda x: x / Number.factor\n"
    ),
    "made": (
        "from functools import partial\n\ndef times(n, x):\n    return n * x\n\n"
        "double, halve = partial(times, 2), partial(times, 0.5)\n"
    ),
}


@pytest.mark.rooms
@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_a_notebook_gets_the_marks_of_the_same_code_as_a_file(graded: Callable[..., Grade], text: str) -> None:
    in_file, in_notebook = graded(text, name="mine.py"), graded(*text.split("\n\n"))
    assert outcomes(in_notebook) == outcomes(in_file)
    assert in_notebook.points == in_file.points


@pytest.mark.rooms
def test_the_same_marks_and_cells_twice(graded: Callable[..., Grade]) -> None:
    cells = (DOUBLE, HALVE, "import numpy as np, random\nprint(np.random.rand(), random.random())\n1 / 0")
    first, second = graded(*cells), graded(*cells)
    assert first.rows == second.rows
    assert first.notebook == second.notebook
    assert first.notes == second.notes
    assert json_report.decode(json_report.encode(first)) == first


def raised(kind: str, text: str = "", trace: str = "") -> CellRun:
    output = {"output_type": "error", "ename": kind, "evalue": text, "traceback": [trace]}
    return CellRun(CellState.RAISED, [output])


def test_what_follows_from_a_cell_that_raised_is_not_told() -> None:
    cells = (raised("ValueError", "no"), raised("NameError", "name 'x' is not defined"), CellRun(CellState.RAN))
    (note,) = notes_on(Executed(cells), ["x = f()", "print(x)", ""])
    assert note.startswith("Cell 1 (`x = f()`) stops with ValueError: ")


def test_the_line_is_found_among_the_cells_that_ran() -> None:
    trace = "\x1b[31mCell In[1], line 1\x1b[0m ...\nCell In[2], line 2\n/usr/lib/x.py line 9"
    cells = (CellRun(CellState.RAN), CellRun(CellState.RAN), raised("E", "", trace))
    (note,) = notes_on(Executed(cells), ["a = 1", "", "b = 2\nf(a)"])
    assert ", in cell 3, line 2: `f(a)`." in note
    (note,) = notes_on(Executed(cells), ["a = 1", "", "\n  \nb = 2\nf(a)"])  # IPython counts from the first text
    assert ", in cell 3, line 4: `f(a)`." in note


@pytest.mark.parametrize("trace", ["Cell In[" + "9" * 6000 + "], line 1", "Cell In[0], line 7", "Cell In[7], line 0"])
def test_a_forged_traceback_names_no_line(trace: str) -> None:
    (note,) = notes_on(Executed((raised("E", "", trace),)), ["f()"])
    assert "in cell" not in note


def test_stopped_and_cut_cells_are_listed() -> None:
    cells = (CellRun(CellState.STOPPED), CellRun(CellState.STOPPED), CellRun(CellState.RAN, is_cut=True))
    notes = notes_on(Executed(cells), ["a", "b", "c"])
    assert notes == (
        "Cells 1 and 2 took too long here, so they were stopped; that costs no points.",
        "Cell 3 put out more than is kept.",
    )


def test_the_end_of_the_kernel_is_told_once() -> None:
    cells = (CellRun(CellState.RAN), CellRun(CellState.STOPPED), CellRun())
    (note,) = notes_on(Executed(cells, Died(3)), ["a", "b", "c"])
    assert note == "The kernel ended in cell 2 (exit code 3); the cells after it were not run here."

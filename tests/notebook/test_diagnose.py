import tomllib
from pathlib import Path
from typing import Any

import pytest

from grader.notebook.diagnose import notes
from grader.notebook.program import program_of
from grader.notebook.reading import Cell, Notebook
from grader.submission import read_submission

FOLDER = Path(__file__).resolve().parent.parent / "cases" / "notebooks"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
READ = [name for name, expected in EXPECTED.items() if "cells" in expected]
FUNCTIONS = ("build", "train")


def _notes(*cells: Cell, functions: tuple[str, ...] = ()) -> tuple[str, ...]:
    notebook = Notebook(cells)
    return notes(notebook, program_of(notebook), functions)


def _code(*sources: str) -> list[Cell]:
    return [Cell("code", number, source) for number, source in enumerate(sources, 1)]


def _run(*counts: int | None) -> list[Cell]:
    return [Cell("code", number, "x = 1", count) for number, count in enumerate(counts, 1)]


@pytest.mark.parametrize("name", READ)
def test_of_each_case_is_told_what_is_odd_and_no_more(name: str) -> None:
    submission = read_submission(FOLDER / f"{name}.ipynb")
    assert submission.notebook is not None
    assert submission.program is not None
    told = notes(submission.notebook, submission.program, FUNCTIONS)
    if "odd" in EXPECTED[name]:
        (note,) = told
        assert EXPECTED[name]["odd"] in note
    else:
        assert told == ()


def test_functions_that_are_defined_twice_share_a_note() -> None:
    cells = _code("def f(): pass\ndef g(): pass\ndef h(): pass", "def f(): pass", "def g(): pass", "def f(): pass")
    assert _notes(*cells, functions=("f", "g")) == (
        "Defined more than once: `f` (cells 1, 2 and 4), `g` (cells 1 and 3). The last one counts; delete the others.",
    )
    assert _notes(*_code("def h(): pass", "def h(): pass")) == ()  # no function of the exercise


@pytest.mark.parametrize(
    "counts,cell",
    [
        ((1, 2, 3), None),
        ((1, 5, 9), None),  # cells that were run again, in order
        ((None, None), None),  # saved without being run
        ((3, None, 4), None),
        ((2, 2), None),
        ((2, 1, 0), 2),
        ((1, 3, None, 2), 4),
    ],
)
def test_only_cells_that_ran_against_their_order_are_told(counts: tuple[int | None, ...], cell: int | None) -> None:
    told = _notes(*_run(*counts))
    assert len(told) == (cell is not None)
    assert cell is None or f"cell {cell} was run before cell" in told[0]
    assert cell is None or told[0].endswith("Restart the kernel and run all cells.")


@pytest.mark.parametrize(
    "source",
    [
        *("def f(): pass", "async def f(): pass", "class f: pass", "f = g", "import f", "from a import b as f"),
        *("if x:\n    def f(): pass", "def f(:\n    pass"),  # the last is broken, which is told elsewhere
        "%%writefile a.py\ndef f(x):\n    pass",
    ],
)
def test_a_function_that_is_there_in_whatever_form_is_not_missing(source: str) -> None:
    assert _notes(*_code(source), functions=("f",)) == ()


@pytest.mark.parametrize("source", ["x = 1", "# def f(", "f(1)", "def ff(): pass", "def g():\n    return f"])
def test_a_function_that_is_gone_is_missing(source: str) -> None:
    (told,) = _notes(*_code(source), functions=("f", "k"))
    assert told.startswith("`f` (and 1 more) is not in the notebook any more")


def test_what_was_meant_as_code_goes_before_what_is_gone() -> None:
    (told,) = _notes(*_code("x = 1"), Cell("markdown", None, "def f(x):\n    return x"), functions=("e", "f"))
    assert told.startswith("`f` stands in a cell of text")


def test_one_note_is_enough_for_all_outputs_without_code() -> None:
    empty = [Cell("code", number, " \n", has_outputs=True) for number in (1, 2)]
    assert [note[:6] for note in _notes(*empty)] == ["Cell 1"]

import ast
import io
import subprocess
import sys
import tokenize
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient

from grader.course import Course, Lesson
from grader.notebook.writing import write_notebook
from grader.rubric import load_rubric

_COURSE = Course(Path(__file__).resolve().parent.parent.parent)
_LESSONS = _COURSE.lessons()
_FILES = [
    (lesson, path)
    for lesson in _LESSONS
    for path in (lesson.stub, lesson.solution, *lesson.variants("accept"), *lesson.variants("reject"))
]
_SMALL = '''"""Lesson 99: small."""

# Imports, in two lines.
import math
from typing import Any

# Two names.
Number = int | float  # a type
NAMES: list[str] = []

# Section one.


# About f.
def f(x):
    """Doubles. More of it.

    >>> f(1)
    """
    raise NotImplementedError


@staticmethod
def given(x):
    """Gives. (Given; nothing to do.)"""


def bare(x):
    return """
if __name__ == "__main__":
"""


# Fill in.
ANSWERS = {
    # Q1. What?
    "what": "",
}


# At the end.
if __name__ == "__main__":
    # first
    for x in range(2):
        print(f(x))  # prints

    print("""two
lines""")
'''

_POLITE = "Not started yet: a function that is needed here still says `raise NotImplementedError`."
_RUN = f'''# At the end.
try:
    # first
    for x in range(2):
        print(f(x))  # prints

    print("""two
lines""")
except NotImplementedError as reason:
    print("{_POLITE}", reason)'''


def _read(source: str, lesson: str = "lesson99_small") -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.reads(write_notebook(source, lesson), as_version=nbformat.NO_CONVERT)
    return notebook


def _code(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _comments(source: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


@pytest.mark.parametrize("lesson,path", _FILES, ids=[f"{path.parent.name}/{path.name}" for _, path in _FILES])
def test_the_cells_hold_the_code_of_the_file(lesson: Lesson, path: Path) -> None:
    source = path.read_text("utf-8")
    notebook = _read(source, lesson.id)
    nbformat.validate(notebook)
    cells = _code(notebook)
    for cell in cells:
        assert cell.id == "run" or f"\n{cell.source}\n" in source
    run = [statement for cell in cells for statement in ast.parse(cell.source).body]
    if isinstance(run[-1], ast.Try):
        run[-1:] = run[-1].body
    _, *wanted = ast.parse(source).body
    if isinstance(wanted[-1], ast.If):
        wanted[-1:] = wanted[-1].body
    assert [ast.dump(statement) for statement in run] == [ast.dump(statement) for statement in wanted]
    assert _comments("\n".join(cell.source for cell in cells)) == _comments(source)


@pytest.mark.parametrize("lesson", _LESSONS, ids=lambda lesson: lesson.id)
def test_an_exercise_has_a_heading_for_each_function_to_write(lesson: Lesson) -> None:
    cells = _read(lesson.stub.read_text("utf-8"), lesson.id).cells
    to_do = [following for cell, following in pairwise(cells) if cell.source.startswith("## `")]
    functions = list(load_rubric(lesson.rubric).functions)
    assert [cell.id for cell in to_do] == functions
    assert all(cell.source.endswith("    raise NotImplementedError") for cell in to_do)
    assert [cell.source for cell in cells if cell.id in {"about-ANSWERS", "about-run"}] == [
        "## Questions",
        "## The experiment",
    ]
    assert cells[-1].id == "run"


@pytest.mark.parametrize("lesson", _LESSONS, ids=lambda lesson: lesson.id)
def test_ipython_takes_the_cells_for_plain_python(lesson: Lesson) -> None:
    for path in (lesson.stub, lesson.solution):
        for cell in _code(_read(path.read_text("utf-8"), lesson.id)):
            assert TransformerManager().transform_cell(cell.source) == f"{cell.source}\n"


def test_a_file_is_cut_where_a_reader_would_cut_it() -> None:
    notebook = _read(_SMALL)
    assert [(cell.id, cell.source) for cell in notebook.cells] == [
        ("title", "# Lesson 99: small"),
        ("imports", "# Imports, in two lines.\nimport math\nfrom typing import Any"),
        ("constants", "# Two names.\nNumber = int | float  # a type\nNAMES: list[str] = []"),
        ("about-f", "## `f`\n\nDoubles. More of it."),
        ("f", _SMALL[_SMALL.index("# Section one") : _SMALL.index("\n\n\n@static")]),
        ("given", _SMALL[_SMALL.index("@static") : _SMALL.index("\n\n\ndef bare")]),
        ("bare", _SMALL[_SMALL.index("def bare") : _SMALL.index("\n\n\n# Fill")]),
        ("about-ANSWERS", "## Questions"),
        ("ANSWERS", '# Fill in.\nANSWERS = {\n    # Q1. What?\n    "what": "",\n}'),
        ("about-run", "## The experiment"),
        ("run", _RUN),
    ]


def test_where_nothing_is_missing_the_experiment_runs_as_it_is() -> None:
    source = 'import math\n\nif __name__ == "__main__":\n    # why\n    for x in (1, 2):\n        print(x)\n'
    assert [cell.source for cell in _code(_read(source))] == ["import math", "# why\nfor x in (1, 2):\n    print(x)"]


def test_cells_keep_their_ids_when_the_file_changes() -> None:
    changed = _SMALL.replace("    raise NotImplementedError", "    return 2 * x").replace('"what"', '"why"')
    assert [cell.id for cell in _read(changed).cells] == [cell.id for cell in _read(_SMALL).cells]
    assert write_notebook(_SMALL, "lesson99_small") == write_notebook(_SMALL, "lesson99_small")


def test_ids_are_valid_and_differ_whatever_the_names() -> None:
    long = "f" * 80
    source = f"def run(): ...\n\nx = 1\n\ndef été(): ...\n\ny = 2\n\ndef {long}(): ...\n\nz = 3\n\ndef {long}(): ...\n"
    source += 'if __name__ == "__main__":\n    run()\n'
    notebook = _read(source)
    nbformat.validate(notebook)  # patterns and lengths of ids
    ids = [cell.id for cell in notebook.cells]
    assert ids[:6] == ["run", "constants", "-t-", "constants-2", long[:56], "constants-3"]
    assert len(set(ids)) == len(ids)


def test_jupyter_knows_how_to_run_it_and_no_output_is_there() -> None:
    notebook = _read(_SMALL)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in _code(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None


# In a real kernel.


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to run notebooks in, with nothing of the user's Jupyter around."""
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def _run(path: Path, folder: Path) -> str:
    """Runs a file as a notebook, top to bottom; returns what its last cell printed."""
    notebook = _read(path.read_text("utf-8"), path.stem)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return "".join(output.text for output in notebook.cells[-1].outputs if output.name == "stdout")


@pytest.mark.parametrize(
    "name",
    ["lesson01_cell", "lesson03_data", pytest.param("lesson06_stacked", marks=pytest.mark.rooms)],
)
def test_an_exercise_runs_from_top_to_bottom_and_says_what_is_missing(name: str, kernels: Path) -> None:
    assert _run(_COURSE.lesson(name).stub, kernels).strip() == _POLITE


def test_a_solution_prints_what_the_file_prints(kernels: Path) -> None:
    path = _COURSE.lesson("lesson01").solution
    done = subprocess.run([sys.executable, path], cwd=kernels, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("signs remembered after hundreds of steps: 100%")
    assert _run(path, kernels) == done.stdout

import json
import subprocess
import sys
import tomllib
import tracemalloc
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge.explain import general_causes
from grader.model import Place
from grader.notebook.reading import MAX_BYTES, MAX_CELLS, MAX_CODE_BYTES, MAX_MARKS, Cell, Notebook, read_notebook
from grader.submission import read_submission
from grader.unreadable import Unreadable

FOLDER = Path(__file__).resolve().parent.parent / "cases" / "notebooks"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
REFUSED = [name for name, expected in EXPECTED.items() if "cause" in expected]
READ = [name for name in EXPECTED if name not in REFUSED]


def _code(source: object, **fields: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **fields}


def _file(*cells: object, **fields: object) -> bytes:
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4, **fields}
    return json.dumps(document).encode()


def _read(data: bytes) -> Notebook:
    notebook = read_notebook(data)
    assert isinstance(notebook, Notebook), notebook
    return notebook


def _refused(data: bytes, size: int | None = None) -> Unreadable:
    unreadable = read_notebook(data, size)
    assert isinstance(unreadable, Unreadable)
    return unreadable


def _headline(unreadable: Unreadable) -> str:
    return general_causes()[unreadable.cause].headline.format(**unreadable.fields)


def test_every_file_has_its_expectation() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {*EXPECTED, "expected"}
    assert len(REFUSED) >= 25


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_told_with_its_cause_and_its_place(name: str) -> None:
    expected = EXPECTED[name]
    submission = read_submission(FOLDER / f"{name}{'.py' if name == 'named_py' else '.ipynb'}")
    unreadable = submission.unreadable
    assert unreadable is not None
    assert unreadable.cause == expected["cause"]
    assert expected["says"] in _headline(unreadable)
    assert general_causes()[unreadable.cause].hint
    if "place" in expected:
        place = unreadable.place
        assert place is not None
        assert (place.line, place.cell) == (expected["place"]["line"], expected["place"].get("cell"))
        assert place.text.startswith(expected["place"]["text"])


@pytest.mark.parametrize("name", READ)
def test_what_jupyter_tolerates_is_read(name: str) -> None:
    data = (FOLDER / f"{name}.ipynb").read_bytes()
    submission = read_submission(FOLDER / f"{name}.ipynb")
    assert submission.unreadable is None
    assert submission.notebook == _read(data)
    assert len(submission.notebook.code) == EXPECTED[name]["cells"]
    assert [cell.number for cell in submission.notebook.code] == list(range(1, EXPECTED[name]["cells"] + 1))


def test_a_notebook_is_its_cells_in_order() -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "1\n"}
    notebook = _read(
        _file(
            {"cell_type": "markdown", "metadata": {}, "source": ["# A\n", "text"], "attachments": {"a.png": {}}},
            _code(["x = 1\n", "print(x)"], execution_count=7, outputs=[output]),
            {"cell_type": "raw", "metadata": {}, "source": "raw"},
            _code("y = 2"),
            metadata={"language_info": {"name": "python"}},
        )
    )
    assert notebook == Notebook(
        (
            Cell("markdown", None, "# A\ntext"),
            Cell("code", 1, "x = 1\nprint(x)", execution_count=7, has_outputs=True),
            Cell("raw", None, "raw"),
            Cell("code", 2, "y = 2"),
        ),
        "python",
    )


def test_version_three_is_upgraded_as_jupyter_does_it() -> None:
    data = (FOLDER / "format_3.ipynb").read_bytes()
    upgraded = nbformat.reads(data.decode(), as_version=4)
    notebook = _read(data)
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in upgraded.cells]
    assert [cell.execution_count for cell in notebook.code] == [2, 3]
    assert [cell.has_outputs for cell in notebook.code] == [False, True]
    assert notebook.cells[0].kind == "markdown"


def test_nothing_is_written_while_ids_are_mended(capfd: pytest.CaptureFixture[str]) -> None:
    cells = [_code("x = 1", id="a"), _code("y = 1", id="a"), _code("z = 1"), {"source": "?", "cell_type": "sql"}]
    assert _read(_file(*cells, nbformat_minor=5)).repeated_ids
    assert not _read(_file(*cells[1:], nbformat_minor=5)).repeated_ids
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "metadata,language",
    [
        ({}, "python"),
        ({"kernelspec": {"name": "python3"}}, "python"),
        ({"kernelspec": {"name": "lstm-course", "display_name": "LSTM"}}, "python"),
        ({"kernelspec": {"language": "R"}, "language_info": {"name": "python"}}, "python"),  # one of the two is stale
        ({"kernelspec": {"language": "julia"}, "language_info": {"name": "ipython"}}, "ipython"),
        ({"kernelspec": [], "language_info": {"name": 3}}, "python"),
        ([], "python"),
        ({"kernelspec": {"name": "ir"}}, None),
        ({"kernelspec": {"name": "julia-1.10"}}, None),
        ({"language_info": {"name": "scala"}}, None),
        ({"kernelspec": {"language": "C++"}, "language_info": {"name": "c++"}}, None),
    ],
)
def test_another_language_is_refused_only_where_nothing_says_python(metadata: object, language: str | None) -> None:
    result = read_notebook(_file(_code("x = 1"), metadata=metadata))
    if language is None:
        assert isinstance(result, Unreadable)
        assert result.cause == "notebook-language"
    else:
        assert isinstance(result, Notebook)
        assert "python" in result.language


def test_the_name_of_a_language_holds_nothing_but_a_name() -> None:
    name = "\x1b[31m{error}" + "x" * 900
    unreadable = _refused(_file(_code("x"), metadata={"language_info": {"name": name}}))
    assert unreadable.fields["language"] == "31merror" + "x" * 32


def test_line_ends_and_half_characters_are_made_whole() -> None:
    notebook = _read(_file(_code(["a\r\n", "b\rc"]), _code("'\ud800' '\ud83d\ude00'")))
    assert notebook.code[0].source == "a\nb\nc"
    assert notebook.code[1].source == "'\ufffd' '😀'"


# Limits.


def test_a_notebook_of_a_hundred_megabytes_is_told_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "big.ipynb"
    image = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 1_000_000}}
    path.write_bytes(_file(_code("x = 1", outputs=[image] * 100)))
    submission = read_submission(path)
    assert submission.unreadable is not None
    assert _headline(submission.unreadable) == "The notebook has 100.0 MB; at most 32 MB are read."
    assert "Clear all outputs" in general_causes()[submission.unreadable.cause].hint


def test_outputs_up_to_the_limit_are_read_and_left_out() -> None:
    image = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 1_000_000}}
    data = _file(_code("x = 1", outputs=[image] * 31))
    assert MAX_BYTES - 1_000_000 < len(data) <= MAX_BYTES
    assert _read(data) == Notebook((Cell("code", 1, "x = 1", has_outputs=True),))


def test_small_text_that_becomes_many_objects_is_refused_before_it_is_parsed() -> None:
    data = b'{"nbformat": 4, "cells": [' + b"[]," * (MAX_BYTES // 4) + b"1]}"
    tracemalloc.start()
    try:
        unreadable = _refused(data)
        assert tracemalloc.get_traced_memory()[1] < 3 * MAX_BYTES
    finally:
        tracemalloc.stop()
    assert unreadable.cause == "notebook-too-large"
    assert _headline(unreadable) == "The notebook has 16.0 million values; at most 4 million are read."
    assert MAX_MARKS < 16_000_000


def test_as_much_code_as_in_a_program_is_read() -> None:
    half = "#" * (MAX_CODE_BYTES // 2 - 1)
    assert len(_read(_file(_code(half), _code(half))).code) == 2
    unreadable = _refused(_file(_code(half), _code(half + "é")))
    assert _headline(unreadable) == "The notebook has 1.0 MB of code; at most 1 MB are read."
    text = {"cell_type": "markdown", "metadata": {}, "source": half * 3}
    assert len(_read(_file(_code(half), text)).cells) == 2  # text is no code


def test_a_thousand_cells_are_read() -> None:
    assert len(_read(_file(*[_code("x")] * MAX_CELLS)).cells) == MAX_CELLS
    unreadable = _refused(_file(*[_code("x")] * (MAX_CELLS + 1)))
    assert _headline(unreadable) == "The notebook has more than 1000 cells; at most 1000 are read."


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 3_000_000,
        b'{"cells":' * 200_000,
        b'{"cells": [], "metadata": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
        b'{"nbformat": 4, "cells": [' + b"1" * 5000 + b"]}",
    ],
)
def test_what_json_cannot_hold_is_damaged_or_cut_off(data: bytes) -> None:
    assert _refused(data).cause in {"notebook-damaged", "notebook-cut-off"}


def test_half_a_notebook_is_cut_off_wherever_it_ends() -> None:
    whole = (FOLDER / "good.ipynb").read_bytes().rstrip()
    causes = {size: _refused(whole[:size]).cause for size in range(1, len(whole))}
    assert set(causes.values()) == {"notebook-cut-off"}


def test_a_conflict_inside_a_cell_is_none_of_the_file() -> None:
    assert _read(_file(_code("<<<<<<< HEAD\nx = 1\n>>>>>>> main\n"))).code[0].number == 1


# Anything.

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_CELL_KEYS = st.sampled_from(["cell_type", "source", "input", "outputs", "id", "execution_count", "metadata", "level"])
_CELL = st.dictionaries(
    _CELL_KEYS, st.sampled_from(["code", "markdown", "heading", "x = 1", ["a", "b"], [1], 3, [], {}]) | _JSON
)
_TOP = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([3, 4, 4, 5, "4", True]) | _JSON},
    optional={
        "cells": st.lists(_CELL, max_size=5) | _JSON,
        "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(_CELL, max_size=3)}), max_size=2) | _JSON,
        "nbformat_minor": st.integers(-1, 9) | _JSON,
        "metadata": _JSON,
    },
)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200)
    | st.text(st.sampled_from('{}[]":,\\\n <>=\x00\ufeffé0'), max_size=80).map(str.encode)
    | (_JSON | _TOP).map(lambda document: json.dumps(document).encode())
    | st.tuples(_TOP, st.integers(0, 300)).map(lambda pair: json.dumps(pair[0]).encode()[: pair[1]])
)
def test_any_bytes_are_read_or_explained(data: bytes) -> None:
    result = read_notebook(data)
    if isinstance(result, Unreadable):
        assert "{" not in _headline(Unreadable(result.cause, dict.fromkeys(result.fields, "x")))
        assert result.place is None or isinstance(result.place, Place)
    else:
        for cell in result.cells:
            cell.source.encode()  # every report can hold it
        assert any(cell.source.strip() for cell in result.code)


def test_nothing_of_jupyter_is_imported_for_a_program(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "a.ipynb").write_bytes(_file(_code("x = 1")))
    program = (
        "import sys\nfrom pathlib import Path\nfrom grader.submission import read_submission\n"
        "for name in sys.argv[1:]:\n    assert read_submission(Path(name)).unreadable is None\n"
        "    print(*sorted({'nbformat', 'IPython', 'jsonschema'} & set(sys.modules)))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "a.py"), str(tmp_path / "a.ipynb")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == ""
    assert "nbformat" in second
    assert "IPython" not in second  # no command in it

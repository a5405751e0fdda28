import ast
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers.reading import read_answers
from grader.notebook.program import Program, program_of
from grader.notebook.reading import Cell, Notebook
from grader.submission import read_submission

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "tests" / "cases" / "notebooks"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
READ = [name for name, expected in EXPECTED.items() if "cells" in expected]


def _program(*sources: str) -> Program:
    return program_of(Notebook(tuple(Cell("code", number, source) for number, source in enumerate(sources, 1))))


def _tree(text: str) -> str:
    return ast.dump(ast.parse(text))


@pytest.mark.parametrize("name", READ)
def test_of_each_case_is_told_what_is_broken_and_what_is_left_out(name: str) -> None:
    expected = EXPECTED[name]
    program = read_submission(FOLDER / f"{name}.ipynb").program
    assert program is not None
    ast.parse(program.text)
    if "broken" in expected:
        (broken,) = program.broken
        assert broken.place is not None
        found = {"cell": broken.place.cell, "line": broken.place.line, "text": broken.place.text}
        assert found == {key: expected["broken"][key] for key in found}
        assert expected["broken"]["error"] in str(broken.fields["error"])
    else:
        assert program.broken == ()
    if "note" in expected:
        (note,) = program.notes
        assert expected["note"] in note
    else:
        assert program.notes == ()


@pytest.mark.parametrize("path", sorted((ROOT / "solutions").glob("*.py")), ids=lambda path: path.stem)
def test_a_solution_cut_into_cells_is_the_same_program(path: Path) -> None:
    text = path.read_text("utf-8")
    lines = text.split("\n")
    starts = [0, *(node.lineno - 1 - len(getattr(node, "decorator_list", ())) for node in ast.parse(text).body[1:])]
    cells = ["\n".join(lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    program = _program("%matplotlib inline", *cells)
    assert (program.broken, program.notes) == ((), ())
    assert _tree(program.text.removeprefix("pass\n")) == _tree(text)
    for number, (start, cell) in enumerate(zip(starts, cells, strict=True), 2):
        for line in range(1, cell.count("\n") + 2):
            assert program.place(start + line + 1) == (number, line)  # the magic is a line before all others


@pytest.mark.parametrize(
    "source,text",
    [
        ("%matplotlib inline", "pass"),
        ("!pip install keras", "pass"),
        ("!!ls", "pass"),
        ("?print", "pass"),
        ("print?", "pass"),
        ("a.b??", "pass"),
        ("x = !ls", "x = None"),
        ("x = %pwd", "x = None"),
        ("x.y['z'] = %env HOME", "x.y['z'] = None"),
        ("%time", "pass"),
        ("%time x = f(1)", "x = f(1)"),
        ("y = %time f(1)", "y = f(1)"),
        ("y = %time x = 1", "y = None"),
        ("%timeit x = f(1)", "pass"),
        ("%run other.py", "pass"),
        ("if x:\n    !ls\n    y = 1", "if x:\n    pass\n    y = 1"),
        ("a = 1\n!ls \\\n  -a \\\n  -b\nb = 2", "a = 1\npass\n\n\nb = 2"),
        ("\n\n%cd x\na = 1\n", "\n\npass\na = 1\n"),
        ("/f x y", "f(x, y)"),
        ("%%time\nx = 1\n!ls", "\nx = 1\npass"),
        ("\n%%capture out\n%%time\n\nx = 1", "\n\n\n\nx = 1"),
        ("%%timeit -n1\nx = 1", "\nx = 1"),
        ("%%time", ""),
        ("    x = 1\n    y = 2", "x = 1\ny = 2"),
        (">>> x = 1\n>>> y = 2", "x = 1\ny = 2"),
        ("In [3]: x = !ls\n   ...: y = 2", "x = None\ny = 2"),
        ("s = '''\n%time\n!ls\n'''", "s = '''\n%time\n!ls\n'''"),
        ("x = 7 % 3\ny = x %\\\n  2", "x = 7 % 3\ny = x %\\\n  2"),
        ("# %% a cell\nx = 1", "# %% a cell\nx = 1"),
        ("x = 1\x0c\n\x0cy = 2", "x = 1\x0c\n\x0cy = 2"),
        ("x = 1\x0c\n!ls\ny = 2", "x = 1 \npass\ny = 2"),
        ("x = '\u2028'\n!ls\ny = 2", "x = ' '\npass\ny = 2"),
        ("x = 1\r\ny = 2\rz = 3", "x = 1\ny = 2\nz = 3"),
        ("def f():\n\tx = 1\n\treturn x", "def f():\n\tx = 1\n\treturn x"),
        ("x = await f()", "x = None"),
        ("await f()", "pass"),
        ("a = 1; x, y = await f(\n    1,\n); b = 2  # é", "a = 1; x = y = None; b = 2  # é\n\n"),
        ("é = 'é'; x = await f()", "é = 'é'; x = None"),
        ("async with a as b:\n    c = 1\nd = 2", "b = c = None\n\nd = 2"),
        ("x = [y async for y in z]", "x = y = None"),
        ("async def f():\n    await g()", "async def f():\n    await g()"),
        ("x = lambda: (yield)", "x = lambda: (yield)"),
    ],
)
def test_every_line_keeps_its_number(source: str, text: str) -> None:
    program = _program(source, "last = 1")
    assert program.text == f"{text}\nlast = 1\n"
    assert program.broken == ()
    assert program.starts == (1, text.count("\n") + 2)


def test_cells_of_another_language_are_blank_and_told() -> None:
    program = _program("a = 1", "%%html\n<b>def build():</b>\n", "%%writefile a.py\nx = 1", "b = 2")
    assert program.text == "a = 1\n" + "\n" * 5 + "b = 2\n"
    assert [note[:24] for note in program.notes] == ["Cell 2 begins with `%%ht", "Cell 3 begins with `%%wr"]


def test_a_command_in_a_function_is_told_with_the_function_around_it() -> None:
    program = _program(
        "class A:\n    def outer(self):\n        def inner():\n            !ls\n        %pwd\n    %pwd\n"
    )
    first, second = program.notes
    assert "cell 1, line 4, `inner`" in first
    assert "cell 1, line 5, `outer`" in second


def test_a_broken_cell_leaves_the_others_as_they_are() -> None:
    program = _program("def f():\n    return 1", "def g(:\n    return 2\n", "x = (", "def h():\n    return f()")
    assert program.text == "def f():\n    return 1\n\n\n\n\ndef h():\n    return f()\n"
    places = [broken.place for broken in program.broken if broken.place]
    assert [(place.cell, place.line, place.text) for place in places] == [(2, 1, "def g(:"), (3, 1, "x = (")]
    assert program.broken[1].details == "cell 3, line 1\nx = (\n    ^ '(' was never closed"


def test_the_lines_of_a_broken_cell_are_shown_as_the_student_wrote_them() -> None:
    (broken,) = _program("%time\nx = 1\n    y = 2").broken
    assert broken.place is not None
    assert (broken.place.line, broken.place.text) == (3, "y = 2")


@pytest.mark.parametrize(
    "source",
    [
        ("%x " + "y" * 400 + "\n") * 2000,
        "%x\n# " + "y " * 1_000_000,
        "%%time\n" * 50_000,
        "a" * 100_000 + " b?",
        "a." * 50_000 + "?",
        "(" * 100_000,
        "x = 1\0",
        "'\ud800'",
    ],
)
def test_a_cell_beyond_all_reason_is_broken_and_the_others_are_not(source: str) -> None:
    program = _program(source, "y = 2", "%pwd")
    assert [broken.cause for broken in program.broken] == ["syntax-error"]
    assert str(program.broken[0].fields["error"])
    assert (
        ast.dump(ast.parse(program.text).body[0]) == _tree("y = 2")[len("Module(body=[") : -len("], type_ignores=[])")]
    )


def test_a_line_outside_of_the_text_counts_as_its_first_or_last() -> None:
    program = _program("a = 1\nb = 2", "c = 3\n")
    assert [program.place(line) for line in (-1, 0, 1, 2, 3, 4, 5, 99)] == [
        *((1, 1), (1, 1), (1, 1), (1, 2), (2, 1), (2, 2)),
        *((2, 2), (2, 2)),
    ]
    with pytest.raises(ValueError, match="no code cells"):
        program_of(Notebook((Cell("markdown", None, "text"),))).place(1)


_PIECES = st.sampled_from(
    [
        *("x = 1", "def f():", "    return x", "\treturn x", "if x:", "else:", "'''", '"', "(", ")", "\\", "#", "\x0c"),
        *("%time x = 1", "%", "%%time", "%%bash", "%%", "!ls", "x = !ls", "x = %pwd", "x?", "?", "??", "/f", ",f a"),
        *("await f()", "async with x as y: pass", "; ", " ", "\0", "\ud800", "\u2028", "\r", "é", ">>> x", "In [1]: y"),
        *("x = [", "]", "lambda: 1", "@x", "return", "import x", "...", "`", "$", "x: int = await f()", "\x85", "\x1c"),
    ]
)
_SOURCE = st.lists(st.tuples(_PIECES, st.sampled_from(["\n", "\n", "", " ", "\r\n"])), max_size=8).map(
    lambda pairs: "".join(piece + end for piece, end in pairs)
) | st.text(max_size=30)


@settings(max_examples=500, deadline=None)
@given(st.lists(_SOURCE, min_size=1, max_size=5))
def test_any_cells_make_a_text_that_python_reads_with_a_place_for_every_line(sources: list[str]) -> None:
    program = _program(*sources)
    ast.parse(program.text)
    program.text.encode()
    lines = [source.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1 for source in sources]
    every = [(number, line) for number, count in enumerate(lines, 1) for line in range(1, count + 1)]
    assert [program.place(line) for line in range(1, len(every) + 1)] == every
    assert program.text.count("\n") == len(every)
    for broken in program.broken:
        assert broken.place is not None
        assert (broken.place.cell, broken.place.line) in every
        broken.place.text.encode()


def test_answers_are_read_from_a_notebook_and_their_lines_are_found() -> None:
    program = _program(
        "!ls\nx = 1",
        'ANSWERS = {\n    "one": "right",\n    "some": ["a", "b"],\n    "bad": 1 + 1,\n}',
        'def broken(:\n    "one"',
        '%pwd\nANSWERS["two"] = "later"\nANSWERS["worse"] = f(x)',
    )
    answers = read_answers(program.text)
    assert {name: given.value for name, given in answers.given.items()} == {
        "one": "right",
        "some": ("a", "b"),
        "two": "later",
    }
    assert program.place(answers.given["one"].line) == (2, 2)
    assert program.place(answers.given["two"].line) == (4, 2)
    assert [program.place(trouble.line) for trouble in answers.troubles] == [(2, 4), (4, 3)]

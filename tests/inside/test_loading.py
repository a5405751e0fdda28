"""A submission is run statement by statement, and its mistakes are told by its own lines alone."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.inside.loading import MODULE, StatementError, Submission
from grader.wire import frames, messages

BROKEN = """\
a = 1
def first():
    return a
b = 1 / 0
def second():
    return b
"""


@pytest.fixture(autouse=True)
def _no_trace() -> Iterator[None]:
    yield
    sys.modules.pop(MODULE, None)


def stopped(text: str, folder: Path) -> tuple[Submission, messages.Raised]:
    """Runs a text that stops, and describes why as a room does."""
    submission = Submission("lesson.py", str(folder))
    with pytest.raises(StatementError) as caught:
        submission.run(text, None)
    assert caught.value.__cause__ is not None
    return submission, submission.report(caught.value.__cause__, caught.value.index)


def raised_by(text: str, folder: Path) -> messages.Raised:
    """Loads a text, calls its f and describes what it raises."""
    submission = Submission("lesson.py", str(folder))
    submission.run(text, None)
    try:
        submission.namespace["f"]()
    except BaseException as problem:  # noqa: BLE001  as a room does
        return submission.report(problem)
    raise AssertionError("nothing was raised")


def crosses(raised: messages.Raised) -> bool:
    """Whether the host accepts the record, its caps included."""
    return frames.decode_from_room(frames.encode(raised)[frames.HEADER.size :]) == raised


def test_what_stands_before_a_mistake_can_be_used(tmp_path: Path) -> None:
    submission, raised = stopped(BROKEN, tmp_path)
    assert submission.namespace["first"]() == 1
    assert "second" not in submission.namespace
    assert submission.functions() == ["first"]
    assert (raised.statement, raised.names) == (2, ["first"])
    assert (raised.type_name, raised.bases[0]) == ("ZeroDivisionError", "ArithmeticError")
    assert raised.lines == [messages.Line(4, "<module>")]


@pytest.mark.parametrize(
    "text, index", [("1 / 0", 0), ("'''Doc.'''\n1 / 0", 1), ("a = 1; 1 / 0", 1), ("if 1:\n    a = 1\n    1 / 0", 0)]
)
def test_the_statement_that_stops_is_numbered_as_the_tree_counts(tmp_path: Path, text: str, index: int) -> None:
    assert stopped(text, tmp_path)[1].statement == index


@pytest.mark.parametrize("ending", ["raise SystemExit(3)", "raise KeyboardInterrupt", "exit()"])
def test_endings_of_the_program_are_mistakes_like_others(tmp_path: Path, ending: str) -> None:
    _, raised = stopped(f"a = 1\n{ending}", tmp_path)
    assert raised.statement == 1
    assert "BaseException" in raised.bases


@pytest.mark.parametrize("until, names", [(0, []), (2, ["first"]), (3, None), (None, None)])
def test_only_the_statements_asked_for_run(tmp_path: Path, until: int | None, names: list[str] | None) -> None:
    submission = Submission("lesson.py", str(tmp_path))
    if names is None:
        with pytest.raises(StatementError):
            submission.run(BROKEN, until)
    else:
        submission.run(BROKEN, until)
        assert submission.functions() == names


def test_future_imports_hold_for_later_statements(tmp_path: Path) -> None:
    submission = Submission("lesson.py", str(tmp_path))
    submission.run("from __future__ import annotations\ndef f(x: no_such_name): pass\n", None)
    assert submission.namespace["f"].__annotations__ == {"x": "no_such_name"}
    assert stopped("def f(x: no_such_name): pass\n", tmp_path)[1].type_name == "NameError"


def test_it_is_a_module_but_not_the_main_one(tmp_path: Path) -> None:
    submission = Submission("lesson.py", str(tmp_path))
    submission.run(
        "'''What it is.'''\nran = __name__ == '__main__'\nhere = __name__\ndoc = __doc__\nclass Own: pass\n", None
    )
    namespace = submission.namespace
    assert (namespace["ran"], namespace["here"], namespace["doc"]) == (False, MODULE, "What it is.")
    assert namespace["Own"].__module__ == MODULE
    assert sys.modules[MODULE].Own is namespace["Own"]
    assert namespace["__file__"] == str(tmp_path / "lesson.py")


def test_its_source_can_be_inspected(tmp_path: Path) -> None:
    submission = Submission("lesson.py", str(tmp_path))
    submission.run(BROKEN, 2)
    assert inspect.getsource(submission.namespace["first"]) == "def first():\n    return a\n"


@pytest.mark.parametrize("name", ["../other/lesson.py", "/etc/lesson.py"])
def test_it_is_written_into_the_work_folder_only(tmp_path: Path, name: str) -> None:
    Submission(name, str(tmp_path)).run("a = 1", None)
    assert (tmp_path / "lesson.py").read_text() == "a = 1"


def test_functions_are_what_can_be_called_and_has_a_plain_name(tmp_path: Path) -> None:
    submission = Submission("lesson.py", str(tmp_path))
    submission.run("n = 1\ndef f(): pass\nclass C: pass\ng = len\n__h__ = len\nglobals()[7] = len\n", None)
    assert submission.functions() == ["f", "C", "g"]
    submission.run("for i in range(2000): globals()[f'f{i}'] = len", None)
    assert len(submission.functions()) == 512


def test_tracebacks_begin_at_the_submission_and_hide_the_room(tmp_path: Path) -> None:
    text = "import json\n\ndef g(x):\n    return json.loads(x)\n\ndef f():\n    return g('{')\n"
    raised = raised_by(text, tmp_path)
    assert raised.lines == [messages.Line(7, "f"), messages.Line(4, "g")]
    assert raised.statement is None
    first = raised.traceback.splitlines()[0]
    assert first.strip() == 'File "lesson.py", line 7, in f'
    assert "return g('{')" in raised.traceback
    assert "raised_by" not in raised.traceback
    assert str(tmp_path) not in raised.traceback
    assert raised.traceback.rstrip().splitlines()[-1] == f"json.decoder.JSONDecodeError: {raised.message}"


def test_frames_of_the_room_are_left_out_between_those_of_the_submission(tmp_path: Path) -> None:
    text = (
        "from grader.inside.loading import Submission\n"
        "import sys\n"
        "def f():\n"
        "    Submission('inner.py', sys.argv_folder).run('1 / 0', None)\n"
    )
    sys.argv_folder = str(tmp_path)  # type: ignore[attr-defined]
    try:
        raised = raised_by(text, tmp_path)
    finally:
        del sys.argv_folder  # type: ignore[attr-defined]
    assert raised.lines == [messages.Line(4, "f")]
    assert "loading.py" not in raised.traceback


def test_deep_recursion_is_told_by_its_last_lines(tmp_path: Path) -> None:
    raised = raised_by("def f(n=0):\n    return f(n + 1)\n", tmp_path)
    assert raised.type_name == "RecursionError"
    assert len(raised.lines) == 64
    assert set(raised.lines) == {messages.Line(2, "f")}
    assert crosses(raised)


def test_long_messages_keep_both_ends(tmp_path: Path) -> None:
    raised = raised_by("def f(): raise ValueError('begin' + 'x' * 100_000 + 'end')", tmp_path)
    assert raised.message.startswith("beginx")
    assert raised.message.endswith("xend")
    assert len(raised.message) <= messages.MAX_TEXT
    assert len(raised.traceback) <= messages.MAX_TEXT
    assert crosses(raised)


def test_long_names_are_cut(tmp_path: Path) -> None:
    name = "E" * 1000
    text = f"class {name}(Exception): pass\nclass Sub({name}): pass\ndef f(): raise Sub\n"
    raised = raised_by(text, tmp_path)
    assert raised.bases[0] == "E" * 200
    assert crosses(raised)


UNPRINTABLE = {
    "raises": "raise ValueError",
    "returns no string": "return 3",
    "recurses": "return str(self)",
}


@pytest.mark.parametrize("body", UNPRINTABLE.values(), ids=UNPRINTABLE)
def test_an_exception_whose_text_cannot_be_had_is_told_by_its_type(tmp_path: Path, body: str) -> None:
    raised = raised_by(
        f"class Odd(Exception):\n    def __str__(self): {body}\n    __repr__ = __str__\ndef f(): raise Odd\n", tmp_path
    )
    assert raised.type_name == "Odd"
    assert raised.message == "(its message cannot be read)"
    assert crosses(raised)


def test_half_characters_in_messages_cross(tmp_path: Path) -> None:
    raised = raised_by("def f(): raise ValueError('a\\ud800b')", tmp_path)
    assert raised.message == "a?b"
    assert crosses(raised)


def test_what_only_the_compiler_finds_stops_at_its_statement_too(tmp_path: Path) -> None:
    submission, raised = stopped("def f(): return 1\nreturn 2\n", tmp_path)
    assert raised.statement == 1
    assert raised.type_name == "SyntaxError"
    assert submission.functions() == ["f"]


def test_a_notebook_can_display_without_an_import(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submission = Submission("lesson.ipynb", str(tmp_path))
    assert submission.run("x = 1 / 0\ndef f():\n    display(3, 'a', raw=False)\n", None, [1]) == []
    submission.namespace["f"]()
    assert capsys.readouterr().out == "3\n'a'\n"

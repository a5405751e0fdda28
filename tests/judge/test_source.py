import pytest

from grader.judge.source import Source
from grader.model import Place

_TEXT = '''\
"""An exercise."""
import keras
from keras.layers import LSTM as Memory


def build(units, *, depth=2, name="a b"):
    model = keras.Sequential()
    model.add(keras.layers.LSTM(units, return_sequences=True))
    model.add(
        keras.layers.LSTM(units)
    )
    return model


class Own(keras.Model):
    def __init__(self):
        self.dense = keras.layers.Dense(1)


def plain(a, /, b: int = 1 + 2, *rest, c, **more) -> None:
    return prepare(a)


async def later():
    pass
'''


def test_a_line_is_given_with_its_text() -> None:
    source = Source(_TEXT)
    assert source.place(7) == Place(line=7, text="model = keras.Sequential()")
    assert source.place(7, "build") == Place(line=7, function="build", text="model = keras.Sequential()")


@pytest.mark.parametrize("line", [0, -1, 1_000, 2**64])
def test_a_line_that_does_not_exist_has_no_text(line: int) -> None:
    assert Source(_TEXT).place(line) == Place(line=line)


def test_a_long_line_is_cut() -> None:
    assert len(Source("x = " + "1" * 1000).place(1).text) == 200


@pytest.mark.parametrize("odd", ["\x0c", "\x0b", "\x1c", "\x85", "\u2028"])
def test_lines_are_counted_as_python_counts_them(odd: str) -> None:
    text = f"# page{odd}break\nx = 1\ny = 2\n"
    source = Source(text)
    assert source.place(2).text == "x = 1"
    assert source.place(3).text == "y = 2"


def test_statements_of_the_top_level_are_counted() -> None:
    assert Source(_TEXT).statements == 7
    assert Source("").statements == 0
    assert Source("a = 1; b = 2\nif a:\n    c = 3\n").statements == 3


def test_a_function_is_found_where_it_is_defined() -> None:
    source = Source(_TEXT)
    assert source.function("plain") == Place(
        line=20, function="plain", text="def plain(a, /, b: int = 1 + 2, *rest, c, **more) -> None:"
    )
    assert source.function("missing") is None
    assert source.function("__init__") is None


@pytest.mark.parametrize(
    "definition,shown",
    [
        ("def f(): pass", "f()"),
        ("def f(a, b=1): pass", "f(a, b=1)"),
        ("def f(a: int, b: str = 'x') -> None: pass", "f(a, b='x')"),
        ("def f(*, a, b=None): pass", "f(*, a, b=None)"),
        ("def f(*rest, a=(1,2), **more): pass", "f(*rest, a=(1, 2), **more)"),
        ("def f(a, /, b): pass", "f(a, b)"),
    ],
)
def test_a_signature_is_shown_without_types(definition: str, shown: str) -> None:
    assert Source(definition).signature("f") == shown


def test_no_signature_is_shown_of_what_is_no_function() -> None:
    assert Source("f = 1").signature("f") is None


def test_a_default_beyond_all_reason_is_left_out() -> None:
    assert Source("def f(a=" + "1+" * 900 + "1): pass").signature("f") == "f(…)"


def test_calls_are_found_by_their_last_name() -> None:
    source = Source(_TEXT)
    assert [(place.line, place.function) for place in source.calls("LSTM")] == [(8, "build"), (10, "build")]
    assert [place.line for place in source.calls("LSTM", "build")] == [8, 10]
    assert [place.text for place in source.calls("prepare")] == ["return prepare(a)"]
    assert source.calls("Memory") == []
    assert source.calls("build") == []


def test_calls_outside_of_the_function_count_where_it_has_none() -> None:
    assert Source(_TEXT).calls("Dense", "build") == [Place(line=17, text="self.dense = keras.layers.Dense(1)")]
    assert [place.line for place in Source(_TEXT).calls("LSTM", "missing")] == [8, 10]


@pytest.mark.parametrize("text", ["def f(:\n", "x = '\0'", "(" * 10_000, "-" * 100_000 + "1", "\ud800", "1+" * 100_000])
def test_what_cannot_be_parsed_has_no_functions_but_lines(text: str) -> None:
    source = Source(text)
    assert source.statements == 0
    assert source.function("f") is None
    assert source.calls("f") == []
    assert source.place(1).line == 1


@pytest.mark.filterwarnings("error")
def test_what_python_finds_odd_is_read_in_silence() -> None:
    assert Source("a = '\\d'\nb = 1 is 1\n").statements == 2

import time
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answers.reading import MAX_ENTRIES, MAX_FILE_CHARS, MAX_TEXT_CHARS, MAX_TROUBLES, read_answers


def _values(source: str) -> dict[str, object]:
    return {name: each.value for name, each in read_answers(dedent(source)).given.items()}


def test_all_kinds_of_answers_are_read() -> None:
    source = """\
        import keras
        raise SystemExit("never run")
        ANSWERS: dict = {
            "one": "right",
            "some": ["a", "b"],
            "pairs": {"cat": "meow"},
            "tell": "Cats are "
                    "animals.",
        }
        """
    assert _values(source) == {
        "one": "right",
        "some": ("a", "b"),
        "pairs": {"cat": "meow"},
        "tell": "Cats are animals.",
    }
    assert read_answers(dedent(source)).given["some"].line == 5
    assert not read_answers(dedent(source)).troubles


def test_the_last_assignment_counts() -> None:
    source = """\
        ANSWERS = {"gone": "x", "one": "a"}
        ANSWERS = {"one": "b", "two": "c", "two": "d"}
        ANSWERS["one"] = "e"
        ANSWERS["three"] = "f"
        """
    assert _values(source) == {"one": "e", "two": "d", "three": "f"}


def test_a_later_assignment_that_cannot_be_read_takes_the_answer_away() -> None:
    assert _values('ANSWERS = {"one": "a"}\nANSWERS["one"] = input()\n') == {}


@pytest.mark.parametrize("empty", ['""', "None", "[]", "{}", "()"])
def test_what_is_left_empty_is_not_answered_and_no_trouble(empty: str) -> None:
    answers = read_answers(f'ANSWERS = {{"one": {empty}}}')
    assert answers.there
    assert not answers.given
    assert not answers.troubles


def test_a_file_without_answers_has_none() -> None:
    answers = read_answers("x = 1\n")
    assert not answers.there
    assert not answers.given
    assert not answers.troubles


@pytest.mark.parametrize(
    "source, said",
    [
        ('\nANSWERS = {"one": f"{x}"}', "answer to one is no plain text"),
        ('\nANSWERS = {"one": "a" + "b"}', "answer to one is no plain text"),
        ('\nANSWERS = {"one": 3}', "no text, no list of names"),
        ('\nANSWERS = {"one": {0x' + "f" * 9000 + ', "a"}}', "no text, no list of names"),
        ('\nANSWERS = {"one": {[]: "a"}}', "no plain text"),
        ('\nANSWERS = {1: "one"}', "name of a question"),
        ("\nANSWERS = {**other}", "`**` cannot be read"),
        ("\nANSWERS = dict(one='a')", "has to be a dict"),
        ('\nANSWERS |= {"one": "a"}', "plain `=`"),
        ('\nANSWERS["one"] += "a"', "plain `=`"),
        ('\nANSWERS.update({"one": "a"})', "is not run"),
        ('if True:\n    ANSWERS = {"one": "a"}', "top level"),
        ("\nx = (", "Python cannot read the file"),
    ],
)
def test_what_is_no_literal_is_told_with_its_line(source: str, said: str) -> None:
    answers = read_answers(source)
    assert not answers.given
    assert len(answers.troubles) == 1
    assert answers.troubles[0].line == 2
    assert said in answers.troubles[0].text


def test_one_unreadable_answer_does_not_spoil_the_others() -> None:
    assert _values('ANSWERS = {"one": open("x"), "two": "b", **more, "three": "c"}') == {"two": "b", "three": "c"}


def test_long_answers_are_cut() -> None:
    answers = read_answers(f'ANSWERS = {{"tell": "{"x" * (MAX_TEXT_CHARS + 1)}", "some": {["a"] * 300}}}')
    assert len(str(answers.given["tell"].value)) == MAX_TEXT_CHARS
    assert len(answers.given["some"].value) == MAX_ENTRIES
    assert all(each.cut for each in answers.given.values())
    assert [trouble.text.partition(" is too long")[0] for trouble in answers.troubles] == [
        "the answer to tell",
        "the answer to some",
    ]


def test_half_characters_are_replaced() -> None:
    assert _values('ANSWERS = {"tell": "a\\ud800b"}') == {"tell": "a?b"}


@pytest.mark.parametrize(
    "source",
    [
        "ANSWERS = {" + ", ".join(f'"k{n}": "x"' for n in range(60_000)) + "}",
        "\n".join(f'ANSWERS["k{n}"] = f"{{x}}"' for n in range(30_000)),
        "ANSWERS = " + "{'a': " * 90 + "1" + "}" * 90,
        "ANSWERS = " + "(" * 5000,
        "ANSWERS = {'a': " + "-" * 3000 + "1}",
        "ANSWERS = {'a': " + "1+" * 20_000 + "1}",
        "ANSWERS = {'tell': '" + "a" * 900_000 + "'}",
        "ANSWERS = {'a': '\x00'}",
        "x" * (MAX_FILE_CHARS + 1),
        "x" * (10 << 20),
    ],
    ids=["keys", "assignments", "dicts", "brackets", "signs", "sums", "long", "null", "file", "10 MB"],
)
def test_hostile_files_end_soon_and_raise_nothing(source: str) -> None:
    start = time.process_time()
    answers = read_answers(source)
    assert time.process_time() - start < 10
    assert len(answers.given) <= MAX_ENTRIES
    assert len(answers.troubles) in range(1, MAX_TROUBLES + 1)


_LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=5), _LITERALS, max_size=5))
def test_any_literal_is_read_or_told(answers: dict[str, object]) -> None:
    read = read_answers(f"ANSWERS = {answers!r}")
    for name, value in answers.items():
        if isinstance(value, str) and value:
            assert read.given[name].value == value
        elif value in (None, [], {}, ""):
            assert name not in read.given
        else:
            assert name in read.given or any(f"answer to {name} is" in trouble.text for trouble in read.troubles)


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_no_text_raises(tail: str) -> None:
    read_answers("ANSWERS = {" + tail)
    read_answers("ANSWERS" + tail)
    read_answers(tail)

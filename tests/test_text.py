import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.text import clean, one_line

_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_MARKS = {"\u200e", "\u200f", "\u061c"}
_ANY_TEXT = st.text(st.characters(exclude_categories=()))


def _harmful(character: str) -> bool:
    return (
        unicodedata.category(character) in {"Cc", "Cs"} or unicodedata.bidirectional(character) in _TURNING
    ) and character not in "\n\t"


def test_every_character_is_kept_unless_it_is_harmful() -> None:
    for code in range(0x20000):
        character = chr(code)
        if _harmful(character) or character in _MARKS:
            assert clean(f"a{character}b") != f"a{character}b", hex(code)
        elif character not in "\u2028\u2029":
            assert clean(f"a{character}b") == f"a{character}b", hex(code)


@given(_ANY_TEXT)
def test_nothing_harmful_is_left(text: str) -> None:
    cleaned = clean(text)
    assert not [character for character in cleaned if _harmful(character) or character in _MARKS]
    assert clean(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    "text,expected",
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x9b31mred\x9bm", "red"),
        ("\x1b]0;new title\x07shown", "shown"),
        ("\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1;2q data\x1b\\shown", "shown"),
        ("\x1b[2J\x1b[Hshown", "shown"),
        ("\x1b(Bshown\x1b=", "shown"),
        ("bell\x07 and back\b", "bell and back"),
        ("end\x1b", "end"),
    ],
)
def test_terminal_sequences_go_and_text_stays(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_an_unfinished_sequence_hides_no_further_line() -> None:
    assert clean("\x1b]0;never finished\nsecond line") == "\nsecond line"


@pytest.mark.parametrize(
    "text,expected",
    [
        ("10 %\r50 %\r100 %\ndone", "100 %\ndone"),
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("one\r\r\ntwo", "one\ntwo"),
        ("100 %\r", "100 %"),
    ],
)
def test_of_an_overwritten_line_the_last_state_stays(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize("deceit", ["\u202e", "\u2066", "\u200f", "\u061c", "\udfff"])
def test_deceit_becomes_visible(deceit: str) -> None:
    assert clean(f"a{deceit}b") == "a\ufffdb"


@pytest.mark.parametrize("piece", ["\x1b", "\x1b[", "\x1b[0", "\x1b]", "\x1bP", "\r", "a\r", "\x1b[0;\r", " ", "\n"])
def test_no_text_takes_more_than_linear_time(piece: str) -> None:
    text = piece * 300_000
    start = time.perf_counter()
    one_line(text)
    clean(text + "x")
    assert time.perf_counter() - start < 5  # quadratic time would be minutes


@given(_ANY_TEXT, st.integers(min_value=1, max_value=30))
def test_one_line_is_one_short_line(text: str, limit: int) -> None:
    line = one_line(text, limit)
    assert len(line.splitlines()) <= 1
    assert len(line) <= limit


def test_one_line_keeps_what_fits_and_marks_what_does_not() -> None:
    assert one_line("  a\n\n  b\tc  ") == "a b c"
    assert one_line("x = 1  # one\rtwo") == "x = 1  # one two"
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdefg", 6) == "abcde…"

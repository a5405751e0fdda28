import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export.table import encode_table


def _cell(text: str | float | None) -> str:
    (row,) = csv.reader(io.StringIO(encode_table([[text, "end"]]).decode(), newline=""))
    assert row[1:] == ["end"]
    return row[0]


# What makes a formula, from https://owasp.org/www-community/attacks/CSV_Injection
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n", " =", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_text_is_a_formula(start: str) -> None:
    assert _cell(f'{start}HYPERLINK("x")') == f'\'{start}HYPERLINK("x")'


def test_a_carriage_return_does_not_hide_a_formula() -> None:
    assert _cell("\r=1") == "'=1"
    assert _cell("Ada\r=1") == "'=1"


@pytest.mark.parametrize(
    "name",
    ["O'Neill", "Anna-Lena", "Lovelace, Ada", 'Ada "the first"', "two\nlines", "שרה לוי", "محمد", "李", "a@b.de"],
)
def test_names_survive(name: str) -> None:
    assert _cell(name) == name


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1).filter(str.isalpha))
def test_every_word_survives(name: str) -> None:
    assert _cell(name) == name


@given(st.floats(min_value=-1000, max_value=1000, allow_nan=False))
def test_numbers_stay_numbers(number: float) -> None:
    assert float(_cell(number)) == pytest.approx(number, abs=0.0051)


def test_nothing_is_an_empty_cell() -> None:
    assert _cell(None) == ""
    assert _cell(0.0) == "0"


def test_only_a_table_for_excel_starts_with_a_byte_order_mark() -> None:
    assert encode_table([["ä"]], bom=True) == b"\xef\xbb\xbf\xc3\xa4\r\n"
    assert encode_table([["ä"]], end="\n") == b"\xc3\xa4\n"

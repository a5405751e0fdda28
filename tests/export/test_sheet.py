import csv
import io
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageProblem
from grader.export.sheet import Sheet, read_sheet

_NASTY = st.text(st.sampled_from('aä=,;"\t\n\r @שر\u202e\x00'), max_size=6)
_ROWS = st.lists(st.lists(_NASTY, min_size=2, max_size=4), min_size=1, max_size=5)


# With line ends of "\n" the csv module leaves "\r" unquoted, so there all cells are quoted.
@given(_ROWS, st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]))
def test_nothing_changes_and_cells_are_those_that_the_csv_module_reads(
    rows: list[list[str]], style: tuple[str, Literal[0, 1]]
) -> None:
    rows = [["one", "two", "three"], *rows]
    file = io.StringIO()
    csv.writer(file, lineterminator=style[0], quoting=style[1]).writerows(rows)
    text = file.getvalue()
    sheet = Sheet(text, "x.csv")
    assert sheet.encode() == text.encode()
    assert [sheet.values(row) for row in range(len(sheet.rows))] == list(csv.reader(io.StringIO(text, newline="")))


@given(st.text(max_size=40))
def test_whatever_is_read_is_written_the_same(text: str) -> None:
    try:
        sheet = Sheet(text, "x.csv")
    except UsageProblem:
        assert '"' in text
    else:
        assert sheet.encode() == text.encode()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_only_the_cell_that_is_put_changes(delimiter: str) -> None:
    text = '\ufeffa,b,c\r\n"x, y",  "q" ,\n1,2,3'.replace(",", delimiter)
    sheet = Sheet(text, "x.csv")
    sheet.put(1, 2, "4.5")
    assert sheet.encode().decode() == text.replace("\n1", "4.5\n1")


def test_a_decimal_comma_is_quoted_where_commas_part_cells() -> None:
    for text, expected in (("a,b\n1,2\n", 'a,b\n1,"4,5"\n'), ("a;b\n1;2\n", "a;b\n1;4,5\n")):
        sheet = Sheet(text, "x.csv")
        sheet.put(1, 1, "4,5")
        assert sheet.encode().decode() == expected


def test_a_heading_with_many_commas_does_not_pass_for_the_delimiter() -> None:
    assert Sheet('a;"b, c, d, e"\n1;2\n', "x.csv").values(0) == ["a", "b, c, d, e"]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfea\x00", b'a,b\n1,"2\n'])
def test_what_is_no_csv_is_told_in_one_sentence(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "worksheet.csv"
    path.write_bytes(content)
    with pytest.raises(UsageProblem, match=r"^worksheet\.csv is "):
        read_sheet(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot be read: No such file"):
        read_sheet(tmp_path / "none.csv")


def test_a_long_cell_takes_no_more_than_its_length() -> None:
    text = f'a,b\n1,"{"x" * 2_000_000}"\n'
    assert Sheet(text, "x.csv").encode() == text.encode()

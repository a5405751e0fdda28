"""CSV files of our own, safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from grader.export.figures import written
from grader.text import clean

Cell: TypeAlias = str | float | None

#: OWASP's list of what makes a cell a formula, full-width signs included; spreadsheets may skip blanks before them.
_FORMULA = re.compile(r"[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def encode_table(rows: Iterable[Sequence[Cell]], *, bom: bool = False, end: str = "\r\n") -> bytes:
    """Writes a CSV file in UTF-8.

    Texts are cleaned, and those that a spreadsheet would take for a formula get an apostrophe in front. Numbers stay
    numbers, negative ones too; None is an empty cell.

    Args:
        rows: the cells.
        bom: whether it starts with a byte order mark, without which Excel garbles all that is not ASCII.
        end: end of a line.

    Returns:
        Bytes of the file.
    """
    file = io.StringIO()
    csv.writer(file, lineterminator=end).writerows([_cell(cell) for cell in row] for row in rows)
    return file.getvalue().encode("utf-8-sig" if bom else "utf-8")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might take a text for a formula."""
    return _FORMULA.match(text) is not None


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return written(cell)
    text = clean(cell)
    return f"'{text}" if is_formula(text) else text

"""A downloaded CSV file of which single cells change and all the rest stays as it is, byte for byte."""

import re
from collections.abc import Sequence
from pathlib import Path

from grader.errors import UsageProblem

_BOM = "\ufeff"
_DELIMITERS = ",;\t"
_QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')
_END = re.compile(r"\r\n|\r|\n|\Z")


class Sheet:
    """The cells of a CSV file, as they are written there, quotes included.

    Attributes:
        rows: the raw cells of each row; what is read and written goes through `value` and `put`.
    """

    def __init__(self, text: str, name: str) -> None:
        """Splits a text.

        Args:
            text: content of the file.
            name: what to call it in an error.

        Raises:
            UsageProblem: a quote is not closed.
        """
        self._bom = _BOM if text.startswith(_BOM) else ""
        text = text.removeprefix(_BOM)
        self._delimiter = max(_DELIMITERS, key=_QUOTED.sub("", text).partition("\n")[0].count)
        self.rows: list[list[str]] = []
        self._ends: list[str] = []
        self._split(text, name)

    def _split(self, text: str, name: str) -> None:
        cell = re.compile(rf'{_QUOTED.pattern}|[^"{self._delimiter}\r\n][^{self._delimiter}\r\n]*|')
        place, row = 0, list[str]()
        while place < len(text) or row:
            found = cell.match(text, place)
            row.append(found[0] if found else "")
            place += len(row[-1])
            if text.startswith(self._delimiter, place):
                place += 1
                continue
            end = _END.match(text, place)
            if end is None:
                raise UsageProblem(
                    f"{name} is no CSV file: its row {len(self.rows) + 1} has a quote that is not closed"
                )
            self.rows.append(row)
            self._ends.append(end[0])
            place, row = end.end(), []

    def value(self, row: int, column: int) -> str:
        """The text of a cell, without its quotes; empty where the row is too short."""
        raw = self.rows[row][column] if column < len(self.rows[row]) else ""
        return raw[1:-1].replace('""', '"') if raw.startswith('"') else raw

    def values(self, row: int) -> list[str]:
        """The texts of all cells of a row."""
        return [self.value(row, column) for column in range(len(self.rows[row]))]

    def put(self, row: int, column: int, number: str) -> None:
        """Sets a cell to a number, which no spreadsheet takes for a formula."""
        cells = self.rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = f'"{number}"' if self._delimiter in number else number

    def keep(self, columns: Sequence[int]) -> None:
        """Leaves out all columns but these."""
        self.rows = [[cells[column] for column in columns if column < len(cells)] for cells in self.rows]

    def encode(self) -> bytes:
        """The file, with its byte order mark and its line ends."""
        lines = (self._delimiter.join(cells) + end for cells, end in zip(self.rows, self._ends, strict=True))
        return (self._bom + "".join(lines)).encode()


def read_sheet(path: Path) -> Sheet:
    """Reads a downloaded CSV file.

    Args:
        path: the file.

    Returns:
        Its cells; at least one row.

    Raises:
        UsageProblem: it cannot be read, is no CSV in UTF-8 or is empty.
    """
    try:
        text = path.read_bytes().decode()
    except OSError as problem:
        raise UsageProblem(f"{path} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise UsageProblem(
            f"{path.name} is not in UTF-8; use it as it was downloaded, not as a spreadsheet saved it"
        ) from problem
    sheet = Sheet(text, path.name)
    if not sheet.rows:
        raise UsageProblem(f"{path.name} is empty")
    return sheet

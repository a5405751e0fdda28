"""The results of a run in short: a row for each lesson, a column for each kind."""

from collections.abc import Iterable

from rich.table import Table

from grader.verify.cases import Kind
from grader.verify.results import CONSISTENCY, Result

KINDS = (*Kind, CONSISTENCY)


def tally(results: Iterable[Result]) -> dict[str, dict[str, tuple[int, int]]]:
    """Counts results.

    Args:
        results: the results of a run.

    Returns:
        For each lesson and kind how many are proved, and of how many.
    """
    counted: dict[str, dict[str, tuple[int, int]]] = {}
    for result in results:
        row = counted.setdefault(result.lesson, {})
        proved, of_all = row.get(result.kind, (0, 0))
        row[result.kind] = (proved + result.is_proved, of_all + 1)
    return dict(sorted(counted.items()))


def cell(row: dict[str, tuple[int, int]], kind: str) -> str:
    """One cell of a table, e.g. "12 of 13"; a dash where nothing was to be proved."""
    return f"{row[kind][0]} of {row[kind][1]}" if kind in row else "-"


def table(results: Iterable[Result]) -> Table:
    """Makes the table that a terminal shows at the end of a run."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    drawn.add_column("proved")
    for kind in KINDS:
        drawn.add_column(kind, justify="right")
    for lesson, row in tally(results).items():
        cells = []
        for kind in KINDS:
            proved, of_all = row.get(kind, (0, 0))
            colour = "dim" if not of_all else "green" if proved == of_all else "red"
            cells.append(f"[{colour}]{cell(row, kind)}[/]")
        drawn.add_row(lesson, *cells)
    return drawn

import io

import msgspec
import pytest
from rich.console import Console

from grader.model import Grade
from grader.report.changes import changes, print_changes


def with_points(grade: Grade, **points: float) -> Grade:
    rows = [msgspec.structs.replace(row, points=points.get(row.id, row.points)) for row in grade.rows]
    return msgspec.structs.replace(grade, rows=tuple(rows))


def printed(before: Grade, after: Grade, encoding: str = "utf-8") -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding)
    print_changes(before, after, Console(file=file, width=60))
    file.seek(0)
    return file.read()


def test_points_that_were_won_and_lost_are_told_by_criterion(mixed: Grade) -> None:
    found = changes(mixed, with_points(mixed, builds=20.0, batch=5.0))
    assert found.better == ("The model stacks two LSTM layers, from 0 to 20 of 20 points",)
    assert found.worse == ("Batches have the right shape, from 7.5 to 5 of 20 points",)


def test_a_criterion_that_was_not_there_before_is_no_change(mixed: Grade) -> None:
    before = msgspec.structs.replace(mixed, rows=mixed.rows[1:])
    assert changes(before, mixed) == ((), ())


def test_each_change_is_a_line_with_its_word(mixed: Grade) -> None:
    text = printed(mixed, with_points(mixed, builds=20.0, batch=5.0))
    assert [line.partition(":")[0] for line in text.splitlines()] == ["Better", "Worse"]
    assert "nothing got better" in printed(mixed, mixed)


@pytest.mark.parametrize("title", ["\x1b[31mred\r\nWorse: x", "[red]x[/red]", "日本"])
def test_titles_cannot_drive_the_terminal(mixed: Grade, title: str) -> None:
    rows = tuple(msgspec.structs.replace(row, title=title) for row in mixed.rows)
    before = msgspec.structs.replace(mixed, rows=rows)
    text = printed(before, with_points(before, builds=20.0), "ascii")
    assert text.count("\n") == 1
    assert "\x1b" not in text
    assert text.startswith("Better: ")

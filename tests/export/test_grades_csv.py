import csv
import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grader.export.formats import export
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]


def _read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def test_a_row_tells_all_of_a_standing(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class([(Student(key="ada", name="Lovelace, Ada", email="ada@x.example"), 85.0)])
    told = msgspec.structs.replace(klass.standings[0], reasons=("2 days late.", "Accepted."), waiting=("-1 point?",))
    target = tmp_path / "grades.csv"
    export(msgspec.structs.replace(klass, standings=(told,)), "csv", None, target)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    assert _read(target) == [
        {
            "student": "ada",
            "name": "Lovelace, Ada",
            "email": "ada@x.example",
            "lesson": "lesson06_stacked",
            "title": "Stacked LSTMs",
            "state": "graded",
            "points": "17",
            "max_points": "20",
            "checked_percent": "85",
            "percent": "85",
            "passed": "yes",
            "tries": "2",
            "handed": "2026-11-19T08:30:00+00:00",
            "clock": "stated",
            "file": "ada_lesson06.py",
            "reasons": "2 days late. Accepted.",
            "waiting": "'-1 point?",
        }
    ]


@pytest.mark.parametrize("state", [State.MISSING, State.WAITING, State.QUARANTINED])
def test_without_a_mark_there_is_no_zero(make_class: MakeClass, tmp_path: Path, state: State) -> None:
    target = tmp_path / "grades.csv"
    export(make_class([(Student(key="ada"), state)]), "csv", None, target)
    (row,) = _read(target)
    assert row["state"] == state.value
    assert {row[column] for column in ("points", "checked_percent", "percent", "passed")} == {""}


def test_a_mark_of_zero_is_a_mark(make_class: MakeClass, tmp_path: Path) -> None:
    target = tmp_path / "grades.csv"
    export(make_class([(Student(key="ada"), 0.0)]), "csv", None, target)
    (row,) = _read(target)
    assert (row["percent"], row["passed"]) == ("0", "no")

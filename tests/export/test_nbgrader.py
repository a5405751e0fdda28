import csv
import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.export.formats import export
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]
# The keys in CsvExportPlugin.export of nbgrader/plugins/export.py.
_HEAD = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    "raw_score,late_submission_penalty,score,max_score"
)


def _read(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline="")))


def test_the_table_is_nbgraders_own(make_class: MakeClass, tmp_path: Path) -> None:
    target = tmp_path / "grades.csv"
    ada = Student(key="ada", name="Lovelace, Ada", email="ada@x.example")
    assert export(make_class([(ada, 85.0)]), "nbgrader", None, target) == []
    assert target.read_text("utf-8") == (
        f"{_HEAD}\nlesson06_stacked,2026-11-20 22:00:00,2026-11-19 08:30:00,ada,Lovelace,Ada,ada@x.example,17,0,17,20\n"
    )


@pytest.mark.parametrize("state", [State.MISSING, State.WAITING, State.QUARANTINED])
def test_without_a_mark_there_is_no_zero(make_class: MakeClass, tmp_path: Path, state: State) -> None:
    target = tmp_path / "grades.csv"
    export(make_class([(Student(key="ada"), state)]), "nbgrader", None, target)
    (row,) = _read(target)
    assert [row["raw_score"], row["late_submission_penalty"], row["score"], row["max_score"]] == ["", "", "", "20"]


@pytest.mark.parametrize(
    "points,final,scores",
    [
        (17.0, 65.0, ("17", "4", "13")),  # 20 percent off for lateness
        (17.0, 85.0, ("17", "0", "17")),
        (40 / 3, 66.7, ("13.34", "0", "13.34")),  # the percent are rounded, nothing is taken off
        (17.0, 95.0, ("19", "0", "19")),  # more than the points give
    ],
)
def test_the_penalty_is_what_lateness_took(
    make_class: MakeClass, tmp_path: Path, points: float, final: float, scores: tuple[str, ...]
) -> None:
    klass = make_class([(Student(key="ada"), final)])
    late = msgspec.structs.replace(klass.standings[0], points=points)
    target = tmp_path / "grades.csv"
    export(msgspec.structs.replace(klass, standings=(late,)), "nbgrader", None, target)
    (row,) = _read(target)
    assert (row["raw_score"], row["late_submission_penalty"], row["score"]) == scores


def test_names_that_cannot_be_split_and_ids_that_look_like_formulas_are_told(
    make_class: MakeClass, tmp_path: Path
) -> None:
    target = tmp_path / "grades.csv"
    notes = export(make_class([(Student(key="=1", name="Ada King Lovelace"), 50.0)]), "nbgrader", None, target)
    assert _read(target)[0]["student_id"] == "'=1"
    assert _read(target)[0]["last_name"] == "Ada King Lovelace"
    assert notes == [
        "the student_id could be a formula, so an apostrophe stands before it, for 1 student: Ada King Lovelace",
        'names that are not written "Last, First" stand whole in last_name',
    ]


@given(st.lists(st.tuples(st.text("aä\"',;\n=שר李 ", max_size=6), st.integers(0, 1000)), min_size=1, max_size=5))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_class_comes_back_with_its_marks(
    make_class: MakeClass, tmp_path: Path, told: list[tuple[str, int]]
) -> None:
    target = tmp_path / "grades.csv"
    marks: list[tuple[Student, float | State]] = [
        (Student(key=f"k{number}", name=name), mark / 10) for number, (name, mark) in enumerate(told)
    ]
    export(make_class(marks), "nbgrader", None, target)
    read = {row["student_id"]: float(row["score"]) for row in _read(target)}
    assert read == pytest.approx(
        {student.key: mark / 5 for student, mark in marks if isinstance(mark, float)}, abs=0.0051
    )
    for row in _read(target):
        # The score in CsvExportPlugin.export.
        assert float(row["score"]) == pytest.approx(
            max(0.0, float(row["raw_score"]) - float(row["late_submission_penalty"])), abs=0.011
        )

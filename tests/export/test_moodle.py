"""What Moodle would read back, by its own rules: mod/assign/feedback/offline/importgradeslib.php and locallib.php."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import UsageProblem
from grader.export.formats import export
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]
_ADA = Student(key="1", name="Ada Lovelace", email="ada@x.example")
_BOB = Student(key="2", name='=Bob(), "the first"', ids={"moodle": "58"})
# mod/assign/gradingtable.php, with the strings of lang/en/assign.php and of the German language pack.
_ENGLISH = (
    "Identifier|Full name|Email address|Status|Grade|Maximum grade|Grade can be changed|Last modified (submission)|"
    "Last modified (grade)|Feedback comments"
).split("|")
_GERMAN = (
    "ID|Vollständiger Name|E-Mail-Adresse|Status|Bewertung|Bestwertung|Bewertung kann geändert werden|"
    "Zuletzt geändert (Abgabe)|Zuletzt geändert (Bewertung)|Feedback als Kommentar"
).split("|")
_PEOPLE = [
    ["Participant 57", "Ada Lovelace", "ADA@x.example", "Submitted", "", "10.00", "Yes", "-", "-", "=1+1"],
    ["Participant 58", '=Bob(), "the first"', "", "Submitted", "", "10.00", "Yes", "-", "-", ""],
    ["Participant 59", "Alan Turing", "alan@x.example", "No submission", "", "10.00", "Yes", "-", "-", ""],
]


def _write(folder: Path, rows: list[list[str]], *, bom: bool = True, end: str = "\n") -> Path:
    """As Moodle's CSV writer does: with a byte order mark, quotes where they are needed."""
    path = folder / "worksheet.csv"
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL).writerows(
            rows
        )
    return path


def _import(content: bytes, head: list[str], participant: str, decimal: str) -> dict[int, float]:
    """The grades that Moodle takes from a file, by participant."""
    text = re.sub("\r\n?", "\n", content.decode().removeprefix("\ufeff"))  # csv_import_reader::load_csv_content
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    assert all(len(row) == len(head) for row in rows)  # csvweirdcolumns
    number, grade = rows[0].index(head[0]), rows[0].index(head[4])  # init: recordid, gradenoun, lastmodifiedgrade
    assert head[8] in rows[0]
    grades = {}
    for row in rows[1:]:
        value = row[grade].replace(" ", "").replace(decimal, ".")  # unformat_float
        if value != "":  # process_import_grades: no value, no change
            assert 0 <= float(value) <= float(row[grade + 1].replace(decimal, "."))  # out of range
            grades[int(row[number][len(participant) :])] = float(value)  # next: the number after "Participant "
    return grades


def test_moodle_reads_our_marks_and_nothing_else(make_class: MakeClass, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    notes = export(make_class([(_ADA, 85.5), (_BOB, 0.0)]), "moodle", _write(tmp_path, [_ENGLISH, *_PEOPLE]), target)
    assert _import(target.read_bytes(), _ENGLISH, "Participant ", ".") == {57: 8.55, 58: 0}
    assert notes == ["rows of the template that are nobody we know, and stayed as they were: Alan Turing"]


def test_a_german_worksheet_gets_decimal_commas(make_class: MakeClass, tmp_path: Path) -> None:
    people = [
        [cell.replace("Participant ", "Teilnehmer/in").replace("10.00", "10,00").replace("Yes", "Ja") for cell in row]
        for row in _PEOPLE
    ]
    target = tmp_path / "out.csv"
    export(make_class([(_ADA, 85.5)]), "moodle", _write(tmp_path, [_GERMAN, *people]), target)
    assert _import(target.read_bytes(), _GERMAN, "Teilnehmer/in", ",") == {57: 8.55}


@pytest.mark.parametrize("bom", [True, False])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_all_but_the_grades_stays_byte_for_byte(make_class: MakeClass, tmp_path: Path, end: str, bom: bool) -> None:
    template, target = _write(tmp_path, [_ENGLISH, *_PEOPLE], bom=bom, end=end), tmp_path / "out.csv"
    export(make_class([(_ADA, 50.0)]), "moodle", template, target)
    if end == "\n":
        expected = template.read_bytes().replace(b'"Submitted",""', b'"Submitted",5', 1)
    else:
        expected = template.read_bytes().replace(b"Submitted,", b"Submitted,5", 1)
    assert target.read_bytes() == expected


@pytest.mark.parametrize("state", [State.WAITING, State.QUARANTINED, State.MISSING])
def test_without_a_mark_nothing_changes(make_class: MakeClass, tmp_path: Path, state: State) -> None:
    template, target = _write(tmp_path, [_ENGLISH, *_PEOPLE]), tmp_path / "out.csv"
    notes = export(make_class([(_ADA, state)]), "moodle", template, target)
    assert target.read_bytes() == template.read_bytes()
    assert notes[-1].endswith("so no mark is written for 1 student: Ada Lovelace")


def test_a_locked_grade_stays_and_is_told(make_class: MakeClass, tmp_path: Path) -> None:
    people = [[*row[:6], "No", *row[7:]] for row in _PEOPLE]
    template, target = _write(tmp_path, [_ENGLISH, *people]), tmp_path / "out.csv"
    notes = export(make_class([(_ADA, 85.5)]), "moodle", template, target)
    assert target.read_bytes() == template.read_bytes()
    assert notes[0] == "the grade is locked in Moodle, so it was left as it was, for 1 student: Ada Lovelace"


def test_what_moodle_would_refuse_is_capped_and_told(make_class: MakeClass, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    notes = export(make_class([(_ADA, 110.0)]), "moodle", _write(tmp_path, [_ENGLISH, *_PEOPLE]), target)
    assert _import(target.read_bytes(), _ENGLISH, "Participant ", ".") == {57: 10}
    assert notes[0] == "Moodle takes no grade above the maximum, so the maximum was written for 1 student: Ada Lovelace"


def test_a_worksheet_without_names_is_filled_by_number(make_class: MakeClass, tmp_path: Path) -> None:
    head = [_ENGLISH[0], *_ENGLISH[3:]]
    rows = [head, *([row[0], *row[3:]] for row in _PEOPLE)]
    target = tmp_path / "out.csv"
    export(make_class([(_ADA, 85.5), (_BOB, 40.0)]), "moodle", _write(tmp_path, rows), target)
    read = list(csv.reader(io.StringIO(target.read_text("utf-8-sig"))))
    assert [row[2] for row in read] == ["Grade", "", "4", ""]


def test_one_worksheet_is_of_one_lesson(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class([(_ADA, 50.0)])
    two = msgspec.structs.replace(klass, lessons=klass.lessons * 2)
    with pytest.raises(UsageProblem, match="say which lesson it is with --lesson"):
        export(two, "moodle", _write(tmp_path, [_ENGLISH, *_PEOPLE]), tmp_path / "out.csv")


@pytest.mark.parametrize(
    "head,said",
    [
        (["Identificador", *_ENGLISH[1:]], "set Moodle to English"),
        ([*_ENGLISH[:5], "Scale", *_ENGLISH[6:]], "with points"),
        (["a"], "no grading worksheet"),
    ],
)
def test_what_is_no_worksheet_is_told(head: list[str], said: str, make_class: MakeClass, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=said):
        export(make_class([(_ADA, 50.0)]), "moodle", _write(tmp_path, [head]), tmp_path / "out.csv")


_NAMES = st.text(st.sampled_from("Aaä ,;\"'=+-@\tשר\u202e李"), max_size=8)


@given(st.lists(st.tuples(_NAMES, st.none() | st.integers(0, 1000)), min_size=1, max_size=6), st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_class_comes_back_with_its_marks(
    make_class: MakeClass, tmp_path: Path, told: list[tuple[str, int | None]], german: bool
) -> None:
    marks: list[tuple[Student, float | State]] = [
        (
            Student(key=f"k{number}", name=name, ids={"moodle": str(number)}),
            State.WAITING if mark is None else mark / 10,
        )
        for number, (name, mark) in enumerate(told, 100)
    ]
    head, participant, top, decimal = (
        (_GERMAN, "Teilnehmer/in", "20,00", ",") if german else (_ENGLISH, "Participant ", "20.00", ".")
    )
    people = [[f"{participant}{s.ids['moodle']}", s.name, "", "", "", top, "", "-", "-", ""] for s, _ in marks]
    target = tmp_path / "out.csv"
    export(make_class(marks), "moodle", _write(tmp_path, [head, *people]), target)
    expected = {int(s.ids["moodle"]): mark / 5 for s, mark in marks if not isinstance(mark, State)}
    assert _import(target.read_bytes(), head, participant, decimal) == pytest.approx(expected, abs=0.0051)

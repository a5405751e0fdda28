"""What Canvas would read back, by its own rules: lib/gradebook_importer.rb of instructure/canvas-lms."""

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
from grader.standing import Class, LessonInfo, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]
_ADA = Student(key="ada", name="Ada Lovelace", ids={"canvas": "1023", "sis": "s4711", "login": "ada"})
_BOB = Student(key="s4712", name="=Bob()")
_TITLES = {"12345": "LSTM stacked", "777": "Essay, long"}
_HEAD = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "LSTM stacked (12345)", "Essay, long (777)"]
_TOTALS = ["Current Score", "Unposted Current Score", "Final Score (2020)"]
# As in lib/gradebook_exporter.rb: a name that starts with = becomes ="...".
_ROWS = [
    ["", "", "", "", "", "Manual Posting", "", "", "", ""],
    ["    Points Possible", "", "", "", "", "10.00", "5.00", *["(read only)"] * 3],
    ["Lovelace, Ada", "1023", "s4711", "ada", "A, B", "", "4.00", "80", "80", "80"],
    ['="=Bob()"', "1024", "s4712", "bob@x.example", "A", "", "", "", "", ""],
    ["Student, Test", "1999", "", "1f2e3d", "A", "", "", "", "", ""],
]


def _write(folder: Path, rows: list[list[str]], *, bom: bool = False, delimiter: str = ",") -> Path:
    path = folder / "gradebook.csv"
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return path


def _template(folder: Path) -> Path:
    return _write(folder, [[*_HEAD, *_TOTALS], *_ROWS])


def _import(content: bytes, ids: set[str], titles: dict[str, str]) -> dict[str, dict[str, str]]:
    """The grades that Canvas takes from a file, by its ids; fails where it would invent somebody or something."""
    text = content.decode()
    delimiter = ";" if _columns(text, ";") > _columns(text, ",") else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    rows = [row for row in rows if "".join(row).strip()]  # skip_lines
    head = rows[0]
    assert "Student" in head[0]  # row_has_student_headers?
    assert "ID" in head[1]
    assert re.search(r"SIS\s+User\s+ID", head[2])  # update_column_count
    assert re.search(r"SIS\s+Login\s+ID", head[3])
    assert "Section" in head[4]  # last_student_info_column
    columns = {}
    for column, text in enumerate(head[5:], 5):
        if not re.search("Current Score|Final Score", text):  # strip_non_assignment_columns
            found = re.fullmatch(r"(.*)\s\((\d+)\)", text, re.DOTALL)  # Assignment.title_and_id
            assert found, f"it would create the assignment {text}"
            assert found[2] in titles, f"it would create the assignment {text}"
            columns[found[2]] = column
    grades = {}
    for row in rows[1:]:
        if "Points Possible" in row[0] or all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
            continue
        assert row[1] in ids, f"it would create the student {row[0]}"  # process_student
        grades[row[1]] = {assignment: _decimal(row[column].strip()) for assignment, column in columns.items()}
    return grades


def _columns(text: str, delimiter: str) -> int:
    """What identify_delimiter counts: columns of the first three lines, 0 where they differ or cannot be read."""
    try:
        counts = {len(next(csv.reader([line], delimiter=delimiter, strict=True))) for line in text.split("\n")[:3]}
    except csv.Error:
        return 0
    return counts.pop() if len(counts) == 1 else 0


def _decimal(text: str) -> str:
    """The converter decimal_comma_to_period."""
    if not re.fullmatch(r"-?[0-9.,]+%?", text):
        return text
    *whole, last = re.split("[,.]", text)
    return f"{''.join(whole)}.{last}" if whole else last


def test_canvas_reads_our_marks_and_nothing_else(make_class: MakeClass, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    notes = export(make_class([(_ADA, 85.5), (_BOB, 0.0)]), "canvas", _template(tmp_path), target)
    assert _import(target.read_bytes(), {"1023", "1024", "1999"}, _TITLES) == {
        "1023": {"12345": "8.55"},
        "1024": {"12345": "0"},
        "1999": {"12345": ""},
    }
    assert notes == [
        'lesson06_stacked goes to the column "LSTM stacked (12345)"',
        "rows of the template that are nobody we know, and stayed as they were: Student, Test",
    ]


def test_what_canvas_wrote_stays_byte_for_byte(make_class: MakeClass, tmp_path: Path) -> None:
    template, target = _template(tmp_path), tmp_path / "out.csv"
    export(make_class([(_ADA, 50.0)]), "canvas", template, target)
    before, after = template.read_text("utf-8").split("\n"), target.read_text("utf-8").split("\n")
    # Columns of other assignments and totals are gone; all else is as it was, but for the one mark.
    kept = [",".join(re.findall(r'"(?:[^"]|"")*"', line)[:6]) for line in before]
    kept[3] = kept[3].removesuffix('""') + "5"
    assert after == kept


@pytest.mark.parametrize("state", [State.WAITING, State.QUARANTINED, State.MISSING])
def test_without_a_mark_the_cell_stays_as_it_was(make_class: MakeClass, tmp_path: Path, state: State) -> None:
    rows = [row.copy() for row in _ROWS]
    rows[3][5] = "3.00"
    target = tmp_path / "out.csv"
    notes = export(make_class([(_ADA, state), (_BOB, state)]), "canvas", _write(tmp_path, [_HEAD, *rows]), target)
    grades = _import(target.read_bytes(), {"1023", "1024", "1999"}, _TITLES)
    assert [grades["1023"], grades["1024"]] == [{"12345": ""}, {"12345": "3.00"}]
    assert "so no mark is written for 2 students: Ada Lovelace, =Bob()" in notes[-1]


def test_excused_and_unassigned_students_stay_so(make_class: MakeClass, tmp_path: Path) -> None:
    rows = [row.copy() for row in _ROWS]
    rows[2][5], rows[3][5] = "EX", "N/A"
    target = tmp_path / "out.csv"
    notes = export(make_class([(_ADA, 50.0), (_BOB, 60.0)]), "canvas", _write(tmp_path, [_HEAD, *rows]), target)
    grades = _import(target.read_bytes(), {"1023", "1024", "1999"}, _TITLES)
    assert [grades["1023"], grades["1024"]] == [{"12345": "EX"}, {"12345": "N/A"}]
    assert any("excused or not assigned" in note and "Ada Lovelace, =Bob()" in note for note in notes)


def test_a_gradebook_with_decimal_commas_keeps_them(make_class: MakeClass, tmp_path: Path) -> None:
    rows = [_HEAD, *_ROWS]
    rows[2] = ["    Points Possible", "", "", "", "", "10,00", "5,00"]
    target = tmp_path / "out.csv"
    template = _write(tmp_path, [row[:7] for row in rows], bom=True, delimiter=";")
    export(make_class([(_ADA, 85.5)]), "canvas", template, target)
    content = target.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b";8,55\n" in content
    assert _import(content, {"1023", "1024", "1999"}, _TITLES)["1023"] == {"12345": "8.55"}


def test_first_and_last_names_of_their_own_are_understood(make_class: MakeClass, tmp_path: Path) -> None:
    head = ["LastName", "FirstName", "ID", "SIS Login ID", "Section", "LSTM stacked (12345)"]
    rows = [head, ["    Points Possible", "", "", "", "", "100"], ["Lovelace", "Ada", "5", "x", "A", ""]]
    target = tmp_path / "out.csv"
    export(make_class([(Student(key="k", name="Ada Lovelace"), 85.5)]), "canvas", _write(tmp_path, rows), target)
    assert target.read_text("utf-8").split("\n")[2] == '"Lovelace","Ada","5","x","A",85.5'


def test_lessons_without_a_column_are_said(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class([(_ADA, 50.0)])
    other = LessonInfo(id="lesson07_cnn", title="CNN-LSTMs", max_points=10)
    klass = msgspec.structs.replace(klass, lessons=(*klass.lessons, other))
    notes = export(klass, "canvas", _template(tmp_path), tmp_path / "out.csv")
    assert "the gradebook has no column for lesson07_cnn" in notes
    with pytest.raises(UsageProblem, match=r'fits lesson07_cnn; it has: "LSTM stacked", "Essay, long"; to choose one'):
        export(klass, "canvas", _template(tmp_path), tmp_path / "out.csv", lesson="lesson07_cnn")


def test_a_column_is_chosen_by_its_heading_and_canvas_still_knows_it(make_class: MakeClass, tmp_path: Path) -> None:
    for heading in ("Essay, long (777)", "lesson06_stacked (777)"):
        rows = [[*_HEAD[:5], "Lesson 6 quiz (12345)", heading], *(row[:7] for row in _ROWS)]
        target = tmp_path / "out.csv"
        export(make_class([(_ADA, 50.0)]), "canvas", _write(tmp_path, rows), target)
        column = "777" if heading.startswith("lesson") else "12345"
        assert list(_import(target.read_bytes(), {"1023", "1024", "1999"}, _TITLES)["1023"]) == [column]


@pytest.mark.parametrize(
    "rows,said",
    [
        ([["Name", "Mark"], ["Ada", "1"]], "no columns Student and ID"),
        ([_HEAD, ["Lovelace, Ada", "1023", "", "", "", "", ""]], "no row Points Possible"),
        ([_HEAD, ["    Points Possible", "", "", "", "", "(read only)", "5"]], "has no points possible"),
        ([_HEAD, ["    Points Possible", "", "", "", "", "0", "5"]], "has no points possible"),
    ],
)
def test_what_is_no_gradebook_is_told(rows: list[list[str]], said: str, make_class: MakeClass, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=said):
        export(make_class([(_ADA, 50.0)]), "canvas", _write(tmp_path, rows), tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


_NAMES = st.text(st.sampled_from("Aaä ,;\"'=+-@\t\nשر\u202e李"), max_size=8)


@given(
    st.lists(st.tuples(_NAMES, st.none() | st.integers(0, 1000)), min_size=1, max_size=6),
    st.sampled_from(["1", "7.50", "20", "100"]),
    st.sampled_from([",", ";"]),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_class_comes_back_with_its_marks(
    make_class: MakeClass, tmp_path: Path, told: list[tuple[str, int | None]], points: str, delimiter: str
) -> None:
    marks: list[tuple[Student, float | State]] = [
        (
            Student(key=f"k{number}", name=name, ids={"canvas": str(number)}),
            State.WAITING if mark is None else mark / 10,
        )
        for number, (name, mark) in enumerate(told, 100)
    ]
    # Canvas does not know its own semicolons again where a name has a line break.
    names = [student.name.replace("\n", " ") if delimiter == ";" else student.name for student, _ in marks]
    people = [
        [name, student.ids["canvas"], "", "", "A", "", ""] for name, (student, _) in zip(names, marks, strict=True)
    ]
    rows = [_HEAD, ["    Points Possible", "", "", "", "", points, "1"], *people]
    target = tmp_path / "out.csv"
    export(make_class(marks), "canvas", _write(tmp_path, rows, delimiter=delimiter), target)
    grades = _import(target.read_bytes(), {student.ids["canvas"] for student, _ in marks}, _TITLES)
    assert len(grades) == len(marks)
    for student, mark in marks:
        grade = grades[student.ids["canvas"]]["12345"]
        if isinstance(mark, State):
            assert grade == ""
        else:
            assert float(grade) == pytest.approx(mark * float(points) / 100, abs=0.0051)

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grader.errors import UsageProblem
from grader.export.formats import FORMATS, export
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]
_ADA = Student(key="ada", name="Ada Lovelace", email="ada@x.example", ids={"canvas": "1023"})
_TEMPLATES = {
    "canvas": "Student,ID,SIS Login ID,Section,Lesson 6 (5)\nPoints Possible,,,,10\nAda Lovelace,1023,,A,\n",
    "moodle": "Identifier,Full name,Grade,Maximum grade,Last modified (grade)\nParticipant 57,Ada Lovelace,,10.00,-\n",
    "classroom50": json.dumps(
        {"schema": "classroom50/scores/v1", "assignments": {"lesson-6": {"type": "individual", "entries": []}}}
    ),
}


@pytest.fixture(params=FORMATS)
def exported(request: pytest.FixtureRequest, make_class: MakeClass, tmp_path: Path) -> str:
    """All that a format writes of a class, with the names of its files."""
    name, target = request.param, tmp_path / "out"
    template = tmp_path / "template"
    if name in _TEMPLATES:
        template.write_text(_TEMPLATES[name], "utf-8")
    klass = make_class([(_ADA, 85.5), (Student(key="bob"), State.QUARANTINED)])
    export(klass, name, template if name in _TEMPLATES else None, target)
    files = [path for path in (target, *target.rglob("*")) if path.is_file()]
    assert files
    return "".join(f"{path}\n{path.read_text('utf-8')}" for path in files)


def test_nothing_that_hidden_data_comes_from_is_written(exported: str) -> None:
    assert "5eedf00d" not in exported  # what the seed is told by
    assert "d16e57" not in exported  # what a submission is told by


def test_what_is_exported_knows_no_evidence() -> None:
    """Numbers measured on hidden data are in no record that an export is made of."""
    known = json.dumps(msgspec.json.schema(Class))
    assert "CriterionStanding" in known
    assert "Evidence" not in known
    assert "evidence" not in known


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.template])
def test_a_template_is_asked_for(make_class: MakeClass, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageProblem, match="needs --template: "):
        export(make_class([(_ADA, 50.0)]), name, None, tmp_path / "out")


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if not form.template])
def test_no_template_is_taken_where_none_is_of_use(make_class: MakeClass, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageProblem, match="takes no template"):
        export(make_class([(_ADA, 50.0)]), name, tmp_path, tmp_path / "out")


def test_a_template_is_never_written_over(make_class: MakeClass, tmp_path: Path) -> None:
    template = tmp_path / "template"
    template.write_text(_TEMPLATES["moodle"], "utf-8")
    with pytest.raises(UsageProblem, match="is the template itself"):
        export(make_class([(_ADA, 50.0)]), "moodle", template, tmp_path / "." / "template")
    assert template.read_text("utf-8") == _TEMPLATES["moodle"]


def test_what_there_is_not_is_told(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class([(_ADA, 50.0)])
    with pytest.raises(UsageProblem, match="no format 'excel'; there are: csv, canvas, moodle"):
        export(klass, "excel", None, tmp_path / "out")
    with pytest.raises(UsageProblem, match="no lesson lesson99; it has: lesson06_stacked"):
        export(klass, "csv", None, tmp_path / "out", lesson="lesson99")
    with pytest.raises(UsageProblem, match="cannot be written: No such file"):
        export(klass, "csv", None, tmp_path / "no" / "such" / "out")


def test_a_mark_that_waits_for_a_teacher_is_told(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class([(_ADA, 50.0), (Student(key="bob"), 60.0)])
    waiting = msgspec.structs.replace(klass.standings[0], waiting=("An answer.",))
    klass = msgspec.structs.replace(klass, standings=(waiting, klass.standings[1]))
    assert export(klass, "csv", None, tmp_path / "out") == [
        "lesson06_stacked: the mark still waits for a teacher for 1 student: Ada Lovelace"
    ]


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.template])
def test_systems_that_find_students_by_name_cannot_do_without(make_class: MakeClass, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageProblem, match="cannot be anonymous"):
        export(make_class([(_ADA, 50.0)]), name, None, tmp_path / "out", anonymous=True)


@pytest.mark.parametrize("name", [name for name, form in FORMATS.items() if form.anonymous])
def test_an_anonymous_export_names_nobody(make_class: MakeClass, tmp_path: Path, name: str) -> None:
    klass = make_class([(_ADA, 85.0), (Student(key="bob"), State.WAITING)])
    target = tmp_path / "out"
    notes = export(klass, name, None, target, anonymous=True)
    files = [path for path in (target, *target.rglob("*")) if path.is_file()]
    said = "".join(f"{path.relative_to(tmp_path)}{path.read_text('utf-8')}" for path in files) + "".join(notes)
    assert "student" in said
    assert not [
        word for word in ("ada", "lovelace", "x.example", "bob", "1023", "2026-11-19") if word in said.casefold()
    ]

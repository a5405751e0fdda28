"""By the rules of https://gradescope-autograders.readthedocs.io/en/latest/specs/, Output format."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grader.errors import UsageProblem
from grader.export.formats import export
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]
_FIELDS = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
    "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
_TEST_FIELDS = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
    "extra_data",
}  # fmt: skip
_VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}


def test_each_submission_has_results_that_gradescope_takes(make_class: MakeClass, tmp_path: Path) -> None:
    target = tmp_path / "out"
    notes = export(
        make_class([(Student(key="ada"), 85.0), (Student(key="bob"), State.WAITING)]), "gradescope", None, target
    )
    assert [path.relative_to(target).as_posix() for path in target.rglob("*.json")] == [
        "lesson06_stacked/ada/results.json"
    ]
    results = json.loads((target / "lesson06_stacked/ada/results.json").read_text("utf-8"))
    assert set(results) <= _FIELDS
    assert results["score"] == 17
    assert results["visibility"] in _VISIBILITIES
    assert results["extra_data"] == {"student": "ada", "lesson": "lesson06_stacked"}
    assert all(set(test) <= _TEST_FIELDS and test["visibility"] in _VISIBILITIES for test in results["tests"])
    assert [(test["score"], test["max_score"], test["status"], test["output"]) for test in results["tests"]] == [
        (4, 4, "passed", ""),
        (0, 16, "failed", 'returns "one" number too few'),
    ]
    assert notes == ["lesson06_stacked: it is not graded yet, so no mark is written for 1 student: bob"]


def test_what_a_teacher_decided_counts(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class([(Student(key="ada"), 85.0)])
    passed, failed = klass.standings[0].criteria
    criteria = (
        msgspec.structs.replace(passed, points=1, decided_by="prof"),
        msgspec.structs.replace(failed, points=16, decided_by="prof"),
    )
    decided = msgspec.structs.replace(klass.standings[0], criteria=criteria)
    export(msgspec.structs.replace(klass, standings=(decided,)), "gradescope", None, tmp_path / "out")
    results = json.loads((tmp_path / "out/lesson06_stacked/ada/results.json").read_text("utf-8"))
    assert [(test["status"], test["output"]) for test in results["tests"]] == [
        ("failed", "a teacher gave 1 of 4 points"),
        ("passed", ""),
    ]


def test_no_key_leaves_the_folder_or_meets_another(make_class: MakeClass, tmp_path: Path) -> None:
    keys = ["../../etc/passwd", "..", "a/b", "a\\b", "A-B", "", "شرה", "x" * 300, "李" * 300, ".hidden", "a\x00b\n"]
    target = tmp_path / "deep" / "out"
    export(make_class([(Student(key=key), 50.0) for key in keys]), "gradescope", None, target)
    folders = [path.parent for path in target.rglob("results.json")]
    assert {folder.parent for folder in folders} == {target / "lesson06_stacked"}
    assert len({folder.name.casefold() for folder in folders}) == len(keys)
    assert not any(folder.name.startswith(".") for folder in folders)


def test_no_old_mark_stays_in_the_folder(make_class: MakeClass, tmp_path: Path) -> None:
    klass = make_class([(Student(key="ada"), 85.0)])
    export(klass, "gradescope", None, tmp_path / "out")
    with pytest.raises(UsageProblem, match="out is no empty folder; name a new one"):
        export(klass, "gradescope", None, tmp_path / "out")

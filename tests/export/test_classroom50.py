"""What Classroom 50 would take: foundation50/classroom50, schemas/scores-v1.schema.json and collect_scores.py."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.errors import UsageProblem
from grader.export.formats import export
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]
_ADA = Student(key="ada")
_BOB = Student(key="s4712", name="Bob", ids={"github": "bob-b"})
_REAL = {
    "schema": "classroom50/result/v1",
    "classroom": "lstm26",
    "assignment_type": "individual",
    "owner": "Ada",
    "submission": "submit/2026-11-19T08-30-00Z-a1b2c3d",
    "commit": "https://x.example/commit/1",
    "release": "https://x.example/releases/1",
    "review": "https://x.example/compare/1",
    "datetime": "2030-01-01T00:00:00Z",  # students can set it
    "score": 3,
    "max-score": 5,
    "tests": [{"test-name": "compiles", "passed": True, "score": 3, "max-score": 5, "message": "kept"}],
    "late": False,
}


def _template(folder: Path, bucket: dict[str, Any], slug: str = "lesson06-stacked") -> Path:
    scores = {
        "schema": "classroom50/scores/v1",
        "assignments": {"hello": {"type": "individual", "entries": [], "collected_at": "x"}, slug: bucket},
    }
    (folder / "lstm26").mkdir()
    path = folder / "lstm26" / "scores.json"
    path.write_text(json.dumps(scores), "utf-8")
    return path


def _validate(path: Path) -> dict[str, Any]:
    """Fails where the schema, load_scores or validate_result would; gives the assignments."""
    scores: dict[str, Any] = json.loads(path.read_text("utf-8"))
    assert set(scores) == {"schema", "assignments"}
    assert scores["schema"] == "classroom50/scores/v1"
    for slug, bucket in scores["assignments"].items():
        assert re.fullmatch("[a-z0-9][a-z0-9-]{1,99}", slug)
        assert bucket["type"] in {"individual", "group"}
        owners = [entry["owner"].lower() for entry in bucket["entries"]]
        assert len(owners) == len(set(owners))
        for entry in bucket["entries"]:
            assert entry["submissions"]
            times = [datetime.fromisoformat(record["datetime"]) for record in entry["submissions"]]
            assert times == sorted(times, reverse=True)
            for record in entry["submissions"]:
                _validate_record(record, entry["owner"], bucket["type"])
    assignments: dict[str, Any] = scores["assignments"]
    return assignments


def _validate_record(record: dict[str, Any], owner: str, kind: str) -> None:
    assert record["schema"] == "classroom50/result/v1"
    assert record["classroom"] == "lstm26"
    assert "assignment" not in record
    assert record["owner"].lower() == owner.lower()
    assert record["assignment_type"] == kind
    assert record["submission"].startswith("submit/")
    assert all(isinstance(record[field], str) and record[field] for field in ("commit", "release", "review"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", record["datetime"])
    assert type(record["score"]) is type(record["max-score"]) is int
    assert 0 <= record["score"] <= record["max-score"]
    assert isinstance(record["tests"], list)


def test_a_mark_overrides_and_history_stays(make_class: MakeClass, tmp_path: Path) -> None:
    bucket = {
        "type": "individual",
        "entries": [{"owner": "Ada", "submissions": [_REAL], "extra": 1}],
        "collected_at": "x",
    }
    target = tmp_path / "out.json"
    notes = export(make_class([(_ADA, 60.0)]), "classroom50", _template(tmp_path, bucket), target)
    assignments = _validate(target)
    (entry,) = assignments["lesson06-stacked"]["entries"]
    assert (entry["owner"], entry["override"], entry["extra"]) == ("Ada", True, 1)
    newest, real = entry["submissions"]
    assert (newest["score"], newest["max-score"], real) == (3, 5, _REAL)
    assert newest["submission"].startswith("submit/manual-")  # isSynthesizedManual of scoreOverride.ts
    assert assignments["lesson06-stacked"]["collected_at"] == "x"
    assert assignments["hello"] == {"type": "individual", "entries": [], "collected_at": "x"}
    assert notes == ['lesson06_stacked goes to the assignment "lesson06-stacked"']


def test_a_second_export_replaces_the_first(make_class: MakeClass, tmp_path: Path) -> None:
    bucket = {"type": "individual", "entries": [{"owner": "Ada", "submissions": [_REAL]}]}
    export(make_class([(_ADA, 60.0)]), "classroom50", _template(tmp_path, bucket), tmp_path / "lstm26/1.json")
    export(make_class([(_ADA, 80.0)]), "classroom50", tmp_path / "lstm26/1.json", tmp_path / "2.json")
    (entry,) = _validate(tmp_path / "2.json")["lesson06-stacked"]["entries"]
    assert [record["score"] for record in entry["submissions"]] == [4, 3]


def test_only_a_known_github_login_gets_a_new_entry(make_class: MakeClass, tmp_path: Path) -> None:
    template = _template(tmp_path, {"type": "individual", "entries": []})
    notes = export(make_class([(_ADA, 60.0), (_BOB, 85.5)]), "classroom50", template, tmp_path / "out.json")
    (entry,) = _validate(tmp_path / "out.json")["lesson06-stacked"]["entries"]
    assert entry["owner"] == "bob-b"
    assert [(record["score"], record["max-score"]) for record in entry["submissions"]] == [(86, 100)]
    assert notes[1:] == [
        "lesson06_stacked: there is neither an entry nor a known GitHub login for 1 student: ada",
        "lesson06_stacked: Classroom 50 has whole points up to 100 only, so the score is not exact for 1 student: Bob",
    ]
    made = datetime(2026, 11, 28, 12, tzinfo=UTC)
    assert datetime.fromisoformat(entry["submissions"][0]["datetime"]) == made


@pytest.mark.parametrize("state", [State.WAITING, State.QUARANTINED, State.MISSING])
def test_without_a_mark_an_entry_stays_as_it_was(make_class: MakeClass, tmp_path: Path, state: State) -> None:
    bucket = {"type": "individual", "entries": [{"owner": "Ada", "submissions": [_REAL]}]}
    export(
        make_class([(_ADA, state), (_BOB, state)]), "classroom50", _template(tmp_path, bucket), tmp_path / "out.json"
    )
    assert _validate(tmp_path / "out.json")["lesson06-stacked"] == bucket


def test_groups_are_left_alone_and_told(make_class: MakeClass, tmp_path: Path) -> None:
    bucket = {"type": "group", "entries": [{"owner": "Ada", "submissions": [{**_REAL, "assignment_type": "group"}]}]}
    notes = export(make_class([(_ADA, 60.0)]), "classroom50", _template(tmp_path, bucket), tmp_path / "out.json")
    assert _validate(tmp_path / "out.json")["lesson06-stacked"] == bucket
    assert "handed in by groups" in notes[1]


@pytest.mark.parametrize(
    "content", ["", "[]", '{"schema": "classroom50/scores/v2", "assignments": {}}', '{"a": 1}', "\xff"]
)
def test_what_is_no_scores_file_is_told(make_class: MakeClass, tmp_path: Path, content: str) -> None:
    path = tmp_path / "scores.json"
    path.write_text(content, "latin-1")
    with pytest.raises(UsageProblem, match=r"scores\.json is no scores\.json of Classroom 50"):
        export(make_class([(_ADA, 60.0)]), "classroom50", path, tmp_path / "out.json")


def test_assignments_that_do_not_fit_are_listed(make_class: MakeClass, tmp_path: Path) -> None:
    template = _template(tmp_path, {"type": "individual", "entries": []}, slug="essay")
    with pytest.raises(UsageProblem, match='fits lesson06_stacked; it has: "hello", "essay"'):
        export(make_class([(_ADA, 60.0)]), "classroom50", template, tmp_path / "out.json")


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "yesterday", None])
def test_no_clock_of_a_student_stops_it(make_class: MakeClass, tmp_path: Path, time: str | None) -> None:
    bucket = {"type": "individual", "entries": [{"owner": "Ada", "submissions": [{**_REAL, "datetime": time}]}]}
    export(make_class([(_ADA, 60.0)]), "classroom50", _template(tmp_path, bucket), tmp_path / "out.json")
    assert '"score": 3' in (tmp_path / "out.json").read_text("utf-8")


def test_what_it_would_refuse_is_capped_and_told(make_class: MakeClass, tmp_path: Path) -> None:
    bucket = {"type": "individual", "entries": [{"owner": "Ada", "submissions": [_REAL]}]}
    notes = export(make_class([(_ADA, 110.0)]), "classroom50", _template(tmp_path, bucket), tmp_path / "out.json")
    (entry,) = _validate(tmp_path / "out.json")["lesson06-stacked"]["entries"]
    assert entry["submissions"][0]["score"] == 5
    assert "not exact for 1 student: ada" in notes[1]

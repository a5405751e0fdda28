from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grader.export.formats import export
from grader.export.told import about, open_marks, standings
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]
_ADA, _BOB, _EVE = Student(key="ada", name="Ada\nLovelace"), Student(key="bob"), Student(key="eve")


def test_who_has_no_standing_has_handed_nothing_in(make_class: MakeClass) -> None:
    klass = make_class([(_ADA, 50.0), (_BOB, State.MISSING)])
    assert len(klass.standings) == 1
    found = standings(klass, klass.lessons[0])
    assert [(each.student, each.state, each.final) for each in found] == [
        (_ADA, State.GRADED, 50),
        (_BOB, State.MISSING, None),
    ]


def test_everybody_without_a_mark_is_named_with_the_reason(make_class: MakeClass) -> None:
    klass = make_class([(_ADA, State.WAITING), (_BOB, State.MISSING), (_EVE, State.QUARANTINED)])
    assert open_marks(klass) == [
        "lesson06_stacked: nothing was handed in, so no mark is written for 1 student: bob",
        "lesson06_stacked: it is not graded yet, so no mark is written for 1 student: Ada Lovelace",
        "lesson06_stacked: the grader failed on it again and again, so no mark is written for 1 student: eve",
    ]


def test_sentences_count() -> None:
    assert about("no mark for", []) == []
    assert about("no mark for", [_BOB, _EVE]) == ["no mark for 2 students: bob, eve"]


@pytest.mark.parametrize(
    "name,said", [("csv", ",,20,,80,"), ("nbgrader", ",16,0,16,20"), ("gradescope", '"score": 16.0')]
)
def test_a_teachers_mark_for_what_was_not_graded_has_the_lessons_points(
    make_class: MakeClass, tmp_path: Path, name: str, said: str
) -> None:
    klass = make_class([(_BOB, State.QUARANTINED)])
    decided = msgspec.structs.replace(klass.standings[0], final=80.0, passed=True)
    target = tmp_path / "out"
    export(msgspec.structs.replace(klass, standings=(decided,)), name, None, target)
    (path,) = [each for each in (target, *target.rglob("*")) if each.is_file()]
    assert said in path.read_text("utf-8")

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.export.formats import export
from grader.model import Outcome
from grader.standing import Class, State, Student

MakeClass = Callable[[list[tuple[Student, float | State]]], Class]


def _suites(klass: Class, folder: Path) -> list[ET.Element]:
    export(klass, "junit", None, folder / "junit.xml")
    root = ET.parse(folder / "junit.xml").getroot()  # noqa: S314 our own file
    assert root.tag == "testsuites"
    return list(root)


def test_a_suite_tells_the_criteria_of_a_student(make_class: MakeClass, tmp_path: Path) -> None:
    (suite,) = _suites(make_class([(Student(key="ada", name="Ada"), 85.5)]), tmp_path)
    counts = [suite.get(count) for count in ("tests", "failures", "errors", "skipped")]
    assert (suite.get("name"), suite.get("timestamp"), counts) == (
        "lesson06_stacked: Ada",
        "2026-11-19T08:30:00",
        ["2", "1", "0", "0"],
    )
    assert {each.get("name"): each.get("value") for each in suite.iter("property")} == {
        "percent": "85.5",
        "passed": "yes",
    }
    assert [(case.get("classname"), case.get("name")) for case in suite.iter("testcase")] == [
        ("lesson06_stacked.ada", "It <loads> & more"),
        ("lesson06_stacked.ada", "It <stacks> & more"),
    ]
    (failure,) = suite.iter("failure")
    assert failure.attrib == {"message": 'returns "one" number too few', "type": "wrong-shape"}


@pytest.mark.parametrize(
    "outcome,kind",
    [
        (Outcome.NOT_STARTED, "failure"),
        (Outcome.TIMED_OUT, "failure"),
        (Outcome.OUT_OF_MEMORY, "failure"),
        (Outcome.CRASHED, "failure"),
        (Outcome.SKIPPED, "skipped"),
        (Outcome.WITHHELD, "skipped"),
        (Outcome.FAULT, "error"),
    ],
)
def test_outcomes_become_what_systems_know(make_class: MakeClass, tmp_path: Path, outcome: Outcome, kind: str) -> None:
    klass = make_class([(Student(key="ada"), 85.5)])
    criterion = msgspec.structs.replace(klass.standings[0].criteria[1], outcome=outcome, headline="", cause="")
    standing = msgspec.structs.replace(klass.standings[0], criteria=(criterion,))
    (suite,) = _suites(msgspec.structs.replace(klass, standings=(standing,)), tmp_path)
    (case,) = suite.iter("testcase")
    assert [(result.tag, result.get("message")) for result in case] == [(kind, outcome.value.replace("_", " "))]


@pytest.mark.parametrize(
    "state,kind,message",
    [
        (State.MISSING, "skipped", "nothing was handed in"),
        (State.WAITING, "skipped", "not graded yet"),
        (State.QUARANTINED, "error", "the grader failed on it, so no mark is known: the judge ended"),
    ],
)
def test_what_is_not_graded_is_neither_passed_nor_failed(
    make_class: MakeClass, tmp_path: Path, state: State, kind: str, message: str
) -> None:
    (suite,) = _suites(make_class([(Student(key="ada"), state)]), tmp_path)
    (case,) = suite.iter("testcase")
    assert [(result.tag, result.get("message")) for result in case] == [(kind, message)]
    assert not list(suite.iter("property"))


@given(st.text(max_size=20))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_makes_well_formed_xml(make_class: MakeClass, tmp_path: Path, text: str) -> None:
    klass = make_class([(Student(key=text, name=text), 85.5)])
    criterion = msgspec.structs.replace(klass.standings[0].criteria[1], title=text, headline=text, cause=text)
    standing = msgspec.structs.replace(klass.standings[0], criteria=(criterion,))
    (suite,) = _suites(msgspec.structs.replace(klass, title=text, standings=(standing,)), tmp_path)
    assert len(list(suite.iter("failure"))) == 1


def test_a_large_class_takes_no_more_than_its_size(make_class: MakeClass, tmp_path: Path) -> None:
    assert len(_suites(make_class([(Student(key=f"k{number}"), 50.0) for number in range(3000)]), tmp_path)) == 3000

"""Each side of a proof finds what it is there to find."""

from pathlib import Path

import pytest

from grader.course import Course
from grader.rooms.house import Starter
from grader.verify.cases import Case, Kind, cases
from grader.verify.proving import Verdict, prove

pytestmark = pytest.mark.rooms


def proved(course: Course, kind: Kind, rooms: Starter) -> Verdict:
    return prove(next(case for case in cases(course) if case.kind is kind), 0, rooms)


def rewrite(course: Course, name: str, text: str) -> None:
    path = course.folder / name
    assert path.exists()
    path.write_text(text)


@pytest.mark.parametrize("kind", Kind)
def test_a_sound_course_is_proved(course: Course, rooms: Starter, kind: Kind) -> None:
    verdict = proved(course, kind, rooms)
    assert verdict.problems == ()
    assert verdict.fault == ""
    assert verdict.seconds > 0


@pytest.mark.parametrize(
    "kind,name,text,words",
    [
        (
            Kind.REFERENCE,
            "solutions/lesson01_tiny.py",
            "def double(x): return abs(2 * x)",
            "right, but negative failed",
        ),
        (Kind.STUB, "exercises/lesson01_tiny.py", "def double(x): return 6", "not started, but doubles passed"),
        (Kind.STUB, "exercises/lesson01_tiny.py", "1 / 0", "does not load"),
        (Kind.ACCEPT, "rubrics/lesson01_tiny/accept/sum.py", "def double(x): return 7", "right, but doubles failed"),
    ],
)
def test_what_should_not_be_is_told(
    course: Course, rooms: Starter, kind: Kind, name: str, text: str, words: str
) -> None:
    rewrite(course, name, text)
    assert words in "\n".join(proved(course, kind, rooms).problems)


@pytest.mark.parametrize(
    "docstring,body,words",
    [
        ("fails: doubles\nsays: a wrong value", "return 2 * x", "wrong, but doubles passed"),
        ("fails: doubles\nsays: another reason", "return x", "should say “another reason”"),
        ("fails: loads\nsays: stops", "return x", "nothing wrong with it, but doubles failed"),
        ("fails: triples\nsays: a wrong value", "return 2 * x", "there is no criterion triples"),
        ("fails: negative, doubles\nsays: needs", "return x", ""),
    ],
)
def test_a_wrong_solution_must_fail_what_it_names(
    course: Course, rooms: Starter, docstring: str, body: str, words: str
) -> None:
    rewrite(course, "rubrics/lesson01_tiny/reject/adds.py", f'"""Wrong.\n\n{docstring}\n"""\ndef double(x): {body}\n')
    problems = "\n".join(proved(course, Kind.REJECT, rooms).problems)
    assert words in problems
    assert bool(words) == bool(problems)


def test_a_broken_check_is_a_fault_and_no_problem_of_the_case(course: Course, rooms: Starter) -> None:
    checks = course.folder / "rubrics" / "lesson01_tiny" / "checks.py"
    checks.write_text(checks.read_text().replace("!= 6", "!= undefined"))
    verdict = proved(course, Kind.REFERENCE, rooms)
    assert "undefined" in verdict.fault
    assert verdict.problems == ()


def test_a_key_changes_with_all_that_counts(course: Course) -> None:
    def key() -> str:
        return Case(course.lessons()[0], Kind.REFERENCE, Path(course.lessons()[0].solution)).key()

    keys = {key()}
    for name in ("solutions/lesson01_tiny.py", "rubrics/lesson01_tiny/checks.py", "rubrics/lesson01_tiny/data.py"):
        path = course.folder / name
        path.write_text(path.read_text() + "\n# changed\n")
        keys.add(key())
    assert len(keys) == 4

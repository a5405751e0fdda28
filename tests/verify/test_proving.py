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


QUESTIONS = """schema = 1
[[choices]]
id = "twice"
question = 1
points = 1
ask = "What is twice three?"
[choices.options]
five = "five"
six = "six"
[[prose]]
id = "why"
question = 1
ask = "How is a number doubled?"
"""
RIGHT = """schema = 1
[choices.twice]
right = ["six"]
because = { five = "That is three and two.", six = "It is three and three." }
[[prose.why.concepts]]
name = "it is added to itself"
any = ["add itself"]
"""
ANSWERED = 'ANSWERS = {"twice": "six", "why": "You add it to itself."}\n'


@pytest.fixture
def asking(course: Course) -> Course:
    rubric = course.folder / "rubrics" / "lesson01_tiny"
    (rubric / "questions.toml").write_text(QUESTIONS)
    (rubric / "answers.toml").write_text(RIGHT)
    with (rubric / "rubric.toml").open("a") as file:
        file.write('[[criteria]]\nid = "answers"\npoints = 2\nwhy = "w"\nhints = ["a", "b", "c"]\n')
    return course


@pytest.mark.parametrize(
    "answers, words",
    [
        (ANSWERED, ""),
        ("", "answers not_started"),
        (ANSWERED.replace("six", "five"), "is not right yet"),
        (ANSWERED.replace("add it to itself", "look it up"), "the answer to why is not taken for that"),
    ],
    ids=["right", "none", "wrong", "no idea"],
)
def test_a_reference_has_to_answer_the_questions(asking: Course, rooms: Starter, answers: str, words: str) -> None:
    rewrite(asking, "solutions/lesson01_tiny.py", f"def double(x):\n    return 2 * x\n\n{answers}")
    problems = "\n".join(proved(asking, Kind.REFERENCE, rooms).problems)
    assert words in problems
    assert bool(words) == bool(problems)


@pytest.mark.parametrize("kind", [Kind.STUB, Kind.ACCEPT, Kind.REJECT])
def test_the_others_need_not(asking: Course, rooms: Starter, kind: Kind) -> None:
    assert proved(asking, kind, rooms).problems == ()


def test_another_solution_that_answers_has_to_answer_right(asking: Course, rooms: Starter) -> None:
    text = f"def double(x):\n    return x + x\n\n{ANSWERED.replace('six', 'five')}"
    rewrite(asking, "rubrics/lesson01_tiny/accept/sum.py", text)
    assert "is not right yet" in "\n".join(proved(asking, Kind.ACCEPT, rooms).problems)


def test_points_hints_and_questions_leave_the_proofs_of_code_as_they_are(asking: Course) -> None:
    def keys() -> list[str]:
        return [case.key() for case in cases(asking)]

    rubric = asking.folder / "rubrics" / "lesson01_tiny"
    before = dict(zip(Kind, keys(), strict=True))
    path = rubric / "rubric.toml"
    path.write_text(path.read_text().replace("points = 3", "points = 7").replace('"a", "b"', '"x", "y"'))
    (rubric / "questions.toml").write_text(QUESTIONS.replace("What is", "How much is"))
    after = dict(zip(Kind, keys(), strict=True))
    assert {kind for kind in Kind if before[kind] == after[kind]} == {Kind.ACCEPT, Kind.REJECT}
    path.write_text(path.read_text().replace('needs = ["doubles"]', ""))
    assert set(keys()).isdisjoint(after.values())

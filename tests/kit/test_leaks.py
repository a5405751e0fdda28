"""Nothing of what stays with the teacher reaches students, and where it would, nothing is released."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course
from grader.errors import UsageProblem
from grader.kit.building import build
from grader.kit.leaks import hold_tight
from grader.kit.texts import texts
from grader.model import Versions

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = Versions(grade="0.1.0", python="3.11.2", keras="3.15.1", tensorflow="2.21.0", numpy="2.4.6")
LESSON = "rubrics/lesson01_tiny"
BODY = """    parts = [part for part in (x, x, 0, 0) if part is not None or x is None]
    return sum(parts) if len(parts) == 4 else x * (1 + 1) + 0 * len(parts)
"""
Change = Callable[[str, str], None]


def released(course: Course) -> dict[str, bytes]:
    kit = build(course, VERSIONS)
    hold_tight(course, kit)
    return kit


def test_no_canary_shows_up(course: Course) -> None:
    planted = [path for path in course.folder.rglob("*") if path.is_file() and b"CANARY" in path.read_bytes()]
    assert len(planted) == 12
    for content in released(course).values():
        assert not [text for _, text in texts(content) if "canary" in text.lower()]


def test_the_course_itself_is_tight() -> None:
    kit = released(Course(ROOT))
    assert len([name for name in kit if name.startswith("exercises/")]) == len([*ROOT.glob("solutions/*.py")])
    assert not [name for name in kit if "accept" in name or "reject" in name or "teacher" in name or "proofs" in name]


LEAKS: dict[str, tuple[str, str, str]] = {
    "a solution among hidden data": (f"{LESSON}/data.py", f"def right(x):\n{BODY}", "solutions/lesson01_tiny.py"),
    "a solution laid out anew": (
        f"{LESSON}/checks.py",
        "\nright = '''" + " ".join(BODY.split()).replace("(", "( ") + "'''\n",
        "solutions/lesson01_tiny.py",
    ),
    "a solution in base64": (
        f"{LESSON}/data.py",
        f"RIGHT = '{base64.b64encode(BODY.encode()).decode()}'\n",
        "solutions/lesson01_tiny.py",
    ),
    "a solution as JSON": (
        f"{LESSON}/pictures.py",
        f"CELLS = {json.dumps(json.dumps({'cells': [BODY.splitlines(keepends=True)]}))}\n",
        "solutions/lesson01_tiny.py",
    ),
    "a line of a solution in a question": (
        f"{LESSON}/questions.toml",
        '[[prose]]\nid = "x"\nquestion = 2\nask = "Is `return sum(parts) if len(parts) == 4 else x * (1 + 1)` ok?"\n',
        "solutions/lesson01_tiny.py",
    ),
    "the name of a teacher's check": (f"{LESSON}/data.py", "# see test_secret\n", f"{LESSON}/teacher_checks.py"),
    "the body of a teacher's check": (
        f"{LESSON}/data.py",
        (
            "def large(submission):\n    number = 10**9 + 7\n"
            '    given = expect_number(submission.double(number), "double")\n    if given != 2 * number:\n'
            '        raise Miss("too-big", received=f"{given:g}, though {number} was to be doubled", function=1)\n'
        ),
        f"{LESSON}/teacher_checks.py",
    ),
    "a canary of the proofs": (f"{LESSON}/data.py", "# CANARY-proofs\n", "rubrics/proofs.json"),
    "a digest of the proofs": (f"{LESSON}/data.py", f"X = '{'5f' * 32}'\n", "rubrics/proofs.json"),
    "the secret of a course": (f"{LESSON}/data.py", "X = b'CANARY-seed-of-course'\n", "secret.txt"),
    "the key of an exam": (
        "exercises/lesson01_tiny.py",
        "# The square of three is nine, which is more than six, so it cannot be the double of it.\n",
        f"{LESSON}/answers.toml",
    ),
    "the key of an exam in the hints": (
        f"{LESSON}/rubric.toml",
        '[causes.x]\nheadline = "CANARY-answers-text"\n',
        f"{LESSON}/answers.toml",
    ),
}


@pytest.mark.parametrize("name,text,source", LEAKS.values(), ids=LEAKS)
def test_a_leak_is_refused_with_file_and_line(
    course: Course, change: Change, name: str, text: str, source: str
) -> None:
    before = (course.folder / name).read_text("utf-8").count("\n") if (course.folder / name).exists() else 0
    change(name, text)
    with pytest.raises(UsageProblem) as caught:
        released(course)
    said = str(caught.value)
    assert said.startswith(f"nothing was released: {name}, line ")
    assert f" {source}, line " in said
    if name.endswith(".py"):
        assert int(said.split("line ")[1].split(",", maxsplit=1)[0]) > before


def test_a_solved_exercise_is_refused(course: Course) -> None:
    stub, solution = course.lesson("1").stub, course.lesson("1").solution
    stub.write_text(stub.read_text("utf-8").replace("    raise NotImplementedError\n", BODY), "utf-8")
    with pytest.raises(UsageProblem, match=r"exercises/lesson01_tiny.py, line 3, solves double"):
        released(course)
    assert BODY in solution.read_text("utf-8")


def test_an_answered_exercise_is_refused(course: Course) -> None:
    stub = course.lesson("1").stub
    stub.write_text(stub.read_text("utf-8").replace('"why": ""', '"why": "adds"'), "utf-8")
    with pytest.raises(UsageProblem, match=r"exercises/lesson01_tiny.py, line 8, answers why"):
        released(course)


def test_what_both_kinds_of_checks_define_is_no_leak(course: Course, change: Change) -> None:
    helper = (
        "\n\ndef numbers():\n    return [number * other - 1 for number in range(7) for other in (1, 2, 3, 5, 8)] + "
        "[number**2 + 3 * number + 17 for number in (11, 13, 19, 23, 29, 31, 37, 41, 43)]\n"
    )
    change(f"{LESSON}/checks.py", helper)
    change(f"{LESSON}/teacher_checks.py", helper)
    released(course)

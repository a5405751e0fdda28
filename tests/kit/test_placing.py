"""What only teachers check has to stand where only teachers have it."""

from collections.abc import Callable

import pytest

from grader.course import Course
from grader.errors import UsageProblem
from grader.kit.placing import hold_placed

LESSON = "rubrics/lesson01_tiny"
MISPLACED = {
    "a teacher's check among the students'": (
        {f"{LESSON}/checks.py": "\ndef test_secret(submission):\n    '''Doubles'''\n"},
        r"checks\.py, line \d+: test_secret is for teachers alone",
    ),
    "a picture of what a teacher checks": (
        {f"{LESSON}/pictures.py": "def picture_secret(seen, streams, data):\n    return []\n"},
        r"pictures\.py, line 1: picture_secret shows",
    ),
    "data that only the teacher's checks use": (
        {
            f"{LESSON}/data.py": "SIZE = 3\n\ndef large():\n    return SIZE\n",
            f"{LESSON}/teacher_checks.py": "\n\ndef helper(data):\n    return data.large()\n",
        },
        r"data\.py, line 1: only teachers' checks use SIZE|data\.py, line 3: only teachers' checks use large",
    ),
    "a student's check among the teacher's": (
        {f"{LESSON}/rubric.toml": '[[criteria]]\nid = "more"\ntitle = "t"\npoints=1\nwhy = ""\nhints = ["", "", ""]\n'},
        r"checks\.py: test_more is not there",
    ),
}


def test_a_course_that_is_in_order_is_taken(course: Course) -> None:
    hold_placed(course)


@pytest.mark.parametrize("added,said", MISPLACED.values(), ids=MISPLACED)
def test_what_to_move_is_said(
    course: Course, change: Callable[[str, str], None], added: dict[str, str], said: str
) -> None:
    for name, text in added.items():
        change(name, text)
    with pytest.raises(UsageProblem, match=said):
        hold_placed(course)


def test_data_of_both_is_no_secret(course: Course, change: Callable[[str, str], None]) -> None:
    change(f"{LESSON}/data.py", "SIZE = 3\n\ndef large():\n    return SIZE\n\ndef small():\n    return large()\n")
    change(f"{LESSON}/teacher_checks.py", "\n\ndef helper(data):\n    return data.large()\n")
    change(f"{LESSON}/checks.py", "\n\ndef helper(data):\n    return data.small()\n")
    hold_placed(course)


def test_a_lesson_without_an_exercise_is_said(course: Course) -> None:
    course.lesson("1").stub.unlink()
    with pytest.raises(UsageProblem, match="lesson01_tiny has no exercise"):
        hold_placed(course)

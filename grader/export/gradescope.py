"""A results.json for each submission, as Gradescope's autograders write it.

The format: https://gradescope-autograders.readthedocs.io/en/latest/specs/ (Output format).
"""

import re
from typing import Any

import msgspec

from grader.export.criteria import met, why_not
from grader.export.figures import scaled
from grader.export.order import Made, Order
from grader.export.told import points_to_be_had, standings
from grader.model import Outcome
from grader.standing import CriterionStanding, Standing
from grader.text import clean

#: Students see nothing before their teacher publishes the marks.
AFTER_PUBLISHED = "after_published"
_UNSAFE = re.compile(r"[^\w.-]+")
#: In the longest encoding of a character this stays below what file systems allow.
_MAX_NAME = 60


def make(order: Order) -> Made:
    """Makes a folder for each lesson and in it one for each student who has a mark."""
    files: dict[str, bytes] = {}
    for lesson in order.klass.lessons:
        taken: set[str] = set()
        for standing in standings(order.klass, lesson):
            if standing.final is not None:
                folder = _folder(standing.student.key, taken)
                files[f"{lesson.id}/{folder}/results.json"] = results(
                    standing, scaled(standing.final, points_to_be_had(lesson, standing))
                )
    return Made(files, [])


def results(standing: Standing, score: float, visibility: str = AFTER_PUBLISHED) -> bytes:
    """Writes the results of one submission.

    Args:
        standing: what it stands at; its reasons are the text for the whole submission.
        score: its points.
        visibility: when the student sees it.
    """
    content = {
        "score": score,
        "output": clean("\n".join(standing.reasons)),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "extra_data": {"student": clean(standing.student.key), "lesson": standing.lesson},
        "tests": [_test(each, visibility) for each in standing.criteria if each.outcome is not Outcome.WITHHELD],
    }
    return msgspec.json.format(msgspec.json.encode(content)) + b"\n"


def _test(criterion: CriterionStanding, visibility: str) -> dict[str, Any]:
    return {
        "name": clean(criterion.title),
        "score": criterion.points,
        "max_score": criterion.max_points,
        "status": "passed" if met(criterion) else "failed",
        "output": "" if met(criterion) else why_not(criterion),
        "visibility": visibility,
    }


def _folder(key: str, taken: set[str]) -> str:
    """A name that any file system takes and that no other student has."""
    plain = _UNSAFE.sub("-", key).strip(".-")[:_MAX_NAME] or "student"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name.casefold())
    return name

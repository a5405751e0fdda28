"""What decides which checks of a lesson a submission passes, apart from what only people read."""

from typing import Any

import msgspec

from grader.course import Lesson
from grader.errors import GraderFault
from grader.rubric import ANSWERS

#: What of a criterion only people read: points follow from the outcome, hints and reasons from the cause.
_FOR_READERS = ("points", "why", "hints")
#: What of a threshold says where it comes from.
_MEASUREMENTS = ("mean", "worst", "seeds", "measured", "baselines")


def outcome_content(lesson: Lesson) -> list[bytes]:
    """What outcomes depend on in a lesson: its checks and data, and of its rubric what they read.

    Args:
        lesson: the lesson.

    Returns:
        Byte strings to be hashed one by one.

    Raises:
        GraderFault: the rubric cannot be read.
    """
    try:
        rubric = msgspec.toml.decode((lesson.rubric / "rubric.toml").read_bytes())
        rubric["criteria"] = [_asked(each) for each in rubric["criteria"] if each["id"] != ANSWERS]
    except (OSError, UnicodeDecodeError, msgspec.DecodeError, KeyError, TypeError) as problem:
        raise GraderFault(f"the rubric of {lesson.id} cannot be used: {problem}") from problem
    return [lesson.checked_by().encode(), msgspec.json.encode(rubric, order="deterministic")]


def _asked(criterion: dict[str, Any]) -> dict[str, Any]:
    """What a criterion's outcome depends on."""
    threshold = criterion.get("threshold", {})
    kept = {name: value for name, value in criterion.items() if name not in _FOR_READERS}
    return kept | {"threshold": {name: value for name, value in threshold.items() if name not in _MEASUREMENTS}}

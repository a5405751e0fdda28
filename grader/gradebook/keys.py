"""What a grading is known by: equal keys, equal marks."""

import hashlib

import msgspec

from grader import asked
from grader.course import Lesson
from grader.model import GradingKey


def grading_key(key: GradingKey, kind: str) -> str:
    """A hash of everything that a mark is a function of.

    Args:
        key: submission, rubric, seed and versions.
        kind: ending of the file's name; the same bytes are a program or a notebook.
    """
    return hashlib.sha256(msgspec.json.encode((key, kind))).hexdigest()


def outcome_content(lesson: Lesson) -> bytes:
    """A hash of what outcomes depend on in a lesson; points, hints and reasons are left out.

    Raises:
        GraderFault: the rubric cannot be read.
    """
    parts = [lesson.id.encode(), *asked.outcome_content(lesson)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()


def outcome_key(key: GradingKey, kind: str, content: bytes) -> str:
    """A hash of everything that the outcomes of checks of the code are a function of.

    Args:
        key: submission, seed and versions; its rubric does not count.
        kind: ending of the file's name.
        content: what outcomes depend on in the lesson.
    """
    known = (key.submission, key.seed_id, key.versions, kind)
    return hashlib.sha256(msgspec.json.encode(known) + content).hexdigest()

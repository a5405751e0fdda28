"""What a grading is known by: equal keys, equal marks."""

import hashlib

import msgspec

from grader.asked import outcome_content
from grader.course import Lesson
from grader.model import GradingKey


def grading_key(key: GradingKey, kind: str) -> str:
    """A hash of everything that a mark is a function of.

    Args:
        key: submission, rubric, seed and versions.
        kind: ending of the file's name; the same bytes are a program or a notebook.
    """
    return hashlib.sha256(msgspec.json.encode((key, kind))).hexdigest()


def outcome_key(key: GradingKey, kind: str, lesson: Lesson) -> str:
    """The same without what changes points and words but no outcome of a check of the code: then nothing need be run.

    Args:
        key: submission, rubric, seed and versions.
        kind: ending of the file's name.
        lesson: the lesson, for what its checks ask.
    """
    known = (key.submission, key.seed_id, key.versions, kind, lesson.id)
    digest = hashlib.sha256(msgspec.json.encode(known))
    for part in outcome_content(lesson):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()

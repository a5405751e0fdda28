"""What a course decides for all its lessons: `rubrics/course.toml`, all of it optional."""

import enum
from pathlib import Path

import msgspec

from grader.errors import GraderFault
from grader.policy.rules import Policy
from grader.records import Frozen

FILE = "course.toml"


class KeyUse(enum.Enum):
    """What students are told of the key to the questions."""

    OPEN = "open"  # each option explains itself: for self-study
    EXAM = "exam"  # only whether everything is answered; the key stays with the teacher


class ProseUse(enum.Enum):
    """What becomes of the marks that are suggested for sentences."""

    REVIEW = "review"  # they count once a teacher accepts them
    AUTOMATIC = "automatic"  # they count


class QuestionSettings(Frozen, frozen=True, kw_only=True):
    """How the questions of lessons are marked.

    Attributes:
        key: what students are told of the key.
        prose: what becomes of suggested marks.
    """

    key: KeyUse = KeyUse.OPEN
    prose: ProseUse = ProseUse.REVIEW


class Settings(Frozen, frozen=True, kw_only=True):
    """All settings of a course.

    Attributes:
        questions: how the questions of lessons are marked.
        policy: rules on marks: due dates, lateness, which try counts, weights.
    """

    questions: QuestionSettings = QuestionSettings()
    policy: Policy = Policy()


def load_settings(course: Path) -> Settings:
    """Reads the settings of a course.

    Args:
        course: the folder of the course.

    Returns:
        The settings; what is not set has its default.

    Raises:
        GraderFault: the file cannot be read or sets what there is not.
    """
    path = course / "rubrics" / FILE
    if not path.exists():
        return Settings()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Settings)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as problem:
        raise GraderFault(f"the settings {FILE} of the course cannot be used: {problem}") from problem

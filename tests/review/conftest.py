"""A class of three with answers in sentences to lesson06, and what one of them said about a model by itself."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.answers.questions import Quiz, load_quiz
from grader.answers.reading import read_answers
from grader.answers.sheet import mark
from grader.model import Outcome
from grader.policy.records import AnswersTried, Attempted, Filed
from grader.settings import KeyUse, QuestionSettings
from grader.standing import CriterionStanding, LessonInfo, Student

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"
_GOOD = "Output of layer 1 is input of layer 2. It passes the full sequence of hidden states, one per time step."


@pytest.fixture(scope="session")
def quiz() -> Quiz:
    """The questions of lesson06 with their key."""
    quiz = load_quiz(RUBRICS / "lesson06_stacked")
    assert quiz is not None
    return quiz


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """What the students handed in; Cleo answered nothing."""
    return {
        "ada": f"ANSWERS = {{'stacking': {_GOOD!r}, 'levels': 'Words [red]lie[/red] on letters.'}}\n".encode(),
        "ben": b"import keras\nANSWERS = {'stacking': 'I do not know.'}\n",
        "cleo": b"ANSWERS = {}\n",
    }


@pytest.fixture(scope="session")
def tried(quiz: Quiz, files: dict[str, bytes]) -> Callable[..., Attempted]:
    """Makes the try of a student, as it is graded by the course's rules or in an exam."""

    def make(key: str, *, provisional: bool = False, exam: bool = False) -> Attempted:
        settings = QuestionSettings(key=KeyUse.EXAM if exam else KeyUse.OPEN)
        sheet = mark(quiz, read_answers(files[key].decode()), settings)
        row = {"outcome": Outcome.PASSED, "points": 5.0, "max_points": 5.0, "checked_points": 5.0}
        asked = {"outcome": Outcome.FAILED, "points": 0.0, "max_points": 10.0, "checked_points": 0.0}
        return Attempted(
            number=1 + sorted(files).index(key),
            file=f"{key}.py",
            digest=hashlib.sha256(files[key]).hexdigest(),
            criteria=(
                CriterionStanding(id="builds", title="It builds", provisional=provisional, **row),  # type: ignore[arg-type]
                CriterionStanding(id="answers", title="Answers", **asked),  # type: ignore[arg-type]
            ),
            answers=AnswersTried(graded=((10.0, 0.0),), prose=sheet.prose),
        )

    return make


@pytest.fixture(scope="session")
def filed() -> Callable[..., Filed]:
    """Puts a try, or none, and decisions on it together."""

    def make(key: str, *attempts: Attempted, **rest: object) -> Filed:
        lesson = LessonInfo(id="lesson06_stacked", title="Stacked LSTMs", max_points=15)
        student = Student(key=key, name=f"{key.title()} Smith", email=f"{key}@example.org")
        return Filed(student=student, lesson=lesson, attempts=attempts, **rest)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def now() -> datetime:
    """A moment."""
    return datetime(2027, 3, 1, tzinfo=UTC)

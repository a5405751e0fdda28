from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.answers.questions import Quiz, load_quiz
from grader.answers.reading import read_answers
from grader.answers.sheet import mark
from grader.model import Checked, Outcome
from grader.policy import points
from grader.policy.records import AnswersTried
from grader.rubric import Criterion, Rubric
from grader.scoring import percent, score
from grader.settings import ProseUse, QuestionSettings

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"
_GOOD = "Output of layer 1 is input of layer 2. It passes the full sequence of hidden states, one per time step."


def _quiz(lesson: str) -> Quiz:
    quiz = load_quiz(RUBRICS / lesson)
    assert quiz is not None
    return quiz


@settings(max_examples=200, deadline=None)
@given(st.floats(-1, 2), st.floats(0.01, 1000), st.floats(0.01, 1000), st.booleans())
def test_points_and_percent_are_those_of_a_grading(credit: float, worth: float, other: float, passed: bool) -> None:
    criteria = tuple(
        Criterion(id=name, title=name, points=each, why="w", hints=("a", "b", "c"))
        for name, each in (("a", worth), ("b", other))
    )
    rubric = Rubric(schema=1, title="T", theme="t", functions=(), criteria=criteria)
    second = Checked(outcome=Outcome.PASSED if passed else Outcome.FAILED)
    whole = credit >= 1
    first = Checked(outcome=Outcome.PASSED if whole else Outcome.FAILED, credit=credit)
    rows = score(rubric, {"a": first, "b": second})
    assert points.earned(credit, worth) == rows[0].points
    assert points.percent(rows[0].points + rows[1].points, worth + other) == percent(rows)


@pytest.mark.parametrize(
    "mark,off,left",
    [(85, 0, 85), (85, 20, 65), (85, 85.5, 0), (33.3, 0.1, 33.2), (100, 0.04, 99.9), (100, 100, 0), (0, 5, 0)],
)
def test_what_is_taken_off_is_taken_off_in_percentage_points(mark: float, off: float, left: float) -> None:
    assert points.take_off(mark, off) == left


_LESSONS = sorted(path.parent.name for path in RUBRICS.glob("*/questions.toml"))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(_LESSONS), st.randoms(use_true_random=False))
def test_accepting_every_suggestion_gives_what_automatic_marks_give(lesson: str, random: Random) -> None:
    quiz = _quiz(lesson)
    answers: dict[str, object] = {each.id: random.choice(list(each.options)) for each in quiz.questions.choices}
    answers |= {
        each.id: {left: random.choice(list(each.right)) for left in each.left} for each in quiz.questions.matches
    }
    answers |= {each.id: random.choice([_GOOD, "", "The gates decide.", each.ask]) for each in quiz.questions.prose}
    given = read_answers(f"ANSWERS = {answers!r}")
    review = mark(quiz, given, QuestionSettings(prose=ProseUse.REVIEW))
    automatic = mark(quiz, given, QuestionSettings(prose=ProseUse.AUTOMATIC))
    tried = AnswersTried(
        graded=tuple((item.points, item.credit or 0.0) for item in review.items), prose=review.prose, automatic=False
    )
    assert points.credit(tried, {}) == review.credit
    suggested = {each.id: each.suggested or 0.0 for each in review.prose}
    assert points.credit(tried, suggested) == automatic.credit
    assert points.credit(replace(tried, automatic=True), {}) == automatic.credit


def test_each_decided_answer_counts_as_one_point() -> None:
    prose = mark(_quiz("lesson06_stacked"), read_answers("ANSWERS = {}")).prose
    first, second = prose[0].id, prose[1].id
    tried = AnswersTried(graded=((3.0, 1.0), (1.0, 0.0)), prose=prose)
    assert points.credit(tried, {}) == 0.75  # 3 of 4
    assert points.credit(tried, {first: 0.5}) == 0.7  # 3.5 of 5
    assert points.credit(tried, {first: 0.5, second: 0.0}) == 0.583333  # 3.5 of 6
    assert points.credit(tried, {"gone": 1.0}) == 0.75
    assert points.credit(AnswersTried(graded=(), prose=prose), {}) == 0

from pathlib import Path

import msgspec
import pytest

from grader.answers.questions import load_quiz
from grader.answers.reading import read_answers
from grader.answers.sheet import mark
from grader.model import Checked, Finding, Grade, GradingKey, Outcome, Run, Scored, Versions, Visibility
from grader.policy import records
from grader.policy.records import AnswersTried, Attempted, attempted
from grader.rubric import ANSWERS
from grader.settings import KeyUse, ProseUse, QuestionSettings

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"
_VERSIONS = Versions(grade="1", python="3.11", keras="3", tensorflow="2", numpy="2")


def _grade(settings: QuestionSettings | None) -> Grade:
    quiz = load_quiz(RUBRICS / "lesson06_stacked")
    assert quiz is not None
    answers = read_answers('ANSWERS = {"upper_input": "whole_sequence", "stacking": "The upper layer reads outputs."}')
    rows = (
        Scored(
            id="builds",
            title="Builds",
            visibility=Visibility.STUDENT,
            points=4,
            max_points=5,
            checked=Checked(
                outcome=Outcome.FAILED,
                credit=0.8,
                finding=Finding(cause="wrong-shape", headline="The shape is wrong."),
                provisional=True,
                borderline=True,
            ),
        ),
    )
    return Grade(
        lesson="lesson06_stacked",
        title="Stacked LSTMs",
        file="lesson06.py",
        points=4,
        provisional_points=4,
        max_points=5,
        percent=80,
        pass_mark=60,
        passed=True,
        rows=rows,
        next_step="",
        notes=(),
        output="",
        answers=None if settings is None else mark(quiz, answers, settings),
        key=GradingKey(submission="0" * 64, rubric="1" * 64, seed_id="secret", versions=_VERSIONS),
        run=Run(started="2027-03-01T12:00:00+00:00", wall_seconds=1, cpu_seconds=1),
    )


def _tried(settings: QuestionSettings | None) -> Attempted:
    automatic = settings is not None and settings.prose is ProseUse.AUTOMATIC
    return attempted(_grade(settings), Attempted(number=7, file="lesson06.py", digest="0" * 64), automatic=automatic)


def _answers(settings: QuestionSettings) -> AnswersTried:
    answers = _tried(settings).answers
    assert answers is not None
    return answers


def test_a_try_keeps_what_the_checks_gave() -> None:
    tried = _tried(None)
    assert (tried.number, tried.seed_id, tried.versions, tried.answers) == (7, "secret", _VERSIONS, None)
    (row,) = tried.criteria
    assert (row.id, row.points, row.checked_points, row.max_points) == ("builds", 4, 4, 5)
    assert (row.cause, row.headline) == ("wrong-shape", "The shape is wrong.")
    assert row.provisional
    assert row.borderline


def test_a_try_keeps_single_credits_where_they_are_told() -> None:
    answers = _answers(QuestionSettings())
    assert len(answers.graded) > 3
    assert sum(weight * credit for weight, credit in answers.graded) == 1  # one choice of weight 1 is right
    assert [each.answered for each in answers.prose].count(True) == 1
    assert _answers(QuestionSettings(prose=ProseUse.AUTOMATIC)).automatic


def test_an_exam_tells_the_credit_of_all_answers_together() -> None:
    answers, told = _answers(QuestionSettings(key=KeyUse.EXAM)), _answers(QuestionSettings())
    ((weight, credit),) = answers.graded
    assert weight == sum(each for each, _ in told.graded)
    assert weight * credit == pytest.approx(1, abs=1e-5)


def test_where_single_credits_are_hidden_and_sentences_count_nothing_can_be_changed() -> None:
    assert _tried(QuestionSettings(key=KeyUse.EXAM, prose=ProseUse.AUTOMATIC)).answers is None


def test_a_try_survives_json() -> None:
    tried = _tried(QuestionSettings())
    assert msgspec.json.decode(msgspec.json.encode(tried), type=Attempted) == tried


def test_the_answers_go_by_the_name_that_they_have_in_rubrics() -> None:
    assert records.ANSWERS == ANSWERS

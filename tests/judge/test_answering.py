from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.answered import Sheet
from grader.answers.questions import Key, Quiz, load_quiz
from grader.answers.reading import read_answers
from grader.answers.sheet import mark
from grader.judge.answering import check_answers
from grader.judge.source import Source
from grader.model import Checked, Outcome
from grader.rubric import ANSWERS, Criterion
from grader.settings import KeyUse, ProseUse, QuestionSettings

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"
_CRITERION = Criterion(id=ANSWERS, points=15, title="t", why="w", hints=("one", "two", "three"))


@dataclass
class Asked:
    quiz: Quiz
    key: Key

    def sheet(self, given: object, *, exam: bool = False, automatic: bool = False, keyless: bool = False) -> Sheet:
        quiz = Quiz(questions=self.quiz.questions) if keyless else self.quiz
        settings = QuestionSettings(
            key=KeyUse.EXAM if exam else KeyUse.OPEN, prose=ProseUse.AUTOMATIC if automatic else ProseUse.REVIEW
        )
        return mark(quiz, read_answers(f"ANSWERS = {given!r}"), settings)

    def checked(self, given: object, *, exam: bool = False, automatic: bool = False, keyless: bool = False) -> Checked:
        sheet = self.sheet(given, exam=exam, automatic=automatic, keyless=keyless)
        return check_answers(sheet, _CRITERION, Source(f"ANSWERS = {given!r}"))

    @property
    def right(self) -> dict[str, object]:
        right: dict[str, object] = {name: list(each.right) for name, each in self.key.choices.items()}
        return right | {name: dict(each.pairs) for name, each in self.key.matches.items()}

    @property
    def wrong(self) -> dict[str, object]:
        """One answer is wrong."""
        choice = next(each for each in self.quiz.questions.choices if not each.several)
        option = next(name for name in choice.options if name not in self.key.choices[choice.id].right)
        return self.right | {choice.id: option}


@pytest.fixture(scope="module")
def asked() -> Asked:
    quiz = load_quiz(RUBRICS / "lesson06_stacked")
    assert quiz is not None
    assert quiz.key is not None
    return Asked(quiz, quiz.key)


def headline(checked: Checked) -> str:
    assert checked.finding is not None
    return checked.finding.headline


def test_right_answers_pass_without_a_single_sentence(asked: Asked) -> None:
    assert asked.checked(asked.right) == Checked(outcome=Outcome.PASSED, credit=1.0)


@pytest.mark.parametrize("given", [{}, {"small_in_large": "", "depth_gain": [], "applications": {"speech": ""}}])
def test_no_answers_are_no_failure_but_not_started(asked: Asked, given: object) -> None:
    checked = asked.checked(given)
    assert (checked.outcome, checked.credit) == (Outcome.NOT_STARTED, 0.0)


def test_sentences_alone_are_a_start(asked: Asked) -> None:
    checked = asked.checked({"levels": "One state follows the quick patterns and the slow ones at the same time."})
    assert (checked.outcome, checked.credit) == (Outcome.FAILED, 0.0)
    assert "None of the questions" in headline(checked)


def test_a_wrong_answer_costs_its_share_and_its_reason_is_told(asked: Asked) -> None:
    checked = asked.checked(asked.wrong)
    total = sum(item.points for item in asked.sheet({}).items)
    assert checked.outcome is Outcome.FAILED
    assert checked.credit == pytest.approx((total - 1) / total)
    choice = next(each for each in asked.quiz.questions.choices if not each.several)
    assert choice.ask in headline(checked)
    assert checked.finding is not None
    assert "Wrong: " + asked.key.choices[choice.id].because[str(asked.wrong[choice.id])] == checked.finding.hints[0]


def test_open_questions_are_counted(asked: Asked) -> None:
    given = asked.right
    del given["upper_input"], given["keras_argument"]
    assert headline(asked.checked(given)).startswith(f"Not answered yet are 2 of {len(asked.right)} questions")


def test_a_slip_in_a_name_is_told_before_what_is_wrong(asked: Asked) -> None:
    checked = asked.checked(asked.wrong | {"upper_input": "whole_sequenze"})
    assert "Did you mean whole_sequence?" in headline(checked)


def test_what_cannot_be_read_is_told_first_with_its_line(asked: Asked) -> None:
    text = "ANSWERS = {\n    'upper_input': f(1),\n}\n"
    sheet = mark(asked.quiz, read_answers(text))
    checked = check_answers(sheet, _CRITERION, Source(text))
    assert checked.finding is not None
    assert checked.finding.place is not None
    assert checked.finding.place.line == 2
    assert "upper_input is no plain text" in headline(checked)


def test_in_an_exam_it_is_not_told_which_answer_is_wrong(asked: Asked) -> None:
    checked, wrong = asked.checked(asked.wrong, exam=True), asked.wrong
    assert checked.credit == asked.checked(wrong).credit
    assert checked.finding is not None
    said = headline(checked) + "".join(checked.finding.hints)
    assert not any(item.ask in said for item in asked.quiz.questions.items())
    assert "Wrong" not in said


def test_without_the_key_the_answers_wait_for_the_teacher(asked: Asked) -> None:
    checked = asked.checked(asked.right, keyless=True)
    assert checked.outcome is Outcome.WITHHELD
    assert f"{len(asked.right)} of {len(asked.right)} questions are answered" in headline(checked)


def test_sentences_count_where_the_course_says_so(asked: Asked) -> None:
    checked = asked.checked(asked.right, automatic=True)
    graded, prose = len(asked.right), len(asked.quiz.questions.prose)
    assert checked.credit == pytest.approx(graded / (graded + prose), abs=1e-5)
    assert "something is still missing" in headline(checked)


def test_a_file_that_cannot_be_read_has_no_answers() -> None:
    assert check_answers(None, _CRITERION, Source("(")).outcome is Outcome.SKIPPED

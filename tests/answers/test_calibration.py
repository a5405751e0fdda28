"""How well suggested marks agree with a person's; see calibration/README.md."""

import hashlib
from functools import cache
from pathlib import Path

import msgspec
import pytest

from grader.answered import Assessment, Suspect
from grader.answers.prose import assess
from grader.answers.questions import load_quiz

FOLDER = Path(__file__).with_name("calibration")
RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"
HALVES = ("tuning", "set aside", "later", "last")


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One answer with its judgement."""

    id: str
    question: str
    voice: str
    ideas: list[int]
    mark: float
    text: str
    suspicion: Suspect | None = None


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of answers."""

    lesson: str
    written: str
    answers: list[Answer]

    def half(self, answer: Answer) -> str:
        """The half that an answer belongs to; the hash of its id decides."""
        if self.written != "first":
            return self.written
        return "set aside" if hashlib.sha256(answer.id.encode()).digest()[0] % 2 else "tuning"


@cache
def _judged(half: str) -> list[tuple[Answer, Assessment, list[int]]]:
    """Each answer of a half, what is made of it, and the numbers of the ideas that are found."""
    judged = []
    for path in sorted(FOLDER.glob("*.toml")):
        sample = msgspec.toml.decode(path.read_bytes(), type=Sample)
        quiz = load_quiz(RUBRICS / sample.lesson)
        assert quiz is not None
        assert quiz.key is not None
        asked = {each.id: each for each in quiz.questions.prose}
        texts = tuple(text for choice in quiz.questions.choices for text in choice.options.values())
        for answer in sample.answers:
            if sample.half(answer) == half:
                key = quiz.key.prose[answer.question]
                seen = assess(answer.text, asked[answer.question], key, texts=texts)
                names = [concept.name for concept in key.concepts]
                assert all(1 <= idea <= len(names) for idea in answer.ideas), answer.id
                judged.append((answer, seen, [names.index(name) + 1 for name in seen.found]))
    return judged


def _kappa(pairs: list[tuple[float, float]]) -> float:
    """Cohen's kappa with quadratic weights, over marks rounded to 0, 0.5 and 1."""
    grades = [(round(2 * one), round(2 * other)) for one, other in pairs]
    apart = sum((one - other) ** 2 for one, other in grades) / len(grades)
    by_chance = sum((one - other) ** 2 for one, _ in grades for _, other in grades) / len(grades) ** 2
    return 1 - apart / by_chance


def test_kappa_is_one_for_equals_and_about_none_for_a_constant() -> None:
    assert _kappa([(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)]) == 1
    assert _kappa([(0.0, 0.5), (0.5, 0.5), (1.0, 0.5)]) == 0
    assert _kappa([(0.0, 1.0), (1.0, 0.0)]) == -1


def test_there_are_enough_answers_in_all_voices_for_every_question() -> None:
    answers = [answer for half in HALVES for answer, _, _ in _judged(half)]
    assert len(answers) >= 400
    assert len({answer.id for answer in answers}) == len(answers)
    assert {"quick", "long", "wrong", "confused", "nonnative", "salad", "copy", "dontknow"} <= {
        answer.voice for answer in answers
    }
    asked = {answer.question for answer in answers}
    assert all(sum(answer.question == question for answer in answers) >= 10 for question in asked)
    assert len(asked) == 33


@pytest.mark.parametrize(
    "half, agreement, kappa",
    [("tuning", 0.95, 0.93), ("set aside", 0.95, 0.93), ("later", 0.95, 0.93), ("last", 0.78, 0.8)],
)
def test_suggested_marks_agree_with_a_person(half: str, agreement: float, kappa: float) -> None:
    pairs = [(answer.mark, seen.suggested or 0.0) for answer, seen, _ in _judged(half)]
    assert sum(abs(one - other) <= 0.25 for one, other in pairs) / len(pairs) >= agreement
    assert _kappa(pairs) >= kappa


@pytest.mark.parametrize("half", HALVES[:3])
def test_what_is_no_answer_gets_no_credit(half: str) -> None:
    nothing = [(answer.id, seen.suggested) for answer, seen, _ in _judged(half) if answer.suspicion]
    assert nothing
    assert [identifier for identifier, suggested in nothing if suggested] == []


@pytest.mark.parametrize("half", HALVES)
def test_an_honest_answer_is_hardly_ever_suspected(half: str) -> None:
    suspected = [answer.id for answer, seen, _ in _judged(half) if seen.suspicion and answer.ideas]
    assert suspected in ([], ["lesson01-last-promise-quick-1"])  # one right word, of which no more can be said


@pytest.mark.parametrize("half", HALVES[:3])
def test_most_suspicions_are_of_the_right_kind(half: str) -> None:
    suspects = [(answer, seen) for answer, seen, _ in _judged(half) if answer.suspicion]
    hits = sum(bool(seen.suspicion and seen.suspicion.kind is answer.suspicion) for answer, seen in suspects)
    assert hits / len(suspects) >= 0.9


@pytest.mark.parametrize(
    "half, told, true", [("tuning", 0.93, 0.93), ("set aside", 0.93, 0.93), ("later", 0.93, 0.93), ("last", 0.8, 0.9)]
)
def test_ideas_are_found_where_a_person_finds_them(half: str, told: float, true: float) -> None:
    there = [(idea, found) for answer, _, found in _judged(half) for idea in answer.ideas]
    said = [(idea, answer.ideas) for answer, _, found in _judged(half) for idea in found]
    assert sum(idea in found for idea, found in there) / len(there) >= told
    assert sum(idea in ideas for idea, ideas in said) / len(said) >= true

from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from grader.answered import Sheet, State
from grader.answers.questions import Key, Questions, Quiz, load_quiz
from grader.answers.reading import Answers, read_answers
from grader.answers.sheet import mark
from grader.settings import KeyUse, ProseUse, QuestionSettings

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"
ASKING = sorted(path.parent.name for path in RUBRICS.glob("*/questions.toml"))


def _quiz(lesson: str, *, with_key: bool = True) -> Quiz:
    quiz = load_quiz(RUBRICS / lesson, with_key=with_key)
    assert quiz is not None
    return quiz


def _answers(**given: object) -> Answers:
    return read_answers(f"ANSWERS = {given!r}")


def _right(key: Key) -> dict[str, object]:
    right: dict[str, object] = {name: list(each.right) for name, each in key.choices.items()}
    return right | {name: dict(each.pairs) for name, each in key.matches.items()}


@pytest.mark.parametrize("lesson", ASKING)
def test_the_key_earns_everything_and_nothing_earns_nothing(lesson: str) -> None:
    quiz = _quiz(lesson)
    assert quiz.key is not None
    full = mark(quiz, _answers(**_right(quiz.key)))
    assert full.credit == 1.0
    assert all(item.credit == 1.0 for item in full.items)
    assert not any(line.startswith("Wrong") for item in full.items for line in item.feedback)
    empty = mark(quiz, Answers())
    assert empty.credit == 0.0
    assert {item.state for item in empty.items} == {State.MISSING}
    assert not any(each.answered for each in empty.prose)


@pytest.mark.parametrize("lesson", ASKING)
def test_the_same_place_everywhere_earns_little(lesson: str) -> None:
    quiz = _quiz(lesson)
    for place in range(3):
        names = {each.id: list(each.options)[place] for each in quiz.questions.choices}
        partners = {each.id: dict.fromkeys(each.left, list(each.right)[place]) for each in quiz.questions.matches}
        assert (mark(quiz, _answers(**names, **partners)).credit or 0.0) < 0.45


@pytest.mark.parametrize("lesson", ASKING)
def test_ticking_everything_earns_nothing(lesson: str) -> None:
    quiz = _quiz(lesson)
    everything = {each.id: list(each.options) for each in quiz.questions.choices}
    assert mark(quiz, _answers(**everything)).credit == 0.0


@pytest.mark.parametrize("lesson", ASKING)
def test_in_an_exam_right_and_wrong_look_the_same(lesson: str) -> None:
    key, exam = _quiz(lesson).key, _quiz(lesson, with_key=False)
    assert key is not None
    wrong: dict[str, object] = {
        each.id: [name for name in each.options if name not in key.choices[each.id].right][:1]
        for each in exam.questions.choices
    }
    wrong |= {
        name: dict(zip(each.pairs, reversed(each.pairs.values()), strict=True)) for name, each in key.matches.items()
    }
    right = mark(exam, _answers(**_right(key)))
    assert right == mark(exam, _answers(**wrong))
    assert right.credit is None


@pytest.mark.parametrize("prose", list(ProseUse))
def test_in_an_exam_a_teachers_key_gives_the_mark_and_tells_nothing(prose: ProseUse) -> None:
    quiz, keyless = _quiz("lesson06_stacked"), _quiz("lesson06_stacked", with_key=False)
    assert quiz.key is not None
    partly = {name: dict(list(each.pairs.items())[:1]) for name, each in quiz.key.matches.items()}
    text = "Output of layer 1 is input of layer 2. It passes the full sequence of hidden states, one per time step."
    answers = _answers(**(_right(quiz.key) | partly), stacking=text)
    exam = QuestionSettings(key=KeyUse.EXAM, prose=prose)
    told = mark(quiz, answers, exam)
    assert told.credit == mark(quiz, answers, replace(exam, key=KeyUse.OPEN)).credit
    assert 0 < (told.credit or 0.0) < 1
    assert replace(told, credit=None) == mark(keyless, answers, exam)


def test_prose_never_counts() -> None:
    quiz = _quiz("lesson06_stacked")
    text = "Output of layer 1 is input of layer 2. It passes the full sequence of hidden states, one per time step."
    sheet = mark(quiz, _answers(stacking=text))
    assert [each.suggested for each in sheet.prose if each.answered] == [1.0]
    assert sheet.credit == 0.0


def test_points_are_weights() -> None:
    asked = """
    [[choices]]
    id = "heavy"
    question = 1
    points = 3
    ask = "?a"
    options = { a = "a", b = "b" }
    [[choices]]
    id = "light"
    question = 1
    points = 1
    ask = "?a"
    options = { a = "a", b = "b" }
    """
    choice = {"right": ["a"], "because": {"a": "a", "b": "b"}}
    quiz = Quiz(
        questions=msgspec.toml.decode("schema = 1" + asked, type=Questions),
        key=msgspec.convert({"schema": 1, "choices": {"heavy": choice, "light": choice}}, Key),
    )
    assert mark(quiz, _answers(heavy="a", light="b")).credit == 0.75


def test_names_of_no_question_are_told_with_their_line() -> None:
    answers = read_answers('ANSWERS = {\n"uper_input": "last_vector",\n"xyz": "a",\n"levels": ["a"],\n"depth": f"{x}"}')
    sheet = mark(_quiz("lesson06_stacked"), answers)
    assert [(each.line, each.text.partition(";")[0]) for each in sheet.troubles] == [
        (5, "the answer to depth is no plain text"),
        (2, "there is no question uper_input"),
        (3, "there is no question xyz"),
    ]
    assert "did you mean upper_input?" in sheet.troubles[1].text
    levels = next(each for each in sheet.prose if each.id == "levels")
    assert levels.notes == ("Sentences are wanted here, as one text.",)


def test_a_sheet_survives_json() -> None:
    sheet = mark(
        _quiz("lesson14_final"), _answers(one_file="whole_model", saving="model.save writes one file, I think")
    )
    assert msgspec.json.decode(msgspec.json.encode(sheet), type=Sheet) == sheet

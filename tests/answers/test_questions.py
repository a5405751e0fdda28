from pathlib import Path

import pytest

from grader.answers.language import tokens
from grader.answers.questions import Quiz, load_quiz
from grader.answers.reading import read_answers
from grader.answers.sheet import mark
from grader.course import Course, Lesson
from grader.errors import GraderFault

RUBRICS = Path(__file__).resolve().parents[2] / "rubrics"
ASKING = sorted(path.parent.name for path in RUBRICS.glob("*/questions.toml"))
LESSONS = [lesson for lesson in Course(RUBRICS.parent).lessons() if lesson.id in ASKING]

_ASKED = """\
schema = 1

[[choices]]
id = "one"
question = 1
points = 2
ask = "Which one?"
[choices.options]
left = "the left one"
right = "the right one"

[[choices]]
id = "some"
question = 1
points = 1
several = true
ask = "Which ones?"
[choices.options]
a = "this"
b = "that"
c = "neither"

[[matches]]
id = "pairs"
question = 2
points = 1
ask = "What goes with what?"
[matches.left]
cat = "a cat"
dog = "a dog"
[matches.right]
meow = "meows"
bark = "barks"

[[prose]]
id = "tell"
question = 2
ask = "Tell me about cats."
"""
_KEY = """\
schema = 1

[choices.one]
right = ["right"]
because = { left = "It is left over.", right = "It is the one." }

[choices.some]
right = ["a", "b"]
because = { a = "This does.", b = "That does.", c = "This one does not." }

[matches.pairs]
pairs = { cat = "meow", dog = "bark" }
because = { cat = "Cats do.", dog = "Dogs do." }

[[prose.tell.concepts]]
name = "cats are animals"
any = ["cat animal|beast"]
"""


def _load(folder: Path, asked: str = _ASKED, key: str | None = _KEY, *, with_key: bool = True) -> Quiz | None:
    lesson = folder / "lesson99_cats"
    lesson.mkdir()
    (lesson / "questions.toml").write_text(asked, "utf-8")
    if key is not None:
        (lesson / "answers.toml").write_text(key, "utf-8")
    return load_quiz(lesson, with_key=with_key)


def test_questions_and_key_are_read(tmp_path: Path) -> None:
    quiz = _load(tmp_path)
    assert quiz is not None
    assert quiz.key is not None
    assert [item.id for item in quiz.questions.items()] == ["one", "some", "pairs", "tell"]
    assert list(quiz.questions.choices[1].options) == ["a", "b", "c"]
    assert quiz.key.choices["some"].right == ("a", "b")
    assert quiz.key.matches["pairs"].pairs == {"cat": "meow", "dog": "bark"}
    assert quiz.key.prose["tell"].concepts[0].needed


def test_without_its_key_a_quiz_only_asks(tmp_path: Path) -> None:
    quiz = _load(tmp_path, key=None)
    assert quiz is not None
    assert quiz.key is None


def test_in_an_exam_the_key_is_not_read_even_where_it_lies(tmp_path: Path) -> None:
    quiz = _load(tmp_path, key="no key at all", with_key=False)
    assert quiz is not None
    assert quiz.key is None


def test_a_lesson_without_questions_has_no_quiz(tmp_path: Path) -> None:
    assert load_quiz(tmp_path) is None


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('right = ["right"]', 'right = ["wrong"]', "wrong of one is no option"),
        ('right = ["right"]', 'right = ["right", "left"]', "does not say `several = true`"),
        ('right = ["a", "b"]', 'right = ["a", "a"]', "a right option twice"),
        ('right = ["a", "b"]', 'right = ["a", "b", "c"]', "all options of some are right"),
        ('left = "It is left over.", ', "", "because of one: the key says nothing about left"),
        ('dog = "bark" }\n', 'dog = "moo" }\n', "dog with moo"),
        ('cat = "meow", ', "", "pairs of pairs: the key says nothing about cat"),
        ("prose.tell.", "prose.told.", "prose: the key says nothing about tell"),
        ("[choices.some]", "[choices.more]", "choices: the key says nothing about some"),
        ('name = "cats', 'needed = false\nname = "cats', "no idea of tell is needed"),
        ('name = "cats', 'nmae = "x"\nname = "cats', "unknown field"),
        ('"cat animal|beast"', '"(a+)+$"', "matching regex"),
        ("schema = 1", "schema = 2", "answers.toml of lesson99_cats cannot be used"),
    ],
)
def test_what_does_not_fit_together_is_a_fault_of_one_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in _KEY
    with pytest.raises(GraderFault) as caught:
        _load(tmp_path, key=_KEY.replace(old, new, 1))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "old, new, said",
    [
        ('id = "some"', 'id = "one"', "one is asked 2 times"),
        ('id = "tell"', 'id = "Tell"', "cannot be used"),
        ("points = 2", "points = 0", "cannot be used"),
        ("ask = ", "aks = ", "cannot be used"),
        ("[[choices]]", "[[choices", "cannot be used"),
    ],
)
def test_wrong_questions_are_a_fault(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(GraderFault, match=said):
        _load(tmp_path, asked=_ASKED.replace(old, new, 1), key=None)


@pytest.mark.parametrize("lesson", ASKING)
def test_the_questions_of_the_course_fit_together(lesson: str) -> None:
    quiz = load_quiz(RUBRICS / lesson)
    assert quiz is not None
    asked = {item.question for item in quiz.questions.items()}
    assert asked == {item.question for item in quiz.questions.prose} == set(range(1, max(asked) + 1))


@pytest.mark.parametrize("lesson", ASKING)
def test_the_right_option_does_not_stand_in_the_same_place_everywhere(lesson: str) -> None:
    quiz = load_quiz(RUBRICS / lesson)
    assert quiz is not None
    assert quiz.key is not None
    single = [choice for choice in quiz.questions.choices if not choice.several]
    places = [list(choice.options).index(quiz.key.choices[choice.id].right[0]) for choice in single]
    assert max(places.count(place) for place in places) <= len(places) / 2 + 1


@pytest.mark.parametrize("lesson", ASKING)
def test_no_word_of_a_phrase_is_lost(lesson: str) -> None:
    quiz = load_quiz(RUBRICS / lesson)
    assert quiz is not None
    assert quiz.key is not None
    for name, prose in quiz.key.prose.items():
        phrases = [phrase for concept in prose.concepts for phrase in (*concept.any, *concept.not_with)]
        phrases += [phrase for misconception in prose.misconceptions for phrase in misconception.any]
        for phrase in phrases:
            for group in phrase.split(" "):
                read = tokens(group.replace("|", " "))
                assert len(read) == len(group.split("|")), (name, phrase, group)  # no short form
                assert not all(token.glue for token in read), (name, phrase, group)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: str(lesson.id))
def test_the_reference_solution_answers_every_question(lesson: Lesson) -> None:
    quiz = load_quiz(lesson.rubric)
    assert quiz is not None
    answers = read_answers(lesson.solution.read_text("utf-8"))
    assert answers.there
    assert set(answers.given) == {item.id for item in quiz.questions.items()}
    sheet = mark(quiz, answers)
    assert sheet.credit == 1.0
    assert sheet.troubles == ()
    for each in sheet.prose:
        assert each.answered, each.id
        assert each.missing == (), each.id
        assert each.misconceptions == (), each.id
        assert each.suspicion is None, each.id
        assert each.notes == (), each.id

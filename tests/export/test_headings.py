import pytest

from grader.errors import UsageProblem
from grader.export.headings import assigned
from grader.standing import LessonInfo

_STACKED = LessonInfo(id="lesson06_stacked", title="Stacked LSTMs", max_points=20)
_FINAL = LessonInfo(id="lesson14_final", title="Finalising and predicting", max_points=20)


@pytest.mark.parametrize(
    "title",
    ["lesson06_stacked", "lesson06-stacked", "Stacked LSTMs", "LSTM stacked", "Lesson 6", "LESSON 06: going deeper"],
)
def test_a_lesson_is_found_by_its_name_number_or_theme(title: str) -> None:
    titles = ["Essay", "Lesson 16", "Week 6", title, "Stacked chairs"]
    assert assigned([_STACKED], titles, "x.csv").places == {_STACKED: 3}


def test_the_closest_title_counts() -> None:
    assert assigned([_STACKED], ["LSTM stacked", "lesson06_stacked"], "x.csv").places == {_STACKED: 1}


@pytest.mark.parametrize("title", ["Final", "Final exam", "Finals", "Stacked", "6"])
def test_a_title_that_only_resembles_it_is_not_taken(title: str) -> None:
    with pytest.raises(
        UsageProblem, match=rf'no assignment of x\.csv fits lesson06_stacked, lesson14_final.*"{title}"'
    ):
        assigned([_STACKED, _FINAL], [title], "x.csv")


def test_more_than_one_fitting_title_is_told() -> None:
    with pytest.raises(UsageProblem, match=r'more than one .* fits lesson06_stacked: "Lesson 6 quiz", "Lesson 6 code"'):
        assigned([_STACKED], ["Lesson 6 quiz", "Essay", "Lesson 6 code"], "x.csv")


def test_one_title_for_two_lessons_is_told() -> None:
    with pytest.raises(UsageProblem, match="fits more than one lesson"):
        assigned([_STACKED, _FINAL], ["Lesson 6 and lesson 14"], "x.csv")


def test_lessons_without_an_assignment_are_said() -> None:
    assert assigned([_STACKED, _FINAL], ["Lesson 14"], "x.csv") == ({_FINAL: 0}, [_STACKED])

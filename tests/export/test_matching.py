import pytest

from grader.export.matching import Row, matched, unmatched
from grader.standing import Student

_ADA = Student(key="ada", name="Ada Lovelace", email="ada@uni.example", ids={"canvas": "1023", "sis": "s4711"})


@pytest.mark.parametrize(
    "row",
    [
        {"canvas": ["1023"], "name": ["somebody"]},
        {"sis": ["S4711"]},
        {"login": ["ada"]},
        {"login": ["Ada@Uni.example"]},
        {"email": ["ada@uni.example"]},
        {"cell": ["Submitted", "ada"]},
        {"name": ["Ada Lovelace"]},
        {"name": ["Lovelace,  Ada"]},
    ],
)
def test_a_student_is_found_by_any_of_what_is_known(row: Row) -> None:
    assert matched([_ADA], {2: {"name": ["Alan Turing"]}, 5: row}) == {5: _ADA}


def test_the_same_name_with_another_number_is_another_person() -> None:
    assert matched([_ADA], {1: {"name": ["Ada Lovelace"], "canvas": ["9"]}}) == {}


def test_two_of_one_name_are_not_guessed() -> None:
    other = Student(key="ada2", name="Ada Lovelace")
    rows = {1: {"name": ["Ada Lovelace"]}, 2: {"name": ["Ada Lovelace"]}}
    assert matched([_ADA], rows) == {}
    assert matched([_ADA, other], {1: rows[1]}) == {}


def test_a_sure_pair_settles_the_rest() -> None:
    other = Student(key="ada2", name="Ada Lovelace")
    rows = {1: {"name": ["Ada Lovelace"], "sis": ["s4711"]}, 2: {"name": ["Ada Lovelace"]}}
    assert matched([other, _ADA], rows) == {1: _ADA, 2: other}


def test_composed_and_decomposed_letters_are_the_same() -> None:
    student = Student(key="k", name="Zoe\u0308 Mu\u0308ller")
    assert matched([student], {1: {"name": ["Müller, Zoë"]}}) == {1: student}


def test_students_without_a_name_are_not_paired_with_rows_without_one() -> None:
    assert matched([Student(key="k")], {1: {"name": [""], "email": [""]}}) == {}


def test_nobody_is_lost_silently() -> None:
    rows = {1: {"name": ["Ada Lovelace"]}, 2: {"name": ["Alan\nTuring"]}}
    bob = Student(key="bob")
    notes = unmatched([_ADA, bob], rows, matched([_ADA, bob], rows))
    assert notes == [
        "the template has no row, or no row of their own, for 1 student: bob",
        "rows of the template that are nobody we know, and stayed as they were: Alan Turing",
    ]

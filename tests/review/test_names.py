from grader.review.names import aliases
from grader.standing import Student

_CLASS = [Student(key=f"student{number:03}", name=f"Name {number}") for number in range(200)]


def test_everybody_has_another_number() -> None:
    assert sorted(aliases(_CLASS, b"s").values()) == sorted(f"student {number}" for number in range(1, 201))


def test_names_are_always_the_same_whoever_comes_first() -> None:
    assert list(aliases(_CLASS, b"s").items()) == list(aliases([*reversed(_CLASS), _CLASS[0]], b"s").items())


def test_the_order_is_not_that_of_the_class_and_another_secret_gives_another() -> None:
    order, other = list(aliases(_CLASS, b"s")), list(aliases(_CLASS, b"t"))
    assert order != other
    for each in (order, other):
        in_place = sum(key == student.key for key, student in zip(each, _CLASS, strict=True))
        assert in_place < 20  # of 200 in random order some one stays in place

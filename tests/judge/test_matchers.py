from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.judge import Miss, ModelView, expect_array, expect_items, expect_mapping, expect_model, expect_number
from grader.model import Outcome
from grader.wire.messages import Handle

_ROOM: Any = None
_MODEL = ModelView(_ROOM, Handle(0, "Sequential", is_model=True), "build")


def _missed(check: Callable[..., Any], *args: Any) -> Miss:
    with pytest.raises(Miss) as caught:
        check(*args)
    assert caught.value.fields["function"] == "f"
    assert caught.value.outcome is Outcome.FAILED
    assert caught.value.credit == 0
    return caught.value


def test_a_model_is_taken() -> None:
    assert expect_model(_MODEL, "f") is _MODEL


@pytest.mark.parametrize(
    "value,cause,received",
    [
        (None, "returned-none", "None"),
        ("model", "no-model", "a string"),
        ((_MODEL, 1), "no-model", "a tuple of 2"),
        (np.zeros((2, 3)), "no-model", "an array of shape (2, 3)"),
    ],
)
def test_what_is_no_model_is_named(value: Any, cause: str, received: str) -> None:
    miss = _missed(expect_model, value, "f")
    assert (miss.cause, miss.expected, miss.received) == (cause, "a Keras model", received)


@pytest.mark.parametrize(
    "value,shape,expected",
    [
        ([[1, 2], [3, 4]], (2, 2), [[1.0, 2.0], [3.0, 4.0]]),
        ((1, 2.5), None, [1.0, 2.5]),
        (np.array([True, False]), (2,), [1.0, 0.0]),
        (np.arange(3, dtype="u1"), (None,), [0.0, 1.0, 2.0]),
        (np.float16(0.5), (), 0.5),
        (7, (), 7.0),
        ([], (0,), []),
        (np.zeros((0, 3), "f4"), (None, 3), []),
    ],
)
def test_numbers_of_the_shape_become_floats(value: Any, shape: Any, expected: Any) -> None:
    array = expect_array(value, "f", shape)
    assert array.dtype == np.float64
    assert array.tolist() == expected


@pytest.mark.parametrize(
    "value,shape,cause,expected,received",
    [
        (None, (2,), "returned-none", "an array", "None"),
        ([[1], [2, 3]], (2,), "not-numbers", "an array of numbers", "a ragged list"),
        ("12", (2,), "not-numbers", "an array of numbers", "a string"),
        (["1", "2"], (2,), "not-numbers", "an array of numbers", "a list of 2"),
        ([1, None], (2,), "not-numbers", "an array of numbers", "a list of 2"),
        ({"a": 1}, (1,), "not-numbers", "an array of numbers", "a dict of 1"),
        (np.array([1 + 2j]), (1,), "not-numbers", "an array of numbers", "an array of shape (1,)"),
        (_MODEL, (1,), "not-numbers", "an array of numbers", "an object of class Sequential"),
        (np.zeros((2, 3)), (2, 4), "wrong-shape", "(2, 4)", "(2, 3)"),
        (np.zeros((2, 3)), (None, 1), "wrong-shape", "(None, 1)", "(2, 3)"),
        (np.zeros((2, 1)), (2,), "wrong-shape", "(2,)", "(2, 1)"),
        (np.zeros(2), (), "wrong-shape", "()", "(2,)"),
        ([1.0, float("nan")], (2,), "not-finite", "finite numbers", "NaN or infinite values"),
        ([float("-inf")], None, "not-finite", "finite numbers", "NaN or infinite values"),
    ],
)
def test_what_is_no_such_array_is_named(value: Any, shape: Any, cause: str, expected: str, received: str) -> None:
    miss = _missed(expect_array, value, "f", shape)
    assert (miss.cause, miss.expected, miss.received) == (cause, expected, received)


def test_a_shape_may_be_given_as_any_iterable() -> None:
    assert expect_array([[1, 2]], "f", iter([1, 2])).shape == (1, 2)


@pytest.mark.parametrize("value", [2.5, np.array(2.5), np.array([2.5]), np.array([[2.5]], dtype="f4")])
def test_a_number_is_taken_in_any_wrapping(value: Any) -> None:
    number = expect_number(value, "f")
    assert type(number) is float
    assert number == 2.5


def test_a_whole_number_is_a_number() -> None:
    assert expect_number(-3, "f") == -3.0


@pytest.mark.parametrize(
    "value,cause,received",
    [
        (None, "returned-none", "None"),
        (True, "wrong-type", "True or False"),
        ("2.5", "wrong-type", "a string"),
        ([2.5], "wrong-type", "a list of 1"),
        (np.array([1.0, 2.0]), "wrong-type", "an array of shape (2,)"),
        (np.array([]), "wrong-type", "an array of shape (0,)"),
        (float("nan"), "not-finite", "NaN or infinite values"),
        (np.array([float("inf")]), "not-finite", "NaN or infinite values"),
        (np.array(["2.5"]), "not-numbers", "an array of shape (1,)"),
    ],
)
def test_what_is_no_number_is_named(value: Any, cause: str, received: str) -> None:
    miss = _missed(expect_number, value, "f")
    assert (miss.cause, miss.received) == (cause, received)


def test_a_dict_may_hold_more_than_asked() -> None:
    value = {"mae": 1.0, "rmse": None, "more": 3}
    assert expect_mapping(value, "f", ["mae", "rmse"]) is value
    assert expect_mapping({}, "f", []) == {}


@pytest.mark.parametrize(
    "value,cause,received",
    [
        (None, "returned-none", "None"),
        ([("mae", 1)], "wrong-type", "a list of 1"),
        ({"mae": 1}, "wrong-type", "a dict without 'rmse'"),
        ({"MAE": 1}, "wrong-type", "a dict without 'mae', 'rmse'"),
    ],
)
def test_what_is_no_such_dict_is_named(value: Any, cause: str, received: str) -> None:
    miss = _missed(expect_mapping, value, "f", iter(["mae", "rmse"]))
    assert (miss.cause, miss.expected, miss.received) == (cause, "a dict with 'mae', 'rmse'", received)


@pytest.mark.parametrize("value", [[1, None], (1, None)])
def test_items_come_as_a_list(value: Any) -> None:
    assert expect_items(value, "f", 2) == [1, None]


@pytest.mark.parametrize(
    "value,cause,received",
    [
        (None, "returned-none", "None"),
        ([1], "wrong-type", "a list of 1"),
        ((1, 2, 3), "wrong-type", "a tuple of 3"),
        ("ab", "wrong-type", "a string"),
        ({1: 1, 2: 2}, "wrong-type", "a dict of 2"),
        (np.zeros(2), "wrong-type", "an array of shape (2,)"),
    ],
)
def test_what_are_no_such_items_is_named(value: Any, cause: str, received: str) -> None:
    miss = _missed(expect_items, value, "f", 2)
    assert (miss.cause, miss.expected, miss.received) == (cause, "a list of 2", received)

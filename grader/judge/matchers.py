"""Matchers: they hold that a value is as asked, or raise the `Miss` that says what is wrong with it."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from grader.judge.misses import Miss
from grader.judge.things import ModelView
from grader.judge.values import in_words, shape_in_words


def expect_model(value: Any, function: str) -> ModelView:
    """Holds that a function returned a Keras model.

    Args:
        value: what it returned.
        function: its name.

    Returns:
        The model.

    Raises:
        Miss: it did not.
    """
    if isinstance(value, ModelView):
        return value
    if value is None:
        raise Miss("returned-none", function=function, expected="a Keras model", received="None")
    raise Miss("no-model", function=function, expected="a Keras model", received=in_words(value))


def expect_array(value: Any, function: str, shape: Iterable[int | None] | None = None) -> np.ndarray:
    """Holds that a function returned finite numbers of a shape; nested lists are as good as arrays.

    Args:
        value: what it returned.
        function: its name.
        shape: the shape asked for, None for any size along an axis.

    Returns:
        The numbers as 64-bit floats.

    Raises:
        Miss: it returned something else.
    """
    if value is None:
        raise Miss("returned-none", function=function, expected="an array", received="None")
    try:
        array = as_numbers(value)
    except TypeError as problem:
        raise Miss(
            "not-numbers", function=function, expected="an array of numbers", received=in_words(value)
        ) from problem
    except ValueError as problem:  # ragged lists
        raise Miss(
            "not-numbers", function=function, expected="an array of numbers", received="a ragged list"
        ) from problem
    if array.dtype.kind not in "biuf":
        raise Miss("not-numbers", function=function, expected="an array of numbers", received=in_words(value))
    wanted = array.shape if shape is None else tuple(shape)
    fits = len(wanted) == array.ndim and all(w in (None, have) for w, have in zip(wanted, array.shape, strict=True))
    if not fits:
        raise Miss(
            "wrong-shape", function=function, expected=shape_in_words(wanted), received=shape_in_words(array.shape)
        )
    if not np.isfinite(array).all():
        raise Miss("not-finite", function=function, expected="finite numbers", received="NaN or infinite values")
    return array.astype("float64")


def as_numbers(value: Any) -> np.ndarray:
    """Makes an array of numbers and lists of them. One long text among many short ones would swell to gigabytes.

    Raises:
        TypeError: something in it is no number.
        ValueError: the lists are ragged.
    """
    if not _is_numeric(value):
        raise TypeError("these are no numbers")
    return np.asarray(value)


def _is_numeric(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_numeric, value))
    return value.dtype.kind in "biuf" if isinstance(value, np.ndarray | np.generic) else isinstance(value, int | float)


def expect_number(value: Any, function: str) -> float:
    """Holds that a function returned one finite number; an array with one element is as good.

    Args:
        value: what it returned.
        function: its name.

    Returns:
        The number.

    Raises:
        Miss: it returned something else.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(expect_array(value, function, ()))
    if isinstance(value, np.ndarray) and value.size == 1:
        return float(expect_array(value, function).reshape(()))
    if value is None:
        raise Miss("returned-none", function=function, expected="a number", received="None")
    raise Miss("wrong-type", function=function, expected="a number", received=in_words(value))


def expect_mapping(value: Any, function: str, keys: Iterable[str]) -> dict[str, Any]:
    """Holds that a function returned a dict with certain keys; more keys are no harm.

    Args:
        value: what it returned.
        function: its name.
        keys: the keys asked for.

    Returns:
        The dict.

    Raises:
        Miss: it returned something else.
    """
    keys = tuple(keys)
    wanted = "a dict with " + ", ".join(f"'{key}'" for key in keys)
    if value is None:
        raise Miss("returned-none", function=function, expected=wanted, received="None")
    if not isinstance(value, dict):
        raise Miss("wrong-type", function=function, expected=wanted, received=in_words(value))
    missing = [key for key in keys if key not in value]
    if missing:
        received = "a dict without " + ", ".join(f"'{key}'" for key in missing)
        raise Miss("wrong-type", function=function, expected=wanted, received=received)
    return value


def expect_items(value: Any, function: str, length: int) -> list[Any]:
    """Holds that a function returned a list or tuple of a length.

    Args:
        value: what it returned.
        function: its name.
        length: the length asked for.

    Returns:
        The items.

    Raises:
        Miss: it returned something else.
    """
    if value is None:
        raise Miss("returned-none", function=function, expected=f"a list of {length}", received="None")
    if not isinstance(value, list | tuple) or len(value) != length:
        raise Miss("wrong-type", function=function, expected=f"a list of {length}", received=in_words(value))
    return list(value)

"""Between the judge's Python values and the plain records on the wire."""

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.rooms.verdicts import BadReply
from grader.wire import arrays, messages

#: Levels of lists and dicts in a value; an honest room sends half as many.
_MAX_DEPTH = 64


class Generator:
    """Stands for a seeded NumPy generator that is made in the room."""

    def __init__(self, entropy: int) -> None:
        """Keeps the entropy.

        Args:
            entropy: 128 bits, as `Secret.bits` gives them.
        """
        self.entropy = entropy


class Stub:
    """Stands for an object that a submission is given, with attributes and methods answered by the judge."""

    def __init__(self, name: str, **attributes: Any) -> None:
        """Names it.

        Args:
            name: name of its class, as the submission sees it.
            **attributes: values, and functions of the judge's as methods.
        """
        self.name = name
        self.attributes = attributes


def to_wire(value: Any, keep: Callable[[Callable[..., Any]], int]) -> messages.ToRoom:  # noqa: C901, PLR0911  one line a kind of value
    """Turns a value of the judge's into a record.

    Args:
        value: a plain value, array, view, function or stub.
        keep: notes a function for calls back and returns its number.

    Returns:
        The record.

    Raises:
        TypeError: the check passes something that cannot cross: a bug in the check.
    """
    match value:
        case np.ndarray() | np.generic():  # first, since NumPy's float64 is a float, too
            return arrays.pack(np.asarray(value))
        case None | bool() | int() | float() | str():
            return value
        case bytes():
            return messages.Binary(value)
        case list() | tuple():
            items = [to_wire(item, keep) for item in value]
            return messages.GivenItems("list" if isinstance(value, list) else "tuple", items)
        case dict():
            return messages.GivenMapping([(key, to_wire(item, keep)) for key, item in value.items()])
        case Generator():
            return messages.Rng(value.entropy.to_bytes(16, "big"))
        case Stub():
            return messages.Stub(value.name, {name: to_wire(item, keep) for name, item in value.attributes.items()})
        case messages.Folder() | messages.Built() | messages.Handle():
            return value
    if callable(getattr(value, "as_handle", None)):
        handle: messages.Handle = value.as_handle()
        return handle
    if callable(value):
        return messages.Callback(keep(value), getattr(value, "__name__", "function"))
    raise TypeError(f"a check passes a {type(value).__name__}, which cannot cross")


def from_wire(record: messages.FromRoom, view: Callable[[messages.Handle], Any], depth: int = 0) -> Any:
    """Turns a room's record into a plain value.

    Args:
        record: a claim of the room.
        view: makes a view of a handle.
        depth: how many lists and dicts it lies in.

    Returns:
        The value: plain Python values, read-only arrays, and views.

    Raises:
        BadReply: an array whose parts do not fit together, a dict with a key twice, or too many levels.
    """
    if depth > _MAX_DEPTH:
        raise BadReply("a value that is nested too deeply")
    match record:
        case messages.Binary():
            return record.data
        case messages.Array():
            try:
                return arrays.unpack(record)
            except (arrays.BadArrayError, MemoryError) as problem:
                raise BadReply(str(problem)) from problem
        case messages.Handle():
            return view(record)
        case messages.Items():
            items = [from_wire(item, view, depth + 1) for item in record.items]
            return items if record.kind == "list" else tuple(items)
        case messages.Mapping():
            found = {key: from_wire(item, view, depth + 1) for key, item in record.items}
            if len(found) != len(record.items):
                raise BadReply("a dict with a key twice")
            return found
        case _:
            return record


def in_words(value: Any) -> str:  # noqa: PLR0911  one line a kind of value
    """Says of what kind a value is, for a student: "an array of shape (3, 4)", "None", "a string"."""
    match value:
        case None:
            return "None"
        case bool():
            return "True or False"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case np.ndarray() if value.shape:
            return f"an array of shape {shape_in_words(value.shape)}"
        case np.ndarray():
            return "a number"
        case list() | tuple() | dict():
            return f"a {type(value).__name__} of {len(value)}"
    type_name = getattr(value, "type_name", type(value).__name__)
    return f"an array of Python objects ({type_name})" if type_name == "ndarray" else f"an object of class {type_name}"


def shape_in_words(shape: Any) -> str:
    """Writes a shape as Keras does: "(None, 24, 1)"."""
    sizes = [str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"

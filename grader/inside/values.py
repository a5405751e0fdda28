"""Turns objects of the room into plain records and back; whatever is no plain data stays here as a handle."""

import json
import os
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from grader.inside.absent import loaded_keras
from grader.wire import arrays, messages

_MAX_DEPTH = 32
_INT_BOUNDS = (-(2**63), 2**64 - 1)


class CallsHost(Protocol):
    """Sends a call back to the judge and returns its answer."""

    def __call__(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Calls the judge's function `number`."""


class Values:
    """The room's table of handles and the translation of values in both directions."""

    def __init__(self, call_host: CallsHost, work: str, carried: str) -> None:
        """Starts with an empty table.

        Args:
            call_host: how to call one of the judge's functions.
            work: the room's work folder.
            carried: folder with files from an earlier room, or "".
        """
        self._objects: list[Any] = []
        self._call_host = call_host
        self._work = work
        self._carried = carried

    def keep(self, thing: Any) -> messages.Handle:
        """Puts an object into the table, or finds it there."""
        number = next((at for at, known in enumerate(self._objects) if known is thing), len(self._objects))
        if number == len(self._objects):
            self._objects.append(thing)
        return messages.Handle(number, type(thing).__name__[:200], _is_model(thing))

    def lift(self, record: messages.ToRoom) -> Any:  # noqa: C901, PLR0911  one line a kind of record
        """Makes the object that a record of the host's stands for."""
        match record:
            case messages.Binary():
                return record.data
            case messages.Array():
                array = arrays.unpack(record)
                return array.copy() if array.shape else array[()]
            case messages.Handle():
                return self._objects[record.number]
            case messages.GivenItems():
                items = [self.lift(item) for item in record.items]
                return items if record.kind == "list" else tuple(items)
            case messages.GivenMapping():
                return {key: self.lift(item) for key, item in record.items}
            case messages.Callback():
                return self._function(record)
            case messages.Stub():
                attributes = {name: self.lift(item) for name, item in record.attributes.items()}
                return _stub(record.name, attributes)
            case messages.Rng():
                return np.random.default_rng(np.random.SeedSequence(int.from_bytes(record.entropy, "big")))
            case messages.Built():
                return build(record)
            case messages.Folder():
                return self._carried if record.carried else os.path.join(self._work, record.name)  # noqa: PTH118
            case _:
                return record

    def lower(self, thing: Any, within: tuple[int, ...] = ()) -> messages.FromRoom:  # noqa: C901, PLR0911  one line a kind of value
        """Makes the record that stands for an object of the room; one that lies `within` itself is a handle."""
        if thing is None or isinstance(thing, bool):
            return thing
        if isinstance(thing, float):
            return float(thing)  # NumPy's float64 is one, too, but does not cross
        if isinstance(thing, int):
            return int(thing) if _INT_BOUNDS[0] <= thing <= _INT_BOUNDS[1] else self.keep(thing)
        if isinstance(thing, str):
            return thing.encode("utf-8", "replace").decode("utf-8")
        if isinstance(thing, bytes | bytearray):
            return messages.Binary(bytes(thing))
        if type(thing).__name__ == "TensorShape" and getattr(thing, "rank", None) is not None:
            thing = tuple(thing)
        is_open = len(within) < _MAX_DEPTH and id(thing) not in within
        is_named = hasattr(thing, "_fields")  # named tuples stay what they are
        if is_open and isinstance(thing, list | tuple) and not is_named:
            items = [self.lower(item, (*within, id(thing))) for item in thing]
            return messages.Items("list" if isinstance(thing, list) else "tuple", items)
        if is_open and isinstance(thing, dict):
            return self._lower_dict(thing, within)
        array = _as_array(thing)
        if array is not None:
            try:
                return arrays.pack(array)
            except arrays.BadArrayError:
                return self.keep(thing)
        history = getattr(thing, "history", None)
        if type(thing).__name__ == "History" and isinstance(history, dict):
            return self._lower_dict(history, within)
        return self.keep(thing)

    def _lower_dict(self, thing: dict[Any, Any], within: tuple[int, ...]) -> messages.FromRoom:
        items: list[tuple[str | int, messages.FromRoom]] = []
        for key, item in thing.items():
            if isinstance(key, str):
                name: str | int = key[:512].encode("utf-8", "replace").decode("utf-8")
            elif isinstance(key, int | np.integer) and _INT_BOUNDS[0] <= key <= _INT_BOUNDS[1]:
                name = int(key)
            else:
                return self.keep(thing)
            items.append((name, self.lower(item, (*within, id(thing)))))
        return messages.Mapping(items)

    def _function(self, record: messages.Callback) -> Callable[..., Any]:
        def function(*args: Any, **kwargs: Any) -> Any:
            return self._call_host(record.number, args, kwargs)

        function.__name__ = function.__qualname__ = record.name
        return function


def build(record: messages.Built) -> Any:
    """Builds a Keras layer or model from its serialized config and weights."""
    import keras

    made = keras.saving.deserialize_keras_object(json.loads(record.config))
    if record.weights:
        made.set_weights([arrays.unpack(weight) for weight in record.weights])
    return made


def _stub(name: str, attributes: dict[str, Any]) -> Any:
    """An object with the given attributes, whose class has a telling name."""
    made = type(name, (), {})()
    made.__dict__.update(attributes)
    return made


def _as_array(thing: Any) -> np.ndarray | None:
    """Arrays, tensors, variables and pandas objects as an array; None for anything else."""
    if isinstance(thing, np.ndarray | np.generic):
        return np.asarray(thing)
    if type(thing).__name__ == "KerasTensor" or _is_model(thing):
        return None
    for convert in ("to_numpy", "numpy"):
        method = getattr(thing, convert, None)
        if callable(method):
            try:
                return _without_objects(np.asarray(method()))
            except Exception:  # noqa: BLE001  a stranger's object: it then crosses as a handle
                return None
    return None


def _without_objects(array: np.ndarray) -> np.ndarray:
    """Texts, which pandas keeps as objects, as an array of texts."""
    if array.dtype == object and array.size and all(isinstance(item, str) for item in array.flat):
        return array.astype(str)
    return array


def _is_model(thing: Any) -> bool:
    keras = loaded_keras()
    return keras is not None and isinstance(thing, keras.Model)

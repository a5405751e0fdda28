"""Takes a model apart by running it once and recording what each layer receives and returns, in call order.

This works alike for Sequential, Functional and subclassed models: it looks at instances while they run, not at
how the model was written. Layers inside a wrapper (Bidirectional, TimeDistributed, RNN) count as the wrapper.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

#: Wrappers are recorded as one layer; what they wrap is told by name.
_WRAPPERS = ("Bidirectional", "TimeDistributed", "RNN")
_MAX_CALLS = 256
#: Called with (layer number, layer, output) and may replace the output.
Replace = Callable[[int, Any, Any], Any]


def trace(namespace: dict[str, Any], model: Any, x: np.ndarray) -> list[dict[str, Any]]:
    """Runs a model once and describes every call of a layer.

    Args:
        namespace: not used; every verb takes it.
        model: a Keras model, built or not.
        x: input batch, [batch, ...].

    Returns:
        One dict a call, in call order; `judge.layers.LayerCall` names its fields.
    """
    del namespace
    calls: list[dict[str, Any]] = []
    origins = _Origins(x)

    def record(number: int, layer: Any, inputs: Any, outputs: Any) -> Any:
        if len(calls) < _MAX_CALLS:
            calls.append({"layer": number, **_describe(layer), **_flow(inputs, outputs), "sources": origins.arriving})
            origins.note(outputs, len(calls) - 1)
        return outputs

    with recorded(model, record, origins.arrive):
        model(x, training=False)
    return calls


class _Origins:
    """Knows which call each tensor came from; one that was changed on its way is not known again."""

    def __init__(self, x: Any) -> None:
        self._inputs = [np.asarray(each) for each in (x if isinstance(x, list) else [x])]
        self._known: dict[int, tuple[int, Any]] = {}  # a tensor that is kept shares its id with no other
        self.arriving: list[int] = []

    def arrive(self, args: Any, kwargs: Any) -> None:
        """Finds where all that a layer is given came from: numbers of calls, -1 for the input of the model."""
        origins = {self._origin(tensor) for tensor in _tensors([args, kwargs])}
        self.arriving = sorted(origin for origin in origins if origin is not None)

    def note(self, outputs: Any, call: int) -> None:
        self._known |= {id(tensor): (call, tensor) for tensor in _tensors(outputs)}

    def _origin(self, tensor: Any) -> int | None:
        if id(tensor) in self._known:
            return self._known[id(tensor)][0]
        values = np.asarray(tensor)
        is_input = any(values.shape == each.shape and np.array_equal(values, each) for each in self._inputs)
        return -1 if is_input else None


def _tensors(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
    elif hasattr(value, "shape"):
        yield value


@contextmanager
def recorded(
    model: Any, record: Callable[[int, Any, Any, Any], Any], arrive: Callable[[Any, Any], None] | None = None
) -> Iterator[list[Any]]:
    """Wraps the `call` of every layer for a while.

    Args:
        model: the model.
        record: called with (number, layer, inputs, outputs) after each call; returns the outputs to go on with.
        arrive: called with all arguments before each call.

    Yields:
        The layers, in the order of their numbers.
    """
    layers = list(parts(model))
    with ExitStack() as stack:
        for number, layer in enumerate(layers):
            original = layer.call
            layer.call = _wrapped(number, layer, original, record, arrive)
            stack.callback(_unwrap, layer)
        yield layers


def _wrapped(
    number: int,
    layer: Any,
    original: Callable[..., Any],
    record: Callable[..., Any],
    arrive: Callable[[Any, Any], None] | None,
) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        if arrive is not None:
            arrive(args, kwargs)
        inputs = args[0] if args else next(iter(kwargs.values()), None)
        return record(number, layer, inputs, original(*args, **kwargs))

    return call


def _unwrap(layer: Any) -> None:
    del layer.call  # the instance's attribute; the class's method shows again


def parts(layer: Any) -> Iterator[Any]:
    """All layers of a model that do work themselves: containers are opened, wrappers and RNNs are not."""
    import keras

    seen: set[int] = set()
    pending = [layer]
    while pending:
        part = pending.pop(0)
        inner = [child for child in getattr(part, "_layers", []) if isinstance(child, keras.layers.Layer)]
        if part is not layer and (_is_one(part) or not inner):
            if id(part) not in seen and not isinstance(part, keras.layers.InputLayer):
                seen.add(id(part))
                yield part
        else:
            pending = inner + pending


def _is_one(part: Any) -> bool:
    names = {base.__name__ for base in type(part).__mro__}
    return bool(names.intersection(_WRAPPERS))


def _describe(layer: Any) -> dict[str, Any]:
    """What can be said of a layer without running it."""
    inner = getattr(layer, "layer", None) or getattr(layer, "forward_layer", None)
    recurrent = inner if inner is not None and hasattr(inner, "return_sequences") else layer
    cell = getattr(recurrent, "cell", None)
    cells = getattr(cell, "cells", None) or ([cell] if cell is not None else [])
    names = [base.__name__ for base in type(recurrent).__mro__]
    return {
        "name": str(layer.name),
        "kind": type(layer).__name__,
        "own": not type(layer).__module__.startswith("keras."),
        "wraps": type(inner).__name__ if inner is not None else None,
        "recurrent": "RNN" in names or "RNNCell" in names,
        "cells": [next((name for name in _mro(one) if name.endswith("Cell")), type(one).__name__) for one in cells],
        "units": _int(getattr(recurrent, "units", None) or getattr(cells[-1] if cells else None, "units", None)),
        "return_sequences": getattr(recurrent, "return_sequences", None),
        "go_backwards": getattr(recurrent, "go_backwards", None),
        "stateful": getattr(recurrent, "stateful", None),
        "parameters": int(layer.count_params()) if layer.built else 0,
    }


def _mro(thing: Any) -> list[str]:
    return [base.__name__ for base in type(thing).__mro__]


def _int(value: Any) -> int | None:
    return int(value) if isinstance(value, int | np.integer) else None


def _flow(inputs: Any, outputs: Any) -> dict[str, Any]:
    """Shapes of what goes in and comes out, the batch as None, and whether the input changes along time."""
    received = np.asarray(first(inputs))
    return {
        "input_shape": _shape(received),
        "output_shape": _shape(np.asarray(first(outputs))),
        "constant_input": bool(received.ndim > 2 and np.allclose(received, received[:, :1], atol=1e-6)),  # noqa: PLR2004  [batch, time, ...]
    }


def first(value: Any) -> Any:
    """The first tensor of what a layer receives or returns, which may be nested lists of them."""
    while isinstance(value, list | tuple) and value:
        value = value[0]
    return value


def _shape(array: np.ndarray) -> list[int | None]:
    return [None, *(int(size) for size in array.shape[1:])]

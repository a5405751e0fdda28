"""Where a model looks: the shares that it gives to the steps of a sequence, and what it puts out with other shares.

Attention is written in many ways: a layer of Keras, a softmax, an exponential divided by its sum, a loop over cells.
All of them compute, somewhere, numbers of at least zero that sum up to one over the steps. So these are looked for
in the results of the few operations that can make them, while the model runs, and not in its layers.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest import mock

import numpy as np

#: How far from one a sum of shares may be; 32-bit floats, over hundreds of steps.
_TOLERANCE = 1e-3
_MAX_MAPS = 256


def attention(namespace: dict[str, Any], model: Any, x: np.ndarray, steps: int, instead: str = "own") -> dict[str, Any]:
    """Runs a model once, with its own shares of the steps or with others in their place.

    Args:
        namespace: not used; every verb takes it.
        model: a Keras model.
        x: inputs, [n, ...].
        steps: number of steps that the shares are given to; no other axis of the model should be as long.
        instead: "own" leaves the shares as they are, "even" gives all steps the same, "first" the first step all.

    Returns:
        Dict with "maps", the shares that the model computes, in order, each [n, ..., steps], and "outputs". What is
        computed after a share that was replaced may be other than it would be.
    """
    del namespace
    maps: list[np.ndarray] = []

    def replaced(result: Any) -> Any:
        axis = _axis_of_shares(result, len(x), steps)
        if axis is None or len(maps) == _MAX_MAPS:
            return result
        shares = np.moveaxis(np.asarray(result), axis, -1)
        maps.append(shares)
        if instead == "own":
            return result
        others = np.full(shares.shape, 1 / steps if instead == "even" else 0, "float32")
        if instead == "first":
            others[..., 0] = 1
        return _like(np.moveaxis(others, -1, axis), result)

    with ExitStack() as stack:
        for module, name in _makers():
            stack.enter_context(mock.patch.object(module, name, _followed_by(replaced, getattr(module, name))))
        outputs = np.asarray(model(x, training=False))
    return {"maps": maps, "outputs": outputs}


def _makers() -> list[tuple[Any, str]]:
    """The operations that shares come from: softmax itself, and the last one of those that make it up by hand."""
    import tensorflow as tf
    from tensorflow.python.ops import gen_math_ops, gen_nn_ops

    return [(gen_nn_ops, "softmax"), (gen_math_ops, "real_div"), (gen_math_ops, "mul"), (tf, "exp"), (tf.math, "exp")]


def _followed_by(then: Callable[[Any], Any], operation: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        return then(operation(*args, **kwargs))

    return run


def _axis_of_shares(result: Any, n: int, steps: int) -> int | None:
    """The axis along which a result of an operation holds shares of the steps, for each of n inputs."""
    shape = tuple(getattr(result, "shape", ()))
    if not hasattr(result, "numpy") or len(shape) < 2 or steps not in shape[1:] or shape[0] % n:  # noqa: PLR2004  [n, steps]
        return None
    array = np.asarray(result)
    if array.dtype.kind != "f" or not (array >= 0).all():
        return None
    axes = [axis for axis in range(1, array.ndim) if array.shape[axis] == steps]
    return next((axis for axis in axes if np.allclose(array.sum(axis), 1, atol=_TOLERANCE)), None)


def _like(array: np.ndarray, result: Any) -> Any:
    import tensorflow as tf

    return tf.constant(array, dtype=result.dtype)

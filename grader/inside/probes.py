"""Questions to a model that need no training: what depends on what, and what is left without its weights."""

from typing import Any

import numpy as np

from grader.inside.anatomy import first, parts, recorded

#: Size of the change that is made to one step; far above rounding, well within tanh's range.
_NUDGE = 0.7
#: Changes smaller than this are rounding of 32-bit floats.
_ROUNDING = 1e-7
_RECURRENT = ("RNN", "Bidirectional", "LSTMCell", "GRUCell", "SimpleRNNCell")


def predict(namespace: dict[str, Any], model: Any, x: np.ndarray | list[np.ndarray], batch: int = 256) -> np.ndarray:
    """Runs a model eagerly, batch by batch; this needs no tracing, unlike `model.predict`.

    Args:
        namespace: not used; every verb takes it.
        model: a model or a frozen graph.
        x: inputs, [n, ...]; several of them in a list go in one batch.
        batch: rows at a time.

    Returns:
        Outputs, [n, ...].
    """
    del namespace
    if isinstance(x, list):
        return np.asarray(model(x))
    return np.concatenate([np.asarray(model(x[at : at + batch])) for at in range(0, len(x), batch)])


def dependency(namespace: dict[str, Any], model: Any, x: np.ndarray) -> np.ndarray:
    """Finds which output steps change when an input step changes.

    Args:
        namespace: not used; every verb takes it.
        model: a model or a frozen graph with outputs [batch, steps, ...] or [batch, features].
        x: one input, [1, timesteps, features].

    Returns:
        Booleans, [output steps, input timesteps]; a model without output steps has one row.
    """
    del namespace
    timesteps = x.shape[1]
    nudged = np.repeat(x, timesteps + 1, axis=0)  # the last row stays as it is
    for step in range(timesteps):
        nudged[step, step] += _NUDGE
    outputs = np.asarray(model(nudged))
    if outputs.ndim == 2:  # noqa: PLR2004  [batch, features]: no steps
        outputs = outputs[:, None]
    moved = np.abs(outputs[:-1] - outputs[-1:])
    return np.asarray(moved.reshape(timesteps, outputs.shape[1], -1).max(axis=-1).T > _ROUNDING)


def influence(namespace: dict[str, Any], model: Any, x: np.ndarray, source: int, target: int) -> np.ndarray:
    """Finds which steps of one layer's input change when a step of another layer's output changes.

    Args:
        namespace: not used; every verb takes it.
        model: a Keras model.
        x: one input, [1, ...].
        source: number of the layer whose output is changed, as in `trace`.
        target: number of the layer whose input is watched.

    Returns:
        Booleans, [steps of the source's output, steps of the target's input]; empty where one of them is never
        called. What has no steps counts as one.
    """
    del namespace
    steps = _output_steps(model, x, source)
    if steps == 0:
        return np.zeros((0, 0), dtype=bool)
    seen: list[np.ndarray] = []

    def nudge(number: int, layer: Any, inputs: Any, outputs: Any) -> Any:
        del layer
        if number == target:
            seen.append(np.asarray(first(inputs)))
        return _nudged(outputs, steps) if number == source else outputs

    with recorded(model, nudge):
        model(np.repeat(x, steps + 1, axis=0), training=False)
    if not seen:
        return np.zeros((0, 0), dtype=bool)
    inputs = seen[0] if seen[0].ndim > 2 else seen[0][:, None]  # noqa: PLR2004  [batch, time, ...]
    moved = np.abs(inputs[:-1] - inputs[-1:])
    return np.asarray(moved.reshape(steps, inputs.shape[1], -1).max(axis=-1) > _ROUNDING)


def received(namespace: dict[str, Any], model: Any, x: np.ndarray, target: int) -> list[np.ndarray]:
    """What one layer receives while the model runs once.

    Args:
        namespace: not used; every verb takes it.
        model: a Keras model.
        x: input batch, [batch, ...].
        target: number of the layer, as in `trace`.

    Returns:
        Its (first) input at each of its calls.
    """
    del namespace
    seen: list[np.ndarray] = []

    def look(number: int, layer: Any, inputs: Any, outputs: Any) -> Any:
        del layer
        if number == target:
            seen.append(np.asarray(first(inputs)))
        return outputs

    with recorded(model, look):
        model(x, training=False)
    return seen


def perturb(namespace: dict[str, Any], model: Any, how: str) -> Any:
    """Takes from a model what it has learned.

    Args:
        namespace: not used; every verb takes it.
        model: a Keras model; it is changed in place.
        how: "random" draws all trainable weights anew, "no recurrence" sets those of recurrent layers to zero.

    Returns:
        The model.
    """
    del namespace
    if how == "random":
        for variable in model.trainable_variables:
            variable.assign(_drawn(variable.shape))
        return model
    for layer in parts(model):
        if any(base.__name__ in _RECURRENT for base in type(layer).__mro__):
            layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    return model


def set_weights(namespace: dict[str, Any], model: Any, weights: list[np.ndarray]) -> None:
    """Gives a model its weights.

    Args:
        namespace: not used; every verb takes it.
        model: a Keras model that has been called.
        weights: as `get_weights` told them.
    """
    del namespace
    model.set_weights(weights)
    for layer in parts(model):
        if hasattr(layer, "finalize_state"):  # Normalization computes with copies of its weights
            layer.finalize_state()


def _drawn(shape: tuple[int, ...]) -> np.ndarray:
    """Weights as small as an initializer draws them; biases zero."""
    if len(shape) < 2:  # noqa: PLR2004  a bias
        return np.zeros(shape, "float32")
    return np.random.normal(0, shape[-2] ** -0.5, shape).astype("float32")  # noqa: NPY002  the room's seed holds


def _output_steps(model: Any, x: np.ndarray, source: int) -> int:
    steps = 0

    def look(number: int, layer: Any, inputs: Any, outputs: Any) -> Any:
        nonlocal steps
        del layer, inputs
        if number == source:
            array = np.asarray(first(outputs))
            steps = array.shape[1] if array.ndim > 2 else 1  # noqa: PLR2004  [batch, time, ...]
        return outputs

    with recorded(model, look):
        model(x, training=False)
    return steps


def _nudged(outputs: Any, steps: int) -> Any:
    """Changes step i of row i of a layer's output, in the first output where there are several."""
    import tensorflow as tf

    if isinstance(outputs, list | tuple):
        return type(outputs)([_nudged(outputs[0], steps), *outputs[1:]])
    change = np.zeros(outputs.shape, "float32")
    for step in range(steps):
        change[(step, step) if len(outputs.shape) > 2 else step] = _NUDGE  # noqa: PLR2004  [batch, time, ...]
    return outputs + tf.constant(change)

"""How a model leaves a room and enters another: as a `.keras` archive, or as a frozen TensorFlow graph.

A model made of Keras's own layers travels as an archive. A model with the student's own classes is first
rewritten as a functional model of Keras layers where its `call` allows that; else it travels as a graph with
its variables frozen in. Either is checked as data before anything loads it.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any
from unittest import mock

import numpy as np

ARCHIVE, GRAPH = "archive", "graph"
_ACTIVATIONS = ("activation", "recurrent_activation")


def pack(namespace: dict[str, Any], model: Any, sample: np.ndarray, own: bool = False) -> dict[str, Any]:
    """Packs a model for another room.

    Args:
        namespace: not used; every verb takes it.
        model: a Keras model.
        sample: an input batch, [batch, ...]; its shape tells the input shape of models without one.
        own: whether the other room has the submission loaded, so that its own classes can stay.

    Returns:
        Dict with "form" ("archive" or "graph"), "data" (bytes) and "rewritten" (whether a subclassed model
        was turned into a functional one).
    """
    del namespace
    if not model.built:
        model(np.zeros_like(sample[:1]))
    if own:
        return {"form": ARCHIVE, "data": _save(model), "rewritten": False}
    for rewrite in (False, True):
        # What its layers cannot tell, the graph can hold; so any failure here only leads on.
        with suppress(Exception):
            plain = _as_functional(model, sample) if rewrite else model
            data = _save(plain)
            if _is_plain(data) and (not rewrite or _same(model, plain, sample)):
                return {"form": ARCHIVE, "data": data, "rewritten": rewrite}
    return {"form": GRAPH, "data": _freeze(model, sample), "rewritten": False}


def unpack(namespace: dict[str, Any], form: str, data: bytes, operations: list[str] | None = None) -> Any:
    """Loads a packed model.

    Args:
        namespace: the submission's globals; its classes are known while loading.
        form: "archive" or "graph".
        data: the packed model.
        operations: for a graph, the TensorFlow operations that may occur in it.

    Returns:
        A Keras model, or a callable that stands for the graph.

    Raises:
        ValueError: the graph holds another operation, or the weights file refers outside itself.
    """
    import keras

    if form == GRAPH:
        return FrozenGraph(data, set(operations or ()))
    path = os.path.join(os.environ["TMPDIR"], "model.keras")  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(data)
    _refuse_links(data)
    own = {name: thing for name, thing in namespace.items() if isinstance(thing, type)}
    return keras.saving.load_model(path, custom_objects=own, compile=False, safe_mode=True)


class FrozenGraph:
    """A model as a TensorFlow graph whose variables are constants; it can only be called."""

    def __init__(self, data: bytes, operations: set[str]) -> None:
        """Parses and checks the graph, then imports it.

        Args:
            data: a serialized GraphDef with placeholder "x" and identity "y".
            operations: the operations that may occur.

        Raises:
            ValueError: another operation occurs.
        """
        import tensorflow as tf
        from tensorflow.core.framework import graph_pb2
        from tensorflow.python.framework import op_def_registry

        graph = graph_pb2.GraphDef()
        graph.ParseFromString(data)
        nodes = [node.op for node in graph.node]
        nodes += [node.op for function in graph.library.function for node in function.node_def]
        names = {function.signature.name for function in graph.library.function}
        functions = {name for name in names if op_def_registry.get(name) is None}  # none may pose as an operation
        strange = sorted(set(nodes) - operations - functions)
        if strange:
            raise ValueError(f"the graph uses operations that are not allowed: {', '.join(strange[:5])}")
        wrapped = tf.compat.v1.wrap_function(lambda: tf.graph_util.import_graph_def(graph, name=""), [])
        self._call = wrapped.prune("x:0", "y:0")
        self.built = True

    def __call__(self, x: Any, training: bool = False) -> Any:
        """Runs the graph on a batch."""
        import tensorflow as tf

        del training
        return self._call(tf.convert_to_tensor(x))


def _is_plain(data: bytes) -> bool:
    """Whether an archive names only classes and functions that Keras brings."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        pending = [json.loads(archive.read("config.json"))]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            module = node.get("module") or "keras"
            if node.get("class_name") in ("Lambda", "__lambda__", "function"):  # Keras's own functions go by name
                return False
            if any(isinstance(node.get(key), dict) and "class_name" not in node[key] for key in _ACTIVATIONS):
                return False  # a Python lambda, of which Keras notes the code alone
            if "class_name" in node and not (module == "builtins" or module.partition(".")[0] == "keras"):
                return False
            pending += node.values()
        elif isinstance(node, list):
            pending += node
    return True


def _save(model: Any) -> bytes:
    """Saves a model without what it was compiled with: losses may be the student's own, and nobody needs them."""
    path = os.path.join(os.environ["TMPDIR"], "packed.keras")  # noqa: PTH118
    model.save(path)
    kept = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(kept, "w") as slim:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "config.json":
                config = json.loads(content)
                config.pop("compile_config", None)
                content = json.dumps(config).encode()
            slim.writestr(zipfile.ZipInfo(name), content)
    os.remove(path)  # noqa: PTH107
    return kept.getvalue()


def _as_functional(model: Any, sample: np.ndarray) -> Any:
    """Rewrites a subclassed model as a functional one by running its `call` on symbolic inputs."""
    import keras

    inputs = keras.Input(batch_shape=(None, *sample.shape[1:]), dtype=sample.dtype.name)
    with _opened(model):
        outputs = model.call(inputs)
    functional = keras.Model(inputs, outputs)
    if len(functional.variables) != len(model.variables):
        raise ValueError("weights outside of layers cannot be kept")
    return functional


@contextmanager
def _opened(model: Any) -> Iterator[None]:
    """Makes calls of the student's own layers go straight into their `call`, down to Keras's layers."""
    import keras

    parts = model._flatten_layers(include_self=False)  # noqa: SLF001  the only way into wrappers
    foreign = {type(part) for part in parts if not type(part).__module__.startswith("keras.")}

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return self.call(*args, **kwargs)

    with ExitStack() as stack:
        for kind in {*foreign, keras.layers.Lambda}:
            stack.enter_context(mock.patch.object(kind, "__call__", call))
        yield


def _same(model: Any, other: Any, sample: np.ndarray) -> bool:
    return bool(np.allclose(np.asarray(model(sample)), np.asarray(other(sample)), atol=1e-5))


def _freeze(model: Any, sample: np.ndarray) -> bytes:
    """Turns a model into a serialized graph with its variables as constants."""
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    signature = tf.TensorSpec((None, *sample.shape[1:]), tf.as_dtype(sample.dtype), name="x")
    function = tf.function(lambda x: tf.identity(model(x, training=False)), input_signature=[signature])
    frozen = convert_variables_to_constants_v2(function.get_concrete_function(), lower_control_flow=False)
    graph = frozen.graph.as_graph_def()
    _name_ends(graph, frozen.inputs[0].op.name, frozen.outputs[0].op.name)
    data: bytes = graph.SerializeToString()
    return data


def _name_ends(graph: Any, first: str, last: str) -> None:
    """Gives the graph's input and output the names that the other side expects."""
    names = {first: "x", last: "y"}
    for node in graph.node:
        node.name = names.get(node.name, node.name)
        for at, source in enumerate(node.input):
            head, colon, rest = source.partition(":")
            if head in names:
                node.input[at] = names[head] + colon + rest


def _refuse_links(data: bytes) -> None:
    """Holds that the weights lie in the archive itself: HDF5 files can refer to other files."""
    import h5py

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        weights = archive.read("model.weights.h5")
    with h5py.File(io.BytesIO(weights), "r") as file:
        pending = [file]
        while pending:
            group = pending.pop()
            for name in group:
                if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                    raise ValueError("the weights file holds links")  # noqa: TRY004
                part = group[name]
                if isinstance(part, h5py.Group):
                    pending.append(part)
                elif part.external or part.is_virtual:
                    raise ValueError("the weights file refers to other files")

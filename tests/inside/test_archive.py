"""Models leave a room as archives or frozen graphs, predict the same afterwards, and bring nothing else along."""

import importlib
import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.inside import archive
from grader.inside.loading import MODULE, Submission
from grader.judge.graph import OPERATIONS

pytestmark = pytest.mark.rooms

X = np.random.default_rng(1).normal(size=(3, 5, 2)).astype("float32")
STUDENT = """
import keras
import tensorflow as tf
L = keras.layers

class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.head = L.LSTM(4, return_sequences=True), L.LSTM(3), L.Dense(2)
    def call(self, x):
        return self.head(self.second(self.first(x)))

class Own(L.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1], 3))
    def call(self, x):
        return keras.ops.tanh(x @ self.w)

def squash(x):
    return keras.ops.tanh(x) * 0.5

def functional():
    x = keras.Input((5, 2))
    return keras.Model(x, L.Dense(1)(L.LSTM(3)(x)))

def loss(a, b):
    return keras.ops.mean(a - b)

def compiled():
    model = keras.Sequential([keras.Input((5, 2)), L.LSTM(3)])
    model.compile("adam", loss)
    return model

MODELS = {
    "sequential": lambda: keras.Sequential([L.LSTM(4), L.Dense(1)]),
    "functional": functional,
    "compiled with a loss of its own": compiled,
    "subclassed": Model,
    "own layer": lambda: keras.Sequential([Own(), L.LSTM(3)]),
    "own activation": lambda: keras.Sequential([L.LSTM(3), L.Dense(2, activation=squash)]),
    "lambda as activation": lambda: keras.Sequential([L.LSTM(3), L.Dense(2, activation=lambda x: x * 2)]),
    "Lambda of Keras operations": lambda: keras.Sequential([keras.Input((5, 2)), L.Lambda(lambda x: x * 2), L.LSTM(3)]),
    "Lambda of TensorFlow": lambda: keras.Sequential(
        [keras.Input((5, 2)), L.Lambda(lambda x: tf.reverse(x, [1])), L.LSTM(3)]
    ),
}
"""
FORMS = {
    "sequential": ("archive", False),
    "functional": ("archive", False),
    "compiled with a loss of its own": ("archive", False),
    "subclassed": ("archive", True),
    "own layer": ("graph", False),
    "own activation": ("graph", False),
    "lambda as activation": ("graph", False),
    "Lambda of Keras operations": ("archive", True),
    "Lambda of TensorFlow": ("graph", False),
}


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture(scope="module")
def student(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The namespace of a loaded submission."""
    submission = Submission("lesson.py", str(tmp_path_factory.mktemp("work")))
    submission.run(STUDENT, None)
    yield submission.namespace
    sys.modules.pop(MODULE, None)


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize("kind", FORMS)
def test_models_predict_the_same_in_another_room(student: dict[str, Any], kind: str) -> None:
    model = student["MODELS"][kind]()
    packed = archive.pack({}, model, X)
    assert (packed["form"], packed["rewritten"]) == FORMS[kind]
    there = archive.unpack({}, packed["form"], packed["data"], sorted(OPERATIONS))
    assert isinstance(there, archive.FrozenGraph) is (packed["form"] == "graph")
    np.testing.assert_allclose(np.asarray(there(X)), np.asarray(model(X)), atol=1e-5)
    assert np.asarray(there(X[:1])).shape == np.asarray(model(X[:1])).shape


@pytest.mark.parametrize("own", [False, True])
def test_what_a_model_was_compiled_with_never_travels(student: dict[str, Any], own: bool) -> None:
    data = archive.pack({}, student["MODELS"]["compiled with a loss of its own"](), X, own=own)["data"]
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        config = packed.read("config.json")
    assert "compile_config" not in json.loads(config)
    assert b"loss" not in config


def test_own_classes_stay_where_the_other_room_knows_them(student: dict[str, Any]) -> None:
    model = student["MODELS"]["own layer"]()
    packed = archive.pack(student, model, X, own=True)
    there = archive.unpack(student, packed["form"], packed["data"])
    assert type(there.layers[0]) is student["Own"]
    np.testing.assert_allclose(np.asarray(there(X)), np.asarray(model(X)), atol=1e-6)
    with pytest.raises(TypeError):
        archive.unpack({}, packed["form"], packed["data"])


def graph_of(function: Callable[[Any], Any]) -> bytes:
    tf = importlib.import_module("tensorflow")
    signature = [tf.TensorSpec((None, 5, 2), tf.float32, name="x")]
    traced = tf.function(lambda x: tf.identity(function(x), name="y"), input_signature=signature)
    data: bytes = traced.get_concrete_function().graph.as_graph_def().SerializeToString()
    return data


def reads_a_file(x: Any) -> Any:
    tf = importlib.import_module("tensorflow")
    return x + tf.cast(tf.strings.length(tf.io.read_file("/etc/hostname")), tf.float32)


def runs_python(x: Any) -> Any:
    return importlib.import_module("tensorflow").py_function(lambda value: value, [x], "float32")


def reads_a_file_within(x: Any) -> Any:
    tf = importlib.import_module("tensorflow")
    return tf.cond(tf.reduce_sum(x) > 0, lambda: reads_a_file(x), lambda: x)


@pytest.mark.parametrize(
    "function, named", [(reads_a_file, "ReadFile"), (runs_python, "EagerPyFunc"), (reads_a_file_within, "ReadFile")]
)
def test_a_graph_that_does_more_than_arithmetic_is_refused(function: Callable[[Any], Any], named: str) -> None:
    with pytest.raises(ValueError, match=f"not allowed: .*{named}"):
        archive.FrozenGraph(graph_of(function), set(OPERATIONS))


def test_a_function_cannot_lend_its_name_to_a_forbidden_operation() -> None:
    tf = importlib.import_module("tensorflow")
    pb2 = importlib.import_module("tensorflow.core.framework.graph_pb2")
    graph = pb2.GraphDef.FromString(graph_of(tf.function(lambda x: x * 2)))
    graph.library.function[0].signature.name = "ReadFile"
    graph.node.add(name="name", op="Const").attr["dtype"].type = 7
    graph.node.add(name="evil", op="ReadFile").input.append("name")
    with pytest.raises(ValueError, match="ReadFile"):
        archive.FrozenGraph(graph.SerializeToString(), set(OPERATIONS))


def with_weights(data: bytes, change: Callable[[Any, Any], None]) -> bytes:
    """An archive whose weights file was changed."""
    h5py = importlib.import_module("h5py")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    weights = io.BytesIO(members["model.weights.h5"])
    with h5py.File(weights, "r+") as file:
        change(h5py, file)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, content in (members | {"model.weights.h5": weights.getvalue()}).items():
            packed.writestr(name, content)
    return made.getvalue()


def external_link(h5py: Any, file: Any) -> None:
    file["layers/more"] = h5py.ExternalLink("/etc/other.h5", "/x")


def soft_link(h5py: Any, file: Any) -> None:
    file["layers/more"] = h5py.SoftLink("/layers")


def virtual_dataset(h5py: Any, file: Any) -> None:
    layout = h5py.VirtualLayout((1,), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", (1,))
    file.create_virtual_dataset("layers/more", layout)


def external_storage(h5py: Any, file: Any) -> None:
    del h5py
    file.create_dataset("layers/more", (1,), "u1", external=[("/etc/hostname", 0, 1)])


@pytest.mark.parametrize("change", [external_link, soft_link, virtual_dataset, external_storage])
def test_weights_that_lie_elsewhere_are_refused(student: dict[str, Any], change: Callable[[Any, Any], None]) -> None:
    data = archive.pack({}, student["MODELS"]["functional"](), X)["data"]
    with pytest.raises(ValueError, match=r"the weights file (holds links|refers to other files)"):
        archive.unpack({}, "archive", with_weights(data, change))
    archive.unpack({}, "archive", with_weights(data, lambda _, file: file.create_group("more")))

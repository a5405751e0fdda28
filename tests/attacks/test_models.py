"""Model files as attacks: each is refused, by the judge before Keras sees it or in the clean room, and says why.

The judge's check is proved member by member in tests/judge/test_archive, the room's own check of weights and graphs in
tests/inside/test_archive, arrays in tests/wire/test_arrays (rows 24 and 26: the judge never reads a `.npy` file). Here
each file is a real one, made from a model that a room has packed, and goes the whole way.
"""

import ast
import copy
import importlib
import io
import json
import pickle
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import grader
from grader.judge import Miss, ModelView, Rooms, SubmissionView
from grader.judge.archive import MAX_BYTES, RefusedArchive, check_archive
from grader.judge.context import Context
from grader.judge.explain import finding_of
from grader.judge.source import Source
from grader.rooms.house import House, Starter
from grader.rubric import Criterion, Limits, Rubric
from grader.seeds import Streams, public_secret
from grader.submission import parse_submission

pytestmark = pytest.mark.rooms

X = np.random.default_rng(1).normal(size=(3, 5, 2)).astype("float32")
CRITERION = Criterion(id="runs", title="Runs", points=1, why="w", hints=("a", "b", "c"))
TEXT = """
import keras
from grader.inside import verbs
L = keras.layers

class Scale(L.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(shape[-1],))
    def call(self, x):
        return x * self.w

def loss(y, p):
    return keras.ops.mean(keras.ops.abs(y - p))

def build():
    return keras.Sequential([keras.Input((5, 2)), L.LSTM(4), L.Dense(1)])

def own():
    model = keras.Sequential([keras.Input((5, 2)), Scale(), L.LSTM(3), L.Dense(1, activation=lambda x: x * 2)])
    model.compile("adam", loss, metrics=[loss])
    model.fit(keras.ops.zeros((4, 5, 2)), keras.ops.ones((4, 1)), verbose=0)
    return model

def wide():
    return keras.Sequential([keras.Input((5, 2)), L.LSTM(2), L.Dense(1_500_000)])

def heavy():
    return keras.Sequential([keras.Input((5, 2)), *[L.LSTM(700, return_sequences=True) for _ in range(5)], L.LSTM(1)])

def lambdas():
    return keras.Sequential([keras.Input((5, 2)), L.LSTM(4), L.Lambda(lambda x: x[:, :1] * 2)])

def forge(form, data):
    verbs.VERBS["pack"] = lambda *rest, **named: {"form": form, "data": data}
    return build()
"""


@pytest.fixture(scope="module")
def context(rooms: Starter) -> Iterator[Context]:
    limits = Limits(cpu_seconds=10, import_seconds=10, memory_mb=2048, reply_mb=64)
    rubric = Rubric(schema=1, title="T", theme="t", functions=("build",), limits=limits, criteria=(CRITERION,))
    submission = parse_submission("lesson.py", TEXT.encode())
    streams = Streams(public_secret(), "lesson01_models")
    with House(rooms, memory_mb=2048) as house:
        yield Context(
            house=house, submission=submission, source=Source(submission.text), rubric=rubric, streams=streams
        )


@pytest.fixture(scope="module")
def view(context: Context) -> SubmissionView:
    return Rooms(context).student()


@pytest.fixture
def student(context: Context) -> SubmissionView:
    """A room of its own, where nothing was forged before."""
    return Rooms(context).student()


@pytest.fixture(scope="module")
def honest(context: Context) -> bytes:
    """The archive of a small model, as a room packs it."""
    room = Rooms(context).student()
    data = room.ask("pack", model=room.build(), sample=X)["data"]
    assert isinstance(data, bytes)
    check_archive(data)
    return data


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: dict[str, bytes], *more: tuple[str | zipfile.ZipInfo, bytes], method: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in (*content.items(), *more):
            archive.writestr(name, data)
    return file.getvalue()


def with_config(data: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    content = members(data)
    config = json.loads(content["config.json"])
    change(config)
    return zipped(content | {"config.json": json.dumps(config).encode()})


def with_weights(data: bytes, change: Callable[[Any, Any], None]) -> bytes:
    h5py = importlib.import_module("h5py")
    content = members(data)
    weights = io.BytesIO(content["model.weights.h5"])
    with h5py.File(weights, "r+") as file:
        change(h5py, file)
    return zipped(content | {"model.weights.h5": weights.getvalue()})


def layer(config: dict[str, Any]) -> dict[str, Any]:
    """The LSTM of the honest model, to be changed."""
    found: dict[str, Any] = next(part for part in config["config"]["layers"] if part["class_name"] == "LSTM")
    return found


def changed(**parts: Any) -> Callable[[bytes], bytes]:
    return lambda data: with_config(data, lambda config: layer(config).update(parts))


def sized(**sizes: Any) -> Callable[[bytes], bytes]:
    return lambda data: with_config(data, lambda config: layer(config)["config"].update(sizes))


def added(name: str, content: bytes = b"x") -> Callable[[bytes], bytes]:
    return lambda data: zipped(members(data), (name, content))


def replaced(name: str, content: bytes) -> Callable[[bytes], bytes]:
    return lambda data: zipped(members(data) | {name: content})


def renamed(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda data: zipped({new if name == old else name: part for name, part in members(data).items()})


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return info


def as_link(name: str) -> Callable[[bytes], bytes]:
    def made(data: bytes) -> bytes:
        content = members(data)
        del content[name]
        return zipped(content, (link(name), b"/etc/passwd"))

    return made


def twice(data: bytes) -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return zipped(members(data), ("config.json", members(changed(class_name="Lambda")(data))["config.json"]))


def encrypted(data: bytes) -> bytes:
    flagged = bytearray(data)
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = flagged.find(signature)
        while at >= 0:
            flagged[at + offset] |= 1
            at = flagged.find(signature, at + 1)
    return bytes(flagged)


def bomb(data: bytes) -> bytes:
    """Some 300 KB that unpack to more than the judge takes."""
    content = members(data)
    del content["model.weights.h5"]
    file = io.BytesIO(zipped(content))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("model.weights.h5", "w") as weights:
        for _ in range((MAX_BYTES >> 20) + 1):
            weights.write(bytes(1 << 20))
    return file.getvalue()


def deep(data: bytes) -> bytes:
    nested = b'{"a":' * 2000 + b"1" + b"}" * 2000
    return zipped(members(data) | {"config.json": nested})


def lambda_layer(data: bytes) -> bytes:
    code = {"class_name": "__lambda__", "config": {"value": "4wEAAAA=", "defaults": None, "closure": None}}
    return changed(class_name="Lambda", config={"name": "a", "function": code})(data)


def saved_model(_: bytes) -> bytes:
    return zipped({"saved_model.pb": b"\x08\x01", "variables/variables.index": b"", "fingerprint.pb": b""})


def small_npy_of_32_gib(_: bytes) -> bytes:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296,), }"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header


def object_npy(_: bytes) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    return file.getvalue()


#: Refused by the judge, before Keras sees them: what makes the file, and what the student reads of the reason.
BY_THE_JUDGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "Lambda": (lambda_layer, "Lambda"),
    "lambda as activation": (sized(activation={"class_name": "__lambda__", "config": {"value": "4w=="}}), "lambda"),
    "class of the main module": (changed(module="__main__", class_name="Mine"), "not Keras's own"),
    "class of the submission": (changed(module="submission", class_name="Scale"), "not Keras's own"),
    "class of another package": (changed(module="subprocess", class_name="Popen"), "not Keras's own"),
    "class by a path": (changed(module="keras", class_name="layers.Lambda"), "malformed"),
    "class by its registered name": (changed(registered_name="evil>Layer"), "registered"),
    "built-in under another's registered name": (changed(registered_name="Lambda"), "registered"),
    "function as class": (changed(module="keras.models", class_name="load_model"), "not Keras's own"),
    "function as activation class": (
        sized(activation={"module": "keras.layers", "class_name": "deserialize", "config": {}}),
        "not Keras's own",
    ),
    "type specification": (
        changed(class_name="__typespec__", module="keras", spec_name="Lambda", config=[]),
        "not Keras's own",
    ),
    "download": (changed(module="keras.utils", class_name="get_file"), "not Keras's own"),
    "file as vocabulary": (changed(class_name="StringLookup", config={"vocabulary": "file:///etc/passwd"}), "tables"),
    "text vectorization": (changed(class_name="TextVectorization", config={"vocabulary": "/etc/passwd"}), "tables"),
    "vocabulary member": (added("assets/layers/lookup/vocabulary.txt"), "exactly"),
    "SavedModel layer": (changed(class_name="TFSMLayer", config={"filepath": "/"}), "other frameworks"),
    "SavedModel": (saved_model, "exactly"),
    "HDF5 file": (lambda data: members(data)["model.weights.h5"], "no readable model"),
    "pickle": (lambda _: pickle.dumps(print), "no readable model"),
    "array of objects": (object_npy, "no readable model"),
    "array of 32 GiB in 80 bytes": (small_npy_of_32_gib, "no readable model"),
    "zip bomb": (bomb, "more than 256 MB"),
    "archive in an archive": (lambda data: added("model.keras", data)(data), "exactly"),
    "name above the folder": (renamed("config.json", "../config.json"), "exactly"),
    "absolute name": (renamed("config.json", "/config.json"), "exactly"),
    "name with a backslash": (added("..\\config.json"), "exactly"),
    "member twice": (twice, "exactly"),
    "link as configuration": (as_link("config.json"), "configuration cannot be read"),
    "encrypted": (encrypted, "no readable model"),
    "units beyond memory": (sized(units=10**12), "1,000,000"),
    "digits without end": (replaced("config.json", b'{"a": ' + b"9" * 100_000 + b"}"), "1,000,000"),
    "deep configuration": (deep, "nested too deeply|cannot be read"),
    "huge configuration": (replaced("config.json", b" " * (5 << 20)), "4 MB"),
    "packed with LZMA": (lambda data: zipped(members(data), method=zipfile.ZIP_LZMA), "packed"),
    "cut off": (lambda data: data[: len(data) // 2], "no readable model"),
}


def external_link(h5py: Any, file: Any) -> None:
    del file["layers"]
    file["layers"] = h5py.ExternalLink("/etc/other.h5", "/x")


def soft_link(h5py: Any, file: Any) -> None:
    file["layers/more"] = h5py.SoftLink("/layers")


def virtual_dataset(h5py: Any, file: Any) -> None:
    layout = h5py.VirtualLayout((1,), "f4")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "x", (1,))
    file.create_virtual_dataset("layers/more", layout)


def external_storage(h5py: Any, file: Any) -> None:
    del h5py
    file.create_dataset("layers/more", (1,), "u1", external=[("/etc/hostname", 0, 1)])


def hardly_stored(h5py: Any, file: Any) -> None:
    """Asks for 4 GiB, were it read."""
    del h5py
    del file["layers/lstm/cell/vars/0"]
    file.create_dataset("layers/lstm/cell/vars/0", (1 << 30,), "f4", chunks=(1 << 20,), compression="gzip")


def weights(change: Callable[[Any, Any], None]) -> Callable[[bytes], bytes]:
    return lambda data: with_weights(data, change)


def top(config: dict[str, Any]) -> Callable[[bytes], bytes]:
    return replaced("config.json", json.dumps(config).encode())


#: What only the clean room can find out, where no code and no secret is.
BY_THE_ROOM: dict[str, Callable[[bytes], bytes]] = {
    "external link": weights(external_link),
    "soft link": weights(soft_link),
    "virtual dataset": weights(virtual_dataset),
    "external storage": weights(external_storage),
    "weights of another size": weights(hardly_stored),
    "link as weights": as_link("model.weights.h5"),
    "archive as weights": lambda data: replaced("model.weights.h5", data)(data),
    "no weights": replaced("model.weights.h5", b""),
    "units that are no number": sized(units=float("nan")),
    "units as a float": sized(units=1e12),
    "units as a text": sized(units="4"),
    "negative units": sized(units=-4),
    "layers of a terabyte": sized(units=1_000_000),
    "optimizer": top({"module": "keras.optimizers", "class_name": "Adam", "config": {}}),
    "initializer": top({"module": "keras.initializers", "class_name": "Zeros", "config": {}}),
    "tensor": top({"class_name": "__tensor__", "config": {"value": [1.0], "dtype": "float32"}}),
    "array": top({"class_name": "__numpy__", "config": {"value": [1.0], "dtype": "float32"}}),
    "no class": top({"a": 1}),
}


def refused(view: SubmissionView, form: str, data: bytes) -> Miss:
    with pytest.raises(Miss) as caught:
        view.forge(form, data).clean(X[:1]).predict(X)
    return caught.value


def headline(miss: Miss) -> str:
    return finding_of(miss, CRITERION, {}).headline


@pytest.mark.parametrize("name", BY_THE_JUDGE)
def test_the_judge_refuses_it_before_keras_sees_it(name: str, honest: bytes) -> None:
    make, reason = BY_THE_JUDGE[name]
    with pytest.raises(RefusedArchive, match=reason):
        check_archive(make(honest))


@pytest.mark.parametrize("name", BY_THE_JUDGE)
def test_a_room_that_answers_with_it_is_told_so(name: str, honest: bytes, view: SubmissionView) -> None:
    miss = refused(view, "archive", BY_THE_JUDGE[name][0](honest))
    assert miss.cause in {"model-refused", "model-fails"}
    assert headline(miss).startswith("The model that `forge` returns cannot be ")
    assert len(headline(miss)) < 400


@pytest.mark.parametrize("name", BY_THE_ROOM)
def test_the_clean_room_refuses_what_the_judge_cannot_see(name: str, honest: bytes, view: SubmissionView) -> None:
    miss = refused(view, "archive", BY_THE_ROOM[name](honest))
    assert miss.cause in {"model-refused", "model-fails"}
    assert "/etc" not in headline(miss)


@pytest.mark.parametrize("data", [b"", b"\x00" * 100, pickle.dumps(print), b"\x0a\xff\xff\xff\xff\x0f"])
def test_what_is_no_graph_is_refused(data: bytes, view: SubmissionView) -> None:
    assert refused(view, "graph", data).cause == "model-refused"


def test_the_clean_room_is_as_good_as_before(honest: bytes, context: Context) -> None:
    rooms = Rooms(context)
    forger, student = rooms.student(), rooms.student()
    model = student.build()
    assert isinstance(model, ModelView)
    before = model.clean(X[:1]).predict(X)
    for form, data in (("archive", sized(units=1_000_000)(honest)), ("graph", b"\0"), ("archive", b"PK")):
        refused(forger, form, data)
    np.testing.assert_array_equal(model.clean(X[:1]).predict(X), before)


@pytest.mark.parametrize("function", ["own", "lambdas"])
def test_own_layers_losses_and_activations_are_no_offence(function: str, student: SubmissionView) -> None:
    clean = student.call(function).clean(X[:1])
    assert clean.predict(X).shape == (3, 1)
    assert [call.kind for call in clean.calls(X) if call.is_lstm] == ["LSTM"]


def test_who_builds_too_wide_a_layer_understands_it(student: SubmissionView) -> None:
    with pytest.raises(Miss) as caught:
        student.wide().clean(X[:1])
    finding = finding_of(caught.value, CRITERION, {})
    assert "a size of more than 1,000,000" in finding.headline
    assert "Lambda" not in finding.hints[0]  # that is not what is wrong


def test_who_builds_too_heavy_a_model_understands_it(student: SubmissionView) -> None:
    with pytest.raises(Miss) as caught:
        student.heavy().clean(X[:1])
    finding = finding_of(caught.value, CRITERION, {})
    assert "MB" in finding.headline
    assert "plain values" not in finding.hints[0]  # it returns a model, as it should


@pytest.mark.parametrize("name", ["Lambda", "class of the main module", "units beyond memory", "huge configuration"])
def test_a_reason_says_what_it_speaks_of(name: str, honest: bytes) -> None:
    with pytest.raises(RefusedArchive) as caught:
        check_archive(BY_THE_JUDGE[name][0](honest))
    assert str(caught.value).split()[0] in {"it", "its", "the"}  # after "cannot be checked:"


def test_the_judge_reads_no_pickle_and_no_npy() -> None:
    """The names by which Python and NumPy unpickle do not stand in what runs outside of rooms."""
    loads = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "load", "loadtxt", "genfromtxt", "fromfile"}
    folder = Path(grader.__file__).parent
    for path in folder.rglob("*.py"):
        if path.parts[len(folder.parts)] in {"inside", "doctor"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "np":
                named.append(node.attr)
            assert not loads.intersection(named), f"{path}: {named}"


def test_what_is_refused_is_no_accident_of_packing(honest: bytes) -> None:
    """The same ways of making a file leave an honest one as it was."""
    check_archive(with_config(honest, copy.deepcopy))
    check_archive(with_weights(honest, lambda _, file: file.create_group("more")))
    check_archive(zipped(members(honest), method=zipfile.ZIP_DEFLATED))

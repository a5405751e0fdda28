import io
import json
import struct
import tracemalloc
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.judge.archive import RefusedArchive, check_archive


def _policy() -> dict[str, Any]:
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": "float32"},
        "registered_name": None,
        "shared_object_id": 140531962264080,
    }


def _initializer(name: str, **config: Any) -> dict[str, Any]:
    return {
        "module": "keras.initializers",
        "class_name": name,
        "config": config,
        "registered_name": None,
        "shared_object_id": 140531813444176,
    }


def _layer(name: str, *, module: str | None = "keras.layers", **config: Any) -> dict[str, Any]:
    return {
        "module": module,
        "class_name": name,
        "config": {"name": name.lower(), "trainable": True, "dtype": _policy(), **config},
        "registered_name": None,
        "build_config": {"input_shape": [None, 24, 1]},
    }


def _lstm(units: Any = 8, **config: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "units": units,
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "use_bias": True,
        "kernel_initializer": _initializer("GlorotUniform", seed=None, input_axes=None, output_axes=None),
        "recurrent_initializer": _initializer("Orthogonal", seed=None, gain=1.0),
        "bias_initializer": _initializer("Zeros"),
        "kernel_regularizer": None,
        "dropout": 0.0,
        "return_sequences": True,
        "seed": None,
    }
    return _layer("LSTM", **(usual | config))


def _sequential(*layers: dict[str, Any]) -> dict[str, Any]:
    """The configuration of a compiled Sequential model, as Keras 3 writes it."""
    entry = {
        "module": "keras.layers",
        "class_name": "InputLayer",
        "config": {"batch_shape": [None, 24, 1], "dtype": "float32", "sparse": False, "name": "input_layer"},
        "registered_name": None,
    }
    adam = {"name": "adam", "learning_rate": 0.0010000000474974513, "weight_decay": None, "epsilon": 1e-07}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "sequential",
            "trainable": True,
            "dtype": _policy(),
            "layers": [entry, *layers],
            "build_input_shape": [None, 24, 1],
        },
        "registered_name": None,
        "build_config": {"input_shape": [None, 24, 1]},
        "compile_config": {
            "optimizer": {"module": "keras.optimizers", "class_name": "Adam", "config": adam, "registered_name": None},
            "loss": "mse",
            "jit_compile": False,
        },
    }


def _functional() -> dict[str, Any]:
    """A functional model with two directions, slicing and an operation of keras.ops."""

    def tensor(name: str) -> dict[str, Any]:
        history = {"shape": [None, 24, 1], "dtype": "float32", "keras_history": [name, 0, 0]}
        return {"class_name": "__keras_tensor__", "config": history}

    def node(layer: dict[str, Any], *args: Any) -> dict[str, Any]:
        return layer | {"name": layer["config"]["name"], "inbound_nodes": [{"args": list(args), "kwargs": {}}]}

    every = {"class_name": "__slice__", "config": {"start": None, "stop": None, "step": None}}
    get_item = _layer("GetItem", module="keras.src.ops.numpy") | {"registered_name": "GetItem"}
    flip = _layer("Flip", module="keras.src.ops.numpy", axis=1) | {"registered_name": "Flip"}
    both = _layer("Bidirectional", merge_mode="concat", layer=_lstm(3), backward_layer=_lstm(3, go_backwards=True))
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "functional",
            "layers": [
                node(get_item, tensor("input_layer"), [every, every, 0]),
                node(flip, tensor("getitem")),
                node(both, tensor("input_layer")),
            ],
            "input_layers": ["input_layer", 0, 0],
            "output_layers": [["flip", 0, 0], ["bidirectional", 0, 0]],
        },
        "registered_name": "Functional",
        "build_config": {"input_shape": None},
        "compile_config": {},
    }


_METADATA = ("metadata.json", b'{"keras_version": "3.15.1", "date_saved": "2025-01-31@12:00:00"}')
_WEIGHTS = ("model.weights.h5", b"\x89HDF\r\n\x1a\n" + bytes(200))
_HONEST = json.dumps(_sequential(_lstm(), _lstm(4), _layer("Dense", units=1, activation="linear")))


def _zip(*members: tuple[str, bytes | str], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def _archive(config: Any = _HONEST, *more: tuple[str, bytes | str], method: int = zipfile.ZIP_STORED) -> bytes:
    text = config if isinstance(config, str | bytes) else json.dumps(config)
    return _zip(_METADATA, ("config.json", text), _WEIGHTS, *more, method=method)


def _accepted(data: bytes) -> bool:
    """Checks; a refusal must be a text that can be shown, anything else escapes from here."""
    try:
        check_archive(data)
    except RefusedArchive as refusal:
        reason = str(refusal)
    else:
        return True
    assert reason.encode().strip()
    assert len(reason) < 200
    return False


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_honest_model_passes(method: int) -> None:
    check_archive(_archive(method=method))
    check_archive(_archive(_functional(), method=method))


@pytest.mark.parametrize(
    "layer",
    [
        _lstm(1_000_000),
        _lstm(8, seed=2**63),
        _lstm(8, activation={"module": "builtins", "class_name": "function", "config": "relu"}),
        _layer("Dropout", rate=0.5, seed={"module": "keras", "class_name": "SeedGenerator", "config": {"seed": 10**9}}),
        _layer("Masking", mask_value=-1.0),
        _layer("Layer", module=None) | {"class_name": "__numpy__", "config": {"value": [1.5], "dtype": "float32"}},
    ],
)
def test_what_honest_models_contain_passes(layer: dict[str, Any]) -> None:
    check_archive(_archive(_sequential(layer)))


@pytest.mark.parametrize(
    "layer,reason",
    [
        (_layer("Lambda", function="x"), "a Lambda layer"),
        (_layer("Lambda", module="keras"), "a Lambda layer"),
        (_layer("Lambda", module=None), "a Lambda layer"),
        (_layer("layers.Lambda", module="keras"), "malformed"),  # Keras would find keras.layers.Lambda
        (_layer("Bidirectional", layer=_layer("Lambda")), "a Lambda layer"),
        (_lstm(activation={"class_name": "__lambda__", "config": {"value": "4w=="}}), "a Python lambda"),
        (_layer("TFSMLayer", filepath="/"), "other frameworks"),
        (_layer("TorchModuleWrapper"), "other frameworks"),
        (_layer("StringLookup", vocabulary="/etc/passwd"), "tables"),
        (_layer("TextVectorization"), "tables"),
        (_layer("MyLSTM", module="__main__"), "MyLSTM, which is not Keras's own"),
        (_layer("MyLSTM", module=None), "not Keras's own"),
        (_layer("MyLSTM", module=""), "not Keras's own"),
        (_layer("Popen", module="subprocess"), "not Keras's own"),
        (_layer("Tool", module="keras.src.legacy.saving"), "not Keras's own"),
        (_layer("Tool", module="keras.src.ops_of_mine"), "not Keras's own"),
        (_layer("get_file", module="keras.utils"), "not Keras's own"),
        (_layer("x" * 100_000, module="mine"), "not Keras's own"),
        (_lstm(activation={"module": "os", "class_name": "function", "config": "system"}), "a Python function"),
        (_lstm(activation={"class_name": "function", "config": "system"}), "a Python function"),
        (_lstm(activation={"module": "keras.layers", "class_name": "function", "config": "f"}), "a Python function"),
        (_layer("Dense") | {"class_name": ["Dense"]}, "malformed"),
        (_layer("Dense") | {"class_name": None}, "malformed"),
        (_layer("Dense") | {"class_name": "\ud800"}, "malformed"),
        (_layer("Dense") | {"class_name": "Dense\x1b[2J"}, "malformed"),
        (_layer("Dense") | {"module": ["keras.layers"]}, "malformed"),
        (_lstm(1_000_001), "a size of more than 1,000,000"),
        (_lstm(10**12), "a size of more than 1,000,000"),
        (_lstm(-(10**12)), "a size of more than 1,000,000"),
        (_lstm(10**4000), "a size of more than 1,000,000"),
        (_lstm(8, seed=10**4000), "a size of more than 1,000,000"),
        (_lstm({"seed": [10**12]}), "a size of more than 1,000,000"),
        (_layer("Reshape", target_shape=[1, [10**12]]), "a size of more than 1,000,000"),
    ],
)
def test_what_the_course_does_not_need_is_refused(layer: dict[str, Any], reason: str) -> None:
    with pytest.raises(RefusedArchive, match=reason):
        check_archive(_archive(_sequential(_lstm(), layer)))


def test_what_is_refused_is_found_at_any_place() -> None:
    sneaky = _sequential(_lstm())
    sneaky["compile_config"]["loss"] = {"deep": [[{"er": _layer("Lambda")}]]}
    with pytest.raises(RefusedArchive, match="Lambda"):
        check_archive(_archive(sneaky))
    with pytest.raises(RefusedArchive, match="Lambda"):
        check_archive(_archive(json.dumps(_sequential(_layer("Lambda"))).encode("utf-16")))


@pytest.mark.parametrize(
    "config",
    [
        "",
        "null",
        "[]",
        '"Sequential"',
        "{",
        "{'a': 1}",
        b"\xff\xfe\x00",
        b"\x80",
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 100_000,
        '{"a":' * 65 + "1" + "}" * 65,
        '{"a":' + "[" * 900 + "]" * 900 + "}",
        '{"class_name": "Dense", "module": "keras.layers", "module": "keras"}',
        '{"config": {"a": [{"units": 1, "units": 1}]}}',
        '{"a": ' + "9" * 5000 + "}",
        '{"a": -' + "9" * 100_000 + "}",
        " " * (4 << 20) + "{}",
    ],
)
def test_a_configuration_that_is_none_is_refused(config: str | bytes) -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert not _accepted(_archive(config, method=method))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1e-999", "-0.0", "0." + "3" * 100_000])
def test_odd_floats_end_in_no_other_exception(number: str) -> None:
    _accepted(_archive('{"class_name": "Dense", "module": "keras.layers", "config": {"units": ' + number + "}}"))


@pytest.mark.parametrize(
    "members",
    [
        [],
        [_METADATA],
        [_METADATA, ("config.json", _HONEST)],
        [_METADATA, ("config.json", _HONEST), ("model.weights.H5", b"")],
        [_METADATA, ("config.json", _HONEST), _WEIGHTS, ("assets/vocabulary.txt", b"")],
        [_METADATA, ("config.json", _HONEST), _WEIGHTS, ("../model.weights.h5", b"")],
        [_METADATA, ("config.json", _HONEST), ("../model.weights.h5", b"")],
        [_METADATA, ("config.json", _HONEST), ("/model.weights.h5", b"")],
        [_METADATA, ("./config.json", _HONEST), _WEIGHTS],
        [_METADATA, ("config.json/", b""), _WEIGHTS],
        [_METADATA, ("config.json", _HONEST), _WEIGHTS, ("custom.py", b"")],
    ],
)
def test_there_are_just_the_members_that_keras_writes(members: list[tuple[str, bytes | str]]) -> None:
    with pytest.raises(RefusedArchive, match="exactly"):
        check_archive(_zip(*members))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_twice_is_refused() -> None:
    evil = json.dumps(_sequential(_layer("Lambda")))
    for first, second in ((_HONEST, evil), (evil, _HONEST)):
        assert not _accepted(_zip(_METADATA, ("config.json", first), ("config.json", second), _WEIGHTS))


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\5\6" + bytes(18), b"\x89HDF\r\n\x1a\n" + bytes(100), b"\0" * 1000])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    assert not _accepted(data)


def _patched(data: bytes, offset: int, value: bytes) -> bytes:
    """Overwrites a field in each entry of the central directory (and of the local headers, for the method)."""
    patched = bytearray(data)
    for signature, at in ((b"PK\1\2", offset), (b"PK\3\4", offset - 2)):
        position = patched.find(signature)
        while position >= 0 and (signature == b"PK\1\2" or offset == 10):
            patched[position + at : position + at + len(value)] = value
            position = patched.find(signature, position + 1)
    return bytes(patched)


@pytest.mark.parametrize("method", [1, 8, 9, 12, 14, 93, 95, 99, 65535])
def test_a_false_method_of_packing_is_refused(method: int) -> None:
    assert not _accepted(_patched(_archive(), 10, struct.pack("<H", method)))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_keras_never_uses_are_refused(method: int) -> None:
    with pytest.raises(RefusedArchive, match="packed"):
        check_archive(_archive(method=method))


def test_encrypted_members_are_refused() -> None:
    assert not _accepted(_patched(_archive(), 8, b"\x01\0"))


def test_false_sizes_are_refused() -> None:
    data = _archive(method=zipfile.ZIP_DEFLATED)
    assert not _accepted(_patched(data, 24, struct.pack("<L", 10)))  # less than there is: the checksum fails
    assert not _accepted(_patched(data, 24, struct.pack("<L", 300 << 20)))
    assert not _accepted(_patched(data, 20, struct.pack("<L", 5)))  # packed size
    assert not _accepted(_patched(data, 42, struct.pack("<L", 2**31)))  # offset of the member


def _listing(entries: int) -> bytes:
    """An archive whose directory lists one member many times over."""
    name = b"config.json"
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0) + name
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, len(name), 0, 0, 0, 0, 0, 0) + name
    size = len(entry) * entries
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries & 0xFFFF, entries & 0xFFFF, size, len(local), 0)
    return local + entry * entries + end


@pytest.mark.parametrize(
    "data",
    [
        _listing(100_000),
        _zip(
            _METADATA,
            ("config.json", _HONEST),
            ("model.weights.h5", bytes(48 << 20)),
            method=zipfile.ZIP_DEFLATED,
        ),
        _archive("{}" + " " * (50 << 20), method=zipfile.ZIP_DEFLATED),
    ],
    ids=["listed", "weights", "config"],
)
def test_bombs_take_little_memory(data: bytes) -> None:
    tracemalloc.start()
    try:
        _accepted(data)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


_BASES = [_archive(), _archive(method=zipfile.ZIP_DEFLATED)]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(_BASES),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=4),
    st.booleans(),
)
def test_damaged_archives_pass_or_are_refused(
    base: bytes, damages: list[tuple[int, int, bytes]], headers_only: bool
) -> None:
    data = bytearray(base)
    start = base.index(b"PK\1\2") if headers_only else 0
    for position, dropped, inserted in damages:
        at = start + position % (len(data) - start)
        data[at : at + dropped] = inserted
    _accepted(bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_refused(data: bytes, signed: bool) -> None:
    assert not _accepted(b"PK\5\6" + data if signed else data)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["class_name", "module", "config", "seed", "a"]), inner, max_size=4)
        | st.fixed_dictionaries(
            {
                "class_name": st.sampled_from(["Dense", "Lambda", "function", "__lambda__", "__slice__", "os.system"]),
                "module": st.sampled_from(["keras", "keras.layers", "builtins", "os", None]),
                "config": inner,
            }
        )
    ),
    max_leaves=8,
)


def _nodes(tree: Any) -> list[dict[str, Any]]:
    inside = [tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()]
    found = [node for part in inside for each in part for node in _nodes(each)]
    return [tree, *found] if isinstance(tree, dict) else found


@settings(max_examples=200, deadline=None)
@given(_json)
def test_any_configuration_passes_without_code_or_is_refused(config: Any) -> None:
    if _accepted(_archive(config)):
        classes = {node["class_name"] for node in _nodes(config) if "class_name" in node}
        assert not classes & {"Lambda", "__lambda__", "os.system"}
        assert not [node for node in _nodes(config) if node.get("module") == "os" and node["class_name"] != "__slice__"]

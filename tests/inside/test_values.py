"""Whatever a submission returns becomes plain data or a handle; no value of it brings the room down."""

import importlib
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.inside.values import Values
from grader.wire import arrays, frames, messages

Point = namedtuple("Point", "x y")  # noqa: PYI024  as learners write it


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Lengthy(list[Any]):
    pass


def no_host(number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    raise AssertionError((number, args, kwargs))


@pytest.fixture
def values() -> Values:
    return Values(no_host, "/room/work", "/carried")


@pytest.fixture(scope="module")
def keras() -> Any:
    return importlib.import_module("keras")


def crossed(record: messages.FromRoom) -> messages.FromRoom:
    """The record as the host decodes it."""
    message = frames.decode_from_room(frames.encode(messages.Returned(record))[frames.HEADER.size :])
    assert isinstance(message, messages.Returned)
    return message.value


def is_handle(record: messages.FromRoom, type_name: str) -> bool:
    return isinstance(record, messages.Handle) and record.type_name == type_name


PLAIN: dict[str, tuple[Any, Any]] = {
    "None": (None, None),
    "bool": (True, True),
    "largest int": (2**64 - 1, 2**64 - 1),
    "smallest int": (-(2**63), -(2**63)),
    "int subclass": (Number(3), 3),
    "float": (2.5, 2.5),
    "float64": (np.float64(2.5), 2.5),
    "string subclass": (Text("é"), "é"),
    "NumPy string": (np.str_("é"), "é"),
    "half character": ("a\ud800", "a?"),
    "bytes": (b"\0\xff", messages.Binary(b"\0\xff")),
    "bytearray": (bytearray(b"x"), messages.Binary(b"x")),
    "list subclass": (Lengthy([1]), messages.Items("list", [1])),
    "ragged": ([[1], [2, 3]], messages.Items("list", [messages.Items("list", [1]), messages.Items("list", [2, 3])])),
    "dict subclass": (OrderedDict(b=1, a=2), messages.Mapping([("b", 1), ("a", 2)])),
    "int keys": ({1: 2, np.int64(3): 4}, messages.Mapping([(1, 2), (3, 4)])),
    "float32": (np.float32(0.5), messages.Array("<f4", (), b"\0\0\0?")),
    "NumPy bool": (np.bool_(1), messages.Array("|b1", (), b"\1")),
    "array": (np.array([[1, 258]], ">u2"), messages.Array("<u2", (1, 2), b"\1\0\2\1")),
    "transposed": (np.array([[1, 2], [3, 4]], "i1").T, messages.Array("|i1", (2, 2), b"\1\3\2\4")),
    "empty array": (np.zeros((0, 3), "f4"), messages.Array("<f4", (0, 3), b"")),
    "array of text": (np.array(["ab"]), messages.Array("<U2", (1,), b"a\0\0\0b\0\0\0")),
}


@pytest.mark.parametrize("thing, record", PLAIN.values(), ids=PLAIN)
def test_plain_values_become_plain_records(values: Values, thing: Any, record: Any) -> None:
    lowered = values.lower(thing)
    assert lowered == record
    assert type(lowered) is type(record)
    assert crossed(lowered) == record


HANDLES: dict[str, tuple[Any, str]] = {
    "huge int": (2**64, "int"),
    "very negative int": (-(2**63) - 1, "int"),
    "object array": (np.array([None, 1], dtype=object), "ndarray"),
    "ragged array": (np.array([np.zeros(1), np.zeros(2)], dtype=object), "ndarray"),
    "dates": (np.array(["2020-01-01"], "M8[D]"), "ndarray"),
    "structured array": (np.zeros(2, [("a", "f4")]), "ndarray"),
    "tuple keys": ({(1, 2): 3}, "dict"),
    "float keys": ({0.5: 3}, "dict"),
    "huge keys": ({2**70: 3}, "dict"),
    "generator": ((n for n in [1]), "generator"),
    "iterator": (iter([1]), "list_iterator"),
    "named tuple": (Point(1, "a"), "Point"),
    "set": ({1}, "set"),
    "complex": (1j, "complex"),
    "function": (len, "builtin_function_or_method"),
    "class": (int, "type"),
    "rng": (np.random.default_rng(1), "Generator"),
}


@pytest.mark.parametrize("thing, name", HANDLES.values(), ids=HANDLES)
def test_what_is_no_plain_data_stays_as_a_handle(values: Values, thing: Any, name: str) -> None:
    record = crossed(values.lower(thing))
    assert record == messages.Handle(0, name)
    assert values.lift(record) is thing


def test_a_handle_is_one_number_for_one_thing(values: Values) -> None:
    first, second = {1}, {1}
    assert [values.keep(thing).number for thing in (first, second, first)] == [0, 1, 0]


def test_a_class_with_an_endless_name_is_cut(values: Values) -> None:
    thing = type("N" * 5000, (), {})()
    assert is_handle(crossed(values.lower(thing)), "N" * 200)


def depth_of(record: messages.FromRoom) -> tuple[int, messages.FromRoom]:
    """How many lists lie within each other, and what lies in the innermost."""
    depth = 0
    while isinstance(record, messages.Items):
        depth, record = depth + 1, record.items[0]
    return depth, record


def test_deeply_nested_lists_are_cut_with_a_handle(values: Values) -> None:
    nested: Any = 7
    for _ in range(40):
        nested = [nested]
    depth, innermost = depth_of(crossed(values.lower(nested)))
    assert depth == 32
    assert is_handle(innermost, "list")
    shallow: Any = 7
    for _ in range(20):
        shallow = [shallow]
    assert depth_of(crossed(values.lower(shallow))) == (20, 7)


def loop_of_list() -> Any:
    loop: list[Any] = []
    loop.append(loop)
    return loop


def loop_of_dict() -> Any:
    loop: dict[str, Any] = {}
    loop["again"] = [loop]
    return loop


def loop_that_branches() -> Any:
    loop: list[Any] = []
    loop += [loop, loop, (loop, loop)]
    return loop


@pytest.mark.parametrize("make", [loop_of_list, loop_of_dict, loop_that_branches])
def test_what_contains_itself_ends(values: Values, make: Callable[[], Any]) -> None:
    assert len(frames.encode(messages.Returned(values.lower(make())))) < 100_000


class Odd:
    """Says that it can be converted, and cannot."""

    def numpy(self) -> Any:
        raise RuntimeError("no")


class Claims:
    """Converts to what is no array of plain data."""

    def to_numpy(self) -> Any:
        return np.array([object()])


@pytest.mark.parametrize("thing", [Odd(), Claims()], ids=["Odd", "Claims"])
def test_conversions_that_fail_leave_a_handle(values: Values, thing: Any) -> None:
    assert is_handle(crossed(values.lower(thing)), type(thing).__name__)


class Frame:
    def to_numpy(self) -> Any:
        return np.array([[1.0, 2.0]])


def test_what_converts_itself_is_an_array(values: Values) -> None:
    assert values.lower(Frame()) == arrays.pack(np.array([[1.0, 2.0]]))


@pytest.mark.rooms
class TestKeras:
    def test_tensors_and_variables_are_arrays(self, values: Values, keras: Any) -> None:
        expected = messages.Array("<f4", (2,), np.array([1, 2], "<f4").tobytes())
        assert values.lower(keras.ops.convert_to_tensor([1.0, 2.0])) == expected
        assert values.lower(keras.Variable(np.array([1, 2], "float32"))) == expected

    def test_shapes_are_tuples(self, values: Values, keras: Any) -> None:
        tensor = keras.ops.zeros((2, 3))
        assert values.lower(tensor.shape) == messages.Items("tuple", [2, 3])
        assert values.lower(keras.Input((5, 2)).shape) == messages.Items("tuple", [None, 5, 2])

    def test_models_are_handles_that_can_be_asked(self, values: Values, keras: Any) -> None:
        model = keras.Sequential([keras.layers.Dense(1)])
        record = values.lower([model, keras.layers.Dense(1), keras.Input((2,))])
        assert record == messages.Items(
            "list",
            [
                messages.Handle(0, "Sequential", is_model=True),
                messages.Handle(1, "Dense"),
                messages.Handle(2, "KerasTensor"),
            ],
        )

    def test_a_model_that_claims_to_be_an_array_is_a_model(self, values: Values, keras: Any) -> None:
        class Sly(keras.Model):  # type: ignore[misc]
            def numpy(self) -> Any:
                return np.zeros(1)

        assert values.lower(Sly()) == messages.Handle(0, "Sly", is_model=True)

    def test_what_fit_returns_is_its_numbers(self, values: Values, keras: Any) -> None:
        history = keras.callbacks.History()
        history.history = {"loss": [0.5, np.float64(0.25)]}
        assert values.lower(history) == messages.Mapping([("loss", messages.Items("list", [0.5, 0.25]))])

    def test_a_layer_is_built_from_its_configuration(self, values: Values, keras: Any) -> None:
        layer = keras.layers.Dense(2)
        layer.build((None, 3))
        weights = [np.arange(6, dtype="float32").reshape(3, 2), np.array([1, 2], "float32")]
        layer.set_weights(weights)
        serialized = keras.saving.serialize_keras_object(layer)
        config = importlib.import_module("json").dumps(serialized)
        built = values.lift(messages.Built(config, [arrays.pack(weight) for weight in weights]))
        assert built is not layer
        assert np.asarray(built(np.array([[1.0, 0.0, 1.0]], "float32"))).tolist() == [[5.0, 8.0]]


def test_given_values_are_lifted_to_what_they_stand_for(values: Values) -> None:
    given = messages.GivenItems(
        "tuple",
        [
            None,
            True,
            3,
            2.5,
            "x",
            messages.Binary(b"b"),
            messages.GivenItems("list", [1]),
            messages.GivenMapping([("k", messages.GivenItems("list", [])), (1, 2)]),
            messages.Folder("out"),
            messages.Folder("any", carried=True),
        ],
    )
    assert values.lift(given) == (None, True, 3, 2.5, "x", b"b", [1], {"k": [], 1: 2}, "/room/work/out", "/carried")


def test_given_arrays_are_the_submissions_own(values: Values) -> None:
    record = arrays.pack(np.arange(3))
    array = values.lift(record)
    array += 1
    assert array.tolist() == [1, 2, 3]
    assert values.lift(record).tolist() == [0, 1, 2]
    scalar = values.lift(arrays.pack(np.asarray(np.float32(0.5))))
    assert (type(scalar), scalar) == (np.float32, 0.5)


def test_given_generators_draw_what_their_entropy_says(values: Values) -> None:
    rng = values.lift(messages.Rng((99).to_bytes(16, "big")))
    assert rng.random() == np.random.default_rng(99).random()


def test_given_functions_and_stubs_call_the_host() -> None:
    asked: list[Any] = []

    def host(number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        asked.append((number, args, kwargs))
        return len(asked)

    values = Values(host, "", "")
    stub = values.lift(messages.Stub("Env", {"size": 4, "step": messages.Callback(7, "step")}))
    score = values.lift(messages.Callback(8, "score"))
    assert (type(stub).__name__, stub.size, score.__name__) == ("Env", 4, "score")
    assert (stub.step(1), score(k=2)) == (1, 2)
    assert asked == [(7, (1,), {}), (8, (), {"k": 2})]


def test_an_unknown_handle_is_no_crash_of_the_room(values: Values) -> None:
    with pytest.raises(IndexError):
        values.lift(messages.Handle(3, "x"))


class Column:
    """As a pandas Series of texts answers."""

    def __init__(self, *items: object) -> None:
        self._items = items

    def to_numpy(self) -> np.ndarray:
        return np.array(self._items, dtype=object)


def test_a_column_of_texts_crosses_as_texts(values: Values) -> None:
    told = values.lower(Column("low", "high"))
    assert isinstance(told, messages.Array)
    assert arrays.unpack(told).tolist() == ["low", "high"]
    assert isinstance(values.lower(Column("low", 3)), messages.Handle)
    assert isinstance(values.lower(Column()), messages.Handle)

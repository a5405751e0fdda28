"""A model is taken apart by running it: calls in order, each layer once, wrappers as one."""

import importlib
from typing import Any

import numpy as np
import pytest

from grader.inside.anatomy import recorded, trace

pytestmark = pytest.mark.rooms

X = np.random.default_rng(1).normal(size=(3, 5, 2)).astype("float32")


@pytest.fixture(scope="module")
def keras() -> Any:
    return importlib.import_module("keras")


def test_calls_are_told_in_order_with_their_shapes(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [layers.LSTM(4, return_sequences=True), layers.LSTM(3, go_backwards=True), layers.Dense(2)]
    )
    calls = trace({}, model, X)
    assert [call["kind"] for call in calls] == ["LSTM", "LSTM", "Dense"]
    assert [call["layer"] for call in calls] == [0, 1, 2]
    assert [call["input_shape"] for call in calls] == [[None, 5, 2], [None, 5, 4], [None, 3]]
    assert [call["output_shape"] for call in calls] == [[None, 5, 4], [None, 3], [None, 2]]
    assert [call["return_sequences"] for call in calls] == [True, False, None]
    assert [call["go_backwards"] for call in calls] == [False, True, None]
    assert [call["units"] for call in calls] == [4, 3, 2]
    assert [call["cells"] for call in calls] == [["LSTMCell"], ["LSTMCell"], []]
    assert [call["recurrent"] for call in calls] == [True, True, False]
    # 4 gates, each with inputs, states and a bias (Keras's documentation of LSTM)
    assert [call["parameters"] for call in calls] == [4 * 4 * (2 + 4 + 1), 4 * 3 * (4 + 3 + 1), 3 * 2 + 2]


def test_order_is_that_of_the_calls_and_not_of_the_layers(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.head, self.body = keras.layers.Dense(1), keras.layers.LSTM(3)

        def call(self, x: Any) -> Any:
            return self.head(self.body(x))

    assert [call["kind"] for call in trace({}, Model(), X)] == ["LSTM", "Dense"]


def test_a_wrapper_counts_once(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [layers.Bidirectional(layers.LSTM(4, return_sequences=True)), layers.TimeDistributed(layers.Dense(3))]
    )
    first, second = trace({}, model, X)
    assert (first["kind"], first["wraps"], first["cells"], first["units"]) == ("Bidirectional", "LSTM", ["LSTMCell"], 4)
    assert first["recurrent"]
    assert first["output_shape"] == [None, 5, 8]
    assert (second["kind"], second["wraps"], second["recurrent"]) == ("TimeDistributed", "Dense", False)


def test_models_within_models_are_opened(keras: Any) -> None:
    layers = keras.layers
    inner = keras.Sequential([layers.LSTM(4, return_sequences=True), layers.LSTM(3, return_sequences=True)])
    model = keras.Sequential([keras.Sequential([inner]), layers.LSTM(2)])
    assert [(call["kind"], call["units"]) for call in trace({}, model, X)] == [("LSTM", 4), ("LSTM", 3), ("LSTM", 2)]


def test_a_layer_that_is_called_twice_has_one_number(keras: Any) -> None:
    shared, entry = keras.layers.LSTM(2, return_sequences=True), keras.Input((5, 2))
    calls = trace({}, keras.Model(entry, keras.layers.Dense(1)(shared(shared(entry)))), X)
    first, second, last = [call["layer"] for call in calls]
    assert first == second != last


def test_stacked_cells_are_one_layer_with_several_cells(keras: Any) -> None:
    layers = keras.layers
    (call,) = trace({}, keras.Sequential([layers.RNN([layers.LSTMCell(3), layers.GRUCell(4)])]), X)
    assert (call["kind"], call["cells"], call["units"]) == ("RNN", ["LSTMCell", "GRUCell"], 4)


def test_an_input_that_stays_the_same_along_time_is_told(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential([layers.LSTM(4), layers.RepeatVector(3), layers.LSTM(2)])
    assert [call["constant_input"] for call in trace({}, model, X)] == [False, False, True]


def test_own_classes_are_told_apart(keras: Any) -> None:
    class LSTM(keras.layers.LSTM):  # type: ignore[misc]
        pass

    own, usual = trace({}, keras.Sequential([LSTM(3, return_sequences=True), keras.layers.LSTM(3)]), X)
    assert (own["kind"], own["own"], own["cells"]) == ("LSTM", True, ["LSTMCell"])
    assert not usual["own"]


def test_a_model_that_loops_is_told_in_part(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.dense = keras.layers.Dense(2)

        def call(self, x: Any) -> Any:
            for _ in range(300):
                x = self.dense(x)
            return x

    assert len(trace({}, Model(), X)) == 256


def test_layers_are_as_before_afterwards(keras: Any) -> None:
    model = keras.Sequential([keras.layers.LSTM(3), keras.layers.Dense(1)])
    before = np.asarray(model(X))
    trace({}, model, X)
    assert not [layer for layer in model.layers if "call" in vars(layer)]
    assert all(layer.call.__func__ is type(layer).call for layer in model.layers)
    assert (np.asarray(model(X)) == before).all()


def test_layers_are_as_before_when_the_model_raises(keras: Any) -> None:
    model = keras.Sequential([keras.Input((5, 2)), keras.layers.LSTM(3), keras.layers.Dense(1)])
    with pytest.raises(Exception, match="incompatible"):  # TensorFlow's own kind of error
        trace({}, model, X[:, :, :1])
    assert not [layer for layer in model.layers if "call" in vars(layer)]

    def fail(*_: Any) -> Any:
        raise RuntimeError("while recording")

    with pytest.raises(RuntimeError, match="while recording"), recorded(model, fail):
        model(X)
    assert not [layer for layer in model.layers if "call" in vars(layer)]


def test_calls_tell_where_their_inputs_came_from(keras: Any) -> None:
    layers = keras.layers
    entry = keras.Input((5, 2))
    _, *states = layers.LSTM(4, return_state=True)(entry)
    again = layers.LSTM(4)(entry, initial_state=states)
    halves = layers.concatenate([states[0], again])
    model = keras.Model(entry, layers.Dense(1)(halves[:, 1:]))
    found = [(call["kind"], call["sources"]) for call in trace({}, model, X)]
    # The Dense layer reads a slice, which no layer has made.
    assert found == [("LSTM", [-1]), ("LSTM", [-1, 0]), ("Concatenate", [0, 1]), ("Dense", [])]

"""Diagrams of models, made of what a room tells of their layers."""

from dataclasses import dataclass
from typing import Any

import msgspec

from grader.judge.diagram import diagram, misfit
from grader.judge.layers import LayerCall
from grader.model import Finding, Place

_PLAIN: dict[str, Any] = {
    "name": "n",
    "own": False,
    "wraps": None,
    "recurrent": False,
    "cells": (),
    "units": None,
    "return_sequences": None,
    "go_backwards": None,
    "stateful": None,
    "parameters": 0,
    "constant_input": False,
}


@dataclass
class Flow:
    source: int
    target: int
    shape: str
    is_wrong: bool = False
    is_indirect: bool = False


def call(layer: int, kind: str, given: tuple[int, ...], told: tuple[int, ...], *sources: int, **more: Any) -> LayerCall:
    fields = _PLAIN | {"recurrent": kind in ("LSTM", "Bidirectional")} | more
    shapes = {"input_shape": (None, *given), "output_shape": (None, *told)}
    return msgspec.convert({"layer": layer, "kind": kind, **fields, **shapes, "sources": sources}, LayerCall)


def flows(calls: list[LayerCall], finding: Finding | None = None) -> list[Flow]:
    made = diagram(calls, "c", finding)
    assert made is not None
    return [Flow(a.source, a.target, a.shape, a.is_wrong, a.is_indirect) for a in made.arrows]


LOST = [
    call(0, "LSTM", (9, 2), (8,), -1, units=8, parameters=352),
    call(1, "RepeatVector", (8,), (9, 8), 0),
    call(2, "LSTM", (9, 8), (8,), 1, units=8, parameters=544),
    call(3, "Dense", (8,), (1,), 2, units=1, parameters=9),
]


def test_a_stack_is_a_chain_of_shapes() -> None:
    assert flows(LOST) == [
        Flow(-1, 0, "(None, 9, 2)"),
        Flow(0, 1, "(None, 8)"),
        Flow(1, 2, "(None, 9, 8)"),
        Flow(2, 3, "(None, 8)"),
        Flow(3, 4, "(None, 1)"),
    ]


def test_layers_tell_what_they_are() -> None:
    calls = [
        call(0, "TimeDistributed", (5, 9, 9, 1), (5, 8), -1, wraps="Dense", parameters=80),
        call(1, "Bidirectional", (5, 8), (5, 6), 0, wraps="LSTM", units=3, parameters=288),
        call(2, "Dense", (5, 6), (5, 1), 1, units=1, parameters=7),
    ]
    made = diagram(calls, "c", None)
    assert made is not None
    assert [(node.name, node.detail) for node in made.nodes] == [
        ("Dense", "at each step, 80 weights"),
        ("Bidirectional LSTM", "3 units, 288 weights"),
        ("Dense", "1 unit, 7 weights"),
    ]


def test_the_arrow_of_the_finding_is_marked() -> None:
    finding = Finding(cause="copies", headline="h", received="(None, 9, 8), the same vector 9 times", expected="e")
    wrong = [flow for flow in flows(LOST, finding) if flow.is_wrong]
    assert wrong == [Flow(1, 2, "(None, 9, 8)", is_wrong=True)]
    made = diagram(LOST, "c", finding)
    assert made is not None
    assert "the same vector 9 times" in made.note
    assert (
        "RepeatVector (no weights) hands (None, 9, 8) to LSTM (8 units, 544 weights) (here it goes wrong)" in made.words
    )


def test_a_wrong_output_is_marked_where_it_leaves() -> None:
    finding = Finding(cause="output-shape", headline="h", received="(None, 1)", expected="(None, 4)")
    assert [flow.target for flow in flows(LOST, finding) if flow.is_wrong] == [4]


def test_a_finding_without_a_shape_marks_nothing() -> None:
    finding = Finding(cause="depth", headline="h", received="1 LSTM layer", expected="2")
    assert not any(flow.is_wrong for flow in flows(LOST, finding))


def test_branches_and_states_are_arrows_of_their_own() -> None:
    calls = [
        call(0, "LSTM", (9, 2), (8,), -1),
        call(1, "LSTM", (9, 2), (8,), -1),
        call(2, "Concatenate", (8,), (16,), 0, 1),
    ]
    assert [(flow.source, flow.target, flow.shape) for flow in flows(calls)] == [
        (-1, 0, "(None, 9, 2)"),
        (-1, 1, "(None, 9, 2)"),
        (0, 2, "(None, 8)"),
        (1, 2, "(None, 8)"),
        (2, 3, "(None, 16)"),
    ]


def test_what_happens_outside_of_layers_is_dashed() -> None:
    calls = [call(0, "LSTM", (9, 2), (9, 8), -1), call(1, "Dense", (8,), (1,))]
    assert [flow.is_indirect for flow in flows(calls)] == [False, True, False]
    made = diagram(calls, "c", None)
    assert made is not None
    assert "Dashed" in made.note


def test_a_layer_that_is_called_often_is_one_node() -> None:
    calls = [call(0, "LSTMCell", (2,), (8,), -1), *[call(0, "LSTMCell", (2,), (8,), at) for at in range(30)]]
    made = diagram(calls, "c", None)
    assert made is not None
    assert [node.detail for node in made.nodes] == ["no weights, called 31 times"]
    assert diagram([call(at, "Dense", (2,), (2,), at - 1) for at in range(17)], "c", None) is None
    assert diagram([], "c", None) is None


def test_keras_tells_where_layers_do_not_fit() -> None:
    error = (
        "ValueError: Input 0 with name 'None' of layer 'lstm_1' is incompatible with the layer: expected ndim=3, "
        "found ndim=2. Full shape received: (None, 8)"
    )
    finding = Finding(cause="x", headline="h", details=error, place=Place(line=7))
    made = misfit("c", finding)
    assert made is not None
    assert [(node.name, node.detail) for node in made.nodes] == [("the layer before", ""), ("LSTM", "line 7")]
    assert [(a.shape, a.is_wrong) for a in made.arrows] == [("(None, 8)", True)]
    assert made.note == "LSTM is given (None, 8), 2 axes. It reads 3 axes: batch, time step, feature."
    assert misfit("c", Finding(cause="x", headline="h", details="ValueError: no")) is None

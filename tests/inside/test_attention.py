"""Shares of the steps are found and replaced, however a model computes them."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.inside.attention import attention

pytestmark = pytest.mark.rooms

STEPS, UNITS, OUTPUTS = 7, 4, 3
X = np.random.default_rng(1).normal(size=(5, STEPS, 2)).astype("float32")


@pytest.fixture(scope="module")
def keras() -> Any:
    module = importlib.import_module("keras")
    module.utils.set_random_seed(1)
    return module


def model_of(keras: Any, attend: Callable[[Any, Any], Any]) -> Any:
    inputs = keras.Input((STEPS, 2))
    states = keras.layers.LSTM(UNITS, return_sequences=True)(inputs)
    queries = keras.layers.RepeatVector(OUTPUTS)(states[:, -1])
    queries = keras.layers.LSTM(UNITS, return_sequences=True)(queries)
    return keras.Model(inputs, attend(queries, states))


def by_hand(keras: Any, queries: Any, states: Any) -> Any:
    ops = keras.ops
    powers = ops.exp(ops.matmul(queries, ops.swapaxes(states, 1, 2)))
    return ops.matmul(powers / ops.sum(powers, axis=-1, keepdims=True), states)


def by_logarithm(keras: Any, queries: Any, states: Any) -> Any:
    ops = keras.ops
    scores = ops.matmul(queries, ops.swapaxes(states, 1, 2))
    return ops.matmul(ops.exp(ops.log_softmax(scores, axis=-1)), states)


WAYS = {
    "dot": lambda keras, queries, states: keras.layers.Attention()([queries, states]),
    "additive": lambda keras, queries, states: keras.layers.AdditiveAttention()([queries, states]),
    "by hand": by_hand,
    "by logarithm": by_logarithm,
}


@pytest.mark.parametrize("way", WAYS)
def test_shares_are_found_whatever_makes_them(keras: Any, way: str) -> None:
    model = model_of(keras, lambda queries, states: WAYS[way](keras, queries, states))
    maps = attention({}, model, X, STEPS)["maps"]
    assert [shares.shape for shares in maps] == [(len(X), OUTPUTS, STEPS)]
    np.testing.assert_allclose(maps[0].sum(axis=-1), 1, atol=1e-5)


@pytest.mark.parametrize("way", WAYS)
def test_other_shares_take_their_place(keras: Any, way: str) -> None:
    model = model_of(keras, lambda queries, states: WAYS[way](keras, queries, states))
    states = np.asarray(keras.Model(model.input, model.layers[1].output)(X))
    even, first = (attention({}, model, X, STEPS, instead)["outputs"] for instead in ("even", "first"))
    np.testing.assert_allclose(even, np.repeat(states.mean(axis=1, keepdims=True), OUTPUTS, axis=1), atol=1e-5)
    np.testing.assert_allclose(first, np.repeat(states[:, :1], OUTPUTS, axis=1), atol=1e-5)


def test_each_head_has_shares(keras: Any) -> None:
    model = model_of(keras, keras.layers.MultiHeadAttention(2, UNITS))
    assert [shares.shape for shares in attention({}, model, X, STEPS)["maps"]] == [(len(X), 2, OUTPUTS, STEPS)]


def test_the_axis_of_the_steps_comes_last(keras: Any) -> None:
    def pooled(queries: Any, states: Any) -> Any:
        del queries
        shares = keras.layers.Softmax(axis=1)(keras.layers.Dense(OUTPUTS)(states))
        return keras.layers.Dot(axes=(1, 1))([shares, states])

    assert [each.shape for each in attention({}, model_of(keras, pooled), X, STEPS)["maps"]] == [(5, OUTPUTS, STEPS)]


def test_other_softmaxes_and_pooling_are_no_shares_of_the_steps(keras: Any) -> None:
    def without(queries: Any, states: Any) -> Any:
        mean = keras.layers.GlobalAveragePooling1D()(states)
        return keras.layers.Softmax()(queries) + keras.layers.Dense(UNITS, activation="sigmoid")(mean)[:, None]

    model = model_of(keras, without)
    told = attention({}, model, X, STEPS, "first")
    assert told["maps"] == []
    np.testing.assert_allclose(told["outputs"], np.asarray(model(X)), atol=1e-6)


def test_a_model_is_left_as_it_was(keras: Any) -> None:
    model = model_of(keras, lambda queries, states: WAYS["additive"](keras, queries, states))
    before = np.asarray(model(X))
    assert (attention({}, model, X, STEPS)["outputs"] == before).all()
    attention({}, model, X, STEPS, "even")
    assert (np.asarray(model(X)) == before).all()

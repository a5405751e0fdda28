"""What depends on what in a model, and what is left of it without its weights."""

import importlib
from typing import Any

import numpy as np
import pytest

from grader.inside.probes import dependency, influence, perturb, predict, received, set_weights

pytestmark = pytest.mark.rooms

X = np.random.default_rng(1).normal(size=(6, 4, 2)).astype("float32")
ONE = X[:1]
EYE = np.eye(4, dtype=bool)
LOWER = np.tril(np.ones((4, 4), bool))


@pytest.fixture(scope="module")
def keras() -> Any:
    module = importlib.import_module("keras")
    module.utils.set_random_seed(1)
    return module


def test_a_true_stack_hands_on_each_step(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential([layers.LSTM(3, return_sequences=True), layers.LSTM(2)])
    assert (influence({}, model, ONE, 0, 1) == EYE).all()


def test_parallel_layers_do_not_feed_each_other(keras: Any) -> None:
    layers, entry = keras.layers, keras.Input((4, 2))
    parts = [layers.LSTM(3)(entry), layers.LSTM(3)(entry)]
    model = keras.Model(entry, layers.Concatenate()(parts))
    assert not influence({}, model, ONE, 0, 1).any()
    assert not influence({}, model, ONE, 1, 0).any()


def test_a_repeated_vector_reaches_every_step_alike(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential([layers.LSTM(3), layers.RepeatVector(4), layers.LSTM(2)])
    assert (influence({}, model, ONE, 0, 2) == np.ones((1, 4), bool)).all()


def test_a_layer_that_is_never_called_has_no_influence(keras: Any) -> None:
    class Model(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.used, self.idle = keras.layers.LSTM(3), keras.layers.LSTM(3)

        def call(self, x: Any) -> Any:
            return self.used(x)

    assert influence({}, Model(), ONE, 1, 0).size == 0
    assert influence({}, Model(), ONE, 0, 1).size == 0


def test_influence_leaves_no_wrapper_behind(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential([layers.LSTM(3, return_sequences=True), layers.LSTM(2)])
    before = np.asarray(model(X))
    influence({}, model, ONE, 0, 1)
    assert not [layer for layer in model.layers if "call" in vars(layer)]
    assert (np.asarray(model(X)) == before).all()


def test_a_layer_receives_what_the_one_below_puts_out(keras: Any) -> None:
    layers = keras.layers
    below = keras.Sequential([layers.Dense(3)])
    model = keras.Sequential([below, layers.LSTM(2)])
    (told,) = received({}, model, X, 1)
    np.testing.assert_allclose(told, np.asarray(below(X)), atol=1e-6)
    assert not [layer for layer in model.layers if "call" in vars(layer)]


def test_a_cell_in_a_loop_receives_a_step_at_each_call(keras: Any) -> None:
    class Loop(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__()
            self.cell, self.idle = keras.layers.LSTMCell(3), keras.layers.Dense(1)

        def call(self, x: Any) -> Any:
            state = [keras.ops.zeros((len(x), 3))] * 2
            for step in range(4):
                _, state = self.cell(x[:, step], state)
            return state[0]

    assert np.array_equal(np.stack(received({}, Loop(), X, 0), axis=1), X)
    assert received({}, Loop(), X, 1) == []


def test_a_causal_model_depends_on_the_past_alone(keras: Any) -> None:
    model = keras.Sequential([keras.layers.LSTM(3, return_sequences=True)])
    assert (dependency({}, model, ONE) == LOWER).all()


def test_a_backward_model_depends_on_the_future_alone(keras: Any) -> None:
    layers, entry = keras.layers, keras.Input((4, 2))
    backwards = layers.LSTM(3, return_sequences=True, go_backwards=True)(entry)
    assert (dependency({}, keras.Model(entry, keras.ops.flip(backwards, 1)), ONE) == LOWER.T).all()


def test_a_bidirectional_model_depends_on_everything(keras: Any) -> None:
    layers = keras.layers
    model = keras.Sequential([layers.Bidirectional(layers.LSTM(3, return_sequences=True))])
    assert dependency({}, model, ONE).all()


def test_a_model_that_sees_each_step_alone_has_a_diagonal(keras: Any) -> None:
    assert (dependency({}, keras.Sequential([keras.layers.Dense(3)]), ONE) == EYE).all()


def test_a_model_that_looks_at_the_last_step_only_is_found_out(keras: Any) -> None:
    layers, entry = keras.layers, keras.Input((4, 2))
    model = keras.Model(entry, layers.Dense(1)(entry[:, -1]))
    assert dependency({}, model, ONE).tolist() == [[False, False, False, True]]


def test_predicting_in_batches_changes_nothing(keras: Any) -> None:
    model = keras.Sequential([keras.layers.LSTM(3), keras.layers.Dense(1)])
    np.testing.assert_allclose(predict({}, model, X, batch=4), np.asarray(model(X)), atol=1e-6)


def test_a_stack_without_recurrence_says_the_same_whatever_it_is_given(keras: Any) -> None:
    layers = keras.layers
    wrapped = layers.Bidirectional(layers.LSTM(3, return_sequences=True))
    model = keras.Sequential([wrapped, layers.LSTM(3), layers.Dense(1)])
    assert np.ptp(np.asarray(model(X))) > 1e-3
    model.layers[-1].set_weights([np.ones((3, 1)), np.array([0.25])])
    assert perturb({}, model, "no recurrence") is model
    assert np.asarray(model(X)).ravel().tolist() == [0.25] * 6


def test_what_goes_around_the_recurrence_is_left(keras: Any) -> None:
    layers, entry = keras.layers, keras.Input((4, 2))
    model = keras.Model(entry, layers.Dense(1)(layers.Concatenate()([layers.LSTM(3)(entry), entry[:, -1]])))
    assert np.ptp(np.asarray(perturb({}, model, "no recurrence")(X))) > 1e-3


def test_random_weights_forget_what_was_learned(keras: Any) -> None:
    model = keras.Sequential([keras.Input((4, 2)), keras.layers.LSTM(3), keras.layers.Dense(1)])
    before = model.get_weights()
    outputs = np.asarray(model(X))
    perturb({}, model, "random")
    for old, new in zip(before, model.get_weights(), strict=True):
        assert new.shape == old.shape
        assert (new != old).all() or not new.any()  # biases become zero
    assert np.abs(np.asarray(model(X)) - outputs).max() > 1e-3


def test_weights_that_are_given_count_in_normalization_too(keras: Any) -> None:
    def build() -> Any:
        return keras.Sequential([keras.Input((4, 2)), keras.layers.Normalization(), keras.layers.LSTM(3)])

    adapted, other = build(), build()
    adapted.layers[0].adapt(np.arange(16.0).reshape(2, 4, 2))
    set_weights({}, other, adapted.get_weights())
    assert np.array_equal(np.asarray(other(X)), np.asarray(adapted(X)))


def test_cells_count_as_recurrence(keras: Any) -> None:
    class Loop(keras.Model):  # type: ignore[misc]  # Keras has no types
        def __init__(self) -> None:
            super().__init__()
            self.cell = keras.layers.LSTMCell(3)

        def call(self, x: Any) -> Any:
            state = [keras.ops.zeros((len(x), 3)), keras.ops.zeros((len(x), 3))]
            for step in range(4):
                output, state = self.cell(x[:, step], state)
            return output

    model = Loop()
    assert np.asarray(model(X)).any()
    assert not np.asarray(perturb({}, model, "no recurrence")(X)).any()

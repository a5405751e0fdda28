"""A model in the clean room, which can be asked what it is and what it predicts."""

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from grader.judge.context import Context
from grader.judge.explain import quote
from grader.judge.layers import LayerCall
from grader.judge.misses import Blocked, Miss
from grader.judge.seen import PREDICTIONS
from grader.judge.values import shape_in_words
from grader.rooms.verdicts import RoomVerdict, StudentError

#: Asks a room for one of its verbs.
Ask = Callable[..., Any]
#: What a model takes: an input batch, [batch, ...], or several of them in a list.
Inputs = np.ndarray | list[np.ndarray]


class CleanModel:
    """A model that can be asked what it is and what it predicts."""

    def __init__(
        self,
        function: str,
        ask: Ask,
        handle: Any,
        describe: tuple[Ask, Any],
        on_claim: Callable[[], None] | None,
        context: Context,
    ) -> None:
        """Knows whom to ask.

        Args:
            function: the function that returned the model, for messages.
            ask: asks the room that predicts.
            handle: the model there.
            describe: who can tell its layers, and the model there; the student's room for a frozen graph.
            on_claim: called when what is told of its layers is only a claim.
            context: the grading, which keeps what pictures show.
        """
        self._context = context
        self._is_altered = False
        self._function = function
        self._ask = ask
        self._handle = handle
        self._describe = describe
        self._on_claim = on_claim

    def predict(self, x: Inputs) -> np.ndarray:
        """Predicts.

        Args:
            x: inputs, [n, ...]; several of them go to the model in one batch.

        Returns:
            Outputs, [n, ...].
        """
        predicted = self._array(self._asked(self._ask, "predict", model=self._handle, x=x))
        if not self._is_altered:
            self._context.seen.note(PREDICTIONS, (self._function, x), predicted)
        return predicted

    def dependency(self, x: np.ndarray) -> np.ndarray:
        """Which output steps change when an input step changes.

        Args:
            x: one input, [1, timesteps, features].

        Returns:
            Booleans, [output steps, timesteps].
        """
        return self._array(self._asked(self._ask, "dependency", model=self._handle, x=x), 2)

    def calls(self, x: Inputs) -> list[LayerCall]:
        """Runs it once and tells the calls of its layers, in order.

        Args:
            x: input batch, [batch, ...], or several.
        """
        told = self._told("trace", x=x)
        try:
            calls = msgspec.convert(told, list[LayerCall])
        except msgspec.ValidationError as problem:
            raise Miss("bad-reply", function=self._function, error=str(problem)) from problem
        self._context.noting().described.append(calls)
        return calls

    def influence(self, x: np.ndarray, source: LayerCall, target: LayerCall) -> np.ndarray:
        """Which steps of one layer's input change when a step of another layer's output changes.

        Args:
            x: one input, [1, ...].
            source: the layer whose output is changed.
            target: the layer whose input is watched.

        Returns:
            Booleans, [steps of the source, steps of the target]; a layer that returns no sequence has one step.
        """
        return self._array(self._told("influence", x=x, source=source.layer, target=target.layer), 2)

    def attention(self, x: np.ndarray, steps: int, instead: str = "own") -> tuple[list[np.ndarray], np.ndarray]:
        """Which shares it gives to the steps of a sequence, and what it puts out with them or with others.

        Args:
            x: inputs, [n, ...].
            steps: number of steps; no other axis of the model should be as long.
            instead: "own" leaves the shares as they are, "even" gives all steps the same, "first" the first step all.

        Returns:
            The shares, [n, ..., steps] each, in the order in which they are computed, and the outputs.
        """
        told = self._told("attention", x=x, steps=steps, instead=instead)
        found = told if isinstance(told, dict) else {}
        return self._arrays(found.get("maps")), self._array(found.get("outputs"))

    def received(self, x: np.ndarray, target: LayerCall) -> list[np.ndarray]:
        """What one layer receives, at each of its calls, while the model runs once.

        Args:
            x: input batch, [batch, ...].
            target: the layer.
        """
        return self._arrays(self._told("received", x=x, target=target.layer))

    def weights(self) -> list[np.ndarray]:
        """Its weights, in Keras's order."""
        return self._arrays(self._told("weights"))

    def set_weights(self, weights: list[np.ndarray]) -> None:
        """Gives it other weights.

        Args:
            weights: in the order of `weights`.

        Raises:
            Blocked: it is a frozen graph, which has no weights left to change.
        """
        self._hold_weights()
        self._is_altered = True
        self._asked(self._ask, "set_weights", model=self._handle, weights=weights)

    def perturb(self, how: str) -> None:
        """Takes from the model what it has learned: "random" weights, or "no recurrence".

        Raises:
            Blocked: it is a frozen graph, which has no weights left to change.
        """
        self._hold_weights()
        self._is_altered = True
        self._asked(self._ask, "perturb", model=self._handle, how=how)

    def _array(self, told: Any, dimensions: int | None = None) -> np.ndarray:
        """Holds that the answer is an array of numbers; where it is a claim it could be anything."""
        if not isinstance(told, np.ndarray) or told.dtype.kind not in "biuf" or dimensions not in (None, told.ndim):
            raise Miss("bad-reply", function=self._function, error="its model gives no array of numbers")
        return told

    def _arrays(self, told: Any) -> list[np.ndarray]:
        return [self._array(part) for part in (told if isinstance(told, list) else [told])]

    def _hold_weights(self) -> None:
        """Holds that there are weights to change: a frozen graph has none."""
        if self._on_claim is not None:
            raise Blocked("a model of Keras's own layers")

    def _told(self, verb: str, **args: Any) -> Any:
        ask, handle = self._describe
        if self._on_claim is not None:
            self._on_claim()
        return self._asked(ask, verb, model=handle, **args)

    def _asked(self, ask: Ask, verb: str, **args: Any) -> Any:
        try:
            return ask(verb, **args)
        except StudentError as verdict:
            shape = shape_of(args["x"]) if "x" in args else "(None,)"
            miss = Miss("model-fails", shape=shape, function=self._function, details=verdict.raised.traceback)
            miss.fields["error"] = quote(verdict.raised.message)
            raise miss from verdict
        except RoomVerdict as verdict:
            error = f"running it ends with {verdict}"
            raise Miss("model-refused", function=self._function, error=error) from verdict


def shape_of(x: Inputs) -> str:
    """The shape of a batch in words, the batch as None; of several batches one after the other."""
    batches = x if isinstance(x, list) else [x]
    return " and ".join(shape_in_words((None, *batch.shape[1:])) for batch in batches)

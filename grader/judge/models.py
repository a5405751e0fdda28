"""A model in the clean room: no student code there, so what it is and what it predicts can be trusted."""

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np

from grader.errors import GraderFault
from grader.judge.archive import RefusedArchive, check_archive
from grader.judge.context import Context
from grader.judge.explain import quote
from grader.judge.graph import OPERATIONS
from grader.judge.layers import LayerCall
from grader.judge.misses import Blocked, Miss
from grader.judge.values import from_wire, shape_in_words, to_wire
from grader.rooms.verdicts import BadReply, Died, RoomVerdict, StudentError
from grader.wire import messages

if TYPE_CHECKING:
    from grader.rooms.room import Room


class StudentRoom(Protocol):
    """What the clean room needs of a student room."""

    def ask(self, verb: str, **args: Any) -> Any:
        """Asks the room itself; what it answers is a claim."""

    def explain(self, verdict: RoomVerdict, function: str = "") -> Miss:
        """Puts what the room did instead of answering into a miss."""


class StudentModel(Protocol):
    """A model in a student room.

    Attributes:
        function: the function that returned it.
    """

    function: str

    @property
    def view(self) -> StudentRoom:
        """The room it is in."""


#: Asks a room for one of its verbs.
Ask = Callable[..., Any]


class CleanModel:
    """A model that can be asked what it is and what it predicts."""

    def __init__(
        self, function: str, ask: Ask, handle: Any, describe: tuple[Ask, Any], on_claim: Callable[[], None] | None
    ) -> None:
        """Knows whom to ask.

        Args:
            function: the function that returned the model, for messages.
            ask: asks the room that predicts.
            handle: the model there.
            describe: who can tell its layers, and the model there; the student's room for a frozen graph.
            on_claim: called when what is told of its layers is only a claim.
        """
        self._function = function
        self._ask = ask
        self._handle = handle
        self._describe = describe
        self._on_claim = on_claim

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Predicts.

        Args:
            x: inputs, [n, ...].

        Returns:
            Outputs, [n, ...].
        """
        return self._array(self._asked(self._ask, "predict", model=self._handle, x=x))

    def dependency(self, x: np.ndarray) -> np.ndarray:
        """Which output steps change when an input step changes.

        Args:
            x: one input, [1, timesteps, features].

        Returns:
            Booleans, [output steps, timesteps].
        """
        return self._array(self._asked(self._ask, "dependency", model=self._handle, x=x), 2)

    def calls(self, x: np.ndarray) -> list[LayerCall]:
        """Runs it once and tells the calls of its layers, in order.

        Args:
            x: input batch, [batch, ...].
        """
        told = self._told("trace", x=x)
        try:
            return msgspec.convert(told, list[LayerCall])
        except msgspec.ValidationError as problem:
            raise Miss("bad-reply", function=self._function, error=str(problem)) from problem

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
        maps = found.get("maps")
        shares = [self._array(each) for each in (maps if isinstance(maps, list) else [None])]
        return shares, self._array(found.get("outputs"))

    def perturb(self, how: str) -> None:
        """Takes from the model what it has learned: "random" weights, or "no recurrence".

        Raises:
            Blocked: it is a frozen graph, which has no weights left to change.
        """
        if self._on_claim is not None:
            raise Blocked("a model of Keras's own layers")
        self._asked(self._ask, "perturb", model=self._handle, how=how)

    def _array(self, told: Any, dimensions: int | None = None) -> np.ndarray:
        """Holds that the answer is an array of numbers; where it is a claim it could be anything."""
        if not isinstance(told, np.ndarray) or told.dtype.kind not in "biuf" or dimensions not in (None, told.ndim):
            raise Miss("bad-reply", function=self._function, error="its model gives no array of numbers")
        return told

    def _told(self, verb: str, **args: Any) -> Any:
        ask, handle = self._describe
        if self._on_claim is not None:
            self._on_claim()
        return self._asked(ask, verb, model=handle, **args)

    def _asked(self, ask: Ask, verb: str, **args: Any) -> Any:
        try:
            return ask(verb, **args)
        except StudentError as verdict:
            shape = shape_in_words((None, *np.asarray(args.get("x")).shape[1:]))
            miss = Miss("model-fails", shape=shape, function=self._function, details=verdict.raised.traceback)
            miss.fields["error"] = quote(verdict.raised.message)
            raise miss from verdict
        except RoomVerdict as verdict:
            error = f"running it ends with {verdict}"
            raise Miss("model-refused", function=self._function, error=error) from verdict


class CleanRoom:
    """The room without student code. It is started when first needed, and again when a model brings it down."""

    def __init__(self, context: Context) -> None:
        """Starts nothing yet.

        Args:
            context: the grading.
        """
        self._context = context
        self._room: Room | None = None

    def ask(self, verb: str, **args: Any) -> Any:
        """Asks the clean room.

        Args:
            verb: one of its verbs.
            **args: plain values and handles of this room.

        Raises:
            RoomVerdict: it cannot.
        """
        if self._room is None or not self._room.is_open:
            self._room, _ = self._context.house.room()
        budget = self._context.call_budget()
        wired = {key: to_wire(value, _no_function) for key, value in args.items()}
        seed = self._context.streams.seed("clean room")
        try:
            reply = self._room.request(messages.Ask(verb, wired, seed, budget.soft), budget)
        except Died as verdict:
            if verdict.code == -signal.SIGKILL:  # nothing in this room kills it: somebody else did, or the kernel
                raise GraderFault("the clean room was killed; is there too little memory?") from verdict
            raise
        if not isinstance(reply, messages.Returned):
            raise BadReply("it spoke out of turn")
        return from_wire(reply.value, lambda handle: handle)

    def build(self, config: str, weights: list[np.ndarray]) -> Any:
        """Builds a Keras layer or model as the check describes it; a handle for `call` and other verbs.

        Args:
            config: its serialized configuration, JSON.
            weights: its weights, or none to leave them as they are initialised.
        """
        record = messages.Built(config, [to_wire(weight, _no_function) for weight in weights])  # type: ignore[misc]
        return self.ask("build", thing=record)

    def take(self, model: StudentModel, sample: np.ndarray) -> CleanModel:
        """Takes over a model from a student room.

        Args:
            model: the model there.
            sample: an input batch.

        Returns:
            The model here; one that cannot be brought here is asked where it is, provisionally.

        Raises:
            Miss: it cannot be run, or is refused.
        """
        function, ask, claim = model.function, model.view.ask, self._note_claim
        try:
            form, data = _packed(ask("pack", model=model, sample=sample), function)
        except StudentError:
            self._must_run(model, sample)
            return CleanModel(function, _claiming(ask, claim), model, (ask, model), claim)
        except BadReply as verdict:
            raise Miss("model-refused", function=function, error=f"handing it over fails: {verdict}") from verdict
        except RoomVerdict as verdict:
            raise model.view.explain(verdict, function) from verdict
        try:
            if form == "archive":
                check_archive(data)
            handle = self.ask("unpack", form=form, data=data, operations=sorted(OPERATIONS))
        except RefusedArchive as problem:
            raise Miss("model-refused", function=function, error=str(problem)) from problem
        except RoomVerdict as verdict:
            self._must_run(model, sample)
            error = f"loading it ends with {quote(str(verdict))}"
            raise Miss("model-refused", function=function, error=error) from verdict
        if not isinstance(handle, messages.Handle):
            raise GraderFault("the clean room returns no model")
        if form == "archive":
            return CleanModel(function, self.ask, handle, (self.ask, handle), None)
        return CleanModel(function, self.ask, handle, (ask, model), claim)

    def _must_run(self, model: StudentModel, sample: np.ndarray) -> None:
        """Holds that a model runs on the sample where it is; else that is what the student has to mend."""
        try:
            model.view.ask("predict", model=model, x=sample)
        except RoomVerdict as verdict:
            miss = model.view.explain(verdict, model.function)
            if miss.cause == "raised":
                miss.cause = "model-fails"
                miss.fields["shape"] = shape_in_words((None, *sample.shape[1:]))
            raise miss from verdict

    def _note_claim(self) -> None:
        self._context.noting().provisional = True


def _claiming(ask: Ask, note: Callable[[], None]) -> Ask:
    """Notes at each question that the answer is only a claim."""

    def claimed(verb: str, **args: Any) -> Any:
        note()
        return ask(verb, **args)

    return claimed


def _packed(packed: Any, function: str) -> tuple[str, bytes]:
    """Reads a packed model, as a room claims it."""
    if isinstance(packed, dict):
        form, data = packed.get("form"), packed.get("data")
        if form in ("archive", "graph") and isinstance(data, bytes):
            return str(form), data
    raise Miss("bad-reply", function=function, error="it is no packed model")


def _no_function(function: Callable[..., Any]) -> int:
    raise TypeError(f"a room without a submission cannot call {function}")

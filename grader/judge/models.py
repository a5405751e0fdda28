"""The clean room: no student code there, so what a model is and what it predicts there can be trusted."""

import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from grader.errors import GraderFault
from grader.judge.archive import RefusedArchive, check_archive
from grader.judge.clean import Ask, CleanModel, Inputs, shape_of
from grader.judge.context import Context
from grader.judge.explain import quote
from grader.judge.graph import OPERATIONS
from grader.judge.misses import Miss
from grader.judge.values import from_wire, to_wire
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

    def take(self, model: StudentModel, sample: Inputs) -> CleanModel:
        """Takes over a model from a student room.

        Args:
            model: the model there.
            sample: an input batch, or several.

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
            return CleanModel(function, _claiming(ask, claim), model, (ask, model), claim, self._context)
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
            taken = CleanModel(function, self.ask, handle, (self.ask, handle), None, self._context)
            self._context.noting().describe = lambda: taken.calls(sample)
            return taken
        return CleanModel(function, self.ask, handle, (ask, model), claim, self._context)

    def _must_run(self, model: StudentModel, sample: Inputs) -> None:
        """Holds that a model runs on the sample where it is; else that is what the student has to mend."""
        try:
            model.view.ask("predict", model=model, x=sample)
        except RoomVerdict as verdict:
            miss = model.view.explain(verdict, model.function)
            if miss.cause == "raised":
                miss.cause = "model-fails"
                miss.fields["shape"] = shape_of(sample)
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

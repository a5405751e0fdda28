"""What a check sees: the submission's functions and what they return, never the submission itself.

`submission.build_model(24, 1)` looks like a call, and is one: across the boundary. What comes back is plain
data, a `ModelView`, or a `Thing` that can only be handed back. A call that goes wrong raises `Miss`, so checks
need no error handling.
"""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from grader.judge.context import Context
from grader.judge.explain import how_it_died, miss_of, quote
from grader.judge.misses import Blocked, Miss
from grader.judge.models import CleanModel, CleanRoom
from grader.judge.values import from_wire, to_wire
from grader.model import Outcome
from grader.rooms.house import FilesTooLarge
from grader.rooms.room import Room
from grader.rooms.verdicts import BadReply, Died, OutOfMemory, RoomVerdict, StudentError, TimedOut
from grader.wire import messages

_T = TypeVar("_T")
#: The name under which checks that could not be judged for want of the file refer to it.
LOADING = "the file can be loaded"


class Rooms:
    """Gives checks rooms: student rooms, each with the submission loaded, and the clean room."""

    def __init__(self, context: Context) -> None:
        """Has no room yet.

        Args:
            context: the grading.
        """
        self._context = context
        self._threads = ThreadPoolExecutor(max_workers=4)
        self.clean = CleanRoom(context)

    def ahead(self, work: "Callable[[Rooms], _T]") -> "Callable[[], _T]":
        """Begins work that takes long, such as a training, while other criteria are checked.

        Args:
            work: called in another thread with rooms of its own.

        Returns:
            A function that waits for the result; it raises what the work raised.
        """
        context = self._context.aside()
        future = self._threads.submit(work, Rooms(context))

        def result() -> _T:
            try:
                return future.result()
            finally:
                self._context.record.add(context.record)

        return result

    def close(self) -> None:
        """Gives up work that nobody waited for."""
        self._context.house.kill_all()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def student(self, carried: "Carried | None" = None) -> "SubmissionView":
        """A fresh room with the submission in it, as soon as something is asked of it.

        Args:
            carried: files from an earlier room, which it may read.
        """
        return SubmissionView(self._context, self.clean, carried)


class Carried:
    """Files that one room left, for another to read."""

    def __init__(self, folder: Path) -> None:
        """Knows where they are.

        Args:
            folder: the host's own copy.
        """
        self.folder = folder

    @property
    def path(self) -> messages.Folder:
        """The folder's path, as the next room sees it; pass it to a function."""
        return messages.Folder("carried", carried=True)

    def names(self) -> list[str]:
        """Names of the files, with folders."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


class Thing:
    """Something that stays in its room; it can be handed back to the submission's functions, no more."""

    def __init__(self, view: "SubmissionView", handle: messages.Handle) -> None:
        """Knows its room.

        Args:
            view: the room.
            handle: the handle in it.
        """
        self.view = view
        self._handle = handle

    @property
    def type_name(self) -> str:
        """The class that it claims to be of."""
        return self._handle.type_name

    def as_handle(self) -> messages.Handle:
        """The record that stands for it on the wire."""
        return self._handle


class ModelView(Thing):
    """A Keras model in a student room."""

    def clean(self, sample: np.ndarray) -> CleanModel:
        """Brings the model, as it is now, to the clean room.

        Args:
            sample: an input batch, [batch, ...], of the shape that the model is asked to take.

        Returns:
            The model in the clean room, where what it is and what it predicts can be trusted.

        Raises:
            Miss: it cannot be run on such an input, or may not be loaded.
        """
        return self.view.clean_room.take(self.view.ask, self._handle, sample, self.view.explain)


class SubmissionView:
    """A student room. Every name that does not begin with an underscore is one of the submission's functions."""

    def __init__(self, context: Context, clean_room: CleanRoom, carried: Carried | None) -> None:
        """Starts no room yet.

        Args:
            context: the grading.
            clean_room: where its models go.
            carried: files that it may read.
        """
        self._context = context
        self._carried = carried
        self._room: Room | None = None
        self._work = Path()
        self._names: frozenset[str] = frozenset()
        self._callbacks: list[Callable[..., Any]] = []
        self._calls: Counter[str] = Counter()
        self._function = ""
        self.clean_room = clean_room

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Gives one of the submission's functions."""
        if name.startswith("_"):
            raise AttributeError(name)

        def function(*args: Any, **kwargs: Any) -> Any:
            return self.call(name, *args, **kwargs)

        function.__name__ = name
        return function

    def load(self) -> None:
        """Loads the whole file.

        Raises:
            Miss: it cannot be read, or stops before its end.
        """
        unreadable = self._context.submission.unreadable
        if unreadable is not None:
            miss = Miss(unreadable.cause, place=unreadable.place, details=unreadable.details)
            miss.fields |= unreadable.fields
            raise miss
        stopped = self._start(None)
        if stopped is not None:
            raise stopped

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """Calls a function of the submission.

        Args:
            name: its name.
            *args: plain values, arrays, views, functions and stubs.
            **kwargs: the same.

        Returns:
            What it returns, as plain values and views.

        Raises:
            Miss: it is missing, raises, takes too long, needs too much, or returns what cannot be read.
            Blocked: the file cannot be loaded far enough.
        """
        room = self._loaded()
        if name not in self._names:
            if self._context.until is not None:
                raise Blocked(LOADING)
            place = self._context.source.function(name)
            raise Miss("no-function" if place else "missing-function", place=place, function=name)
        self._function = name
        given = [to_wire(value, self._keep) for value in args]
        named = {key: to_wire(value, self._keep) for key, value in kwargs.items()}
        budget = self._context.call_budget()
        message = messages.Call(name, given, named, self._seed(name), budget.soft)
        try:
            reply = room.request(message, budget, self._answer)
            if not isinstance(reply, messages.Returned):
                raise BadReply("it spoke out of turn")
            return from_wire(reply.value, self._view)
        except RoomVerdict as verdict:
            raise self.explain(verdict) from verdict
        finally:
            self._context.record.printed(room.take_output())

    def ask(self, verb: str, **args: Any) -> Any:
        """Asks the room itself; what it answers is a claim.

        Args:
            verb: one of the room's verbs.
            **args: its arguments.

        Raises:
            RoomVerdict: it cannot.
        """
        budget = self._context.call_budget()
        wired = {key: to_wire(value, self._keep) for key, value in args.items()}
        reply = self._loaded().request(messages.Ask(verb, wired, self._seed(verb), budget.soft), budget)
        if not isinstance(reply, messages.Returned):
            raise BadReply("it spoke out of turn")
        return from_wire(reply.value, self._view)

    def adopt(self, model: ModelView, sample: np.ndarray, rebuild: Callable[["SubmissionView"], Any]) -> ModelView:
        """Brings a trained model from another room into this one, without anything else of that room.

        Args:
            model: the model.
            sample: an input batch.
            rebuild: builds the untrained model here; for models whose own classes Keras cannot load, which
                then get the trained weights.

        Returns:
            The model in this room.

        Raises:
            Miss: it can neither be loaded nor be built again.
        """
        try:
            packed = model.view.ask("pack", model=model, sample=sample, own=True)
            adopted = self.ask("unpack", form=str(packed["form"]), data=bytes(packed["data"]))
        except (StudentError, KeyError, TypeError):
            adopted = None
        if isinstance(adopted, ModelView):
            return adopted
        rebuilt = rebuild(self)
        try:
            self.ask("trace", model=rebuilt, x=sample)  # subclassed models have no weights before their first call
            self.ask("set_weights", model=rebuilt, weights=model.view.ask("weights", model=model))
        except RoomVerdict as verdict:
            raise Miss("model-not-packable", function=self._function, error=quote(str(verdict))) from verdict
        return rebuilt  # type: ignore[no-any-return]

    def perturb(self, model: ModelView, how: str) -> None:
        """Takes from a model what it has learned: "random" weights, or "no recurrence"."""
        try:
            self.ask("perturb", model=model, how=how)
        except RoomVerdict as verdict:
            raise self.explain(verdict) from verdict

    def folder(self, name: str) -> messages.Folder:
        """The path of a folder in this room's work folder; pass it to a function.

        Args:
            name: lower case, without separators.
        """
        return messages.Folder(name)

    def leave(self, folder: messages.Folder) -> Carried:
        """Ends this room and keeps what it wrote into a folder.

        Raises:
            Miss: it wrote too much.
        """
        if self._room is not None:
            self._room.close()
        try:
            return Carried(self._context.house.collect(self._work, folder.name))
        except FilesTooLarge as problem:
            raise Miss("files-too-large", function=self._function, error=str(problem)) from problem

    def explain(self, verdict: RoomVerdict) -> Miss:
        """Puts what the room did instead of answering into a miss."""
        return miss_of(verdict, self._function or "the model", self._context.source, self._context.rubric.causes)

    def _loaded(self) -> Room:
        if self._context.submission.unreadable is not None or self._context.until == 0:
            raise Blocked(LOADING)
        if self._room is None:
            self._start(self._context.until)
        if self._room is None:
            raise Blocked(LOADING)
        return self._room

    def _start(self, until: int | None) -> Miss | None:
        """Starts the room and loads; returns why loading stopped, and keeps how far it came for later rooms."""
        context = self._context
        room, self._work = context.house.room(submission=True, carried=self._carried.folder if self._carried else None)
        budget = context.load_budget()
        message = messages.Load(
            context.submission.text, context.submission.name, until, self._seed("load"), budget.soft
        )
        try:
            reply = room.request(message, budget)
            if not isinstance(reply, messages.Loaded):
                raise BadReply("it spoke out of turn")
        except RoomVerdict as verdict:
            context.output = context.output or room.take_output()
            return self._stopped(verdict, room)
        context.output = context.output or room.take_output()
        room.take_output()
        self._room, self._names = room, frozenset(reply.names)
        return None

    def _stopped(self, verdict: RoomVerdict, room: Room) -> Miss:
        """Explains why loading stopped and goes on with what stands before."""
        context = self._context
        raised = getattr(verdict, "raised", None)
        if raised is not None and raised.statement is not None:
            context.until = raised.statement
        elif isinstance(verdict, Died | OutOfMemory) and context.until is None:
            context.until = self._last_survived()
        else:
            context.until = 0
        if isinstance(verdict, StudentError) and room.is_open:
            self._room, self._names = room, frozenset(verdict.raised.names)
        return _import_miss(verdict, self.explain(verdict), context)

    def _last_survived(self) -> int:
        """How many statements can be run before the one that ends the process; found by halving."""
        fine, fatal = 0, self._context.source.statements
        while fatal - fine > 1:
            middle = (fine + fatal) // 2
            self._context.until = middle
            if self._start(middle) is None:
                fine = middle
            else:
                fatal = middle
            if self._room is not None:
                self._room.close()
                self._room = None
        return fine

    def _seed(self, purpose: str) -> int:
        """Another seed for each call of a function, whatever was called in between."""
        self._calls[purpose] += 1
        return self._context.streams.seed(f"room {purpose}", self._calls[purpose])

    def _keep(self, function: Callable[..., Any]) -> int:
        self._callbacks.append(function)
        return len(self._callbacks) - 1

    def _view(self, handle: messages.Handle) -> Thing:
        return ModelView(self, handle) if handle.is_model else Thing(self, handle)

    def _answer(self, call: messages.CalledBack) -> messages.Answer | messages.Refusal:
        """Answers a call back; ValueError and TypeError of the judge's function go to the submission."""
        if call.number >= len(self._callbacks):
            return messages.Refusal("there is no such function")
        args = [from_wire(arg, self._view) for arg in call.args]
        kwargs = {name: from_wire(arg, self._view) for name, arg in call.kwargs.items()}
        try:
            return messages.Answer(to_wire(self._callbacks[call.number](*args, **kwargs), self._keep))
        except (ValueError, TypeError) as problem:
            return messages.Refusal(str(problem))


def _import_miss(verdict: RoomVerdict, miss: Miss, context: Context) -> Miss:
    """Words a miss for loading, where the function is the file itself."""
    miss.fields |= {"file": context.submission.name, "function": context.submission.name}
    match verdict:
        case TimedOut():
            miss.cause = "import-too-long"
        case OutOfMemory():
            miss.cause = "import-memory"
        case Died():
            miss.cause = "import-died"
            miss.fields["how"] = how_it_died(verdict.code)
        case StudentError() if miss.cause == "exits":
            miss.cause = "import-exits"
        case StudentError() if miss.cause in ("raised", "not-started"):
            miss.cause, miss.outcome = "import-stopped", Outcome.FAILED
            miss.fields |= {"type": verdict.raised.type_name, "error": quote(verdict.raised.message)}
    return miss

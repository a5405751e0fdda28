"""What a check sees: the submission's functions and what they return, never the submission itself.

`submission.build_model(24, 1)` looks like a call, and is one: across the boundary. What comes back is plain
data, a `ModelView`, or a `Thing` that can only be handed back. A call that goes wrong raises `Miss`, so checks
need no error handling.
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from grader.judge.clean import Inputs
from grader.judge.context import Context, Loading
from grader.judge.explain import import_miss, miss_of, quote
from grader.judge.misses import Blocked, Miss
from grader.judge.models import CleanRoom
from grader.judge.things import Carried, ModelView, Thing
from grader.judge.values import from_wire, to_wire
from grader.rooms.house import FilesTooLarge
from grader.rooms.room import Room
from grader.rooms.verdicts import BadReply, Died, OutOfMemory, RoomVerdict, StudentError
from grader.wire import messages

#: Classes that reports name even where the submission's text does not.
KNOWN_CLASSES = frozenset("ndarray function method type set KerasTensor Sequential Functional History Tensor".split())
#: The name under which checks that could not be judged for want of the file refer to it.
LOADING = "the file can be loaded"
#: Verbs after which a room does not show any more what the submission has made.
_ALTERING = ("perturb", "set_weights")


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
        self._raised: list[messages.Raised] = []
        self._callbacks: list[Callable[..., Any]] = []
        self._calls: Counter[str] = Counter()
        self._function = ""
        self._is_altered = False
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
        submission = self._context.submission
        broken = submission.program.broken if submission.program else ()
        for unreadable in (submission.unreadable, *broken):
            if unreadable is not None:
                miss = Miss(unreadable.cause, place=unreadable.place, details=unreadable.details)
                miss.fields |= unreadable.fields
                raise miss
        loading = self._find_out()
        if loading.miss is not None:
            raise loading.miss

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
            loading, place = self._context.loading, self._context.source.function(name)
            program = self._context.submission.program
            if loading.until is not None or (loading.miss and place) or (program and program.broken):
                raise Blocked(LOADING)
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
            returned = from_wire(reply.value, self._view)
        except RoomVerdict as verdict:
            raise self.explain(verdict) from verdict
        else:
            if not self._is_altered:
                self._context.seen.note(name, args, returned)
            return returned
        finally:
            self._context.noting().printed(room.take_output())

    def ask(self, verb: str, **args: Any) -> Any:
        """Asks the room itself; what it answers is a claim.

        Args:
            verb: one of the room's verbs.
            **args: its arguments.

        Raises:
            RoomVerdict: it cannot.
        """
        self._is_altered |= verb in _ALTERING
        budget = self._context.call_budget()
        wired = {key: to_wire(value, self._keep) for key, value in args.items()}
        reply = self._loaded().request(messages.Ask(verb, wired, self._seed(verb), budget.soft), budget)
        if not isinstance(reply, messages.Returned):
            raise BadReply("it spoke out of turn")
        return from_wire(reply.value, self._view)

    def adopt(self, model: ModelView, sample: Inputs, rebuild: Callable[["SubmissionView"], Any]) -> ModelView:
        """Brings a trained model from another room into this one, without anything else of that room.

        Args:
            model: the model.
            sample: an input batch, or several.
            rebuild: builds the untrained model here; for models whose own classes Keras cannot load, which
                then get the trained weights.

        Returns:
            The model in this room.

        Raises:
            Miss: it can neither be loaded nor be built again.
        """
        try:
            packed = model.view.ask("pack", model=model, sample=sample, own=True)
            form, data = str(packed["form"]), packed["data"]
            adopted = self.ask("unpack", form=form, data=data) if isinstance(data, bytes) else None
        except (StudentError, LookupError, TypeError):
            adopted = None
        except RoomVerdict as verdict:
            raise self.explain(verdict, model.function) from verdict
        if isinstance(adopted, ModelView):
            return adopted
        rebuilt = rebuild(self)
        try:
            self.ask("trace", model=rebuilt, x=sample)  # subclassed models have no weights before their first call
            self.ask("set_weights", model=rebuilt, weights=model.view.ask("weights", model=model))
        except RoomVerdict as verdict:
            raise Miss("model-not-packable", function=self._function, error=quote(str(verdict))) from verdict
        self._is_altered = False  # these are its own weights
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
        """Ends this room and keeps what it wrote into a folder, and nothing else of it.

        Raises:
            Miss: it wrote too much, or does not live to tell.
        """
        try:
            files = self.ask("read_folder", folder=folder)
            if not isinstance(files, dict) or not all(isinstance(content, bytes) for content in files.values()):
                raise BadReply("it told of files that are none")
            return Carried(self._context.house.carry({str(name): content for name, content in files.items()}))
        except FilesTooLarge as problem:
            raise Miss("files-too-large", function=self._function, error=str(problem)) from problem
        except StudentError as told:
            if told.raised.type_name == "TooManyFilesError":
                raise Miss("files-too-large", function=self._function, error=quote(told.raised.message)) from told
            raise self.explain(told) from told
        except RoomVerdict as verdict:
            raise self.explain(verdict) from verdict
        finally:
            if self._room is not None:
                self._room.close()
            self._context.house.forget(self._work)

    def explain(self, verdict: RoomVerdict, function: str = "") -> Miss:
        """Puts what the room did instead of answering into a miss.

        Args:
            verdict: what it did.
            function: the function to name; by default the one called last.
        """
        return miss_of(verdict, function or self._function, self._context.source, self._context.rubric.causes)

    def _loaded(self) -> Room:
        """This room with as much of the submission loaded as can be."""
        if self._context.submission.unreadable is not None:
            raise Blocked(LOADING)
        loading = self._find_out()
        if self._room is None and loading.until != 0:
            self._start(loading.until)
        if self._room is None:
            raise Blocked(LOADING)
        return self._room

    def _find_out(self) -> Loading:
        """Finds out how far the file can be loaded, once for all rooms."""
        loading = self._context.loading
        with loading.lock:
            if not loading.is_known:
                verdict = self._start(None)
                if verdict is not None:
                    loading.until = self._reached(verdict)
                elif self._raised:  # what does not rest on it can be judged all the same
                    verdict = StudentError(self._raised[0])
                if verdict is not None:
                    submission = self._context.submission
                    miss = self.explain(verdict)
                    loading.miss = import_miss(verdict, miss, submission.name, in_cells=submission.program is not None)
                loading.is_known = True
        return loading

    def _start(self, until: int | None) -> RoomVerdict | None:
        """Starts the room and loads; returns what the room did instead, if loading stopped."""
        context, submission = self._context, self._context.submission
        carried = self._carried.folder if self._carried else None
        keras = context.criterion is None or context.criterion.room == "keras"
        room, self._work = context.house.room(carried=carried, keras=keras)
        budget = context.load_budget()
        seed = self._seed("load")
        message = messages.Load(submission.text, submission.name, until, seed, budget.soft, context.needed)
        stopped: RoomVerdict | None = None
        try:
            reply = room.request(message, budget)
            if not isinstance(reply, messages.Loaded):
                raise BadReply("it spoke out of turn")
            self._room, self._names, self._raised = room, frozenset(reply.names), reply.raised
        except RoomVerdict as verdict:
            room.close()
            stopped = verdict
        output = room.take_output()
        if self._carried is None:  # what is carried may tell of hidden inputs
            context.loading.output = context.loading.output or output
        return stopped

    def _reached(self, verdict: RoomVerdict) -> int:
        """How many top-level statements can be run before the one that stops loading."""
        raised = getattr(verdict, "raised", None)
        if raised is not None and raised.statement is not None:
            return int(raised.statement)
        if not isinstance(verdict, Died | OutOfMemory):
            return 0
        fine, fatal = 0, self._context.source.statements  # the room could not tell: found by halving
        while fatal - fine > 1:
            middle = (fine + fatal) // 2
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
        context = self._context
        if not context.streams.secret.is_public and handle.type_name not in context.source.words | KNOWN_CLASSES:
            handle = msgspec.structs.replace(handle, type_name="unknown")  # a made up name may tell a hidden input
        return (ModelView if handle.is_model else Thing)(self, handle, self._function)

    def _answer(self, call: messages.CalledBack) -> messages.Answer | messages.Refusal:
        """Answers a call back; ValueError and TypeError of the judge's function go to the submission."""
        if call.number >= len(self._callbacks):
            return messages.Refusal("there is no such function")
        args = [from_wire(arg, self._view) for arg in call.args]
        kwargs = {name: from_wire(arg, self._view) for name, arg in call.kwargs.items()}
        try:
            return messages.Answer(to_wire(self._callbacks[call.number](*args, **kwargs), self._keep))
        except (ValueError, TypeError, ArithmeticError) as problem:
            return messages.Refusal(str(problem))

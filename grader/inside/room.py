"""The life of one room: say what confinement is in force, then load, call and answer until the host hangs up."""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from grader.inside import determinism, refusals, semaphores, standins
from grader.inside.absent import hide_keras
from grader.inside.confine import confine
from grader.inside.interrupt import clock_stopped, time_limit
from grader.inside.loading import StatementError, Submission
from grader.inside.values import Values
from grader.inside.verbs import VERBS
from grader.wire import frames, messages
from grader.wire.control import RoomSpec

if TYPE_CHECKING:
    from grader.inside.kernel import Kernel

_CHUNK = 1 << 20


def kernel_of(spec: RoomSpec) -> "Kernel":
    """The kernel of a room for notebooks."""
    from grader.inside.kernel import Kernel  # other rooms need no IPython

    return Kernel(spec.sockets, spec.key)


def live(channel: tuple[int, int], spec: RoomSpec, parent: int) -> NoReturn:
    """Serves the host until it hangs up; never returns.

    Args:
        channel: descriptors of the room's end of the channel, for reading and for writing.
        spec: how to be confined.
        parent: process id of what started this room.
    """
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)  # noqa: SIM115
    kernel = kernel_of(spec) if spec.sockets else None
    confinement = confine(spec, channel, parent, kernel.bind if kernel else None)
    determinism.fix_entropy()
    if "system calls" in confinement.in_force:
        refusals.put_on()
    if "file tree" not in confinement.in_force:
        semaphores.put_on()
    standins.put_on()
    if not spec.keras:
        hide_keras()
    room = _Room(confinement.channel, spec, kernel)
    room.say(messages.Ready(confinement.in_force, confinement.missing))
    room.serve()


class _Room:
    """A room's channel, its submission and its handles."""

    def __init__(self, channel: tuple[int, int], spec: RoomSpec, kernel: "Kernel | None") -> None:
        self._reads, self._writes = channel
        self._spec, self._kernel = spec, kernel
        self._values = Values(self._call_host, spec.work, spec.carried)
        self._submission = Submission("submission.py", spec.work)

    def say(self, message: messages.FromRoomMessage) -> None:
        """Sends one message to the host, after everything that was printed before it."""
        with suppress(Exception):  # the streams belong to the submission
            sys.stdout.flush()
        rest = memoryview(frames.encode(message))
        while rest:
            rest = rest[os.write(self._writes, rest) :]

    def serve(self) -> NoReturn:
        """Answers the host's messages one after the other."""
        while True:
            self.say(self._answer(self._hear()))

    def _answer(self, message: messages.ToRoomMessage) -> messages.FromRoomMessage:
        statement = None
        try:
            if isinstance(message, messages.Load):
                return self._load(message)
            if isinstance(message, messages.Call):
                return messages.Returned(self._call(message))
            if isinstance(message, messages.Ask):
                return messages.Returned(self._ask(message))
            if isinstance(message, messages.Serve) and self._kernel is not None:
                determinism.reseed(message.seed)
                self._kernel.serve(message.soft)
                return messages.Returned(None)
        except StatementError as stopped:
            problem: BaseException = stopped.__cause__ or stopped
            statement = stopped.index
        except BaseException as raised:  # noqa: BLE001  SystemExit and KeyboardInterrupt are answers too
            problem = raised
        else:
            raise TypeError(f"{type(message).__name__} out of turn")
        return self._submission.report(problem, statement)

    def _load(self, message: messages.Load) -> messages.Loaded:
        self._submission = Submission(message.name, self._spec.work)
        determinism.reseed(message.seed)
        with time_limit(message.soft):
            raised = self._submission.run(message.source, message.until, message.only)
        return messages.Loaded(self._submission.functions(), raised)

    def _call(self, message: messages.Call) -> messages.FromRoom:
        function = self._submission.namespace[message.target]
        args = [self._values.lift(arg) for arg in message.args]
        kwargs = {name: self._values.lift(arg) for name, arg in message.kwargs.items()}
        determinism.reseed(message.seed)
        with time_limit(message.soft):
            result = function(*args, **kwargs)
            return self._values.lower(result)

    def _ask(self, message: messages.Ask) -> messages.FromRoom:
        args = {name: self._values.lift(arg) for name, arg in message.args.items()}
        determinism.reseed(message.seed)
        with time_limit(message.soft):
            return self._values.lower(VERBS[message.verb](self._submission.namespace, **args))

    def _call_host(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        lowered = [self._values.lower(arg) for arg in args]
        named = {name: self._values.lower(arg) for name, arg in kwargs.items()}
        with clock_stopped():
            self.say(messages.CalledBack(number, lowered, named))
            reply = self._hear()
        if isinstance(reply, messages.Refusal):
            raise ValueError(reply.message)  # noqa: TRY004  what the judge said, not what its type is
        assert isinstance(reply, messages.Answer), "the host speaks out of turn"  # noqa: S101  a bug of ours
        return self._values.lift(reply.value)

    def _hear(self) -> messages.ToRoomMessage:
        length = frames.HEADER.unpack(self._receive(frames.HEADER.size))[0]
        return frames.decode_to_room(self._receive(length))

    def _receive(self, size: int) -> bytearray:
        data = bytearray()
        while len(data) < size:
            got = os.read(self._reads, min(size - len(data), _CHUNK))
            if not got:
                os._exit(0)  # the host hung up
            data += got
        return data

"""One room as the judge talks to it: send a message, get a message or a verdict, never hang."""

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from grader.errors import GraderFault, MachineBusy
from grader.rooms.process import Output, RoomProcess, cpu_seconds, memory_mb, waiting_seconds
from grader.rooms.verdicts import BadReply, Died, OutOfMemory, RoomVerdict, StudentError, TimedOut
from grader.wire import frames, messages

#: Clock seconds allowed for each CPU second: catches sleepers, and bears a loaded machine.
WALL_PER_CPU = 4.0
#: Seconds that a room has to interrupt itself and tell where it hangs, before it is killed.
GRACE = 0.5
#: MiB that a room may have beyond its limit, which its kernel holds: its folder and its stack are not counted there.
_BESIDES_MB = 512
#: Seconds between looks at the room's CPU time and memory.
_LOOK = 0.2
#: Seconds too late that tell that this process itself did not run: it was stopped with Ctrl-Z, or the machine slept.
_ABSENT = 2.0
_CHUNK = 1 << 18
#: Names of exceptions that mean too little memory.
_MEMORY_ERRORS = ("MemoryError", "ResourceExhaustedError")
#: Exit code of a process that aborts, as C++ code does where memory runs out.
_ABORT_CODE = -6


@dataclass(frozen=True)
class Budget:
    """What one call may use.

    Attributes:
        cpu_seconds: CPU seconds of the room.
        reply_bytes: size of the reply.
        memory_mb: the room's memory limit in MiB, for messages.
    """

    cpu_seconds: float
    reply_bytes: int
    memory_mb: int

    @property
    def wall_seconds(self) -> float:
        """Seconds on the clock."""
        return self.cpu_seconds * WALL_PER_CPU

    @property
    def soft(self) -> messages.Soft:
        """The same limits for the room itself to watch."""
        return messages.Soft(self.cpu_seconds, self.wall_seconds)


#: What can be asked of a room.
_Request = messages.Load | messages.Call | messages.Ask | messages.Serve
#: Answers a call back from the submission.
CallBack = Callable[[messages.CalledBack], messages.Answer | messages.Refusal]


def refuse_calls(call: messages.CalledBack) -> messages.Answer | messages.Refusal:
    """Answers call backs where none is expected."""
    return messages.Refusal(f"there is no function {call.number}")


class Room:
    """A room that is alive until it gives a verdict or is closed."""

    def __init__(self, process: RoomProcess, cap: int, start_seconds: float) -> None:
        """Waits until the room stands.

        Args:
            process: the room's process.
            cap: size of its first message at most.
            start_seconds: how long it may take to stand.

        Raises:
            GraderFault: it does not come to stand; no submission has run in it yet.
        """
        self._process = process
        self._output = Output()
        self._lock = threading.Lock()  # one request at a time, also where threads share a model
        self.is_open = True
        budget = Budget(start_seconds, cap, 0)
        try:
            ready = self._exchange(b"", budget, refuse_calls)
        except RoomVerdict as verdict:
            said = self._output.take().strip().splitlines()
            raise GraderFault(
                f"a room did not start: {verdict}; {said[-1] if said else 'it said nothing'}"
            ) from verdict
        if not isinstance(ready, messages.Ready):
            raise GraderFault("a room did not start: it spoke out of turn")
        self.ready = ready
        self._output.take()  # what libraries say while they are imported

    def request(
        self, message: _Request, budget: Budget, answer: CallBack = refuse_calls
    ) -> messages.Loaded | messages.Returned:
        """Sends a message and waits for the reply.

        Args:
            message: what to do.
            budget: what it may use.
            answer: answers calls back; time spent in it is not counted on the clock.

        Returns:
            The reply, a claim of the room.

        Raises:
            RoomVerdict: the submission's failure; after most of them the room is closed.
            GraderFault: the clock ran out while the machine was busy with other things, or the warm
                interpreter died.
        """
        with self._lock:
            return self._request(message, budget, answer)

    def _request(self, message: _Request, budget: Budget, answer: CallBack) -> messages.Loaded | messages.Returned:
        try:
            reply = self._exchange(frames.encode(message), budget, answer)
        except BaseException:  # also what the judge's own function raised: the room still waits for its answer
            self.close()
            raise
        if isinstance(reply, messages.Loaded | messages.Returned):
            return reply
        if isinstance(reply, messages.Raised):
            self._raise(reply, budget)
        self.close()
        raise BadReply("it spoke out of turn")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def take_output(self) -> str:
        """Returns what was printed since the last time."""
        return self._output.take()

    def kill(self) -> None:
        """Ends the process, so that a request under way in another thread comes back with a verdict."""
        self._process.kill()

    def close(self) -> None:
        """Ends the room."""
        if self.is_open:
            self.is_open = False
            self._output.drain(self._process.output)
            self._process.close()

    def _raise(self, raised: messages.Raised, budget: Budget) -> None:
        names = {raised.type_name, *raised.bases}
        if "TookTooLong" in names:
            on_clock = self._meter.measure() < budget.cpu_seconds * 0.9
            try:
                if on_clock:
                    self._meter.hold_fair()
            finally:
                self.close()
            raise TimedOut(budget.wall_seconds if on_clock else budget.cpu_seconds, on_clock=on_clock, raised=raised)
        if names.intersection(_MEMORY_ERRORS):
            raise OutOfMemory(budget.memory_mb, raised)
        raise StudentError(raised)

    def _exchange(self, frame: bytes, budget: Budget, answer: CallBack) -> messages.FromRoomMessage:
        """Sends a frame and receives messages, answering calls back, until one is a reply."""
        process = self._process
        if not self.is_open:
            raise Died(None)
        self._meter = meter = _Meter(process.pid, budget)
        with selectors.DefaultSelector() as selector:
            selector.register(process.channel, selectors.EVENT_READ | selectors.EVENT_WRITE)
            selector.register(process.output, selectors.EVENT_READ)
            selector.register(process.exited, selectors.EVENT_READ)
            pipe = _Pipe(frame, budget.reply_bytes)
            while True:
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if pipe.outgoing else 0)
                selector.modify(process.channel, wanted)
                with meter.watching() as patience:
                    events = {key.fileobj: mask for key, mask in selector.select(patience)}
                if process.output in events:
                    self._output.drain(process.output)
                if events.get(process.channel, 0) & selectors.EVENT_WRITE:
                    pipe.send(process.channel)
                open_still = not events.get(process.channel, 0) & selectors.EVENT_READ or pipe.receive(process.channel)
                message = pipe.message()
                if message is None:
                    if process.exited in events:
                        raise self._death(budget)
                    if not open_still:
                        process.kill()
                        raise self._death(budget)
                    meter.check()
                elif isinstance(message, messages.CalledBack):
                    if not pipe.is_quiet:
                        raise BadReply("it spoke out of turn")
                    meter.check()  # here, too: a room that never stops calling back is never quiet
                    with meter.stopped():
                        pipe.outgoing = memoryview(frames.encode(answer(message)))
                else:
                    self._output.drain(process.output)
                    return message

    def _death(self, budget: Budget) -> RoomVerdict:
        """Tells why the process ended; asks the warm interpreter, which may turn out to be dead as well."""
        code = self._process.wait()
        self._output.drain(self._process.output)
        said = self._output.peek_end()
        if code == _ABORT_CODE and any(word in said for word in ("bad_alloc", "alloc", "out of memory", "MemoryError")):
            return OutOfMemory(budget.memory_mb)
        return Died(code)


class _Pipe:
    """The bytes of one exchange on a non-blocking socket."""

    def __init__(self, frame: bytes, cap: int) -> None:
        self.outgoing = memoryview(frame)
        self._incoming = bytearray()
        self._cap = cap

    def send(self, channel: socket.socket) -> None:
        with suppress(BlockingIOError, OSError):  # a dead room shows when reading
            self.outgoing = self.outgoing[channel.send(self.outgoing[:_CHUNK]) :]

    def receive(self, channel: socket.socket) -> bool:
        """Takes what is there; says whether the channel is still open."""
        try:
            data = channel.recv(_CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self._incoming += data
        return bool(data)

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is under way: a room that calls back waits for the answer before it says anything else."""
        return not self._incoming and not self.outgoing

    def message(self) -> messages.FromRoomMessage | None:
        """The next message, once it is complete.

        Raises:
            BadReply: it is malformed or too large.
        """
        if len(self._incoming) < frames.HEADER.size:
            return None
        try:
            length = frames.body_length(bytes(self._incoming[: frames.HEADER.size]), self._cap)
            end = frames.HEADER.size + length
            if len(self._incoming) < end:
                return None
            body = bytes(self._incoming[frames.HEADER.size : end])
            del self._incoming[:end]
            return frames.decode_from_room(body)
        except frames.BadFrameError as problem:
            raise BadReply(str(problem)) from problem


class _Meter:
    """Watches the CPU time of a room and the clock."""

    def __init__(self, pid: int, budget: Budget) -> None:
        self._pid, self._budget = pid, budget
        self._cpu_before, self._waited_before = cpu_seconds(pid), waiting_seconds(pid)
        self._started = time.monotonic()
        self._absent = 0.0

    @contextmanager
    def watching(self) -> Iterator[float]:
        """Gives the seconds to wait at most; does not count time in which this very process did not run."""
        began, patience = time.monotonic(), self._patience()
        yield patience
        passed = time.monotonic() - began
        if passed > patience + _ABSENT:
            self._absent += passed
            self._started += passed

    def _patience(self) -> float:
        return max(0.0, min(_LOOK, self._started + self._budget.wall_seconds + GRACE - time.monotonic()))

    def check(self) -> None:
        """Holds the limits.

        Raises:
            TimedOut: the room used up its CPU time or the clock.
            OutOfMemory: it has got round the limit on its memory.
            MachineBusy: the clock ran out because the machine was busy: that says nothing of the submission.
        """
        if self.measure() > self._budget.cpu_seconds + GRACE:
            raise TimedOut(self._budget.cpu_seconds, on_clock=False)
        if time.monotonic() - self._started > self._budget.wall_seconds + GRACE:
            self.hold_fair()
            raise TimedOut(self._budget.wall_seconds, on_clock=True)
        if self._budget.memory_mb and memory_mb(self._pid) > self._budget.memory_mb + _BESIDES_MB:
            raise OutOfMemory(self._budget.memory_mb)

    def measure(self) -> float:
        """CPU seconds used so far."""
        return cpu_seconds(self._pid) - self._cpu_before

    def hold_fair(self) -> None:
        """Holds that the room got time to run while the clock ran out.

        Raises:
            MachineBusy: it waited for a core for most of that time, which really has passed; or the judge was stopped.
        """
        if self._absent:
            raise MachineBusy(f"this process or the machine was stopped for {self._absent:.0f} s")
        passed = time.monotonic() - self._started
        waited = waiting_seconds(self._pid) - self._waited_before
        if passed > 0.9 * self._budget.wall_seconds and waited > passed / 2:
            raise MachineBusy(f"the machine was too busy: a room waited for a core for most of {passed:.0f} s")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stops the clock while the judge itself works."""
        began = time.monotonic()
        yield
        self._started += time.monotonic() - began

"""What a room may do instead of answering. Each is the submission's doing; faults of ours are `GraderFault`."""

from grader.wire.messages import Raised


class RoomVerdict(Exception):
    """Base: the room did not answer as asked."""


class StudentError(RoomVerdict):
    """The submission's code raised an exception."""

    def __init__(self, raised: Raised) -> None:
        """Keeps what the room tells of it.

        Args:
            raised: type, text and lines; claims of the room.
        """
        super().__init__(f"{raised.type_name}: {raised.message}")
        self.raised = raised


class TimedOut(RoomVerdict):
    """The call took too long."""

    def __init__(self, seconds: float, *, on_clock: bool, raised: Raised | None = None) -> None:
        """Says which limit struck.

        Args:
            seconds: the limit.
            on_clock: whether it is the limit on the clock (a sleeper) and not that of CPU time.
            raised: where the submission was, if the room could still tell.
        """
        super().__init__(f"more than {seconds:g} s {'on the clock' if on_clock else 'of CPU time'}")
        self.seconds = seconds
        self.on_clock = on_clock
        self.raised = raised


class OutOfMemory(RoomVerdict):
    """The call needed more memory than the lesson allows."""

    def __init__(self, memory_mb: int, raised: Raised | None = None) -> None:
        """Says how much there was.

        Args:
            memory_mb: the limit in MiB.
            raised: where the submission was, if the room could still tell.
        """
        super().__init__(f"more than {memory_mb} MiB of memory")
        self.memory_mb = memory_mb
        self.raised = raised


class Died(RoomVerdict):
    """The process ended."""

    def __init__(self, code: int | None) -> None:
        """Says how.

        Args:
            code: exit code, minus a signal's number, or None where that is not known any more.
        """
        super().__init__(f"exit code {code}" if code is None or code >= 0 else f"signal {-code}")
        self.code = code


class BadReply(RoomVerdict):
    """The room said something that is no reply, or a far too large one."""

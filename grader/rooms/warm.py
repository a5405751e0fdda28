"""The warm interpreter from the host's side: start it, ask it for rooms, notice when it dies."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from grader.errors import GraderFault
from grader.rooms.process import RoomProcess, kill_group
from grader.wire import control

_T = TypeVar("_T", control.Warm, control.Started)
#: Variables that the warm interpreter gets; its environment is built from nothing else, for a room can read it.
ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "-1",  # marks come from the CPU
    "KERAS_BACKEND": "tensorflow",
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",  # fewer arenas, fewer private pages a room
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",  # OpenBLAS starts its threads at import, which would forbid forking
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",  # the order of sets must not change from run to run
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # its kernels round differently from one processor to the next
}
#: Variables of the user's that are passed on where they are set: without them some libraries do not load.
PASSED_ON = ("LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "SYSTEMROOT")
#: Seconds for importing Keras on a slow, cold disk, and for forking a room.
_START_SECONDS, _FORK_SECONDS = 180, 30


def room_environment() -> dict[str, str]:
    """The environment of the warm interpreter and of fresh rooms."""
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return ENVIRONMENT | passed_on


def interpreter() -> list[str]:
    """How Python is started for rooms: no user site, no current folder on the path, but the fixed hash seed.

    `-I` would imply both and ignore PYTHONHASHSEED as well.
    """
    return [sys.executable, "-s", "-P", "-m", "grader.inside"]


class WarmInterpreter:
    """A process with Keras imported that forks rooms on request."""

    def __init__(self) -> None:
        """Starts it and returns at once; it imports Keras while the host goes on."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  read if the start fails, closed in close()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter
                [*interpreter(), "warm", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self._errors,
                stderr=self._errors,
                env=room_environment(),
                cwd=Path(sys.executable).anchor,
                start_new_session=True,  # Ctrl-C is the host's to handle
            )
        self._ended: dict[int, control.Ended] = {}
        self._lock = threading.RLock()  # rooms are started and ended from several threads
        self._warm = False
        self.cpu_seconds = 0.0

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def start_room(self, spec: control.RoomSpec) -> RoomProcess:
        """Forks a room.

        Raises:
            GraderFault: the warm interpreter is dead, or refuses.
        """
        channel, their_channel = socket.socketpair()
        output, their_output = socket.socketpair()
        with self._lock, their_channel, their_output:
            if not self._warm:
                self._expect(control.Warm, _START_SECONDS)
                self._warm = True
            try:
                socket.send_fds(self._control, [control.encode(spec)], [their_channel.fileno(), their_output.fileno()])
            except OSError as problem:
                raise (self._fault() if self._control.fileno() >= 0 else GraderFault("it is closed")) from problem
            started, pidfd = self._expect(control.Started, _FORK_SECONDS)
            if pidfd < 0:  # the kernel drops what there is no number for
                raise GraderFault("a room cannot be started: too few file descriptors are allowed (ulimit -n)")
        return _Forked(self, started.pid, pidfd, channel, output)

    def ended(self, pid: int) -> control.Ended:
        """Waits until a room is reaped.

        Raises:
            GraderFault: the warm interpreter died.
        """
        with self._lock:
            while pid not in self._ended:
                self._receive(_FORK_SECONDS)
            ended = self._ended.pop(pid)
            self.cpu_seconds += ended.cpu_seconds
            return ended

    def close(self) -> None:
        """Ends it, and with it every room that is left."""
        self._control.close()
        kill_group(self._process.pid)
        self._process.wait()
        self._errors.close()

    def _expect(self, kind: type[_T], seconds: float) -> tuple[_T, int]:
        deadline = time.monotonic() + seconds
        while True:
            message, descriptor = self._receive(deadline - time.monotonic())
            if isinstance(message, kind):
                return message, descriptor
            if isinstance(message, control.Refused):
                raise GraderFault(message.reason)

    def _receive(self, seconds: float) -> tuple[control.FromWarm, int]:
        """Receives one packet and its descriptor (-1 for none); ends of rooms are put aside."""
        if self._control.fileno() < 0:
            raise GraderFault("the warm interpreter is closed")
        if not select.select([self._control], [], [], max(seconds, 0))[0]:
            raise GraderFault(f"the warm interpreter has not answered for {seconds:.0f} s")
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._control, control.PACKET, 1)
        except OSError as problem:
            raise self._fault() from problem
        if not packet:
            raise self._fault()
        message = control.decode_from_warm.decode(packet)
        if isinstance(message, control.Ended):
            self._ended[message.pid] = message
        return message, descriptors[0] if descriptors else -1

    def _fault(self) -> GraderFault:
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read().decode("utf-8", "replace").splitlines()
        errors = [line for line in said if re.match(r"\w*(Error|Exception)\b", line)]
        return GraderFault(f"the warm interpreter ended with {errors[-1] if errors else f'code {code}'}")


class _Forked:
    """A room forked from the warm interpreter; implements `RoomProcess`."""

    def __init__(
        self, warm: WarmInterpreter, pid: int, pidfd: int, channel: socket.socket, output: socket.socket
    ) -> None:
        self.pid, self.exited, self.channel, self.output = pid, pidfd, channel, output
        self._warm = warm
        self._code: int | None = None
        channel.setblocking(False)
        output.setblocking(False)

    def kill(self) -> None:
        with suppress(OSError):  # it may be dead already
            signal.pidfd_send_signal(self.exited, signal.SIGSTOP)  # so that its group cannot grow
            os.killpg(self.pid, signal.SIGKILL)
        with suppress(OSError):
            signal.pidfd_send_signal(self.exited, signal.SIGKILL)

    def wait(self) -> int:
        if self._code is None:
            self._code = self._warm.ended(self.pid).code
        return self._code

    def close(self) -> None:
        try:
            if self._code is None:
                self.kill()
                with suppress(GraderFault):  # without the warm interpreter nobody reaps; dead it is all the same
                    self.wait()
        finally:
            self.channel.close()
            self.output.close()
            os.close(self.exited)

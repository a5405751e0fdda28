"""One warm interpreter for all judges: they ask for rooms over a socket and get each room's own descriptors.

Keras is imported once and its memory shared. Were the interpreter to die, its rooms die with it, which is a fault of
ours in the gradings that used them, and the next room comes from a new one.
"""

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

import msgspec

from grader.errors import GraderFault
from grader.rooms.folder import Folder
from grader.rooms.house import Starter, starter
from grader.rooms.process import RoomProcess, hide_memory
from grader.rooms.warm import WarmInterpreter, _Forked
from grader.wire import control

_SOCKET = "rooms"
_CAN_SHARE = sys.platform.startswith("linux")  # elsewhere nothing can be forked
#: A room's channel, its output and its process, in this order.
_DESCRIPTORS = 3


class Reap(msgspec.Struct, frozen=True, tag="reap"):
    """Say how a room ended, once it has.

    Attributes:
        pid: which one.
    """

    pid: int


_decode_request = msgspec.msgpack.Decoder(control.RoomSpec | Reap).decode
_decode_reply = msgspec.msgpack.Decoder(control.Started | control.Ended | control.Refused).decode


@contextmanager
def rooms_for_all() -> Iterator[str]:
    """Starts one warm interpreter for all judges, where that can be; leaves no process.

    Yields:
        Its address for `reach_rooms`, or nothing where each judge starts rooms of its own.
    """
    if _CAN_SHARE:
        with RoomsForAll() as rooms:
            yield rooms.address
    else:
        yield ""


def reach_rooms(address: str) -> Starter:
    """What starts rooms for one judge; no other process can read its memory from then on.

    Args:
        address: what `rooms_for_all` gave.
    """
    hide_memory()
    return SharedRooms(address) if address else starter()


class RoomsForAll:
    """The side of the host: starts rooms for whoever connects; a context manager that leaves no process."""

    def __init__(self) -> None:
        """Starts the warm interpreter, which imports Keras meanwhile, and listens in a folder of our own."""
        self._folder = Folder()
        self.address = str(self._folder.path)
        self._warm = WarmInterpreter()
        self._lock = threading.Lock()
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with _short(self.address) as name:
            self._listening.bind(name)
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        """Is ready at once; the first room waits for Keras."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends all rooms."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._warm.close()
        self._folder.close()

    def start_room(self, spec: control.RoomSpec) -> tuple[RoomProcess, WarmInterpreter]:
        """Forks a room.

        Raises:
            GraderFault: it cannot be started; the next one may well be.
        """
        with self._lock:
            if _is_dead(self._warm.pid):
                self._warm.close()
                self._warm = WarmInterpreter()
            warm = self._warm
        return warm.start_room(spec), warm

    def _accept(self) -> None:
        with suppress(OSError):  # it was closed
            while True:
                judge, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=(judge,), daemon=True).start()

    def _serve(self, judge: socket.socket) -> None:
        """Answers one judge until it is gone, and then ends what rooms it left."""
        rooms: dict[int, tuple[RoomProcess, WarmInterpreter]] = {}
        try:
            with judge:
                while packet := judge.recv(control.PACKET):
                    try:
                        self._answer(judge, _decode_request(packet), rooms)
                    except GraderFault as fault:
                        judge.sendall(control.encode(control.Refused(str(fault))))
        except (OSError, ValueError):
            pass  # the judge died, or all is being closed, the warm interpreter's own files included
        finally:
            for room, _ in rooms.values():
                with suppress(GraderFault, OSError, ValueError):
                    room.close()

    def _answer(
        self,
        judge: socket.socket,
        request: control.RoomSpec | Reap,
        rooms: dict[int, tuple[RoomProcess, WarmInterpreter]],
    ) -> None:
        if isinstance(request, Reap):
            room, warm = rooms.pop(request.pid)
            try:
                ended = warm.ended(request.pid)
            finally:
                os.close(room.exited)
            judge.sendall(control.encode(ended))
            return
        room, warm = self.start_room(request)
        rooms[room.pid] = room, warm
        descriptors = [room.channel.fileno(), room.output.fileno(), room.exited]
        with room.channel, room.output:  # the judge has its own from now on
            socket.send_fds(judge, [control.encode(control.Started(room.pid))], descriptors)


class SharedRooms:
    """The side of a judge; implements `Starter`."""

    def __init__(self, address: str) -> None:
        """Connects.

        Args:
            address: the folder in which the host listens.
        """
        self._host = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with _short(address) as name:
            self._host.connect(name)
        self._lock = threading.Lock()
        self.cpu_seconds = 0.0

    def start_room(self, spec: control.RoomSpec) -> RoomProcess:
        """Asks for a room.

        Raises:
            GraderFault: it cannot be started.
        """
        with self._lock:
            reply, descriptors = self._ask(control.encode(spec))
        if not isinstance(reply, control.Started) or len(descriptors) != _DESCRIPTORS:
            raise GraderFault(reply.reason if isinstance(reply, control.Refused) else "the host gave no room")
        channel, output, pidfd = descriptors
        ends = socket.socket(fileno=channel), socket.socket(fileno=output)
        return _Forked(self, reply.pid, pidfd, *ends)  # type: ignore[arg-type] # it asks us only for `ended`

    def ended(self, pid: int) -> control.Ended:
        """Waits until a room is reaped.

        Raises:
            GraderFault: the warm interpreter died.
        """
        with self._lock:
            reply, _ = self._ask(control.encode(Reap(pid)))
        if not isinstance(reply, control.Ended):
            raise GraderFault(reply.reason if isinstance(reply, control.Refused) else "the host lost a room")
        self.cpu_seconds += reply.cpu_seconds
        return reply

    def close(self) -> None:
        """Ends the rooms that are left; the host does so."""
        self._host.close()

    def _ask(self, request: bytes) -> tuple[control.Started | control.Ended | control.Refused, list[int]]:
        try:
            self._host.sendall(request)
            packet, descriptors, _, _ = socket.recv_fds(self._host, control.PACKET, _DESCRIPTORS)
            return _decode_reply(packet), list(descriptors)
        except (OSError, msgspec.DecodeError) as problem:
            raise GraderFault(f"the host that starts rooms is gone: {problem}") from problem


@contextmanager
def _short(folder: str) -> Iterator[str]:
    """A name for the socket in a folder that is short enough, whatever folder there is for temporary files."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{_SOCKET}"
    finally:
        os.close(descriptor)


def _is_dead(pid: int) -> bool:
    """Whether a child of ours has ended; it stays to be waited for."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

"""Rooms as fresh processes, for platforms that cannot fork (macOS, Windows): slower to start, the same otherwise.

The channel is the process's standard input and output, what it prints goes to standard error. Threads copy
between these pipes and sockets, since not every platform can wait for pipes.
"""

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, TYPE_CHECKING

from grader.rooms.process import RoomProcess, cpu_seconds, kill_group
from grader.rooms.warm import interpreter, room_environment
from grader.wire import control

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK = 1 << 16


class FreshStarter:
    """Starts each room as a process of its own; the counterpart of `WarmInterpreter`."""

    def __init__(self) -> None:
        """Has nothing to prepare."""
        self.cpu_seconds = 0.0

    def start_room(self, spec: control.RoomSpec) -> RoomProcess:
        """Starts a process that imports Keras and becomes a room."""
        return _Fresh(self, spec)

    def close(self) -> None:
        """Has nothing to end: each room ends its own process."""


class _Fresh:
    """A room in a process of its own; implements `RoomProcess`."""

    def __init__(self, starter: FreshStarter, spec: control.RoomSpec) -> None:
        self._starter = starter
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter
            [*interpreter(), "room", control.encode(spec).hex()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=room_environment(),
            cwd=Path(sys.executable).anchor,
            bufsize=0,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.channel, theirs = socket.socketpair()
        self.output, printed = socket.socketpair()
        self._exited, self._exits = socket.socketpair()
        self.exited = self._exited.fileno()
        self.channel.setblocking(False)
        self.output.setblocking(False)
        self._theirs = [theirs, printed]
        copies: list[tuple[Callable[..., None], tuple[object, ...]]] = [
            (_from_socket, (theirs, self._process.stdin)),
            (_to_socket, (self._process.stdout, theirs)),
            (_to_socket, (self._process.stderr, printed)),
            (self._watch, ()),
        ]
        for target, args in copies:
            Thread(target=target, args=args, daemon=True).start()

    def kill(self) -> None:
        self._starter.cpu_seconds += cpu_seconds(self.pid)
        if hasattr(os, "killpg"):
            kill_group(self.pid)
        else:
            self._process.kill()

    def wait(self) -> int:
        return self._process.wait()

    def close(self) -> None:
        self.kill()
        self.wait()
        for end in (self.channel, self.output, self._exited, *self._theirs):
            end.close()

    def _watch(self) -> None:
        self._process.wait()
        self._exits.close()


def _from_socket(source: socket.socket, target: IO[bytes]) -> None:
    with suppress(OSError, ValueError):  # either end may be closed under it
        while data := source.recv(_CHUNK):
            target.write(data)
    with suppress(OSError):
        target.close()


def _to_socket(source: IO[bytes], target: socket.socket) -> None:
    with suppress(OSError, ValueError):  # either end may be closed under it
        while data := source.read(_CHUNK):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

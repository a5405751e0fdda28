"""All rooms of one grading: their folders, their starter, and their end."""

import errno
import os
import re
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from grader.errors import GraderFault
from grader.model import Isolation
from grader.rooms.folder import Folder, remove
from grader.rooms.fresh import FreshStarter
from grader.rooms.layers import lacking
from grader.rooms.process import RoomProcess, hide_memory
from grader.rooms.readable import hold_hidden, readable
from grader.rooms.room import Room
from grader.rooms.verdicts import BadReply
from grader.rooms.warm import WarmInterpreter
from grader.wire import control

#: Files that are carried from one room to the next: how many, and how large in all; see also `grader.inside.files`.
MAX_FILES, MAX_BYTES = 64, 64 << 20
_PLAIN_PATH = re.compile(r"(?!\.\.?(/|$))[^/\0]{1,200}(/(?!\.\.?(/|$))[^/\0]{1,200}){0,8}")
_OUR_FAULT = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EIO)
_START_SECONDS = 45.0  # times WALL_PER_CPU on the clock: a fresh process imports Keras first
_FIRST_MESSAGE = 64 * 1024


class Starter(Protocol):
    """What starts rooms.

    Attributes:
        cpu_seconds: CPU time of all rooms that have ended.
    """

    cpu_seconds: float

    def start_room(self, spec: control.RoomSpec) -> RoomProcess:
        """Starts the process of a room."""

    def close(self) -> None:
        """Ends it and all its rooms."""


def starter(*, fork: bool | None = None) -> Starter:
    """Starts what starts rooms.

    Args:
        fork: whether to fork rooms from a warm interpreter; None does so where it is to be had.
    """
    hide_memory()
    if fork is None:
        fork = sys.platform.startswith("linux")
    return WarmInterpreter() if fork else FreshStarter()


class House:
    """The rooms of one grading, each with a work folder of its own; a context manager that leaves nothing."""

    def __init__(
        self, rooms: Starter, *, memory_mb: int, isolation: Isolation = Isolation.AUTO, hidden: Iterable[Path] = ()
    ) -> None:
        """Makes the folder for the rooms.

        Args:
            rooms: what starts rooms; it is not closed with the house.
            memory_mb: memory of each in MiB.
            isolation: how strongly to confine them.
            hidden: files and folders that no room may read.

        Raises:
            GraderFault: there is no place for temporary files.
        """
        self._rooms = rooms
        self._isolation = isolation
        self._memory_mb = memory_mb
        self._hidden = tuple(hidden)
        self._open: list[Room] = []
        self._count = 0
        self._lock = threading.Lock()
        self._kernels: set[Room] = set()
        self._closing: set[bool] = set()
        self._stack = ExitStack()
        folder = Folder()
        self._stack.callback(folder.close)
        self._folder = folder.path
        self._cpu_before = rooms.cpu_seconds
        self.layers: tuple[str, ...] = ()
        self.missing: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        """Enters the house."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all rooms and removes their folders."""
        try:
            for room in self._open:
                room.close()
        finally:
            self._stack.close()

    @property
    def cpu_seconds(self) -> float:
        """CPU time of the rooms that have ended."""
        return self._rooms.cpu_seconds - self._cpu_before

    def kill_all(self, *, kernels: bool) -> None:
        """Ends rooms at once, and each that is still to come; for giving up work in other threads.

        Args:
            kernels: whether to end those with a kernel, or all the others.
        """
        with self._lock:
            self._closing.add(kernels)
            for room in self._open:
                if room.is_open and (room in self._kernels) == kernels:
                    room.kill()

    def _number(self) -> int:
        with self._lock:
            self._count += 1
            return self._count

    def sockets(self) -> Path:
        """Makes a folder in which the kernel of a room for notebooks can listen."""
        folder = self._folder / f"sockets{self._number()}"
        folder.mkdir(mode=0o700)
        return folder

    def room(
        self, *, carried: Path | None = None, keras: bool = True, sockets: Path | None = None, key: str = ""
    ) -> tuple[Room, Path]:
        """Starts a room.

        Args:
            carried: folder of files for it to read.
            keras: whether the submission may import Keras.
            sockets: folder in which a kernel listens, for a room that runs a notebook.
            key: key with which the kernel's messages are signed.

        Returns:
            The room and its work folder.

        Raises:
            GraderFault: it cannot be started, is confined too little, or could read what is hidden.
        """
        hold_hidden(readable(), self._hidden)
        work = self._folder / f"room{self._number()}" / "work"
        spec = control.RoomSpec(
            work=str(work),
            carried=str(carried or ""),
            memory_mb=self._memory_mb,
            confine=self._isolation is not Isolation.NONE,
            readable=readable(),
            keras=keras,
            sockets=str(sockets or ""),
            key=key,
        )
        try:
            work.mkdir(parents=True, mode=0o700)
            room = Room(self._rooms.start_room(spec), _FIRST_MESSAGE, _START_SECONDS)
        except OSError as problem:
            raise GraderFault(f"a room cannot be started: {problem.strerror}") from problem
        with self._lock:
            self._open = [other for other in self._open if other.is_open]
            self._open.append(room)
            if sockets is not None:
                self._kernels.add(room)
            if (sockets is not None) in self._closing:
                room.kill()
        self.layers, self.missing = tuple(room.ready.layers), tuple(room.ready.missing)
        if self._isolation is Isolation.FULL and (missing := lacking(self.layers)):
            room.close()
            raise GraderFault(
                f"full confinement is not to be had here (missing: {', '.join(missing)}); `grade doctor` tells what to "
                "do, and your own code can be graded with --isolation auto"
            )
        return room, work

    def carry(self, files: Mapping[str, bytes]) -> Path:
        """Writes files that a room has told of into a folder, for another room to read.

        Args:
            files: content by path below the folder, "/" between parts; claims of the room.

        Returns:
            The folder.

        Raises:
            FilesTooLarge: there are more or larger files than are carried.
            BadReply: a path leads elsewhere.
        """
        if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES:
            raise FilesTooLarge(f"more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB")
        folder = self._folder / f"carried{self._number()}"
        folder.mkdir(mode=0o700)
        for name, content in files.items():
            if not _PLAIN_PATH.fullmatch(name):
                raise BadReply("it told of a file with a strange name")
            path = folder / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            except OSError as problem:  # one name is a file and a folder, or too long; or our own disk is full
                if problem.errno in _OUR_FAULT:
                    raise GraderFault(f"files cannot be carried: {problem.strerror}") from problem
                raise BadReply("it told of files that cannot be") from problem
            path.chmod(0o400)
        for part, _, _ in os.walk(folder):
            Path(part).chmod(0o500)
        return folder

    def forget(self, work: Path) -> None:
        """Removes the folder of a dead room, so that no later room finds anything by its old path."""
        if self._folder in work.parents:
            remove(work)


class FilesTooLarge(Exception):
    """A room left more than is carried to the next."""

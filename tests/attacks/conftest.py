"""What an attacker would like to have, made anew for each attack: files, sockets, a terminal, other processes."""

import contextlib
import ctypes
import json
import os
import secrets
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.rooms.house import House, Starter
from grader.rooms.room import Budget, Room
from grader.wire import messages

#: Every secret of the bait begins with this word.
SIGN = "CANARY-"
_PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
HOST_SECRET = SIGN + secrets.token_hex(8)
os.environ["GRADE_TEST_HOST_SECRET"] = HOST_SECRET
MEMORY_MB = 1024


def secret() -> str:
    return SIGN + secrets.token_hex(8)


@dataclass
class Bait:
    """What an attack is told of, and how to see whether it got at it.

    Attributes:
        folder: all files of it.
        values: what the attack is given: paths, process ids, ports.
        canaries: texts that must show up nowhere.
    """

    folder: Path
    values: dict[str, str | int]
    canaries: list[str]
    listeners: list[socket.socket] = field(default_factory=list)
    terminal: int = -1
    before: dict[str, tuple[object, ...]] = field(default_factory=dict)

    def remember(self) -> None:
        self.before = tree(self.folder)

    def changes(self) -> set[str]:
        """The paths that are not as they were."""
        now = tree(self.folder)
        return {path for path in now.keys() | self.before.keys() if now.get(path) != self.before.get(path)}

    def arrivals(self) -> list[bytes]:
        """What reached a socket or the terminal."""
        heard = []
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                if listener.type == socket.SOCK_DGRAM:
                    heard.append(listener.recv(99))
                else:
                    listener.accept()[0].close()
                    heard.append(b"a connection")
        with contextlib.suppress(BlockingIOError):
            heard.append(os.read(self.terminal, 99))
        return heard


def tree(folder: Path) -> dict[str, tuple[object, ...]]:
    """Everything about the files of a folder that can be changed; ctime tells of modes, owners, links, attributes."""
    found: dict[str, tuple[object, ...]] = {}
    for path in [folder, *folder.rglob("*")]:
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found[str(path)] = (
            status.st_mode,
            status.st_uid,
            status.st_mtime_ns,
            status.st_ctime_ns,
            status.st_nlink,
            content,
        )
    return found


@pytest.fixture(scope="module")
def orphans_come_here() -> Iterator[None]:
    """What a room leaves behind becomes a child of this process, however it tried to get away."""
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    yield
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@dataclass
class Neighbour:
    """Another student's room that is alive meanwhile."""

    room: Room
    work: Path
    canary: str

    def is_well(self) -> bool:
        budget = Budget(5, 1 << 10, 0)
        reply = self.room.request(messages.Call("read", [], {}, 1, budget.soft), budget)
        return reply == messages.Returned(self.canary)


NEIGHBOUR = "def read():\n    return open('secret.txt').read()\n"


@pytest.fixture(scope="module")
def neighbour(rooms: Starter) -> Iterator[Neighbour]:
    with House(rooms, memory_mb=3072) as house:
        room, work = house.room()
        canary = secret()
        budget = Budget(10, 1 << 20, 0)
        text = NEIGHBOUR + f"with open('secret.txt', 'w') as file:\n    file.write({canary!r})\n"
        room.request(messages.Load(text, "neighbour.py", None, 1, budget.soft), budget)
        yield Neighbour(room, work, canary)


@pytest.fixture
def bait(tmp_path: Path, rooms: Starter, neighbour: Neighbour) -> Iterator[Bait]:
    with contextlib.ExitStack() as stack:
        made = _files(tmp_path / ("bait-" + secrets.token_hex(4)))
        made.canaries += [neighbour.canary, HOST_SECRET]
        made.values |= {
            "host": os.getpid(),
            "warm": getattr(rooms, "pid", 0),
            "neighbour": neighbour.room.pid,
            "neighbour_work": str(neighbour.work),
            "memory_mb": MEMORY_MB,
        }
        _victim(made, stack)
        _listeners(made, stack)
        _terminal(made, stack)
        made.remember()
        yield made


def _files(folder: Path) -> Bait:
    course, home = folder / "course", folder / "home"
    texts = {
        "checks": course / "rubrics" / "lesson01_x" / "checks.py",
        "rubric": course / "rubrics" / "lesson01_x" / "rubric.toml",
        "solution": course / "solutions" / "lesson01_x.py",
        "submission": course / "submissions" / "ada.py",
        "marks": course / "marks.json",
        "key": home / ".ssh" / "id_ed25519",
        "open_file": folder / "open" / "file.txt",
    }
    canaries = []
    for name, path in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        canaries.append(secret())
        path.write_text(json.dumps(canaries[-1]) if name == "marks" else f"answer = {canaries[-1]!r}\n")
    canaries.append(secret())
    gradebook = course / "gradebook.sqlite"
    with contextlib.closing(sqlite3.connect(gradebook)) as book, book:
        book.execute("create table marks (note text)")
        book.execute("insert into marks values (?)", (canaries[-1],))
    with contextlib.suppress(OSError):
        os.setxattr(texts["checks"], "user.note", b"kept")
    (folder / "open").chmod(0o777)
    texts["open_file"].chmod(0o666)
    hidden = course / "rubrics" / secret()  # a name that is a secret itself
    hidden.mkdir()
    canaries.append(hidden.name)
    values: dict[str, str | int] = {name: str(path) for name, path in texts.items()}
    values |= {
        "course": str(course),
        "gradebook": str(gradebook),
        "home": str(home),
        "open": str(folder / "open"),
        "absent": str(course / "rubrics" / "lesson01_x" / "absent.py"),
        "absent_folder": str(course / "rubrics" / "lesson99_x"),
    }
    return Bait(folder, values, canaries)


def _victim(bait: Bait, stack: contextlib.ExitStack) -> None:
    """Another process of the same user, with a secret in its environment and one behind its standard input."""
    canary = secret()
    with Path(str(bait.values["checks"])).open("rb") as file:
        process = subprocess.Popen(["sleep", "60"], env={"PATH": os.defpath, "TOKEN": canary}, stdin=file)
    stack.callback(process.wait)
    stack.callback(process.kill)
    bait.values["victim"] = process.pid
    bait.canaries.append(canary)


def _listeners(bait: Bait, stack: contextlib.ExitStack) -> None:
    name = f"\0grade-{secrets.token_hex(4)}"
    short = stack.enter_context(_short_folder(bait))
    places: dict[str, tuple[socket.AddressFamily, socket.SocketKind, object]] = {
        "tcp": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        "udp": (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        "stream": (socket.AF_UNIX, socket.SOCK_STREAM, f"{short}/s"),
        "datagram": (socket.AF_UNIX, socket.SOCK_DGRAM, f"{short}/d"),
        "abstract_stream": (socket.AF_UNIX, socket.SOCK_STREAM, f"{name}s"),
        "abstract_datagram": (socket.AF_UNIX, socket.SOCK_DGRAM, f"{name}d"),
    }
    for key, (family, kind, address) in places.items():
        listener = stack.enter_context(socket.socket(family, kind))
        listener.bind(address)  # type: ignore[arg-type]  # each fits its family
        listener.setblocking(False)
        if kind == socket.SOCK_STREAM:
            listener.listen(8)
        bait.listeners.append(listener)
        bait.values[key] = listener.getsockname()[1] if family == socket.AF_INET else str(address)


@contextlib.contextmanager
def _short_folder(bait: Bait) -> Iterator[str]:
    """A short name for the folder: the address of a UNIX socket may have 107 bytes only."""
    short = Path("/tmp") / f"bait-{os.getpid()}"  # noqa: S108
    short.symlink_to(bait.folder / "open")
    try:
        yield str(short)
    finally:
        short.unlink()


def _terminal(bait: Bait, stack: contextlib.ExitStack) -> None:
    ours, theirs = os.openpty()
    stack.callback(os.close, ours)
    stack.callback(os.close, theirs)
    os.set_blocking(ours, False)
    bait.terminal = ours
    bait.values["terminal"] = os.ttyname(theirs)

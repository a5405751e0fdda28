"""Attacks a room layer by layer and tells what held."""

import os
import secrets
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

import psutil

from grader.rooms.house import House, starter
from grader.rooms.layers import LAYERS, Layer
from grader.rooms.room import Budget, Room
from grader.rooms.verdicts import RoomVerdict
from grader.rooms.warm import WarmInterpreter
from grader.wire import messages

_MEMORY_MB = 1024
_BUDGET = Budget(cpu_seconds=10, reply_bytes=1 << 16, memory_mb=_MEMORY_MB)
_SHORT = Budget(cpu_seconds=0.5, reply_bytes=1 << 16, memory_mb=_MEMORY_MB)
_VARIABLE = "GRADE_DOCTOR_BAIT"
#: A package that is installed wherever this one is and that no submission needs.
_OTHER_PACKAGE = "pytest"
_DEATH_SECONDS = 5.0
_BUG = "report it as a bug of the grader"
#: What protects beside the layers of a room.
_HOST = (
    Layer("judge's memory", "read the hidden data in the grader's memory", _BUG),
    Layer("deadline", "run for ever", _BUG),
)


class State(StrEnum):
    """What came of an attack."""

    HOLDS = "holds"
    MISSING = "missing"
    OPEN = "OPEN"


@dataclass(frozen=True)
class Finding:
    """What an attack showed.

    Attributes:
        layer: the layer that was attacked.
        state: what came of it.
        loot: what the attack got, if anything.
    """

    layer: Layer
    state: State
    loot: str = ""


def examine() -> list[Finding]:
    """Starts a confined room and attacks every layer from inside.

    Returns:
        A finding for each layer, in the order in which they are put on.

    Raises:
        GraderFault: rooms cannot be started at all.
    """
    os.environ[_VARIABLE] = secrets.token_hex(16)
    rooms = starter()
    try:
        with House(rooms, memory_mb=_MEMORY_MB) as house, tempfile.NamedTemporaryFile() as bait:
            bait.write(b"bait")
            bait.flush()
            room = _attacker(house, Path(bait.name))
            in_force = room.ready.layers
            found = []
            for layer in (*(layer for layer in LAYERS if layer.name != "parent"), *_HOST):
                if not room.is_open:  # the attack before has ended it, and a dead room seems to hold everything
                    room = _attacker(house, Path(bait.name))
                found.append(_attack(room, layer, in_force=layer in _HOST or layer.name in in_force))
            place = [layer.name for layer in LAYERS].index("parent")
            if isinstance(rooms, WarmInterpreter):
                # Only the filter of system calls keeps a room from taking its death signal back.
                bound = {"parent", "system calls"}.issubset(in_force)
                parent = _outlive(_attacker(house, Path(bait.name)), rooms, in_force=bound)
                found.insert(place, parent)
            return found
    finally:
        rooms.close()
        del os.environ[_VARIABLE]


def _attacker(house: House, bait: Path) -> Room:
    """A room that holds the attacks and knows what to attack."""
    room, _ = house.room()
    text = resources.files("grader.doctor").joinpath("attempts.py").read_text("utf-8")
    room.request(messages.Load(text, "attempts.py", None, 1, _BUDGET.soft), _BUDGET)
    told: list[tuple[str, messages.ToRoom]] = [
        ("variable", os.environ[_VARIABLE]),
        ("network", _own_network()),
        ("file", str(bait)),
        ("memory_mb", str(_MEMORY_MB)),
        ("package", str(resources.files(_OTHER_PACKAGE).joinpath("__init__.py"))),
        ("judge", str(os.getpid())),
    ]
    room.request(messages.Call("take_bait", [messages.GivenMapping(list(told))], {}, 1, _BUDGET.soft), _BUDGET)
    return room


def _own_network() -> str:
    try:
        return str(Path("/proc/self/ns/net").readlink())
    except OSError:
        return ""


def _attack(room: Room, layer: Layer, *, in_force: bool) -> Finding:
    """Tries the attack on one layer."""
    name = layer.name.lower().replace(" ", "_").replace("'s", "")
    loot = ""
    with suppress(RoomVerdict):  # kept from it, with an error or at the deadline
        reply = room.request(messages.Call(name, [], {}, 1, _SHORT.soft), _SHORT)
        loot = str(getattr(reply, "value", "something"))
    return Finding(layer, _state(loot, in_force=in_force), loot)


def _outlive(room: Room, rooms: WarmInterpreter, *, in_force: bool) -> Finding:
    """Kills the warm interpreter and sees whether its room lives on."""
    with suppress(RoomVerdict):
        room.request(messages.Call("parent", [], {}, 1, _SHORT.soft), _SHORT)
    os.kill(rooms.pid, signal.SIGKILL)
    ends = time.monotonic() + _DEATH_SECONDS
    while _is_alive(room.pid) and time.monotonic() < ends:
        time.sleep(0.02)
    loot = "a longer life than the grader" if _is_alive(room.pid) else ""
    layer = next(layer for layer in LAYERS if layer.name == "parent")
    return Finding(layer, _state(loot, in_force=in_force), loot)


def _is_alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _state(loot: str, *, in_force: bool) -> State:
    if not in_force:
        return State.MISSING
    return State.OPEN if loot else State.HOLDS

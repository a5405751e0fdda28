"""The warm interpreter: its death is our fault, it is never forked with threads, and it takes its rooms along."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from grader.errors import GraderFault
from grader.rooms.house import House
from grader.rooms.room import Budget, Room
from grader.rooms.verdicts import StudentError
from grader.rooms.warm import WarmInterpreter
from grader.wire import messages

pytestmark = pytest.mark.rooms

BUDGET = Budget(cpu_seconds=20, reply_bytes=1 << 20, memory_mb=3072)
Load = Callable[[House, str], tuple[Room, Path]]


@pytest.fixture
def warm() -> Iterator[WarmInterpreter]:
    interpreter = WarmInterpreter()
    yield interpreter
    interpreter.close()


def is_gone(pid: int) -> bool:
    """Whether a process ends within five seconds; one that nobody has reaped yet is gone, too."""
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        deadline = time.monotonic() + 5
        while process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
    return True


def call(room: Room) -> object:
    return room.request(messages.Call("f", [], {}, 1, BUDGET.soft), BUDGET)


def test_a_killed_warm_interpreter_is_a_grader_fault(warm: WarmInterpreter, load: Load) -> None:
    with House(warm, memory_mb=3072) as house:
        room, _ = load(house, "import time\ndef f(): time.sleep(99)")
        os.kill(warm.pid, signal.SIGKILL)
        with pytest.raises(GraderFault, match="warm interpreter"):
            call(room)
        with pytest.raises(GraderFault, match="warm interpreter"):
            house.room()
    assert is_gone(room.pid)


def test_a_submission_cannot_kill_the_warm_interpreter(warm: WarmInterpreter, load: Load) -> None:
    with House(warm, memory_mb=3072) as house:
        room, _ = load(house, "import os\ndef f(): os.kill(os.getppid(), 9)")
        with pytest.raises(StudentError, match="PermissionError"):
            call(room)
        house.room()


def test_an_interpreter_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.rooms.warm.room_environment", lambda: {"KERAS_BACKEND": "no such backend"})
    interpreter = WarmInterpreter()
    try:
        with (
            House(interpreter, memory_mb=3072) as house,
            pytest.raises(GraderFault, match="no such backend"),
        ):
            house.room()
    finally:
        interpreter.close()


def test_closing_ends_every_room(load: Load) -> None:
    interpreter = WarmInterpreter()
    with House(interpreter, memory_mb=3072) as house:
        room, _ = load(house, "")
        interpreter.close()
        assert is_gone(room.pid)
        with pytest.raises(GraderFault):
            house.room()


def test_rooms_do_not_see_each_other(warm: WarmInterpreter, load: Load) -> None:
    with House(warm, memory_mb=3072) as house:
        first, _ = load(house, "import keras\ndef f():\n    keras.layers.LSTM = None\n    keras.spoiled = True\n")
        call(first)
        second, _ = load(house, "import keras\ndef f(): return hasattr(keras, 'spoiled'), keras.layers.LSTM is None")
        assert call(second) == messages.Returned(messages.Items("tuple", [False, False]))

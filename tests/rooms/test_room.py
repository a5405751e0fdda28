"""A room answers, or there is a verdict in time, whatever the submission does. All with real processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.errors import MachineBusy
from grader.model import Isolation
from grader.rooms.house import House, Starter
from grader.rooms.room import GRACE, Budget, Room
from grader.rooms.verdicts import BadReply, Died, OutOfMemory, RoomVerdict, StudentError, TimedOut
from grader.wire import arrays, messages

pytestmark = pytest.mark.rooms

CANARY = "GRADE_TEST_CANARY"  # set by conftest before any room is started
BUDGET = Budget(cpu_seconds=20, reply_bytes=32 << 20, memory_mb=3072)
SHORT = Budget(cpu_seconds=1, reply_bytes=1 << 20, memory_mb=3072)
Load = Callable[[House, str], tuple[Room, Path]]


def call(room: Room, *args: Any, budget: Budget = BUDGET, **options: Any) -> Any:
    """Calls the function f of the submission."""
    reply = room.request(messages.Call("f", list(args), {}, 5, budget.soft), budget, **options)
    assert isinstance(reply, messages.Returned)
    return reply.value


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_values_cross_both_ways(any_house: House, load: Load) -> None:
    room, _ = load(any_house, "def f(x, y): return {'sum': x + y, 1: (x, None, 'ä', b'\\0', True, 2.5)}")
    value = call(room, 2, 3)
    inner = messages.Items("tuple", [2, None, "ä", messages.Binary(b"\0"), True, 2.5])
    assert value == messages.Mapping([("sum", 5), (1, inner)])


def test_arrays_cross_both_ways(any_house: House, load: Load) -> None:
    room, _ = load(any_house, "import numpy as np\ndef f(x):\n    x += 1\n    return x.T, np.float32(0.5)")
    given = np.arange(6, dtype="<i2").reshape(2, 3)
    first, second = call(room, arrays.pack(given)).items
    assert (arrays.unpack(first) == [[1, 4], [2, 5], [3, 6]]).all()
    assert arrays.unpack(second).dtype == np.float32
    assert (given == np.arange(6).reshape(2, 3)).all()


def test_what_is_no_data_stays_as_a_handle_and_comes_back(any_house: House, load: Load) -> None:
    text = "class Box:\n    n = 7\ndef f(box=None): return Box() if box is None else box.n"
    room, _ = load(any_house, text)
    handle = call(room)
    assert handle == messages.Handle(0, "Box")
    assert call(room, handle) == 7


def test_a_named_tuple_comes_back_as_itself(house: House, load: Load) -> None:
    text = (
        "from typing import NamedTuple\nclass Bundle(NamedTuple):\n    model: int\n"
        "def f(bundle=None): return Bundle(5) if bundle is None else bundle.model"
    )
    room, _ = load(house, text)
    assert call(room, call(room)) == 5


def test_calls_back_run_in_the_judge(any_house: House, load: Load) -> None:
    room, _ = load(any_house, "def f(score): return [score(n, name='n') for n in (1, 2)]")
    asked: list[messages.CalledBack] = []

    def answer(back: messages.CalledBack) -> messages.Answer:
        asked.append(back)
        return messages.Answer(len(asked) * 10)

    assert call(room, messages.Callback(4, "score"), answer=answer) == messages.Items("list", [10, 20])
    assert asked == [messages.CalledBack(4, [1], {"name": "n"}), messages.CalledBack(4, [2], {"name": "n"})]


def test_a_refused_call_back_raises_where_it_is_called(any_house: House, load: Load) -> None:
    room, _ = load(any_house, "def f(score):\n    score()")
    with pytest.raises(StudentError) as error:
        call(room, messages.Callback(0, "score"), answer=lambda _: messages.Refusal("two arguments, please"))
    assert error.value.raised.type_name == "ValueError"
    assert error.value.raised.message == "two arguments, please"


def test_stubs_generators_and_folders_are_real_in_the_room(any_house: House, load: Load) -> None:
    text = (
        "import os\n"
        "def f(stub, rng, folder):\n"
        "    os.mkdir(folder)\n"
        "    return stub.n, stub.go(1), float(rng.random()), os.listdir()\n"
    )
    room, _ = load(any_house, text)
    stub = messages.Stub("Model", {"n": 3, "go": messages.Callback(0, "go")})
    rng = messages.Rng((99).to_bytes(16, "big"))
    n, went, random, names = call(
        room, stub, rng, messages.Folder("bundle"), answer=lambda _: messages.Answer("gone")
    ).items
    assert (n, went) == (3, "gone")
    assert random == np.random.default_rng(99).random()
    assert "bundle" in names.items


def test_an_exception_tells_the_lines_of_the_submission_only(any_house: House, load: Load) -> None:
    room, _ = load(any_house, "import json\n\ndef g(x):\n    return json.loads(x)\n\ndef f():\n    return g('{')\n")
    with pytest.raises(StudentError) as error:
        call(room)
    raised = error.value.raised
    assert raised.type_name == "JSONDecodeError"
    assert [(line.line, line.function) for line in raised.lines] == [(7, "f"), (4, "g")]
    assert "grader" not in raised.traceback.partition("json")[0]
    assert room.is_open


def test_an_endless_loop_is_told_by_its_line(any_house: House, load: Load) -> None:
    room, _ = load(any_house, "def f():\n    n = 0\n    while True:\n        n += 1\n")
    began = time.monotonic()
    with pytest.raises(TimedOut) as error:
        call(room, budget=SHORT)
    assert time.monotonic() - began < SHORT.wall_seconds + GRACE + 1
    assert error.value.raised is not None
    assert error.value.raised.lines[-1].line in (3, 4)
    assert not error.value.on_clock


HANGS = {
    "sleeps": "import time\ndef f(): time.sleep(1000)",
    "catches the interrupt": (
        "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
    ),
    "holds the interpreter": "import re\ndef f(): re.match('(a+)+b', 'a' * 60)",
    "ignores signals": (
        "import signal, time\ndef f():\n    for s in (14, 27): signal.signal(s, signal.SIG_IGN)\n    time.sleep(1000)"
    ),
    "stops itself": "import os\ndef f(): os.kill(os.getpid(), 19)",
    "deadlocks": "import threading\ndef f():\n    lock = threading.Lock(); lock.acquire(); lock.acquire()",
}


@pytest.mark.parametrize("text", HANGS.values(), ids=HANGS)
def test_whatever_hangs_ends_in_a_verdict_in_time(house: House, load: Load, text: str) -> None:
    room, _ = load(house, text)
    began = time.monotonic()
    with pytest.raises(TimedOut):
        call(room, budget=SHORT)
    assert time.monotonic() - began < SHORT.wall_seconds + GRACE + 1
    assert not room.is_open


def test_a_room_that_gets_no_time_to_run_is_no_failure_of_the_submission(house: House, load: Load) -> None:
    room, _ = load(house, "def f():\n    while True: pass")
    core = {min(os.sched_getaffinity(0))}
    os.sched_setaffinity(room.pid, core)
    hog = [sys.executable, "-c", "while True: pass"]
    hogs = [subprocess.Popen(hog, start_new_session=True) for _ in range(9)]  # sessions share a core evenly
    try:
        for process in hogs:
            os.sched_setaffinity(process.pid, core)
        with pytest.raises(MachineBusy):
            call(room, budget=SHORT)
    finally:
        for process in hogs:
            process.kill()
            process.wait()


def test_what_the_judges_own_function_raises_ends_the_room(house: House, load: Load) -> None:
    room, _ = load(house, "def f(score): return score()")

    def answer(_: messages.CalledBack) -> messages.Answer:
        raise LookupError("the judge has seen enough")

    with pytest.raises(LookupError):
        call(room, messages.Callback(0, "score"), answer=answer)
    assert not room.is_open


DEATHS = {
    "os._exit": ("import os\ndef f(): os._exit(3)", 3),
    "os._exit(0)": ("import os\ndef f(): os._exit(0)", 0),
    "abort": ("import os\ndef f(): os.abort()", -6),
    "segfault": ("import ctypes\ndef f(): ctypes.string_at(0)", -11),
    "kills itself": ("import os\ndef f(): os.kill(os.getpid(), 9)", -9),
}


@pytest.mark.parametrize("text, code", DEATHS.values(), ids=DEATHS)
def test_a_dead_room_tells_how_it_died(any_house: House, load: Load, text: str, code: int) -> None:
    room, _ = load(any_house, text)
    with pytest.raises(Died) as error:
        call(room)
    assert error.value.code == code
    with pytest.raises(Died):
        call(room)


#: A submission that speaks on the channel itself: descriptor 4, as any process can find out.
SPEAKS = "import os, struct, time\ndef f():\n    "
LIES = {
    "noise": SPEAKS + "os.write(4, b'\\xff' * 100); time.sleep(9)",
    "a malformed body": SPEAKS + "os.write(4, struct.pack('<Q', 3) + b'abc'); time.sleep(9)",
    "a huge length": SPEAKS + "os.write(4, struct.pack('<Q', 2**40)); time.sleep(9)",
    "a flood": SPEAKS + "\n    while True: os.write(4, b'x' * 65536)",
    "out of turn": SPEAKS
    + "b = b'\\x83\\xa4type\\xa5ready\\xa6layers\\x90\\xa7missing\\x90'; "
    + "os.write(4, struct.pack('<Q', len(b)) + b); time.sleep(9)",
}


@pytest.mark.parametrize("text", LIES.values(), ids=LIES)
def test_a_lie_on_the_channel_ends_in_a_verdict(house: House, load: Load, text: str) -> None:
    room, _ = load(house, text)
    with pytest.raises(BadReply):
        call(room)
    assert not room.is_open


def test_a_closed_channel_ends_in_a_verdict_at_once(house: House, load: Load) -> None:
    room, _ = load(house, "import os, time\ndef f():\n    os.close(3); os.close(4); time.sleep(1000)")
    began = time.monotonic()
    with pytest.raises(RoomVerdict):
        call(room)
    assert time.monotonic() - began < 5


def test_a_reply_that_is_too_large_is_refused(any_house: House, load: Load) -> None:
    room, _ = load(any_house, "def f(): return 'x' * (2 << 20)")
    with pytest.raises(BadReply, match="at most"):
        call(room, budget=SHORT)


def test_a_large_request_to_a_room_that_never_reads_ends_in_time(house: House, load: Load) -> None:
    text = "import threading, os, time\ndef f():\n    os.kill(os.getpid(), 19)"
    room, _ = load(house, text)
    os.kill(room.pid, 19)
    with pytest.raises(TimedOut):
        call(room, messages.Binary(b"x" * (8 << 20)), budget=SHORT)


MEMORY_BOMBS = {
    "bytes": "def f():\n    kept = []\n    while True: kept.append(bytearray(1 << 26))",
    "an array": "import numpy as np\ndef f(): return np.ones((1 << 33,)).sum()",
    "a tensor": "import tensorflow as tf\ndef f(): return tf.ones((1 << 32,)).numpy()",
}


@pytest.mark.parametrize("text", MEMORY_BOMBS.values(), ids=MEMORY_BOMBS)
def test_too_much_memory_is_told_as_such(house: House, load: Load, text: str) -> None:
    room, _ = load(house, text)
    with pytest.raises(OutOfMemory):
        call(room)


def test_output_is_kept_at_both_ends_and_never_stops_a_room(any_house: House, load: Load) -> None:
    text = (
        "def f():\n    print('first')\n    for _ in range(300): print('x' * 100_000)\n    print('last')\n    return 1"
    )
    room, _ = load(any_house, text)
    assert call(room) == 1
    output = room.take_output()
    assert output.startswith("first\n")
    assert output.endswith("last\n")
    assert len(output) < 70_000


def test_nothing_survives_an_unconfined_room(forking: Starter, load: Load) -> None:
    with House(forking, memory_mb=3072, isolation=Isolation.NONE) as house:
        sleeper = [sys.executable, "-c", "import time; time.sleep(99)"]
        room, _ = load(house, f"import subprocess\ndef f(): return subprocess.Popen({sleeper}).pid")
        hold_nothing_survives(room, call(room))


def hold_nothing_survives(room: Room, child: int) -> None:
    assert alive(child)
    room.close()
    deadline = time.monotonic() + 5
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(child)
    assert not alive(room.pid)


def test_a_room_has_no_input_and_a_clean_environment(any_house: House, load: Load) -> None:
    text = "import os\ndef f(): return dict(os.environ), open('/proc/self/environ').read(), os.getcwd(), os.read(0, 9)"
    room, work = load(any_house, text)
    environ, started_with, folder, typed = call(room).items
    assert dict(environ.items)["HOME"] == str(work)
    assert CANARY in os.environ
    assert CANARY not in dict(environ.items)
    assert CANARY not in started_with
    assert folder == str(work)
    assert typed == messages.Binary(b"")


def test_a_room_has_only_its_channel_open(any_house: House, load: Load) -> None:
    text = "import os\ndef f(): return sorted(int(n) for n in os.listdir('/proc/self/fd'))[:6]"
    room, _ = load(any_house, text)
    assert call(room).items[:5] == [0, 1, 2, 3, 4]
    assert len(call(room).items) <= 6  # listing the folder opens one


def test_no_set_user_id_program_gives_more(any_house: House, load: Load) -> None:
    text = "def f(): return [l.split()[1] for l in open('/proc/self/status') if l.startswith('NoNewPrivs')]"
    room, _ = load(any_house, text)
    assert call(room) == messages.Items("list", ["1"])

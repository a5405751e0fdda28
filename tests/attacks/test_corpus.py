"""Every attack of the corpus fails in a confined room, works in an unconfined one, and gains no mark."""

import ast
import contextlib
import importlib.util
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil
import pytest

from grader.course import Lesson
from grader.errors import MachineBusy
from grader.model import Isolation, Outcome
from grader.pipeline import Options, grade
from grader.rooms.house import House, Starter
from grader.rooms.room import GRACE, Budget, Room
from grader.rooms.verdicts import BadReply, RoomVerdict, StudentError
from grader.rooms.warm import WarmInterpreter
from grader.seeds import public_secret
from grader.submission import parse_submission
from grader.wire import messages

pytestmark = [
    pytest.mark.rooms,
    pytest.mark.usefixtures("orphans_come_here"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rooms are confined on Linux alone"),
]

CORPUS = Path(__file__).parent / "corpus"
SIGN = re.compile(rb"CANARY-[0-9a-f]{16}")
REPLY_BYTES = 4 << 20
MEMORY_MB = 1024
LOAD = Budget(cpu_seconds=10, reply_bytes=REPLY_BYTES, memory_mb=0)
USUAL, SHORT = 2.0, 0.5  # CPU seconds of a call; a case that hangs gets the short one
PATIENCE = 3.0  # seconds beyond a deadline that a busy machine may need


@dataclass(frozen=True)
class Case:
    """An attack, as the docstring of its function tells.

    Attributes:
        file: the file of the corpus.
        name: its function.
        ends: verdicts that it may end in beside an exception of its own; empty for none.
        unconfined: "yes", "no" (because ...), or "as root" (because ...).
        needs: a layer without which it cannot be stopped, or "".
    """

    file: Path
    name: str
    ends: tuple[str, ...]
    unconfined: str
    needs: str

    @property
    def cpu_seconds(self) -> float:
        return SHORT if "TimedOut" in self.ends else USUAL


class Bait(Protocol):
    values: dict[str, str | int]
    canaries: list[str]

    def changes(self) -> set[str]: ...
    def arrivals(self) -> list[bytes]: ...


class Neighbour(Protocol):
    def is_well(self) -> bool: ...


def corpus() -> Iterator[Case]:
    for file in sorted(CORPUS.glob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            lines = ((isinstance(node, ast.FunctionDef) and ast.get_docstring(node)) or "").splitlines()
            if isinstance(node, ast.FunctionDef) and lines and re.match(r"row \d+: ", lines[0]):
                said = dict(line.partition(": ")[::2] for line in lines[1:])
                ends = tuple(filter(None, said.get("ends in", "").split(", ")))
                yield Case(file, node.name, ends, said.get("unconfined", "yes"), said.get("needs", ""))


CASES = {f"{case.file.stem}.{case.name}": case for case in corpus()}
REAL = {name: case for name, case in CASES.items() if not case.unconfined.startswith("no, because ")}


@dataclass(frozen=True)
class End:
    """How an attack ended: what it got, or the verdict; and every word that came out of its room."""

    loot: object
    verdict: RoomVerdict | None
    said: str
    late: float  # seconds beyond the deadline


def load(house: House, file: Path) -> Room:
    room, _ = house.room()
    room.request(messages.Load(file.read_text("utf-8"), "lesson.py", None, 1, LOAD.soft), LOAD)
    return room


def attack(room: Room, case: Case, values: dict[str, str | int], memory_mb: int, patience: int = 1) -> End:
    budget = Budget(case.cpu_seconds * patience, REPLY_BYTES, memory_mb)
    deadline = time.monotonic() + budget.wall_seconds + GRACE
    given = messages.GivenMapping(list(values.items()))
    try:
        reply = room.request(messages.Call(case.name, [given], {}, 5, budget.soft), budget)
        if not isinstance(reply, messages.Returned):
            raise BadReply("it spoke out of turn")
    except RoomVerdict as verdict:
        raised = getattr(verdict, "raised", None)
        late = time.monotonic() - deadline
        return End(None, verdict, f"{verdict} {raised} {room.take_output()}", late)
    value = reply.value
    loot = value.data if isinstance(value, messages.Binary) else getattr(value, "items", value)
    return End(loot, None, f"{value} {room.take_output()}", time.monotonic() - deadline)


def attacked(house: House, case: Case, values: dict[str, str | int], memory_mb: int) -> End:
    """Attacks in a fresh room, which is closed afterwards; again with more time where the machine gave it none."""
    for patience in (1, 2, 8):
        room = load(house, case.file)
        try:
            return attack(room, case, values, memory_mb, patience)
        except MachineBusy:
            if patience == 8:
                raise
        finally:
            room.close()
    raise AssertionError("unreachable")


def descendants() -> set[int]:
    """Process ids of all living descendants of this process."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                found.add(process.pid)
    return found


def survivors(known: set[int], seconds: float = 5) -> set[int]:
    """Processes that still live after some seconds, beyond those that are known; they are ended."""
    deadline = time.monotonic() + seconds
    while (found := descendants() - known) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in found:
        with contextlib.suppress(psutil.Error):
            psutil.Process(pid).kill()
    for process in psutil.Process().children():
        if process.pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process.pid, 0)
    return found


def installed() -> dict[str, tuple[int, ...]]:
    """What an attack on the environment would change: packages, Python's library, devices."""
    packages, library = (Path(sysconfig.get_path(key)) for key in ("purelib", "stdlib"))
    paths = [packages, library, *packages.iterdir(), Path("/dev/null"), Path("/etc/passwd"), Path("/dev/shm")]  # noqa: S108
    paths += [packages / "numpy" / "__init__.py", packages / "keras" / "__init__.py", library / "os.py"]
    found: dict[str, tuple[int, ...]] = {}
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            writes = path.is_dir() and path != Path("/dev/shm")  # noqa: S108  others use it meanwhile
            found[str(path)] = (status.st_mode, status.st_uid, status.st_mtime_ns * writes)
    return found


@pytest.fixture(scope="module")
def confined(rooms: Starter) -> Iterator[House]:
    with House(rooms, memory_mb=MEMORY_MB) as house:
        yield house


@pytest.fixture(scope="module")
def unconfined(rooms: Starter) -> Iterator[House]:
    with House(rooms, memory_mb=MEMORY_MB, isolation=Isolation.NONE) as house:
        yield house


def test_the_corpus_is_large_and_every_file_of_it_has_cases() -> None:
    assert len(CASES) >= 120
    assert {case.file for case in CASES.values()} == set(CORPUS.glob("*.py"))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_fails_in_a_confined_room(case: Case, confined: House, bait: Bait, neighbour: Neighbour) -> None:
    known, environment = descendants(), installed()
    end = attacked(confined, case, bait.values, MEMORY_MB)
    if case.needs and case.needs not in confined.layers:
        pytest.skip(f"this machine has no {case.needs}")
    assert not end.loot, f"it got {end.loot!r}"
    if end.verdict is not None and not isinstance(end.verdict, StudentError):
        assert type(end.verdict).__name__ in case.ends, f"it ended in {end.verdict!r}: {end.said[-500:]}"
    assert end.late < PATIENCE
    assert not SIGN.search(end.said.encode()), "a secret came out"
    assert not any(canary in end.said for canary in bait.canaries)
    assert not bait.changes()
    assert not bait.arrivals()
    assert not survivors(known)
    assert installed() == environment
    assert neighbour.is_well()


@pytest.mark.parametrize("case", REAL.values(), ids=REAL)
def test_it_works_in_an_unconfined_room(case: Case, unconfined: House, bait: Bait, neighbour: Neighbour) -> None:
    if case.unconfined.startswith("as root") and os.getuid() != 0:
        pytest.skip("without confinement it takes root")
    if case.name == "with_pandas" and importlib.util.find_spec("pandas") is None:
        pytest.skip("there is no pandas here")
    known = descendants()
    planted = bait.values | {"planted": bait.canaries[0]}
    try:
        end = attacked(unconfined, case, planted, 0)
    finally:
        survivors(known, 0.3)
    assert end.verdict is None, end.said
    assert end.loot
    assert neighbour.is_well()


CRITERIA = dict.fromkeys(("loads", "attacked", "double"), "points = 2")
LIMITS = "cpu_seconds = 0.5\nimport_seconds = 2\nmemory_mb = 1024"
CHECKS = '''
from grader.judge import Miss, expect_number

def test_loads(submission):
    """Loads"""
    submission.load()

def test_attacked(submission, streams):
    """Tells a number that only the judge knows"""
    if expect_number(submission.attack(), "attack") != float(streams.generator("x").normal()):
        raise Miss("wrong-value", function="attack")

def test_double(submission, streams):
    """Doubles"""
    x = float(streams.generator("y").normal())
    if expect_number(submission.double(x), "double") != 2 * x:
        raise Miss("wrong-value", function="double")
'''
DOUBLE = "def double(x):\n    return x + x\n"
HONEST = "def attack():\n    raise NotImplementedError\n" + DOUBLE


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, write_lesson: Callable[..., Lesson]) -> Lesson:
    return write_lesson(tmp_path_factory.mktemp("course"), CRITERIA, CHECKS, LIMITS)


#: Whether each criterion passed, and its points.
Marks = dict[str, tuple[bool, float]]


def marks(text: str, lesson: Lesson, rooms: Starter) -> Marks:
    result = grade(parse_submission("tiny.py", text.encode()), lesson, Options(public_secret()), rooms)
    return {row.id: (row.checked.outcome is Outcome.PASSED, row.points) for row in result.rows}


@pytest.fixture(scope="module")
def honest(tiny: Lesson, rooms: Starter) -> Marks:
    return marks(HONEST, tiny, rooms)


def sample() -> dict[str, Case]:
    """For each file of the corpus one case of each end that there is in it."""
    first: dict[tuple[Path, str], str] = {}
    for name, case in CASES.items():
        first.setdefault((case.file, case.ends[0] if case.ends else ""), name)
    return {name: CASES[name] for name in first.values()}


@pytest.mark.parametrize("case", sample().values(), ids=sample())
def test_it_gains_no_mark(case: Case, tiny: Lesson, rooms: Starter, bait: Bait, honest: Marks) -> None:
    text = f"{case.file.read_text('utf-8')}\nBAIT = {bait.values!r}\ndef attack():\n    return {case.name}(BAIT)\n"
    assert marks(text + DOUBLE, tiny, rooms) == honest
    assert not bait.changes()


#: A traceback told by the submission: where loading stopped is its claim, and decides what is loaded next.
FORGED_STOP = """
_write(_frame(type="raised", type_name="E", bases=b"\\x90", message="m", lines=b"\\x90", traceback="t",
              statement={}, names=b"\\x91" + _text("attack")))
time.sleep(9)
"""
AT_IMPORT = {
    "it exits": ("exits", "exit_as_if_all_were_well({})\n"),
    "it crashes": ("exits", "read_a_wrong_address({})\n"),
    "it hangs": ("hangs", "compute_and_catch_everything({})\n"),
    "it lies about time": ("exits", "raise_a_lie_about_time({})\n"),
    "it closes the channel": ("channel", "close_the_channel({})\n"),
    "it says that it has loaded": ("channel", "forge_the_loading({})\n"),
    "it stopped before the beginning": ("channel", FORGED_STOP.format(r"b'\xff'")),
    "it stopped after the end": ("channel", FORGED_STOP.format(r"b'\xcf' + b'\xff' * 8")),
    "it stopped at the end": ("channel", FORGED_STOP.format(r"b'\x63'")),
    "it takes the room over": ("leftovers", "in_the_room_itself({})\n"),
}


@pytest.mark.parametrize("file, line", AT_IMPORT.values(), ids=AT_IMPORT)
def test_an_attack_while_loading_gains_no_mark(
    file: str, line: str, tiny: Lesson, rooms: Starter, honest: Marks
) -> None:
    text = (CORPUS / f"{file}.py").read_text("utf-8") + HONEST + line
    got = marks(text, tiny, rooms)
    assert not got["attacked"][0]
    assert all(points <= honest[name][1] for name, (_, points) in got.items())


LOOKS = """
import builtins, os, sys, time
import keras
import numpy as np
def look():
    things = keras.Model.predict, keras.Model.evaluate, np.allclose, np.mean, time.time, builtins.len
    left = [name for name in sys.modules if name in ("bomb", "pytest", "checks")]
    return str([(one.__module__, one.__name__) for one in things]) + str(left) + str(sorted(os.listdir()))
"""


def looked(house: House) -> object:
    room, _ = house.room()
    room.request(messages.Load(LOOKS, "look.py", None, 1, LOAD.soft), LOAD)
    reply = room.request(messages.Call("look", [], {}, 1, LOAD.soft), LOAD)
    room.close()
    assert isinstance(reply, messages.Returned)
    return reply.value


def test_what_one_room_patches_no_other_room_sees(confined: House, bait: Bait) -> None:
    before = looked(confined)
    for name in ("in_keras", "in_numpy", "in_time", "in_loaded_modules", "at_the_end_of_an_object"):
        room = load(confined, CORPUS / "leftovers.py")
        assert attack(room, CASES[f"leftovers.{name}"], bait.values, 0).verdict is None
        assert looked(confined) == before
        room.close()
    assert looked(confined) == before
    assert not bait.changes()


SWAPS = """
import os, threading
def swap(folder, target):
    os.makedirs(folder)
    def work():
        number = 0
        while True:
            number += 1
            with open(f"plain{number % 9}", "w") as file:
                file.write("plain")
            os.replace(f"plain{number % 9}", folder + "/model")
            os.symlink(target, f"link{number}")
            os.replace(f"link{number}", folder + "/model")
    threading.Thread(target=work, daemon=True).start()
"""


def test_a_file_that_is_swapped_for_a_link_while_it_is_collected_tells_nothing(confined: House, bait: Bait) -> None:
    room, _ = confined.room()
    budget = Budget(10, REPLY_BYTES, 0)
    room.request(messages.Load(SWAPS, "swap.py", None, 1, budget.soft), budget)
    given: list[messages.ToRoom] = [messages.Folder("bundle"), str(bait.values["checks"])]
    room.request(messages.Call("swap", given, {}, 1, budget.soft), budget)
    ask = messages.Ask("read_folder", {"folder": messages.Folder("bundle")}, 1, budget.soft)
    for _ in range(100):
        try:
            said = repr(room.request(ask, budget))
        except StudentError as error:  # the link led nowhere
            said = repr(error.raised)
        assert not SIGN.search(said.encode())
    room.close()


def test_no_room_outlives_the_warm_interpreter_however_it_tries(bait: Bait) -> None:
    warm = WarmInterpreter()
    try:
        with House(warm, memory_mb=MEMORY_MB) as house:
            room = load(house, CORPUS / "processes.py")
            for name in ("live_on_without_the_parent", "forget_the_parent_by_a_new_user", "lead_another_session"):
                attack(room, CASES[f"processes.{name}"], bait.values, 0)
            os.kill(warm.pid, signal.SIGKILL)
            deadline = time.monotonic() + 5
            while room.pid in descendants() and time.monotonic() < deadline:
                time.sleep(0.02)
            assert room.pid not in descendants()
    finally:
        warm.close()


def test_a_folder_too_deep_to_walk_is_cleared_away(rooms: Starter) -> None:
    deep = (
        "import os\ndef f():\n    for _ in range(3000):\n        os.mkdir('d')\n        os.chdir('d')\n    return 1\n"
    )
    places: list[Path] = []
    try:
        with House(rooms, memory_mb=MEMORY_MB, isolation=Isolation.NONE) as house:
            room, work = house.room()
            places.append(work)
            room.request(messages.Load(deep, "deep.py", None, 1, LOAD.soft), LOAD)
            room.request(messages.Call("f", [], {}, 1, LOAD.soft), LOAD)
            room.close()
        assert not work.exists()
    finally:
        for place in places:
            subprocess.run(["rm", "-rf", place.parent.parent], check=True)

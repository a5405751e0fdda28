"""The real `grade` command on a tiny course, which can be held at any stage, looked into, hurt, and waited for."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from grader.course import Lesson

CRITERIA = {"loads": "points = 1", "doubles": "points = 3", "builds": "points = 4", "leaves": "points = 2"}
#: Checks run in the host, so they can hold it, and say where it is.
CHECKS = '''
import os, time
from pathlib import Path
import numpy as np
from grader.judge import Miss, expect_array, expect_model, expect_number

X = np.ones((2, 3), "float32")

def hold(stage):
    if os.environ.get("HOLD_AT") == stage:
        Path(os.environ["HOLD_FILE"]).write_text(stage)
        time.sleep(float(os.environ["HOLD_FOR"]))

def test_loads(submission):
    """Loads"""
    submission.load()

def test_doubles(submission):
    """Doubles"""
    def ask(x):
        hold("calling back")
        return 2 * x
    if expect_number(submission.double(1.5, ask), "double") != 3:
        raise Miss("wrong-value", function="double")

def test_builds(submission):
    """Builds"""
    model = expect_model(submission.build(), "build").clean(X)
    hold("clean room")
    expect_array(model.predict(X), "build", (2, 1))

def test_leaves(submission):
    """Leaves a file"""
    folder = submission.folder("left")
    submission.leave_file(folder)
    if submission.leave(folder).names() != ["a.bin"]:
        raise Miss("wrong-value", function="leave_file")
    hold("end")
'''
#: A right submission that tells where it is by the name of its process, which anybody can read from outside.
SUBMISSION = """
import ctypes, os, time
def stage(name):
    ctypes.CDLL(None).prctl(15, name.encode(), 0, 0, 0)
    if name == HOLD_AT:
        time.sleep(HOLD_FOR)
stage("loading")
import keras
class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)
    def call(self, x):
        stage("packing")
        return self.dense(x)
def double(x, ask):
    stage("calling")
    return ask(x)
def build():
    return Model()
def leave_file(folder):
    os.mkdir(folder)
    with open(os.path.join(folder, "a.bin"), "wb") as file:
        file.write(b"x" * 300_000)
"""
#: Stages at which the submission holds a room, and at which a check holds the host.
IN_ROOM, IN_HOST = ("loading", "calling", "packing"), ("calling back", "clean room", "end")
#: Longer than anything should take, shorter than a person's patience.
PATIENCE = 60.0
_MARK = "LD_LIBRARY_PATH"  # passed on to rooms, so that their processes can be told from all others


@dataclass
class End:
    """How a command ended."""

    code: int
    output: str
    errors: str

    def hold_fault(self) -> None:
        """Holds that it is a fault of the grader, told in one sentence, and no mark."""
        assert (self.code, self.output) == (3, "")
        assert re.fullmatch(r"grade: [^\n]+\n", self.errors)

    def hold_mark(self) -> None:
        """Holds that it is the mark of a right submission."""
        assert (self.code, self.errors) == (0, "")
        assert "10 of 10 points (100 %), passed" in self.output


def wait_for(what: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.01)


@dataclass
class Grading:
    """One run of `grade`, with a place of its own; all that it starts can be found again."""

    place: Path
    write_lesson: Callable[..., Lesson]
    stage: str = ""
    hold_for: float = 30.0
    options: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        self.write_lesson(self.place / "course", CRITERIA, CHECKS, "cpu_seconds = 5\nimport_seconds = 3")
        self.temporary = self.place / "temporary"
        self.temporary.mkdir(exist_ok=True)
        (self.place / "mine").mkdir(exist_ok=True)
        values = f"HOLD_AT, HOLD_FOR = {self.stage!r}, {self.hold_for}\n"
        (self.place / "mine" / "tiny.py").write_text(values + SUBMISSION)

    def start(self, **how: object) -> "Grading":
        environment = os.environ | {
            "TMPDIR": str(self.temporary),
            "HOLD_AT": self.stage,
            "HOLD_FOR": str(self.hold_for),
            "HOLD_FILE": str(self.place / "stage"),
            _MARK: str(self.place),
            **self.environment,
        }
        command = [sys.executable, "-m", "grader.cli", "--course", "course", "lesson01", "mine/tiny.py", *self.options]
        self.process = subprocess.Popen(  # type: ignore[call-overload]
            [*self.before, *command],
            cwd=self.place,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **how,
        )
        return self

    def processes(self) -> list[psutil.Process]:
        """All processes of this run, whoever their parents are by now."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def warm(self) -> list[psutil.Process]:
        return [
            process
            for process in self.processes()
            if "warm" in _command(process) and process.ppid() == self.process.pid
        ]

    def rooms(self) -> list[psutil.Process]:
        return [room for warm in self.warm() for room in warm.children()]

    def reach(self) -> None:
        """Waits until it is held at its stage."""
        if self.stage == "start":
            return
        if self.stage == "import":
            wait_for(self.warm)
            time.sleep(0.5)
        elif self.stage in IN_HOST:
            wait_for(lambda: (self.place / "stage").exists() or self.process.poll() is not None)
        else:
            wait_for(lambda: self.held() or self.process.poll() is not None)

    def held(self) -> list[psutil.Process]:
        """Rooms that are at the stage."""
        return [room for room in self.rooms() if _name(room) == self.stage]

    def end(self, mounted: int = 0) -> End:
        """Waits for the end; it leaves no process, and nothing is mounted but what was before."""
        output, errors = self.process.communicate(timeout=PATIENCE)
        wait_for(lambda: not self.processes())  # a warm interpreter may be importing Keras still
        assert Path("/proc/self/mounts").read_text("utf-8").count(str(self.place)) == mounted
        return End(self.process.returncode, output, errors)

    def left(self) -> list[str]:
        """What lies in the folder of temporary files."""
        return [path.name for path in self.temporary.iterdir()]

    def clean_up(self) -> None:
        for process in self.processes():
            process.send_signal(signal.SIGKILL)
        if hasattr(self, "process"):
            self.process.kill()
            self.process.communicate()

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return bool(process.pid != os.getpid() and process.environ().get(_MARK) == str(self.place))
        except psutil.Error:
            return False


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _name(process: psutil.Process) -> str:
    try:
        return Path(f"/proc/{process.pid}/comm").read_text("utf-8").strip()
    except OSError:
        return ""


@pytest.fixture
def grading(tmp_path: Path, write_lesson: Callable[..., Lesson]) -> Iterator[Callable[..., Grading]]:
    """Makes runs of `grade`; none outlives the test."""
    made: list[Grading] = []

    def make(**fields: object) -> Grading:
        made.append(Grading(tmp_path, write_lesson, **fields))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.clean_up()

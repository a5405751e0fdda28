"""`--watch` as a student uses it: a real process, real saves, Ctrl-C."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.rooms

#: What is said each time it waits.
IDLE = "Watching lesson01_tiny.py"
REFRESH = '<meta http-equiv="refresh"'


class Watch:
    """A running `grade 1 --watch`."""

    def __init__(self, student: Any) -> None:
        self.path: Path = student.folder / "said.txt"
        with self.path.open("w") as said:
            self.process: subprocess.Popen[str] = student.starts(
                "1", "--watch", stdout=said.fileno(), stderr=subprocess.STDOUT
            )

    def said(self) -> str:
        return self.path.read_text()

    def waits_for(self, text: str, count: int = 1) -> None:
        deadline = time.monotonic() + 120
        while self.said().count(text) < count:
            assert time.monotonic() < deadline, self.said()
            assert self.process.poll() is None, self.said()
            time.sleep(0.05)

    def children(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))

    def stops(self) -> int:
        """Sends Ctrl-C, holds that no process is left, and returns the code."""
        children = self.children()
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
        assert "Traceback" not in self.said()
        return code


@pytest.fixture
def watch(student: Any) -> Iterator[Watch]:
    student.writes(student.wrong)
    watch = Watch(student)
    yield watch
    if watch.process.poll() is None:
        watch.process.kill()
        watch.process.wait()


def test_each_save_is_graded_by_the_same_interpreter(student: Any, watch: Watch) -> None:
    watch.waits_for(IDLE)
    assert "0 of 4 points" in watch.said()
    assert REFRESH in student.report()
    warm = [process.pid for process in watch.children()]
    assert len(warm) == 1

    path = student.writes(student.half)
    watch.waits_for("Better: Doubles, from 0 to 3 of 3 points")

    draft = path.with_suffix(".tmp")  # as most editors save: another file takes the name
    draft.write_text(student.right)
    os.replace(draft, path)  # noqa: PTH105  by its well-known name
    watch.waits_for("Better: Doubles negative numbers, from 0 to 1 of 1 points")

    student.writes(student.wrong)
    watch.waits_for("Worse: Doubles, from 3 to 0 of 3 points")
    student.writes(student.right)
    watch.waits_for(IDLE, 5)

    assert watch.said().count("4 of 4 points") == 2
    assert [process.pid for process in watch.children()] == warm
    assert watch.stops() == 0  # as the last grade
    assert REFRESH not in student.report()
    assert "4 of 4 points" in student.report()
    assert student.record()["lesson01_tiny"]["best"] == 100.0


def test_a_file_that_goes_or_is_half_saved_is_survived(student: Any, watch: Watch) -> None:
    watch.waits_for(IDLE)
    path = student.writes("def double(x:\n")
    watch.waits_for("Python cannot read the file")
    path.unlink()
    watch.waits_for("there is no file")
    student.writes(student.half)
    watch.waits_for(IDLE, 4)
    assert "3 of 4 points" in watch.said()
    assert watch.stops() == 1


def test_where_the_file_is_gone_at_the_end_that_is_said(student: Any, watch: Watch) -> None:
    watch.waits_for(IDLE)
    student.writes("").unlink()
    watch.waits_for(IDLE, 2)
    assert watch.stops() == 2
    assert watch.said().splitlines()[-1].startswith("grade: there is no file")
    assert REFRESH not in student.report()


def test_saves_in_a_row_are_graded_once_and_the_newest_counts(student: Any, watch: Watch) -> None:
    watch.waits_for(IDLE)
    for number in range(50):
        student.writes(f"def double(x):\n    return {number} * x\n")
    student.writes(student.right)
    watch.waits_for("4 of 4 points")
    assert watch.said().count("was saved") <= 5  # one, unless this machine makes a pause between the saves
    student.writes(student.right)  # saved as it was: nothing to grade
    student.writes(student.half)
    watch.waits_for("3 of 4 points")
    student.writes(student.right)
    watch.waits_for("Better: Doubles negative numbers", 2)
    watch.waits_for(IDLE, 1 + watch.said().count("was saved"))
    assert watch.stops() == 0


def test_a_save_while_the_first_grading_runs_is_not_missed(student: Any, watch: Watch) -> None:
    deadline = time.monotonic() + 60
    while not watch.children() and time.monotonic() < deadline:  # the interpreter starts: the file was read
        time.sleep(0.01)
    student.writes(student.right)
    watch.waits_for(IDLE, 2)
    assert "4 of 4 points" in watch.said()
    assert watch.stops() == 0


def test_ctrl_c_amid_a_grading_leaves_the_last_report_and_no_process(student: Any, watch: Watch) -> None:
    watch.waits_for(IDLE)
    student.writes("import time\ntime.sleep(99)\n")
    deadline = time.monotonic() + 60
    while len(watch.children()) < 2 and time.monotonic() < deadline:  # the interpreter and a room
        time.sleep(0.05)
    assert watch.stops() == 130
    assert "stopped" in watch.said()
    assert "0 of 4 points" in student.report()
    assert REFRESH not in student.report()


def test_a_fault_is_said_and_the_next_save_is_graded(student: Any, watch: Watch) -> None:
    watch.waits_for(IDLE)
    checks = student.folder / "rubrics" / "lesson01_tiny" / "checks.py"
    good = checks.read_text()
    checks.write_text("import nothing_of_this_name\n")
    student.writes(student.half)
    watch.waits_for("the grader could not give a mark")
    checks.write_text(good)
    student.writes(student.right)
    watch.waits_for(IDLE, 3)
    assert "4 of 4 points" in watch.said()
    assert watch.stops() == 0


@pytest.mark.parametrize("arguments", [("1", "missing.py"), ("1", "nowhere/missing.py"), ("1", "--format", "json")])
def test_wrong_use_is_a_sentence(student: Any, arguments: tuple[str, ...]) -> None:
    student.writes(student.right)
    done = student.runs(*arguments, "--watch")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert not Path(student.folder / "reports").exists()

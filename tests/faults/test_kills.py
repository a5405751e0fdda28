"""Whatever is killed, stopped or interrupted: a verdict or a fault, in time, and nothing is left behind."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from psutil import NoSuchProcess

if TYPE_CHECKING:
    import psutil

pytestmark = pytest.mark.rooms

Make = Callable[..., Any]


def test_nothing_is_wrong_with_the_tiny_course(grading: Make) -> None:
    run = grading().start()
    run.end().hold_mark()
    assert run.left() == []


@pytest.mark.parametrize("stage", ["start", "import", "calling back", "packing", "end"])
def test_a_killed_host_leaves_no_process(grading: Make, stage: str) -> None:
    run = grading(stage=stage).start()
    run.reach()
    run.process.kill()
    end = run.end()
    assert (end.code, end.output, end.errors) == (-signal.SIGKILL, "", "")


def test_the_next_grading_clears_away_after_a_killed_host(grading: Make) -> None:
    run = grading(stage="calling").start()
    run.reach()
    run.process.kill()
    run.end()
    assert run.left() != []
    following = grading().start()
    following.end().hold_mark()
    assert following.left() == []


@pytest.mark.parametrize("stage", ["import", "loading", "calling back", "packing", "clean room"])
def test_a_killed_warm_interpreter_is_a_fault(grading: Make, stage: str) -> None:
    run = grading(stage=stage, hold_for=1).start()
    run.reach()
    run.warm()[0].kill()
    run.end().hold_fault()
    assert run.left() == []


def test_a_warm_interpreter_that_is_killed_when_all_is_done_changes_no_mark(grading: Make) -> None:
    run = grading(stage="end", hold_for=1).start()
    run.reach()
    run.warm()[0].kill()
    run.end().hold_mark()
    assert run.left() == []


@pytest.mark.parametrize("stage", ["loading", "packing"])
def test_a_room_that_is_killed_while_a_submission_runs_in_it_is_told_as_such(grading: Make, stage: str) -> None:
    run = grading(stage=stage, hold_for=0.6, options=("--verbose",)).start()
    run.reach()
    run.rooms()[-1].kill()
    end = run.end()
    assert (end.code, end.errors) == (1, "")  # nobody can tell it from a submission that kills itself
    assert "signal SIGKILL" in end.output
    assert run.left() == []


def test_a_clean_room_that_is_killed_is_a_fault(grading: Make) -> None:
    run = grading(stage="clean room", hold_for=1).start()
    run.reach()
    max(run.rooms(), key=lambda room: float(room.create_time())).kill()
    run.end().hold_fault()  # no code of the submission was there to do it
    assert run.left() == []


def test_a_room_that_is_killed_before_it_stands_is_a_fault(grading: Make) -> None:
    run = grading().start()
    while run.process.poll() is None:
        with suppress(NoSuchProcess):  # one may end by itself, also while they are looked for
            for room in run.rooms():
                room.kill()
    run.end().hold_fault()
    assert run.left() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_host_that_is_asked_to_end_cleans_up(grading: Make, number: signal.Signals) -> None:
    run = grading(stage="calling").start()
    run.reach()
    run.process.send_signal(number)
    end = run.end()
    assert end.code in (-number, 128 + number, 128 + signal.SIGINT)
    assert end.output == ""
    assert "Traceback" not in end.errors
    assert run.left() == []


def test_what_is_stopped_for_a_while_goes_on(grading: Make) -> None:
    run = grading(stage="calling", hold_for=4).start()
    run.reach()
    for process in (run.held()[0], run.warm()[0], run.process):
        process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        process.send_signal(signal.SIGCONT)
    run.end().hold_mark()
    assert run.left() == []


def test_time_that_a_check_takes_to_answer_a_call_back_is_not_counted(grading: Make) -> None:
    run = grading(stage="calling back", hold_for=6, options=("--timeout", "1")).start()
    run.end().hold_mark()


def test_time_that_the_host_itself_was_stopped_is_not_counted(grading: Make) -> None:
    run = grading(stage="calling", hold_for=1.5, options=("--timeout", "1")).start()
    run.reach()
    run.process.send_signal(signal.SIGSTOP)  # as Ctrl-Z does
    time.sleep(6)  # more than a call may take on the clock
    run.process.send_signal(signal.SIGCONT)
    run.end().hold_mark()


def test_a_machine_that_slept_is_no_failure_of_the_submission(grading: Make) -> None:
    run = grading(stage="calling", hold_for=1.5, options=("--timeout", "1")).start()
    run.reach()
    everything = [process.pid for process in run.processes()]
    assert run.process.pid in everything
    for number, pause in ((signal.SIGSTOP, 6), (signal.SIGCONT, 0)):  # as a container that is paused
        for pid in everything:
            os.kill(pid, number)
        time.sleep(pause)
    end = run.end()
    assert end.code in (0, 3)
    assert "was stopped after" not in end.output


HARMLESS = (signal.SIGWINCH, signal.SIGCHLD, signal.SIGURG, signal.SIGCONT)


def test_a_storm_of_signals_changes_nothing(grading: Make) -> None:
    run = grading(stage="calling", hold_for=2).start()
    over = threading.Event()

    def storm(numbers: tuple[signal.Signals, ...], targets: Callable[[], list[int]], pause: float) -> None:
        while not over.is_set():
            for pid in targets():
                for number in numbers:
                    with suppress(ProcessLookupError):
                        os.kill(pid, number)
                    time.sleep(pause)

    def all_of_it() -> list[int]:
        found: list[psutil.Process] = [*run.warm(), *run.rooms()]
        return [run.process.pid, *(process.pid for process in found)]

    stop_and_go = (signal.SIGSTOP, signal.SIGCONT)  # these interrupt waiting as a handled signal does
    threads = [
        threading.Thread(target=storm, args=(HARMLESS, all_of_it, 0.0005)),
        threading.Thread(target=storm, args=(stop_and_go, all_of_it, 0.005)),
    ]
    run.reach()
    try:
        for thread in threads:
            thread.start()
        time.sleep(4)  # beyond the end of the call, into the packing of the model
    finally:
        over.set()
        for thread in threads:
            thread.join()
        for pid in all_of_it():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
    run.end().hold_mark()
    assert run.left() == []

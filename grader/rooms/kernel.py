"""Runs the cells of a notebook in a kernel inside a room, and tells what came of each."""

import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from grader.errors import GraderFault, MachineBusy
from grader.rooms.house import House
from grader.rooms.room import Budget
from grader.rooms.verdicts import BadReply, RoomVerdict, TimedOut
from grader.rooms.warm import room_environment
from grader.shown import CellState
from grader.wire import messages

#: CPU seconds of one cell and of all: experiments train several models, and nobody loses points for long ones.
CELL_SECONDS, ALL_SECONDS = 120.0, 400.0
#: An output as nbformat has it, but for what is no text.
_Output = dict[str, str | list[str] | dict[str, str]]
#: Bytes that the driver may say in all; it drops outputs long before.
_MAX_SAID = 64 << 20
_LAST_WORDS = 20.0  # seconds on the clock for what the driver still has to say when the kernel is dead
#: Exceptions in a cell that come from a limit, with what they are.
_LIMITS = ("TookTooLong", "KeyboardInterrupt")


@dataclass(frozen=True)
class CellRun:
    """What came of one cell; everything in it is a claim of the room.

    Attributes:
        state: how it ended.
        outputs: its outputs, as nbformat has them.
        is_cut: whether some outputs were dropped, since they were too many.
    """

    state: CellState = CellState.NOT_RUN
    outputs: list[dict[str, Any]] = field(default_factory=list)
    is_cut: bool = False

    @property
    def error(self) -> tuple[str, str, str]:
        """Type, text and traceback of the exception that ended it; empty if none did."""
        for output in self.outputs:
            if output.get("output_type") == "error":
                trace = output.get("traceback")
                lines = "\n".join(map(str, trace)) if isinstance(trace, list) else ""
                return str(output.get("ename", "")), str(output.get("evalue", "")), lines
        return "", "", ""


@dataclass(frozen=True)
class Executed:
    """What came of all cells.

    Attributes:
        cells: one for each.
        verdict: why the room ended before all had run; None if they have.
    """

    cells: tuple[CellRun, ...]
    verdict: RoomVerdict | None = None


class _Said(msgspec.Struct):
    """One line of the driver's; see `grader.rooms.driver`."""

    ready: bool = False
    begin: int = -1
    end: int = -1
    outputs: list[_Output] = []
    dropped: bool = False


def run_cells(
    house: House,
    cells: list[str],
    seed: int,
    memory_mb: int,
    cell_seconds: float = CELL_SECONDS,
    all_seconds: float = ALL_SECONDS,
) -> Executed:
    """Runs cells in order in one room; a cell that raises stops no other.

    Args:
        house: where rooms come from.
        cells: texts of the code cells.
        seed: seed of all generators.
        memory_mb: the room's memory limit in MiB.
        cell_seconds: CPU seconds of one cell; it is stopped then, and the next one runs.
        all_seconds: CPU seconds of all.

    Returns:
        What came of each.

    Raises:
        GraderFault: the kernel does not start.
    """
    sockets, key = house.sockets(), secrets.token_hex(32)
    one, budget = Budget(cell_seconds, 0, 0), Budget(all_seconds, 1 << 20, memory_mb)
    with _Driver(sockets) as driver:
        room, _ = house.room(sockets=sockets, key=key)
        driver.begin({"key": key, "cells": cells, "patience": one.wall_seconds + _LAST_WORDS}, room.kill)
        verdict: RoomVerdict | None = None
        try:
            room.request(messages.Serve(seed, one.soft), budget)
        except RoomVerdict as ended:
            verdict = ended
        except MachineBusy:  # no mark depends on cells, so a grading goes on without the last ones
            verdict = TimedOut(budget.wall_seconds, on_clock=True)
        finally:
            room.close()
        said = driver.end()
    if not any(line.ready for line in said):
        raise GraderFault(f"the notebook's kernel cannot be reached: {verdict or 'it said nothing'}")
    if driver.ended_first:  # it has killed the room
        verdict = BadReply("its outputs are too many, or its messages cannot be read")
    return _executed(said, len(cells), verdict)


def _executed(said: list[_Said], count: int, verdict: RoomVerdict | None) -> Executed:
    runs = [CellRun() for _ in range(count)]
    for line in said:
        if 0 <= line.begin < count:
            runs[line.begin] = CellRun(CellState.STOPPED)  # unless its end is told below
        if 0 <= line.end < count:
            run = CellRun(CellState.RAN, line.outputs, line.dropped)
            name = run.error[0]
            state = CellState.STOPPED if name in _LIMITS else CellState.RAISED if name else CellState.RAN
            runs[line.end] = replace(run, state=state)
    is_whole = any(line.end == count - 1 for line in said) or not count
    return Executed(tuple(runs), None if is_whole else verdict)


class _Driver:
    """The process that talks to the kernel.

    Attributes:
        ended_first: whether it ended before it was told that the kernel is dead: since all is done, or by too much.
    """

    def __init__(self, sockets: Path) -> None:
        """Starts it; it imports what it needs while the room is made."""
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "grader.rooms.driver"],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=sockets,
            env=room_environment(),
            start_new_session=True,  # Ctrl-C is the host's to handle
        )
        self._reader: threading.Thread | None = None
        self._said = bytearray()
        self._is_told = False
        self.ended_first = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        if self._reader is not None:
            self._reader.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def begin(self, job: dict[str, Any], done: Callable[[], None]) -> None:
        """Tells it what to run.

        Args:
            job: what it is to do.
            done: called in another thread when it has ended.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None, "opened as pipes"  # noqa: S101, PT018  a bug of ours
        with suppress(BrokenPipeError):  # it is dead, and will not say that it is ready
            rest = memoryview(msgspec.json.encode(job) + b"\n")
            while rest:
                rest = rest[stdin.write(rest) :]
        self._reader = threading.Thread(target=self._read, args=(stdout, done), daemon=True)
        self._reader.start()

    def end(self) -> list[_Said]:
        """Tells it that the kernel is dead; returns what it has said, as far as that can be read."""
        self._is_told = True
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_LAST_WORDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        if self._reader is not None:
            self._reader.join()
        said = []
        for line in self._said.split(b"\n"):
            with suppress(msgspec.DecodeError, RecursionError):  # the last one may be cut
                said.append(msgspec.json.decode(line, type=_Said))
        return said

    def _read(self, stdout: IO[bytes], done: Callable[[], None]) -> None:
        while len(self._said) < _MAX_SAID and (chunk := stdout.read(1 << 20)):
            self._said += chunk
        self._process.kill()
        self.ended_first = not self._is_told
        done()

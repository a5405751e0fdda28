"""A room as a process: its channel, its output, its end. Forked or fresh, it looks the same from here."""

import ctypes
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psutil

_HEAD, _TAIL = 48 * 1024, 16 * 1024
_CHUNK = 1 << 16
#: Lines of /proc/PID/status that together tell what a process holds.
_MEMORY = ("RssAnon:", "RssShmem:", "HugetlbPages:", "VmSwap:")
_PR_SET_DUMPABLE = 4  # <linux/prctl.h>
#: Reads at one go; a room that prints without end cannot hold the judge.
_MAX_READS = 256


class RoomProcess(Protocol):
    """What a room's process is to the judge.

    Attributes:
        pid: its process id.
        channel: the host's end of the channel, non-blocking.
        output: descriptor or socket from which what it prints can be read, non-blocking.
        exited: something with a file number that becomes readable when the process ends.
    """

    pid: int
    channel: socket.socket
    output: socket.socket
    exited: int

    def kill(self) -> None:
        """Ends the process and whatever it started, at once."""

    def wait(self) -> int:
        """Waits for its end; returns the exit code, or minus the signal's number."""

    def close(self) -> None:
        """Kills it if it lives and gives back descriptors."""


class Output:
    """What a room prints: the beginning and the end are kept, the rest is counted."""

    def __init__(self) -> None:
        """Starts empty."""
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0

    def drain(self, source: socket.socket) -> None:
        """Reads what is there, without waiting."""
        with suppress(BlockingIOError, OSError):
            for _ in range(_MAX_READS):
                data = source.recv(_CHUNK)
                if not data:
                    return
                self._add(data)

    def take(self) -> str:
        """Returns the output so far as text and starts anew."""
        text = self._head.decode("utf-8", "replace")
        if self._dropped:
            text += f"\n[… {self._dropped} bytes …]\n"
        text += self._tail.decode("utf-8", "replace")
        self.__init__()  # type: ignore[misc]
        return text

    def peek_end(self) -> str:
        """Returns the last of it without taking it away."""
        return (self._head + self._tail)[-_TAIL:].decode("utf-8", "replace")

    def _add(self, data: bytes) -> None:
        room = _HEAD - len(self._head)
        self._head += data[:room]
        self._tail += data[max(room, 0) :]
        excess = len(self._tail) - _TAIL
        if excess > 0:
            del self._tail[:excess]
            self._dropped += excess


def cpu_seconds(pid: int) -> float:
    """CPU time that a living process has used, user and system; 0 if it is gone."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def memory_mb(pid: int) -> float:
    """Memory of a living process that is its own, in MiB; 0 where that is not to be had.

    Where its main thread has ended, any other tells: all share their memory.

    Source: RssAnon, RssShmem, HugetlbPages and VmSwap of /proc/PID/status, in kB (Linux, proc.rst).
    """
    folder = Path(f"/proc/{pid}")
    with suppress(OSError):  # it may end while it is looked at
        for status in (file for files in ([folder / "status"], folder.glob("task/*/status")) for file in files):
            with suppress(OSError):
                lines = status.read_text("ascii", "replace").splitlines()
                if found := [int(line.split()[1]) for line in lines if line.startswith(_MEMORY)]:
                    return sum(found) / 1024
    return 0.0


def waiting_seconds(pid: int) -> float:
    """Time that a process's main thread was ready to run and no core was free; 0 where that is not to be had.

    Source: second field of /proc/PID/schedstat, nanoseconds on a run queue (Linux, sched-stats.rst).
    """
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def hide_memory() -> None:
    """Keeps other processes of this user from reading this one's memory, and its core off the disk."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def kill_group(pid: int) -> None:
    """Kills a process and its group; a room leads its own group."""
    for kill in (os.killpg, os.kill):
        with suppress(OSError):
            kill(pid, signal.SIGKILL)

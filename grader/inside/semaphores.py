"""Semaphores for threads in place of those for processes.

Keras's data queues (`PyDataset`) ask `multiprocessing` for locks, which are files in /dev/shm. A room without a tree
of its own has no such folder; since it has no processes either, locks between its threads serve as well.
"""

import multiprocessing.synchronize
import threading
from typing import Any

_RECURSIVE = 0  # multiprocessing.synchronize.RECURSIVE_MUTEX


class ThreadSemLock:
    """What `_multiprocessing.SemLock` does, between threads."""

    SEM_VALUE_MAX = 2**31 - 1

    def __init__(self, kind: int, value: int, maxvalue: int, name: str, unlink: bool) -> None:  # noqa: ARG002
        """Takes the same arguments; name and unlink are of no use here."""
        self.kind, self.maxvalue, self.handle = kind, maxvalue, 0
        self.name = None  # nothing to be cleared away after this process
        self._lock: Any = threading.RLock() if kind == _RECURSIVE else threading.Semaphore(value)
        self._value = value
        self._owner, self._held = 0, 0
        self._guard = threading.Lock()

    def acquire(self, block: bool = True, timeout: float | None = None) -> bool:
        """Takes it."""
        got = self._lock.acquire(block, -1 if timeout is None and self.kind == _RECURSIVE else timeout)
        if got:
            with self._guard:
                self._value -= 1
                self._owner, self._held = threading.get_ident(), self._held + 1
        return bool(got)

    def release(self) -> None:
        """Gives it back."""
        with self._guard:
            if self._value >= self.maxvalue and self.kind != _RECURSIVE:
                raise ValueError("semaphore or lock released too many times")
            self._value += 1
            self._held -= 1
        self._lock.release()

    def _count(self) -> int:
        return self._held

    def _is_mine(self) -> bool:
        return self._held > 0 and self._owner == threading.get_ident()

    def _get_value(self) -> int:
        return max(self._value, 0)

    def _is_zero(self) -> bool:
        return self._value <= 0

    def __enter__(self) -> bool:
        """Takes it."""
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        """Gives it back."""
        self.release()


def put_on() -> None:
    """Makes `multiprocessing` use them."""
    multiprocessing.synchronize._multiprocessing.SemLock = ThreadSemLock  # type: ignore[attr-defined]  # noqa: SLF001

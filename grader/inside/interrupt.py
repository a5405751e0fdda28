"""Interrupts a call that runs too long, from within, so that its traceback tells the line it hangs at.

A submission can switch this off; the host's own limits are the ones that hold.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from grader.wire.messages import Soft


class TookTooLong(BaseException):
    """Raised in the submission when its time is up; `except Exception` does not catch it."""


@contextmanager
def time_limit(soft: Soft) -> Iterator[None]:
    """Raises `TookTooLong` in the main thread when CPU or clock time runs out."""
    if not hasattr(signal, "setitimer"):  # Windows: the host's limits alone
        yield
        return

    def raise_it(number: int, frame: FrameType | None) -> None:
        del number, frame
        signal.setitimer(signal.ITIMER_PROF, 0)  # once: the other limit must not strike while this is told
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise TookTooLong

    signal.signal(signal.SIGPROF, raise_it)
    signal.signal(signal.SIGALRM, raise_it)
    signal.setitimer(signal.ITIMER_PROF, soft.cpu_seconds)
    signal.setitimer(signal.ITIMER_REAL, soft.wall_seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


@contextmanager
def clock_stopped() -> Iterator[None]:
    """Stops the clock while the judge works; CPU time goes on being counted."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    left = signal.setitimer(signal.ITIMER_REAL, 0)[0]
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, left)

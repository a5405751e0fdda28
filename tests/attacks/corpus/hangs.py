"""Attacks that never come to an end. The judge's own limits have to end them."""

import ctypes
import os
import re
import signal
import threading
import time

# A function of the C library called this way holds Python's lock.
HOLDING = ctypes.PyDLL(None)


def compute_for_ever(bait):
    """row 16: an endless loop
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    while True:
        pass


def compute_and_catch_everything(bait):
    """row 16: an endless loop that catches the interruption
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def sleep(bait):
    """row 16: sleeps with all signals blocked
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    time.sleep(99)


def ignore_all_signals(bait):
    """row 15: ignores what can be ignored and computes
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass


def take_the_timers_away(bait):
    """row 16: switches the room's own clock off
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        pass


def stop(bait):
    """row 15: stops itself
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    os.kill(os.getpid(), signal.SIGSTOP)


def match_for_ever(bait):
    """row 16: a regular expression that holds Python's lock
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    return re.match("(a+)+b", "a" * 60)


def add_for_ever(bait):
    """row 16: a number that takes long, in C
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    return sum(range(1 << 60)) == 0


def hold_the_lock_and_sleep(bait):
    """row 16: sleeps in C and holds Python's lock
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    while True:
        HOLDING.sleep(99)


def deadlock(bait):
    """row 16: waits for a lock that nobody gives back
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    lock = threading.Lock()
    while lock.acquire():
        try:
            lock.acquire()
        except BaseException:
            lock = threading.Lock()


def read_from_the_judge(bait):
    """row 16: waits for a message from the judge, who waits for one from it
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    while True:
        try:
            os.read(3, 1)
        except BaseException:
            pass


def compute_in_threads(bait):
    """row 16: many threads that use time together while the main thread sleeps
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """

    def work():
        while True:
            pass

    for _ in range(8):
        threading.Thread(target=work, daemon=True).start()
    while True:
        try:
            time.sleep(99)
        except BaseException:
            pass


def seem_to_get_no_time(bait):
    """row 16: many threads on one core, so that the main thread waits and the machine seems too busy
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_IGN)
    libc = ctypes.CDLL(None)

    def work():
        while True:
            libc.strlen(b"x" * 100_000)

    for _ in range(40):
        threading.Thread(target=work, daemon=True).start()
    while True:
        libc.strlen(b"x" * 100_000)


def have_the_kernel_compute(bait):
    """row 16: spends its time in the kernel
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    while True:
        try:
            os.getrandom(1 << 20)
        except BaseException:
            pass


def begin_again_when_interrupted(bait):
    """row 16: a destructor that goes on when the call is interrupted
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """

    class Again:
        def __del__(self):
            while True:
                pass

    kept = Again()
    time.sleep(99)
    return kept is None


def wait_in_tensorflow(bait):
    """row 16: an endless loop inside a graph
    unconfined: no, because the judge's clock ends it there, too
    ends in: TimedOut
    """
    import tensorflow as tf

    @tf.function
    def loop():
        n = tf.constant(0)
        while n >= 0:
            n = (n + 1) % 7
        return n

    return loop()

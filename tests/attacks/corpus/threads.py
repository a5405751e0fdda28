"""Attacks that use up threads, descriptors, the stack and other things that are few."""

import ctypes
import os
import sys
import threading
import time


def many_threads(bait):
    """row 18: starts threads until it can no more
    unconfined: no, because the machine's threads would be used up
    ends in: Died, OutOfMemory, TimedOut
    """
    started = 0
    threading.stack_size(1 << 15)
    while started < 3000:
        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
        started += 1
    return started == 0


def many_descriptors(bait):
    """row 18: opens descriptors until it can no more"""
    kept = []
    while len(kept) < 300:
        kept.append(os.dup(0))
    return len(kept)


def a_higher_descriptor(bait):
    """row 18: asks for a descriptor with a high number"""
    import fcntl

    return fcntl.fcntl(0, fcntl.F_DUPFD, 900)


def more_descriptors(bait):
    """row 18: raises its own limit on descriptors
    unconfined: no, because the limit may be the highest already
    """
    import resource

    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
    return "raised"


def more_of_everything(bait):
    """row 18: raises each limit that is not the highest
    unconfined: no, because they may be the highest already
    """
    import resource

    raised = []
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            kind = getattr(resource, name)
            hard = resource.getrlimit(kind)[1]
            if hard != resource.RLIM_INFINITY:
                try:
                    resource.setrlimit(kind, (hard + 1, hard + 1))
                except (OSError, ValueError):
                    continue
                raised.append(name)
    return raised


def deep_recursion(bait):
    """row 18: calls itself without end
    unconfined: no, because Python ends it there, too
    """
    return deep_recursion(bait)


def deeper_recursion(bait):
    """row 18: calls itself without end and without Python's limit
    unconfined: no, because it crashes there, too
    ends in: Died, OutOfMemory, TimedOut
    """
    sys.setrecursionlimit(1 << 30)

    def deeper(x):
        return [deeper(y) for y in [x]]

    return deeper(1)


def recursion_in_c(bait):
    """row 18: recursion in C, where Python's limit does not count
    unconfined: no, because it crashes there, too
    ends in: Died, TimedOut, OutOfMemory
    """
    sys.setrecursionlimit(1 << 30)
    nest = []
    for _ in range(2_000_000):
        nest = [nest]
    return repr(nest)[:0]


def deep_value(bait):
    """row 18: returns a list in a list, a hundred thousand deep
    unconfined: no, because it is refused there, too
    ends in: Died, BadReply
    """
    nest = []
    for _ in range(100_000):
        nest = [nest]
    return nest[0] and None


def many_timers(bait):
    """row 18: makes a hundred thousand timers
    unconfined: no, because the kernel's memory would be used
    ends in: TimedOut
    """
    libc = ctypes.CDLL(None, use_errno=True)
    timer = ctypes.c_void_p()
    made = 0
    while made < 100_000 and libc.timer_create(1, None, ctypes.byref(timer)) == 0:
        made += 1
    return made > 200_000


def many_locks(bait):
    """row 18: locks a hundred thousand parts of a file, each of which the kernel has to remember
    unconfined: no, because the kernel's memory would be used
    ends in: TimedOut
    """
    import fcntl

    with open("locked", "wb") as file:
        for at in range(100_000):
            fcntl.lockf(file, fcntl.LOCK_EX, 1, 2 * at)


def many_mappings(bait):
    """row 18: maps as many pieces of memory as there can be
    unconfined: no, because it harms itself alone
    ends in: OutOfMemory, TimedOut
    """
    import mmap

    kept = []
    while len(kept) < 100_000:
        kept.append(mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, (mmap.PROT_READ, 0)[len(kept) % 2]))


def full_pipes(bait):
    """row 18: fills as many pipes as it may have
    unconfined: no, because the kernel's memory would be used
    """
    held = 0
    try:
        while held < 64 << 20:
            _, writes = os.pipe()
            os.set_blocking(writes, False)
            held += os.write(writes, b"x" * (1 << 20))
    except OSError:
        pass
    return held > 32 << 20 and held


def full_sockets(bait):
    """row 18: fills as many pairs of sockets as it may have
    unconfined: no, because the kernel's memory would be used
    """
    import socket

    held, kept = 0, []
    try:
        while held < 512 << 20:
            pair = socket.socketpair()
            kept.append(pair)
            for one in pair:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
                one.setblocking(False)
                for _ in range(99):
                    held += one.send(b"x" * (1 << 20))
    except OSError:
        pass
    return held > 256 << 20 and held


def a_forced_buffer(bait):
    """row 18: forces a buffer beyond what the machine allows
    unconfined: as root, because only root may
    """
    import socket

    one, _ = socket.socketpair()
    one.setsockopt(socket.SOL_SOCKET, 32, 1 << 28)  # SO_SNDBUFFORCE
    return one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) > 1 << 28


def larger_pipes(bait):
    """row 18: makes a pipe larger"""
    import fcntl

    return fcntl.fcntl(os.pipe()[1], 1031, 1 << 20)

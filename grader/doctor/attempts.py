"""Attacks that are tried from inside a room, one for each layer; run there as a submission is, never imported.

Each function returns what it got hold of, or an empty text if it was kept from it.
"""

import ctypes
import mmap
import os

import numpy as np

#: What the host tells: paths and names of things that must be out of reach.
BAIT: dict[str, str] = {}
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_GET_NO_NEW_PRIVS = 39
_GIB = 1 << 30


def take_bait(bait: dict[str, str]) -> None:
    """Hears what there is to attack."""
    BAIT.update(bait)


def descriptors() -> str:
    """Looks for open descriptors beside the standard streams and the channel."""
    found = []
    for number in range(5, 256):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return f"descriptors {found}" if found else ""


def environment() -> str:
    """Looks for the host's environment."""
    with open("/proc/self/environ", encoding="utf-8", errors="replace") as file:
        started_with = file.read()
    return "a variable of the user's" if BAIT["variable"] in started_with + str(dict(os.environ)) else ""


def session() -> str:
    """Opens the terminal."""
    if os.getsid(0) != os.getpid():
        return "the user's session"
    return f"the terminal {os.open('/dev/tty', os.O_RDWR)}"


def namespaces() -> str:
    """Compares its network with the host's."""
    return "the machine's network" if os.readlink("/proc/self/ns/net") == BAIT["network"] else ""


def file_tree() -> str:
    """Looks whether a file of the user's exists."""
    return f"that a file exists, of {os.stat(BAIT['file']).st_size} bytes"


def capabilities() -> str:
    """Looks for capabilities."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        sets = [line for line in file if line.startswith(("CapEff", "CapPrm", "CapInh", "CapAmb"))]
    return "capabilities" if any(int(line.split()[1], 16) for line in sets) else ""


def limits() -> str:
    """Takes more memory than it may."""
    size = int(BAIT["memory_mb"]) * (_GIB >> 10) + _GIB
    taken = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return f"{len(taken)} bytes of memory"


def privileges() -> str:
    """Looks whether a set-uid program would get root's rights."""
    return "" if _LIBC.prctl(_PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 else "a way to more rights"


def landlock() -> str:
    """Reads a package that is not on the list."""
    with open(BAIT["package"], encoding="utf-8") as file:
        return f"{len(file.read())} characters of {BAIT['package']}"


def parent() -> str:
    """Asks to live on after the grader; the host sees whether it does."""
    return "a longer life" if _LIBC.prctl(1, 0, 0, 0, 0) == 0 else ""


def system_calls() -> str:
    """Starts a process, opens a connection."""
    child = _LIBC.fork()
    if child == 0:
        os._exit(0)
    if child > 0:
        os.waitpid(child, 0)
        return "a process of its own"
    return "a socket" if _LIBC.socket(2, 1, 0) >= 0 else ""


def judge_memory() -> str:
    """Reads the judge's memory and environment."""
    with open(f"/proc/{BAIT['judge']}/environ", "rb") as file:
        return f"{len(file.read())} bytes of the judge"


def deadline() -> str:
    """Runs on and on."""
    while True:
        np.ones(10)

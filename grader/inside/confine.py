"""Confines the room that it is called in: limits, closed descriptors, no new privileges.

The policy is data at the top. What is missing is reported to the host, which decides whether to go on.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

from grader.wire.control import RoomSpec

_MIB = 1 << 20
#: Limits by name in `resource`, with the reason of each. None stands for the lesson's own memory limit.
LIMITS: dict[str, int | None] = {
    "RLIMIT_CORE": 0,  # a core dump would write the hidden inputs to the disk
    "RLIMIT_DATA": None,  # heap and private mappings; RLIMIT_AS does not fit TensorFlow's address space
    "RLIMIT_FSIZE": 64 * _MIB,  # no single file fills the disk
    "RLIMIT_NOFILE": 256,  # descriptors
    "RLIMIT_MEMLOCK": 0,  # no pinned memory
    "RLIMIT_MSGQUEUE": 0,  # no message queues
    "RLIMIT_STACK": 64 * _MIB,  # deep recursion ends in RecursionError, or here
}
#: Layers that full confinement needs and that this version does not have.
NOT_YET = ("file system", "system calls", "network")
_LAST = 4  # the highest descriptor that stays open
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38  # <linux/prctl.h>


def confine(spec: RoomSpec, keep: tuple[int, int]) -> tuple[tuple[int, int], list[str], list[str]]:
    """Confines this process as far as the machine allows.

    Args:
        spec: what the host asked for.
        keep: the channel's descriptors for reading and writing; they and the standard streams stay open, all
            others are closed.

    Returns:
        The channel's new descriptors, the layers in force and the layers that could not be had.
    """
    moved = _close_descriptors(keep)
    _clean_environment(spec.work)
    in_force, missing = ["descriptors", "environment"], [*NOT_YET]
    for name, layer in _layers(spec).items():
        if not spec.confine:
            missing.append(name)
            continue
        try:
            layer()
        except (AttributeError, ImportError, OSError, ValueError):  # not on this platform, or not allowed
            missing.append(name)
        else:
            in_force.append(name)
    return moved, in_force, missing


def _layers(spec: RoomSpec) -> dict[str, Callable[[], object]]:
    """The layers, in the order in which they are put on."""
    return {
        "session": _own_session,  # own process group, no terminal
        "parent": lambda: _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL),  # dies with the warm interpreter
        "limits": lambda: _limit(spec.memory_mb),
        "privileges": lambda: _prctl(_PR_SET_NO_NEW_PRIVS, 1),  # no set-uid program gives more
    }


def _own_session() -> None:
    if os.getsid(0) != os.getpid():
        os.setsid()


def _close_descriptors(keep: tuple[int, int]) -> tuple[int, int]:
    """Moves the channel to descriptors 3 and 4, gives an empty standard input, closes everything else."""
    above = os.dup(keep[0]), os.dup(keep[1])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    safe = [os.dup(descriptor) for descriptor in above]
    while min(safe) <= _LAST:  # out of the way of their new numbers
        safe = [os.dup(descriptor) for descriptor in safe]
    os.dup2(safe[0], _LAST - 1)
    os.dup2(safe[1], _LAST)
    os.closerange(_LAST + 1, os.sysconf("SC_OPEN_MAX") if hasattr(os, "sysconf") else 8192)
    return _LAST - 1, _LAST


def _clean_environment(work: str) -> None:
    """Builds the environment from nothing; nothing of the user's own is in it."""
    temporary = os.path.join(work, "tmp")  # noqa: PTH118  as text: it goes into the environment
    os.makedirs(temporary, exist_ok=True)  # noqa: PTH103
    os.environ.clear()
    os.environ.update(
        {
            "CUDA_VISIBLE_DEVICES": "-1",  # marks come from the CPU
            "HOME": work,
            "KERAS_BACKEND": "tensorflow",
            "KERAS_HOME": temporary,
            "LANG": "C.UTF-8",
            "MPLBACKEND": "Agg",
            "MPLCONFIGDIR": temporary,
            "PATH": "/nonexistent",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TMPDIR": temporary,
        }
    )
    import tempfile

    tempfile.tempdir = temporary
    os.chdir(work)
    os.umask(0o077)


def _limit(memory_mb: int) -> None:
    import resource

    for name, value in LIMITS.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        wanted = memory_mb * _MIB if value is None else value
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(kind, (wanted, wanted))


def _prctl(option: int, value: int) -> None:
    if not sys.platform.startswith("linux"):
        raise OSError("prctl is Linux's")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")

"""How the layers speak to the kernel: through libc, by the calls' numbers where libc has no function for them."""

import ctypes
import functools
import os
import platform
import sys

from grader.inside.layers import numbers

#: What the system calls of this machine are called by; None where the layers know nothing of it.
MACHINE = {"x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}.get(platform.machine())


class MissingError(OSError):
    """This machine does not have what a layer needs."""


@functools.cache
def libc() -> ctypes.CDLL:
    """The C library, with the error number of each call kept.

    Raises:
        MissingError: this is no Linux.
    """
    if not sys.platform.startswith("linux"):
        raise MissingError("only Linux has this layer")
    return ctypes.CDLL(None, use_errno=True)


def number_of(name: str) -> int:
    """A system call's number on this machine.

    Raises:
        MissingError: it has none, or the machine is not known.
    """
    number = numbers.of(MACHINE).get(name) if MACHINE else None
    if number is None:
        raise MissingError(f"no system call {name} on {platform.machine()}")
    return number


def system_call(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Makes a system call.

    Args:
        name: its name.
        *arguments: numbers, and bytes or buffers for pointers.

    Returns:
        Its result.

    Raises:
        OSError: it failed.
    """
    words = [ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments]
    result = libc().syscall(ctypes.c_long(number_of(name)), *words)
    return _hold(name, result)


def prctl(option: int, *arguments: int) -> int:
    """Changes what the kernel keeps of this process.

    Raises:
        OSError: it failed.
    """
    words = [ctypes.c_ulong(argument) for argument in (*arguments, 0, 0, 0, 0)[:4]]
    return _hold("prctl", libc().prctl(ctypes.c_int(option), *words))


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mounts something.

    Raises:
        OSError: it failed.
    """
    result = libc().mount(
        os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), data.encode() or None
    )
    _hold(f"mount {target}", result)


def _hold(what: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return int(result)

"""Says in words what the kernel would refuse with a number: processes and connections.

This protects nothing, the system call filter does. It only makes the error readable, so that the report can say
what to do instead.
"""

import errno
import os
import socket
import subprocess
from collections.abc import Callable
from typing import Any, NoReturn

#: What is refused, as (where, name), and the words for it.
NO_PROCESSES = "submissions may not start processes"
NO_NETWORK = "submissions have no network"
REFUSED: dict[tuple[Any, str], str] = {
    **{
        (os, name): NO_PROCESSES
        for name in (
            *("fork", "forkpty", "posix_spawn", "posix_spawnp", "system", "execv", "execve"),
            *("spawnv", "spawnve", "spawnvp", "spawnvpe"),
        )
    },
    (subprocess, "_fork_exec"): NO_PROCESSES,
    (socket, "create_connection"): NO_NETWORK,
    (socket, "getaddrinfo"): NO_NETWORK,
    (socket.socket, "connect"): NO_NETWORK,
}


def put_on() -> None:
    """Replaces the functions by ones that say why not."""
    for (place, name), words in REFUSED.items():
        if hasattr(place, name):
            setattr(place, name, _refusal(name, words))


def _refusal(name: str, words: str) -> Callable[..., NoReturn]:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise PermissionError(errno.EPERM, words)

    refuse.__name__ = refuse.__qualname__ = name
    return refuse

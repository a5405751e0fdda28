"""A network, a mount table, System V queues and a host name of the room's own, and a user that owns only these."""

import ctypes
import os
import socket
from contextlib import suppress
from pathlib import Path

from grader.inside.layers.kernel import libc

#: Namespaces of a room (<linux/sched.h>).
NAMESPACES = {
    "mount": 0x00020000,  # its own tree of files
    "uts": 0x04000000,  # its own host name
    "ipc": 0x08000000,  # no queues and shared memory of others
    "network": 0x40000000,  # no interface, not even loopback
}
_HOST_NAME = "room"
_USER = 0x10000000  # lets an ordinary user have the others


def enter() -> None:
    """Enters new namespaces, the user mapped to itself.

    Raises:
        OSError: this machine does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    wanted = sum(NAMESPACES.values())
    try:
        _unshare(_USER | wanted)
    except OSError:
        _unshare(wanted)  # root needs no user namespace
    else:
        _map_user(user, group)
    with suppress(OSError):
        socket.sethostname(_HOST_NAME)


def _map_user(user: int, group: int) -> None:
    with suppress(OSError):  # some sandboxes hide the files; the user is then shown as "nobody"
        Path("/proc/self/setgroups").write_text("deny", "ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")


def _unshare(flags: int) -> None:
    if libc().unshare(ctypes.c_int(flags)) != 0:
        raise OSError(ctypes.get_errno(), "unshare")

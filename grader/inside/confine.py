"""Confines the room that it is called in, layer by layer; the policy of each stands in its own file.

A layer that this machine does not have is reported to the host, which decides whether to go on.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from grader.inside.layers import (
    bpf,
    descriptors,
    environment,
    landlock,
    limits,
    namespaces,
    privileges,
    session,
    tree,
)
from grader.wire.control import RoomSpec

_WRITABLE_DEVICE = "/dev/null"
#: Layers that even an unconfined room has, so that nothing of it survives.
_ALWAYS = ("session", "parent")
#: The layer that is put on last; threads that run by then get it as well, and have all others from the first.
_LAST = "system calls"


@dataclass
class Confinement:
    """What came of it.

    Attributes:
        channel: the channel's descriptors for reading and for writing.
        in_force: the layers that are on.
        missing: those that could not be had.
    """

    channel: tuple[int, int]
    in_force: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def confine(
    spec: RoomSpec, channel: tuple[int, int], parent: int, prepare: Callable[[], object] | None = None
) -> Confinement:
    """Confines this process as far as the machine allows.

    Args:
        spec: what the host asked for.
        channel: the channel's descriptors for reading and writing; they and the standard streams stay open, all
            others are closed.
        parent: process id of what started this room.
        prepare: what has to be done before no socket can be made any more.

    Raises:
        PermissionError: once confined, Python cannot be read any more: no submission could be graded fairly.
    """
    room = Confinement(descriptors.close(channel), ["descriptors", "environment"])
    environment.build(spec.work)
    for name, layer in _layers(spec, parent, room):
        if name == _LAST and prepare is not None:
            environment.enter(spec.work)
            prepare()
        if not spec.confine and name not in _ALWAYS:
            room.missing.append(name)
            continue
        try:
            layer()
        except (AttributeError, ImportError, OSError, ValueError):  # not on this platform, or not allowed
            room.missing.append(name)
        else:
            room.in_force.append(name)
    environment.enter(spec.work)
    for folder in spec.readable.named:
        if not os.access(folder, os.R_OK | os.X_OK):
            raise PermissionError(f"a room cannot read {folder}; grade as the user whose Python it is")
    return room


def _layers(spec: RoomSpec, parent: int, room: Confinement) -> Iterable[tuple[str, Callable[[], object]]]:
    """The layers, in the order in which they are put on: each may need what a later one takes away."""
    readable = spec.readable
    carried = [spec.carried] * bool(spec.carried)
    abi = landlock.version()  # asked now: later no call may ask
    yield "session", session.begin
    yield "namespaces", namespaces.enter
    if "namespaces" in room.in_force or not spec.confine:
        visible = [*readable.named, *readable.whole, *carried]
        yield "file tree", lambda: tree.put_on(spec.work, visible, spec.sockets)
    else:
        room.missing.append("file tree")
    yield "capabilities", privileges.drop_capabilities
    yield "limits", lambda: limits.put_on(spec.memory_mb)
    yield "privileges", privileges.forbid_new
    has_tree = "file tree" in room.in_force
    own = [spec.work, _WRITABLE_DEVICE, *[tree.SEMAPHORES] * has_tree]
    read = [*readable.whole, *carried, *readable.paths()]
    sockets = [spec.sockets] * bool(spec.sockets)
    yield "Landlock", lambda: landlock.put_on(read, [*readable.named], own, listen=sockets)
    yield "parent", lambda: session.die_with_parent(parent)
    truncates = has_tree or ("Landlock" in room.in_force and abi >= landlock.TRUNCATES)
    yield (
        "system calls",
        lambda: bpf.put_on(os.getpid(), has_tree=has_tree, truncates=truncates, accepts=bool(spec.sockets)),
    )
    if "Landlock" in room.in_force and abi < landlock.COMPLETE:
        room.missing.append("newer rights of Landlock")

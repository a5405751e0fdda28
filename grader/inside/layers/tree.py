"""The room's own tree of files: what it may read, a work folder of bounded size, and nothing else.

Everything else is not forbidden but absent: no name can be probed. The tree is read-only but for the work folder
and the folder of semaphores, which live in memory and vanish with the room.
"""

import ctypes
import os
import struct
from pathlib import Path

from grader.inside.layers.kernel import libc, mount, system_call

SEMAPHORES = "/dev/shm"  # noqa: S108  in the room's own tree it is the room's own
#: Size and number of files of each folder that can be written; {work} is the room's own.
WRITABLE = {
    "{work}": "size=256m,nr_inodes=4096,mode=700",  # files of the submission
    SEMAPHORES: "size=16m,nr_inodes=64,mode=700",  # semaphores of multiprocessing, which Keras's data queues use
}
_NOSUID, _NODEV, _NOEXEC = 2, 4, 8  # <linux/mount.h>
_BIND, _RECURSIVE, _PRIVATE = 4096, 16384, 1 << 18
_ATTR_RDONLY, _ATTR_NOSUID = 1, 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MNT_DETACH = 2


def put_on(work: str, visible: list[str], sockets: str = "") -> None:
    """Makes the tree and goes to live in it.

    Args:
        work: the room's work folder; the tree is put together above its parent.
        visible: files and folders to be seen, read-only.
        sockets: a folder of the host's in which a kernel listens, or "".

    Raises:
        OSError: this process may not mount, or the kernel is too old.
    """
    root = os.path.dirname(work)  # noqa: PTH120  paths are text here: they go to the kernel
    mount("none", "/", "", _RECURSIVE | _PRIVATE)  # nothing of what follows is seen outside
    mount("grade", root, "tmpfs", _NOSUID | _NODEV | _NOEXEC, "size=2m,nr_inodes=4096,mode=755")
    try:
        _build(root, work, visible, sockets)
        os.chdir(root)
        system_call("pivot_root", b".", b".")
    except OSError:
        libc().umount2(os.fsencode(root), _MNT_DETACH)
        raise
    if libc().umount2(b".", _MNT_DETACH) != 0:
        raise OSError(ctypes.get_errno(), "umount2")
    os.chdir("/")


def _build(root: str, work: str, visible: list[str], sockets: str) -> None:
    for path in [*visible, *[sockets] * bool(sockets)]:
        _show(root, path)
    writable = {path.format(work=work): options for path, options in WRITABLE.items()}
    for path, options in writable.items():
        os.makedirs(root + path, exist_ok=True)  # noqa: PTH103
        mount("grade", root + path, "tmpfs", _NOSUID | _NODEV | _NOEXEC, options)
    _set_attributes(root, _AT_RECURSIVE, _ATTR_RDONLY | _ATTR_NOSUID, 0)
    for path in [*writable, *[os.path.realpath(sockets)] * bool(sockets)]:
        _set_attributes(root + path, 0, 0, _ATTR_RDONLY)


def _show(root: str, path: str) -> None:
    """Makes a path visible under the new root: its folders, its symbolic links, and in the end a bind mount."""
    real = _make_way(root, Path(path))
    if real is None or not os.path.exists(real):  # noqa: PTH110
        return
    target = root + real
    if os.path.isdir(real):  # noqa: PTH112
        os.makedirs(target, exist_ok=True)  # noqa: PTH103
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)  # noqa: PTH103, PTH120
        with open(target, "a", encoding="ascii"):  # noqa: PTH123  something to mount on
            pass
    mount(real, target, "", _BIND | _RECURSIVE)


def _make_way(root: str, path: Path) -> str | None:
    """Makes the symbolic links on the way to a path; returns where it really lies, or None if it is there already."""
    here = "/"
    for part in path.parts[1:]:
        step = os.path.join(here, part)  # noqa: PTH118
        if os.path.lexists(root + step) and os.path.ismount(root + step):
            return None  # below something visible
        if os.path.islink(step):  # noqa: PTH114
            if not os.path.lexists(root + step):
                os.makedirs(root + here, exist_ok=True)  # noqa: PTH103
                os.symlink(os.readlink(step), root + step)  # noqa: PTH115, PTH211
            rest = path.parts[len(Path(step).parts) :]
            return _make_way(root, Path(os.path.realpath(step), *rest))
        here = step
    return here


def _set_attributes(path: str, flags: int, put: int, take: int) -> None:
    """Changes the attributes of a mount, with mount_setattr(2), for which libc may have no function yet."""
    attributes = struct.pack("QQQQ", put, take, 0, 0)  # struct mount_attr
    buffer = ctypes.create_string_buffer(attributes, len(attributes))
    system_call("mount_setattr", _AT_FDCWD, os.fsencode(path), flags, buffer, len(attributes))

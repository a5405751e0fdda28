"""An allow-list of paths, put on with Landlock (Linux 5.13 and newer).

Written by hand since no well-kept library does it: the packages on PyPI are pre-releases that know neither all
rights nor scopes, and three system calls need no library. Numbers: <linux/landlock.h>.
"""

import ctypes
import os
import struct
from enum import IntFlag

from grader.inside.layers.kernel import system_call


class Right(IntFlag):
    """What can be done with a file or folder; the kernel forbids what no rule allows."""

    EXECUTE = 1 << 0
    WRITE_FILE = 1 << 1
    READ_FILE = 1 << 2
    READ_DIR = 1 << 3
    REMOVE_DIR = 1 << 4
    REMOVE_FILE = 1 << 5
    MAKE_CHAR = 1 << 6
    MAKE_DIR = 1 << 7
    MAKE_REG = 1 << 8
    MAKE_SOCK = 1 << 9
    MAKE_FIFO = 1 << 10
    MAKE_BLOCK = 1 << 11
    MAKE_SYM = 1 << 12
    REFER = 1 << 13  # from ABI 2: link and rename to another folder
    TRUNCATE = 1 << 14  # from ABI 3
    IOCTL_DEV = 1 << 15  # from ABI 5


#: The highest right that each ABI knows; later ABIs add none for files.
_HIGHEST = {1: Right.MAKE_SYM, 2: Right.REFER, 3: Right.TRUNCATE, 4: Right.TRUNCATE, 5: Right.IOCTL_DEV}
#: From this ABI on nothing is missing: TCP since 4, device controls since 5, signals and abstract sockets since 6.
COMPLETE = 6
TRUNCATES = 3
_NET, _SCOPES = 4, 6  # the ABIs that brought them
_READ = Right.READ_FILE | Right.READ_DIR
_READ_WRITE = (
    _READ
    | Right.WRITE_FILE
    | Right.TRUNCATE
    | Right.MAKE_REG
    | Right.MAKE_DIR
    | Right.MAKE_SYM
    | Right.REMOVE_FILE
    | Right.REMOVE_DIR
    | Right.REFER
)
#: What can be said of something that is no folder.
_FILE = Right.EXECUTE | Right.WRITE_FILE | Right.READ_FILE | Right.TRUNCATE | Right.IOCTL_DEV
_ASK_VERSION, _RULE_PATH_BENEATH = 1, 1
_ALL_TCP, _ALL_SCOPES = 0b11, 0b11


def version() -> int:
    """The kernel's Landlock ABI, 0 for none."""
    try:
        return system_call("landlock_create_ruleset", None, 0, _ASK_VERSION)
    except OSError:
        return 0


def put_on(
    read: list[str], listed: list[str], write: list[str], abi: int | None = None, listen: list[str] | None = None
) -> None:
    """Restricts this process, its threads to come and its children.

    Args:
        read: files and folders to read.
        listed: folders whose names may be listed; what lies in them may not be read unless it is in `read`.
        write: files and folders to read and write.
        abi: the version to use, if not the kernel's newest that is known here.
        listen: folders in which sockets may be made.

    Raises:
        OSError: the kernel has no Landlock.
    """
    abi = version() if abi is None else abi
    handled = Right(_HIGHEST[max(1, min(abi, max(_HIGHEST)))] * 2 - 1)
    words = [int(handled)] + [_ALL_TCP] * (abi >= _NET) + [_ALL_SCOPES] * (abi >= _SCOPES)
    attributes = struct.pack(f"{len(words)}Q", *words)  # struct landlock_ruleset_attr, as long as the ABI knows it
    ruleset = system_call("landlock_create_ruleset", attributes, len(attributes), 0)
    rules = ((read, _READ), (listed, Right.READ_DIR), (write, _READ_WRITE), (listen or [], Right.MAKE_SOCK))
    for paths, rights in rules:
        for path in paths:
            _allow(ruleset, path, rights & handled)
    system_call("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: Right) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # not every machine has each of them
    if not os.path.isdir(path):  # noqa: PTH112  paths are text here: they go to the kernel
        rights &= _FILE
    rule = struct.pack("=Qi", int(rights), descriptor)  # struct landlock_path_beneath_attr, packed
    system_call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0)
    os.close(descriptor)

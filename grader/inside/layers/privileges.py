"""No way to more privileges than the user has, and none of root's own."""

import ctypes
import struct

from grader.inside.layers.kernel import prctl, system_call

_PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 38, 24, 47, 4  # <linux/prctl.h>
_CAPABILITY_VERSION_3 = 0x20080522  # <linux/capability.h>: two words of each set
_HIGHEST = 63


def forbid_new() -> None:
    """No program that is started gets more than this process has (no_new_privs)."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def drop_capabilities() -> None:
    """Empties every set of capabilities; the user id stays, so that the Python of a private home can be read."""
    for capability in range(_HIGHEST + 1):
        try:
            prctl(_PR_CAPBSET_DROP, capability)
        except OSError:  # past the last one that this kernel knows, or not root at all
            break
    prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITY_VERSION_3, 0), 8)
    system_call("capset", header, ctypes.create_string_buffer(24))

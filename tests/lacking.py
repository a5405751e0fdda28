"""Runs a command on a machine that lacks something: python tests/lacking.py CALL[,CALL...] COMMAND...

The named system calls answer EPERM, as on a machine whose administrator forbids them; everything else works.
"""

import ctypes
import errno
import os
import struct
import sys

from grader.inside.layers import bpf, kernel, privileges

_LOAD, _EQUAL, _RETURN, _ALLOW, _ERROR = 0x20, 0x15, 0x06, 0x7FFF0000, 0x50000
_FILTER = 1


def main() -> None:
    names, command = sys.argv[1].split(","), sys.argv[2:]
    code = [(_LOAD, 0, 0, 0)]
    for name in names:
        code += [(_EQUAL, 0, 1, kernel.number_of(name)), (_RETURN, 0, 0, _ERROR | errno.EPERM)]
    code.append((_RETURN, 0, 0, _ALLOW))
    packed = bpf.assemble(code)
    buffer = ctypes.create_string_buffer(packed, len(packed))
    header = struct.pack("HxxxxxxP", len(code), ctypes.addressof(buffer))
    privileges.forbid_new()
    kernel.system_call("seccomp", _FILTER, 0, ctypes.create_string_buffer(header, len(header)))
    os.execvp(command[0], command)  # noqa: S606  what the test names


if __name__ == "__main__":
    main()

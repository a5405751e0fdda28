"""Puts the policy of `calls` on as a seccomp filter: a small program that the kernel runs before each system call.

Written by hand since the library for it, libseccomp, comes with no package on PyPI and would have to be installed
by root. Numbers: <linux/seccomp.h>, <linux/bpf_common.h>, <linux/audit.h>.
"""

import ctypes
import struct
from itertools import groupby

from grader.inside.layers import calls, kernel, numbers
from grader.inside.layers.calls import Condition

_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32 = 0x40000000  # calls of the x32 ABI have this bit
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH, _ARGUMENTS, _WORD = 0, 4, 16, 8  # offsets in struct seccomp_data, size of an argument
_ENOSYS = 38
_SET_MODE_FILTER, _TSYNC = 1, 1

_Instruction = tuple[int, int, int, int]  # code, jump if true, jump if false, operand


def put_on(pid: int, *, has_tree: bool, truncates: bool, accepts: bool = False) -> None:
    """Filters the system calls of this process and its threads, for good.

    Args:
        pid: the process.
        has_tree: whether it lives in a read-only tree of its own.
        truncates: whether something else keeps files from being cut.
        accepts: whether it listens on sockets that it has by now.

    Raises:
        OSError: the kernel has no seccomp, or the machine is not known.
    """
    code = assemble(program(kernel.MACHINE or "", pid, has_tree=has_tree, truncates=truncates, accepts=accepts))
    count = len(code) // 8
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", count, ctypes.addressof(buffer))  # struct sock_fprog
    kernel.system_call("seccomp", _SET_MODE_FILTER, _TSYNC, ctypes.create_string_buffer(header, len(header)))


def program(machine: str, pid: int, *, has_tree: bool, truncates: bool, accepts: bool = False) -> list[_Instruction]:
    """The filter.

    Args:
        machine: "x86_64" or "aarch64".
        pid: as in `put_on`.
        has_tree: as there.
        truncates: as there.
        accepts: as there.

    Raises:
        MissingError: another machine.
    """
    if machine not in _ARCHITECTURE:
        raise kernel.MissingError(f"no list of system calls for {machine}")
    known = numbers.of(machine)
    code = [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, _ARCHITECTURE[machine]),
        (_RETURN, 0, 0, _KILL),  # another instruction set, with other numbers
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _ERROR | _ENOSYS)]
    for name, body in _rules(pid, has_tree=has_tree, truncates=truncates, accepts=accepts).items():
        if name in known:
            code += [(_EQUAL, 0, len(body), known[name]), *body]
    return [*code, (_RETURN, 0, 0, _ERROR | _ENOSYS)]


def assemble(code: list[_Instruction]) -> bytes:
    """The filter as the kernel takes it: struct sock_filter, one after the other."""
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _rules(pid: int, *, has_tree: bool, truncates: bool, accepts: bool) -> dict[str, list[_Instruction]]:
    """What to run for each call; each body ends by returning."""
    rules = {name: [(_RETURN, 0, 0, _ALLOW)] for text in calls.ALLOWED.values() for name in calls.names(text)}
    for number, text in calls.REFUSED.items():
        rules |= {name: [(_RETURN, 0, 0, _ERROR | number)] for name in calls.names(text)}
    if accepts:
        rules |= {name: [(_RETURN, 0, 0, _ALLOW)] for name in calls.names(calls.ACCEPTING)}
    if not has_tree:
        rules |= {name: [(_RETURN, 0, 0, _ERROR)] for name in calls.names(calls.METADATA)}  # error 0: success
    conditions = calls.CONDITIONS + (() if truncates else calls.NO_TRUNCATION)
    for name, group in groupby(conditions, lambda condition: condition.name):
        body = [instruction for condition in group for instruction in _test(condition, pid)]
        rules[name] = [*body, (_RETURN, 0, 0, _ALLOW)]
    return rules


def _test(condition: Condition, pid: int) -> list[_Instruction]:
    """Returns the error unless the condition holds; falls through if it does."""
    values = [pid if value == calls.OWN_PID else value for value in condition.one_of or condition.none_of]
    code = [(_LOAD, 0, 0, _ARGUMENTS + _WORD * condition.argument), (_AND, 0, 0, condition.mask)]
    for left, value in zip(range(len(values) - 1, -1, -1), values, strict=True):
        if condition.one_of:
            code.append((_EQUAL, left + 1, 0, value))  # past the other values and the refusal
        else:
            code.append((_EQUAL, left, 0 if left else 1, value))  # to the refusal; after the last one, past it
    return [*code, (_RETURN, 0, 0, _ERROR | condition.error)]

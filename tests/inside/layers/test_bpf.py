"""The filter of system calls: what its program answers on both machines, and what the kernel makes of it here."""

import ctypes
import ctypes.util
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from grader.inside.layers import bpf, calls, kernel, numbers, privileges

MACHINES = ["x86_64", "aarch64"]
ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, KILL = 0x7FFF0000, 0x80000000
PID = 4711
InChild = Callable[[Callable[[], Any]], Any]


def answer(machine: str, name: str | int, *arguments: int, has_tree: bool = True, truncates: bool = True) -> int:
    """What the filter answers, found by running its program as linux/filter.rst says."""
    number = numbers.of(machine)[name] if isinstance(name, str) else name
    code = bpf.program(machine, PID, has_tree=has_tree, truncates=truncates)
    words = {0: number, 4: ARCHITECTURE[machine]} | {16 + 8 * at: value for at, value in enumerate(arguments)}
    at = accumulator = 0
    while True:
        operation, if_true, if_false, operand = code[at]
        at += 1
        if operation == 0x20:
            accumulator = words.get(operand, 0) & 0xFFFFFFFF
        elif operation == 0x54:
            accumulator &= operand
        elif operation == 0x15:
            at += if_true if accumulator == operand else if_false
        elif operation == 0x35:
            at += if_true if accumulator >= operand else if_false
        else:
            assert operation == 0x06
            return operand


def refusal(number: int) -> int:
    return 0x50000 | number


@pytest.mark.parametrize("machine", MACHINES)
def test_numbers_are_those_of_libseccomp(machine: str) -> None:
    found = ctypes.util.find_library("seccomp")
    if found is None:
        pytest.skip("libseccomp is not installed")
    resolve = ctypes.CDLL(found).seccomp_syscall_resolve_name_arch
    architecture = ctypes.c_uint32(ARCHITECTURE[machine])
    for name in numbers.of("x86_64"):
        theirs = resolve(architecture, name.encode())
        assert numbers.of(machine).get(name) == (theirs if theirs >= 0 else None), name


@pytest.mark.parametrize("machine", MACHINES)
def test_every_name_of_the_policy_is_known(machine: str) -> None:
    lists = [*calls.ALLOWED.values(), *calls.REFUSED.values(), calls.METADATA]
    named = {name for text in lists for name in calls.names(text)}
    named |= {condition.name for condition in calls.CONDITIONS}
    assert named <= set(numbers.of("x86_64"))
    assert len(bpf.program(machine, PID, has_tree=False, truncates=False)) < 4096  # BPF_MAXINSNS


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_not_named_does_not_exist(machine: str) -> None:
    known = set(numbers.of(machine).values())
    for number in set(range(600)) - known:
        assert answer(machine, number) == refusal(errno.ENOSYS)
    for name in ("seccomp", "landlock_restrict_self", "pivot_root", "mount_setattr"):
        assert answer(machine, name) == refusal(errno.ENOSYS)


@pytest.mark.parametrize("machine", MACHINES)
def test_lists_are_answered_as_they_say(machine: str) -> None:
    conditional = {condition.name for condition in calls.CONDITIONS}
    for text in calls.ALLOWED.values():
        for name in set(calls.names(text)) & set(numbers.of(machine)) - conditional:
            assert answer(machine, name) == ALLOW, name
    for number, text in calls.REFUSED.items():
        for name in set(calls.names(text)) & set(numbers.of(machine)):
            assert answer(machine, name) == refusal(number), name


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    "name,arguments,expected",
    [
        ("clone", (0x3D0F00,), ALLOW),  # what pthread_create asks for
        ("clone", (17,), refusal(errno.EPERM)),  # what fork asks for: SIGCHLD
        ("clone", (0x4111,), refusal(errno.EPERM)),  # vfork
        ("clone", (0x3D0F00 | 0x40000000,), refusal(errno.EPERM)),  # a thread in a network of its own
        ("mmap", (0, 4096, 3, 0x22), ALLOW),  # private and anonymous: memory
        ("mmap", (0, 4096, 3, 0x01), ALLOW),  # a shared mapping of a file
        ("mmap", (0, 4096, 3, 0x21), refusal(errno.ENOMEM)),
        ("mmap", (0, 4096, 3, 0x122), refusal(errno.ENOMEM)),
        ("kill", (PID, 9), ALLOW),
        ("kill", (PID + 1, 9), refusal(errno.EPERM)),
        ("kill", (0, 9), refusal(errno.EPERM)),
        ("kill", (0xFFFFFFFF, 9), refusal(errno.EPERM)),
        ("tgkill", (PID, 1, 6), ALLOW),
        ("tgkill", (1, 1, 6), refusal(errno.EPERM)),
        ("prlimit64", (0, 7), ALLOW),
        ("prlimit64", (1, 7), refusal(errno.EPERM)),
        ("socketpair", (1, 1 | 0x80000), ALLOW),
        ("socketpair", (1, 2), refusal(errno.EACCES)),  # datagrams go to any address
        ("socketpair", (1, 5), refusal(errno.EACCES)),  # so does a sequence of packets
        ("socketpair", (2, 1), refusal(errno.EACCES)),
        ("getsockopt", (3, 1, 4), ALLOW),
        ("getsockopt", (3, 1, 17), refusal(errno.ENOPROTOOPT)),  # SO_PEERCRED: the judge's process id
        ("getsockopt", (3, 1, 77), refusal(errno.ENOPROTOOPT)),  # SO_PEERPIDFD: a handle on it
        ("prctl", (15,), ALLOW),
        ("prctl", (1, 0), refusal(errno.EPERM)),
        ("prctl", (4, 1), refusal(errno.EPERM)),
        ("fcntl", (0, 3), ALLOW),
        ("fcntl", (0, 8), refusal(errno.EPERM)),
        ("ioctl", (0, 0x5421), ALLOW),
        ("ioctl", (0, 0x5412), refusal(errno.ENOTTY)),  # typing into a terminal
        ("sched_setaffinity", (0,), ALLOW),
        ("sched_setaffinity", (1,), refusal(errno.EPERM)),
    ],
)
def test_arguments_decide(machine: str, name: str, arguments: tuple[int, ...], expected: int) -> None:
    assert answer(machine, name, *arguments) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_without_a_tree_modes_and_times_seem_to_change(machine: str) -> None:
    for name in set(calls.names(calls.METADATA)) & set(numbers.of(machine)):
        assert answer(machine, name) == ALLOW
        assert answer(machine, name, has_tree=False) == refusal(0)


@pytest.mark.parametrize("machine", MACHINES)
def test_where_nothing_else_keeps_files_from_being_cut_the_filter_does(machine: str) -> None:
    assert answer(machine, "truncate", truncates=False) == refusal(errno.EACCES)
    assert answer(machine, "openat", 0, 0, os.O_RDONLY | os.O_TRUNC, truncates=False) == refusal(errno.EACCES)
    for flags in (os.O_RDONLY, os.O_WRONLY | os.O_TRUNC, os.O_RDWR | os.O_TRUNC | os.O_CREAT):
        assert answer(machine, "openat", 0, 0, flags, truncates=False) == ALLOW
    assert answer(machine, "openat", 0, 0, os.O_TRUNC) == ALLOW


def test_other_instruction_sets_are_killed_and_x32_does_not_exist() -> None:
    assert answer("x86_64", numbers.of("x86_64")["getpid"] | 0x40000000) == refusal(errno.ENOSYS)
    code = bpf.program("x86_64", PID, has_tree=True, truncates=True)
    assert code[:3] == [(0x20, 0, 0, 4), (0x15, 1, 0, ARCHITECTURE["x86_64"]), (0x06, 0, 0, KILL)]


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(kernel.MissingError, match="riscv64"):
        bpf.program("riscv64", PID, has_tree=True, truncates=True)


def filtered() -> None:
    privileges.forbid_new()
    bpf.put_on(os.getpid(), has_tree=True, truncates=True)


def error_of(function: Callable[..., object], *arguments: Any) -> int | None:
    try:
        function(*arguments)
    except OSError as problem:
        return problem.errno
    return None


def test_the_kernel_refuses_processes_sockets_and_signals(in_child: InChild) -> None:
    def attempt() -> list[int | None]:
        filtered()
        return [
            error_of(os.fork),
            error_of(os.execv, sys.executable, ["python"]),
            error_of(socket.socket),
            error_of(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM),
            error_of(os.kill, os.getppid(), 0),
            error_of(os.killpg, 0, 0),
            error_of(os.kill, os.getpid(), 0),
            error_of(os.memfd_create, "x"),
            error_of(os.setsid),
        ]

    eperm = errno.EPERM
    expected = [eperm, eperm, errno.EACCES, errno.EACCES, eperm, eperm, None, errno.ENOSYS, eperm]
    assert in_child(attempt) == expected


def test_threads_and_pairs_of_sockets_work(in_child: InChild) -> None:
    def attempt() -> list[object]:
        filtered()
        got: list[object] = []
        thread = threading.Thread(target=lambda: got.append("ran"))
        thread.start()
        thread.join()
        left, right = socket.socketpair()
        left.send(b"x")
        return [*got, right.recv(1), signal.Signals(signal.SIGTERM).name]

    assert in_child(attempt) == ["ran", b"x", "SIGTERM"]

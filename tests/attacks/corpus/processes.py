"""Attacks that start processes, which would outlive the room or do what it may not."""

import ctypes
import os
import platform
import signal
import subprocess
import sys
import time

NUMBERS = {"fork": (57, None), "vfork": (58, None), "clone": (56, 220), "clone3": (435, 435), "setsid": (112, 157)}
NUMBERS |= {"setpgid": (109, 154), "execveat": (322, 281), "memfd_create": (319, 279), "prctl": (157, 167)}
NUMBERS |= {"execve": (59, 221)}
LIBC = ctypes.CDLL(None, use_errno=True)


def _call(name, *arguments):
    number = NUMBERS[name][platform.machine() != "x86_64"]
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)
    return result


def _parent(pid):
    """Ends the child; tells its process id in the parent."""
    if pid == 0:
        LIBC._exit(0)
    return pid


def fork_with_python(bait):
    """row 14: os.fork"""
    return _parent(os.fork())


def fork_with_the_c_library(bait):
    """row 14: fork of the C library, past what Python refuses"""
    return max(_parent(LIBC.fork()), 0)


def fork_with_the_kernels_call(bait):
    """row 14: clone without a library"""
    return _parent(_call("clone", signal.SIGCHLD, 0, 0, 0, 0))


def fork_by_its_old_name(bait):
    """row 14: the call fork, which only older machines have
    unconfined: no, because not every machine has it
    """
    return _parent(_call("fork"))


def fork_and_share_memory(bait):
    """row 14: a process that shares memory, as vfork makes it
    unconfined: no, because the child would run on its parent's stack
    """
    return _parent(_call("clone", signal.SIGCHLD | 0x100 | 0x4000, 0, 0, 0, 0))


def fork_a_sibling(bait):
    """row 14: a process that is a child of its parent (CLONE_PARENT), so that the room does not count it"""
    return _parent(_call("clone", signal.SIGCHLD | 0x8000, 0, 0, 0, 0))


def fork_into_namespaces(bait):
    """row 14: a process in a user namespace of its own
    unconfined: no, because some machines do not let ordinary users have one
    """
    return _parent(_call("clone", signal.SIGCHLD | 0x10000000, 0, 0, 0, 0))


def fork_with_a_newer_call(bait):
    """row 29: clone3, whose arguments a filter cannot see"""
    import struct

    arguments = ctypes.create_string_buffer(struct.pack("11Q", *[0] * 4, signal.SIGCHLD, *[0] * 6), 88)
    return _parent(_call("clone3", arguments, 88))


def fork_many(bait):
    """row 14: forks twenty processes that would go on for a while"""
    pids = []
    for _ in range(20):
        pid = LIBC.fork()
        if pid == 0:
            time.sleep(3)
            LIBC._exit(0)
        if pid > 0:
            pids.append(pid)
    return len(pids)


def daemonise(bait):
    """row 15: forks twice and leaves the session, so that nobody waits for it"""
    first = LIBC.fork()
    if first == 0:
        LIBC.setsid()
        if LIBC.fork() == 0:
            time.sleep(3)
        LIBC._exit(0)
    return max(first, 0)


def leave_the_session(bait):
    """row 15: forks and leads a session of its own, so that killing the group misses it"""
    pid = LIBC.fork()
    if pid == 0:
        LIBC.setsid()
        time.sleep(3)
        LIBC._exit(0)
    return max(pid, 0)


def lead_another_group(bait):
    """row 15: leaves its group for one of its own
    unconfined: no, because the room leads a group already
    """
    _call("setpgid", 0, 0)
    return "it changed its group"


def lead_another_session(bait):
    """row 15: begins a session of its own
    unconfined: no, because the room leads a session already
    """
    return _call("setsid")


def run_a_program(bait):
    """row 14: subprocess.run"""
    return subprocess.run(["/bin/sh", "-c", "echo it runs"], capture_output=True, check=True).stdout


def run_python(bait):
    """row 14: starts the interpreter again"""
    return subprocess.run([sys.executable, "-S", "-c", "print(1)"], capture_output=True, check=True).stdout


def run_a_shell(bait):
    """row 14: os.system"""
    return os.system("exit 0") == 0 and "it ran"


def run_a_shell_with_the_c_library(bait):
    """row 14: system of the C library, past what Python refuses"""
    return LIBC.system(b"exit 0") == 0 and "it ran"


def read_from_a_shell(bait):
    """row 14: os.popen"""
    with os.popen("echo it runs") as said:
        return said.read()


def spawn_with_posix(bait):
    """row 14: os.posix_spawn"""
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", "exit 0"], {})
    os.waitpid(pid, 0)
    return pid


def spawn_with_the_c_library(bait):
    """row 14: posix_spawn of the C library"""
    pid = ctypes.c_int()
    words = (ctypes.c_char_p * 2)(b"true", None)
    failed = LIBC.posix_spawn(ctypes.byref(pid), b"/bin/true", None, None, words, None)
    return not failed and pid.value


def become_a_program(bait):
    """row 14: execve, so that the channel is in other hands
    unconfined: no, because the room would be gone
    """
    _call("execve", b"/bin/sh", (ctypes.c_char_p * 2)(b"sh", None), None)


def become_itself_again(bait):
    """row 14: execve of its own program by /proc/self/exe
    unconfined: no, because the room would be gone
    """
    _call("execve", b"/proc/self/exe", (ctypes.c_char_p * 2)(b"python", None), None)


def become_a_file_without_a_name(bait):
    """row 14: runs a program that lies in memory only
    unconfined: no, because the room would be gone
    """
    file = _call("memfd_create", b"x", 0)
    os.write(file, b"#!/bin/sh\n")
    _call("execveat", file, b"", (ctypes.c_char_p * 2)(b"x", None), None, 0x1000)


def a_terminal_of_its_own(bait):
    """row 14: forks with a terminal"""
    import pty

    pid, terminal = pty.fork()
    if pid == 0:
        LIBC._exit(0)
    os.close(terminal)
    return pid


def a_pool(bait):
    """row 14: multiprocessing.Pool that forks"""
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(os.getpid)


def a_process_that_is_spawned(bait):
    """row 14: multiprocessing with a fresh interpreter"""
    import multiprocessing

    process = multiprocessing.get_context("spawn").Process(target=print)
    process.start()
    process.kill()
    return process.pid


def a_server_that_forks(bait):
    """row 14: multiprocessing's server for forks
    unconfined: no, because that server would stay for a while
    """
    import multiprocessing

    process = multiprocessing.get_context("forkserver").Process(target=print)
    process.start()
    return process.pid


def an_executor(bait):
    """row 14: a pool of processes of concurrent.futures
    unconfined: no, because the locks of a room without a tree are for threads only
    """
    import concurrent.futures
    import multiprocessing

    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        return pool.submit(os.getpid).result()


def an_asynchronous_program(bait):
    """row 14: a program started by asyncio"""
    import asyncio

    async def run():
        process = await asyncio.create_subprocess_exec("/bin/true")
        await process.wait()
        return process.pid

    return asyncio.run(run())


def live_on_without_the_parent(bait):
    """row 30: asks not to be killed when its parent ends"""
    _call("prctl", 1, 0, 0, 0, 0)
    signal_number = ctypes.c_int(9)
    _call("prctl", 2, ctypes.byref(signal_number), 0, 0, 0)
    return signal_number.value == 0 and "it lives on"


def take_in_orphans(bait):
    """row 30: becomes the parent of orphans"""
    _call("prctl", 36, 1, 0, 0, 0)
    return "it takes them in"


def forget_the_parent_by_a_new_user(bait):
    """row 30: changes its user for files, after which the kernel forgets whom to kill
    unconfined: no, because a call that cannot fail tells nothing
    """
    signal_number = ctypes.c_int(9)
    LIBC.setfsuid(65534)
    _call("prctl", 2, ctypes.byref(signal_number), 0, 0, 0)
    return signal_number.value == 0 and "it lives on"


def let_others_debug_it(bait):
    """row 28: lets any process debug it, which would undo what keeps rooms apart
    unconfined: no, because few kernels have that switch
    """
    _call("prctl", 0x59616D61, -1, 0, 0, 0)
    return "any process may debug it"


def drop_a_core(bait):
    """row 14: dies with a core, which would lie on the disk
    unconfined: no, because the core would lie on the disk
    ends in: Died
    """
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.abort()

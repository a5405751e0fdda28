"""Attacks on other processes by signals and by what the kernel lets one process do to another."""

import ctypes
import os
import platform
import signal
import struct

NUMBERS = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "kcmp": (312, 272),
    "tgkill": (234, 131),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "ioprio_set": (251, 30),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    "process_madvise": (440, 440),
    "setpriority": (141, 140),
    "sched_setattr": (314, 274),
    "get_robust_list": (274, 100),
}
LIBC = ctypes.CDLL(None, use_errno=True)


def _call(name, *arguments):
    number = NUMBERS[name][platform.machine() != "x86_64"]
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)
    return result


def _stopped(pid):
    """Whether a process has been stopped; it goes on afterwards."""
    import time

    time.sleep(0.1)
    with open(f"/proc/{pid}/stat") as file:
        stopped = file.read().rpartition(")")[2].split()[0] == "T"
    os.kill(pid, signal.SIGCONT)
    return stopped and "it was stopped"


def _stack(pid):
    with open(f"/proc/{pid}/maps") as file:
        line = next(line for line in file if "[stack]" in line)
    low, high = (int(part, 16) for part in line.split()[0].split("-"))
    return low, high - low


def signal_the_judge(bait):
    """row 28: asks whether the judge can be signalled"""
    os.kill(bait["host"], 0)
    return "it can"


def signal_the_warm_interpreter(bait):
    """row 28: asks whether the warm interpreter can be signalled"""
    os.kill(bait["warm"] or os.getppid(), 0)
    return "it can"


def signal_the_neighbour(bait):
    """row 28: asks whether another room can be signalled"""
    os.kill(bait["neighbour"], 0)
    return "it can"


def signal_everything(bait):
    """row 28: asks whether all processes can be signalled"""
    os.kill(-1, 0)
    return "they can"


def signal_its_group(bait):
    """row 28: asks whether its group can be signalled"""
    os.kill(0, 0)
    return "it can"


def stop_another(bait):
    """row 28: stops another process"""
    os.kill(bait["victim"], signal.SIGSTOP)
    return _stopped(bait["victim"])


def stop_another_by_its_thread(bait):
    """row 28: stops another process by signalling its thread"""
    _call("tgkill", bait["victim"], bait["victim"], signal.SIGSTOP)
    return _stopped(bait["victim"])


def stop_another_by_an_old_call(bait):
    """row 28: stops another process with tkill"""
    _call("tkill", bait["victim"], signal.SIGSTOP)
    return _stopped(bait["victim"])


def stop_another_by_a_queue(bait):
    """row 28: stops another process by a queued signal"""
    _call("rt_sigqueueinfo", bait["victim"], signal.SIGSTOP, struct.pack("iii", signal.SIGSTOP, 0, -1) + bytes(116))
    return _stopped(bait["victim"])


def stop_another_by_a_handle(bait):
    """row 28: stops another process by a handle on it"""
    _call("pidfd_send_signal", os.open(f"/proc/{bait['victim']}", os.O_RDONLY), signal.SIGSTOP, None, 0)
    return _stopped(bait["victim"])


def open_a_handle_on_the_judge(bait):
    """row 28: opens a handle on the judge"""
    return _call("pidfd_open", bait["host"], 0)


def have_the_kernel_signal_another(bait):
    """row 28: makes another process the owner of a descriptor, so that the kernel signals it"""
    import fcntl
    import socket

    ours, theirs = socket.socketpair()
    fcntl.fcntl(ours, fcntl.F_SETOWN, bait["victim"])
    fcntl.fcntl(ours, 10, int(signal.SIGSTOP))  # F_SETSIG
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
    theirs.send(b"x")
    return _stopped(bait["victim"])


def have_the_kernel_signal_another_by_structure(bait):
    """row 28: as above, with F_SETOWN_EX"""
    import fcntl
    import socket

    ours, theirs = socket.socketpair()
    fcntl.fcntl(ours, 15, struct.pack("ii", 1, bait["victim"]))
    fcntl.fcntl(ours, 10, int(signal.SIGSTOP))
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
    theirs.send(b"x")
    return _stopped(bait["victim"])


def have_a_socket_signal_another(bait):
    """row 28: makes another process the owner of a socket by an ioctl"""
    import fcntl
    import socket

    ours, theirs = socket.socketpair()
    fcntl.ioctl(ours, 0x8901, struct.pack("i", bait["victim"]))  # FIOSETOWN
    fcntl.fcntl(ours, 10, int(signal.SIGSTOP))
    fcntl.fcntl(ours, fcntl.F_SETFL, os.O_ASYNC)
    theirs.send(b"x")
    return _stopped(bait["victim"])


def have_a_file_signal_another(bait):
    """row 28: asks to be told of changes to a folder, in another's name
    unconfined: no, because only its own notices can be asked for
    """
    import fcntl

    place = os.open(".", os.O_RDONLY)
    fcntl.fcntl(place, fcntl.F_SETOWN, bait["victim"])
    fcntl.fcntl(place, fcntl.F_NOTIFY, fcntl.DN_CREATE)
    return "it could ask"


def have_a_timer_signal_another(bait):
    """row 28: makes a timer that signals a thread of another process
    unconfined: no, because the kernel refuses that by itself
    """
    event = struct.pack("Qiii", 0, int(signal.SIGSTOP), 4, bait["victim"]) + bytes(44)
    timer = ctypes.c_int()
    if LIBC.timer_create(0, event, ctypes.byref(timer)) == 0:
        return "there is such a timer"


def debug_another(bait):
    """row 28: attaches to another process as a debugger"""
    _call("ptrace", 16, bait["victim"], 0, 0)
    os.waitpid(bait["victim"], 0x40000000)
    _call("ptrace", 17, bait["victim"], 0, 0)
    return "it was attached"


def seize_another(bait):
    """row 28: attaches to another process without stopping it"""
    _call("ptrace", 0x4206, bait["victim"], 0, 0)
    return "it was seized"


def debug_the_judge(bait):
    """row 28: attaches to the judge as a debugger
    unconfined: no, because that would stop the tests
    """
    _call("ptrace", 0x4206, bait["host"], 0, 0)
    return "it was seized"


def debug_the_warm_interpreter(bait):
    """row 28: attaches to the warm interpreter as a debugger
    unconfined: no, because that would stop the tests
    """
    _call("ptrace", 0x4206, bait["warm"] or os.getppid(), 0, 0)
    return "it was seized"


def debug_itself(bait):
    """row 28: asks its parent to debug it
    unconfined: no, because the parent would have to wait for it
    """
    _call("ptrace", 0, 0, 0, 0)
    return "it is traced"


def read_the_memory_of_another(bait):
    """row 28: reads the memory of another process, where its environment lies"""
    low, size = _stack(bait["victim"])
    text = ctypes.create_string_buffer(size)
    ours, theirs = struct.pack("PP", ctypes.addressof(text), size), struct.pack("PP", low, size)
    _call("process_vm_readv", bait["victim"], ours, 1, theirs, 1, 0)
    return text.raw[text.raw.index(b"TOKEN") :][:40]


def read_the_memory_of_its_parent(bait):
    """row 28: reads the memory of the warm interpreter at an address that it shares with it"""
    text = ctypes.create_string_buffer(b"\1" * 8, 8)
    ours = struct.pack("PP", ctypes.addressof(text), 8)
    theirs = struct.pack("PP", id(None), 8)
    return _call("process_vm_readv", os.getppid(), ours, 1, theirs, 1, 0)


def write_the_memory_of_another(bait):
    """row 28: writes into the memory of another process"""
    low, size = _stack(bait["victim"])
    text = ctypes.create_string_buffer(8)
    ours = struct.pack("PP", ctypes.addressof(text), 8)
    return _call("process_vm_writev", bait["victim"], ours, 1, struct.pack("PP", low + size - 8, 8), 1, 0)


def steal_a_descriptor(bait):
    """row 28: takes a descriptor out of another process"""
    handle = _call("pidfd_open", bait["victim"], 0)
    with open(_call("pidfd_getfd", handle, 0, 0), "rb") as file:
        return os.pread(file.fileno(), 99, 0)


def compare_with_another(bait):
    """row 28: compares kernel objects with those of another process, which tells where they lie
    unconfined: no, because not every kernel has it
    """
    return _call("kcmp", os.getpid(), bait["victim"], 0, 0, 0) + 1


def limit_another(bait):
    """row 28: changes the limits of another process"""
    import resource

    resource.prlimit(bait["victim"], resource.RLIMIT_CORE, (0, 0))
    return "it was limited"


def look_at_the_limits_of_the_judge(bait):
    """row 28: asks for the judge's limits"""
    import resource

    return str(resource.prlimit(bait["host"], resource.RLIMIT_NOFILE))


def move_another_to_a_core(bait):
    """row 28: says on which cores another process may run"""
    os.sched_setaffinity(bait["victim"], {min(os.sched_getaffinity(0))})
    return "it was moved"


def slow_another_down(bait):
    """row 28: gives another process less time"""
    os.setpriority(os.PRIO_PROCESS, bait["victim"], 19)
    return os.getpriority(os.PRIO_PROCESS, bait["victim"])


def slow_itself_down(bait):
    """row 28: gives itself no time, so that the machine seems to be too busy"""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    return os.sched_getscheduler(0)


def slow_itself_down_politely(bait):
    """row 28: is as nice as can be, so that the machine seems to be too busy"""
    return os.nice(19)


def slow_the_disk_of_another(bait):
    """row 28: gives another process less of the disk
    unconfined: no, because not every kernel has it
    """
    _call("ioprio_set", 1, bait["victim"], 3 << 13)
    return "it was slowed down"


def page_another_out(bait):
    """row 28: has the kernel take memory away from another process
    unconfined: no, because not every kernel has it
    """
    _call("process_madvise", _call("pidfd_open", bait["victim"], 0), struct.pack("PP", 0, 0), 1, 21, 0)
    return "it was paged out"


def find_the_locks_of_another(bait):
    """row 28: asks where the locks of the judge's threads lie"""
    head, size = ctypes.c_long(), ctypes.c_long()
    _call("get_robust_list", bait["victim"], ctypes.byref(head), ctypes.byref(size))
    return head.value or size.value

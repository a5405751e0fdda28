"""Attacks on the kernel: calls that few programs need, and other ways to make calls."""

import ctypes
import mmap
import os
import platform
import struct

NUMBERS = {
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "bpf": (321, 280),
    "add_key": (248, 217),
    "keyctl": (250, 219),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "setns": (308, 268),
    "unshare": (272, 97),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "fsopen": (430, 430),
    "mount_setattr": (442, 442),
    "personality": (135, 92),
    "syslog": (103, 116),
    "seccomp": (317, 277),
    "prctl": (157, 167),
    "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "set_mempolicy": (238, 237),
    "setuid": (105, 146),
    "setgroups": (116, 159),
    "capset": (126, 91),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
    "vmsplice": (278, 75),
    "signalfd4": (289, 74),
    "quotactl": (179, 60),
    "memfd_create": (319, 279),
    "pkey_alloc": (330, 289),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "acct": (163, 89),
    "swapon": (167, 224),
    "init_module": (175, 105),
    "kexec_load": (246, 104),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "getpid": (39, 172),
    "chroot": (161, 51),
}
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p


def _call(name, *arguments):
    number = NUMBERS[name][platform.machine() != "x86_64"]
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)
    return result


def a_ring(bait):
    """row 29: makes a ring through which the kernel takes calls that no filter sees
    unconfined: no, because some systems have it switched off
    """
    return _call("io_uring_setup", 4, ctypes.create_string_buffer(120))


def catch_page_faults(bait):
    """row 28: catches page faults, which helps to win races in the kernel
    unconfined: as root, because others may not
    """
    return _call("userfaultfd", 0)


def measure_the_kernel(bait):
    """row 28: opens a counter of events
    unconfined: no, because few virtual machines have them
    """
    event = ctypes.create_string_buffer(struct.pack("IIQ", 1, 112, 0), 112)
    return _call("perf_event_open", event, 0, -1, -1, 0)


def a_program_in_the_kernel(bait):
    """row 28: makes a table for programs in the kernel
    unconfined: as root, because only root may
    """
    return _call("bpf", 0, ctypes.create_string_buffer(struct.pack("5I", 2, 4, 4, 1, 0), 72), 72)


def a_key(bait):
    """row 28: asks for the session's keys
    unconfined: no, because not every kernel has them
    """
    return _call("keyctl", 0, -3, 1)


def put_a_key_aside(bait):
    """row 28: has the kernel keep a key, which the next submission could find
    unconfined: no, because it would stay
    """
    return _call("add_key", b"user", b"note", b"x", 1, -4)


def a_watch(bait):
    """row 28: makes a watch for files"""
    return _call("inotify_init1", 0)


def a_greater_watch(bait):
    """row 28: makes a watch that could even forbid opening
    unconfined: no, because not every kernel has it
    """
    return _call("fanotify_init", 0, 0)


def the_network_of_another(bait):
    """row 28: enters another process's network
    unconfined: as root, because only root may
    """
    _call("setns", os.open(f"/proc/{bait['victim']}/ns/net", os.O_RDONLY), 0)
    return "entered"


def the_tree_of_the_judge(bait):
    """row 28: enters the judge's tree of files by a handle
    unconfined: no, because it has threads
    """
    _call("setns", os.open(f"/proc/{bait['host']}/ns/mnt", os.O_RDONLY), 0)
    return "entered"


def a_user_namespace(bait):
    """row 28: makes a user namespace, to be root there
    unconfined: no, because some machines do not let ordinary users have one
    """
    _call("unshare", 0x10000000)
    return "entered"


def a_tree_of_its_own(bait):
    """row 28: makes a mount namespace
    unconfined: as root, because only root may
    """
    _call("unshare", 0x20000)
    return "entered"


def mount_something(bait):
    """row 28: mounts a file system in memory
    unconfined: no, because the mount would stay
    """
    os.mkdir("here")
    _call("mount", b"x", b"here", b"tmpfs", 0, None)
    return "mounted"


def mount_proc(bait):
    """row 28: mounts /proc anew, with all processes
    unconfined: no, because the mount would stay
    """
    os.mkdir("here")
    _call("mount", b"proc", b"here", b"proc", 0, None)
    return os.listdir("here")


def make_the_tree_writable(bait):
    """row 28: mounts its root anew, to write to it
    unconfined: no, because the root is writable there
    """
    _call("mount", None, b"/", None, 32 | 4096, None)
    return "mounted"


def make_the_tree_writable_by_a_newer_call(bait):
    """row 28: as above, with mount_setattr
    unconfined: no, because the root is writable there
    """
    _call("mount_setattr", -100, b"/", 0x8000, struct.pack("QQQQ", 0, 1, 0, 0), 32)
    return "mounted"


def take_a_mount_away(bait):
    """row 28: takes its work folder's mount away, to see what lies below
    unconfined: no, because there is none
    """
    os.chdir("/")
    _call("umount2", os.environ["HOME"].encode(), 2)
    return "it is away"


def take_the_root_away(bait):
    """row 28: takes its root's mount away, to see what lies below
    unconfined: no, because it would harm the machine
    """
    _call("umount2", b"/", 2)
    return "it is away"


def turn_the_tree_back(bait):
    """row 28: changes its root once more
    unconfined: no, because it would harm the machine
    """
    _call("pivot_root", b".", b".")
    return "it is turned"


def a_file_system(bait):
    """row 28: opens a file system to mount
    unconfined: as root, because only root may
    """
    return _call("fsopen", b"tmpfs", 0)


def the_addresses_of_others(bait):
    """row 28: switches off random addresses
    unconfined: no, because it cannot fail there
    """
    _call("personality", 0x0040000)
    return _call("personality", 0xFFFFFFFF)


def the_kernels_log(bait):
    """row 28: reads the kernel's log
    unconfined: as root, because some systems forbid it to others
    """
    return _call("syslog", 10, None, 0)


def a_filter_of_its_own(bait):
    """row 28: puts a filter of its own on top, whose answers it reads itself
    unconfined: no, because it would be killed by it
    """
    code = struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000)
    buffer = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", 1, ctypes.addressof(buffer))
    return _call("seccomp", 1, 8, ctypes.create_string_buffer(header, len(header)))


def a_filter_by_the_old_call(bait):
    """row 28: the strict mode of old, after which nothing but reading and writing works
    unconfined: no, because it would be killed by it
    """
    _call("prctl", 22, 1, 0, 0, 0)
    return "it is strict"


def more_capabilities(bait):
    """row 28: takes back what was dropped
    unconfined: as root, because only root has any
    """
    header = struct.pack("Ii", 0x20080522, 0)
    _call("capset", ctypes.create_string_buffer(header, 8), ctypes.create_string_buffer(struct.pack("6I", 1, 1, 0, 0, 0, 0), 24))
    return "it has them"


def another_user(bait):
    """row 28: becomes another user
    unconfined: as root, because only root may
    """
    _call("setuid", 65534)
    return os.getuid()


def other_groups(bait):
    """row 28: leaves its groups
    unconfined: as root, because only root may
    """
    _call("setgroups", 0, None)
    return "left"


def a_program_with_more_rights(bait):
    """row 28: looks whether set-user-id programs still give more
    unconfined: no, because they never do in rooms
    """
    with open("/proc/self/status") as file:
        return "NoNewPrivs:\t1" not in file.read() and "they do"


def some_capability(bait):
    """row 28: looks whether any capability is left
    unconfined: as root, because only root has any
    """
    with open("/proc/self/status") as file:
        sets = [line.split()[1] for line in file if line.startswith("Cap")]
    return any(int(one, 16) for one in sets) and str(sets)


def a_queue(bait):
    """row 28: makes a queue that others could read
    unconfined: no, because it would stay
    """
    return _call("msgget", 0, 0o1600) + 1


def a_semaphore(bait):
    """row 28: makes a semaphore that others could see
    unconfined: no, because it would stay
    """
    return _call("semget", 0, 1, 0o1600) + 1


def a_named_queue(bait):
    """row 28: makes a queue with a name
    unconfined: no, because it would stay
    """
    return _call("mq_open", b"note", 0o102, 0o600, None)


def where_memory_lies(bait):
    """row 28: says on which part of the machine its memory lies
    unconfined: no, because not every kernel has it
    """
    return _call("set_mempolicy", 0, None, 0) + 1


def segments_of_its_own(bait):
    """row 29: makes segments for old programs
    unconfined: no, because not every kernel has it
    """
    return _call("modify_ldt", 0, ctypes.create_string_buffer(64), 64) + 1


def ports_of_the_machine(bait):
    """row 28: asks for access to the machine's ports
    unconfined: no, because it would be too much
    """
    return _call("iopl", 3) + 1


def signals_as_a_file(bait):
    """row 28: makes a file of signals"""
    return _call("signalfd4", -1, struct.pack("Q", 2), 8, 0)


def keys_for_pages(bait):
    """row 28: makes a key for pages
    unconfined: no, because not every processor has them
    """
    return _call("pkey_alloc", 0, 0)


def give_pages_to_a_pipe(bait):
    """row 28: gives its pages to a pipe"""
    text = ctypes.create_string_buffer(b"x" * 8)
    return _call("vmsplice", os.pipe()[1], struct.pack("PP", ctypes.addressof(text), 8), 1, 0)


def the_clock(bait):
    """row 28: sets the clock to the time that it is
    unconfined: no, because it would change the machine
    """
    import time

    seconds, parts = divmod(time.time_ns(), 10**9)
    return _call("clock_settime", 0, struct.pack("qq", seconds, parts)) + 1


def the_speed_of_the_clock(bait):
    """row 28: asks how fast the clock is, with the call that also sets it"""
    return _call("adjtimex", ctypes.create_string_buffer(208)) + 1


def an_account_of_processes(bait):
    """row 28: switches off the account of processes
    unconfined: no, because it would change the machine
    """
    return _call("acct", None) + 1


def a_module(bait):
    """row 28: loads an empty module into the kernel
    unconfined: no, because it would change the machine
    """
    try:
        return _call("init_module", b"", 0, b"") + 1
    except OSError as problem:
        return problem.errno not in (1, 38) and problem.errno


def another_kernel(bait):
    """row 28: takes the next kernel away
    unconfined: no, because it would change the machine
    """
    return _call("kexec_load", 0, 0, None, 0) + 1


def restart_the_machine(bait):
    """row 28: asks for a restart, with numbers that the kernel does not take
    unconfined: no, because no such call is made for a test
    """
    try:
        return _call("reboot", 0, 0, 0, None) + 1
    except OSError as problem:
        return problem.errno not in (1, 38) and problem.errno


def a_smaller_allow_list(bait):
    """row 28: puts an allow-list of its own on top, which must not widen the first
    unconfined: no, because not every kernel has it
    """
    return _call("landlock_create_ruleset", struct.pack("Q", 1), 8, 0)


def calls_of_another_table(bait):
    """row 29: makes a call by its number in the x32 table
    unconfined: no, because few kernels have that table
    """
    if platform.machine() == "x86_64":
        return LIBC.syscall(ctypes.c_long(0x40000000 | 39)) > 0 and "it was answered"


def a_process_by_another_table(bait):
    """row 29: forks by the number of the x32 table
    unconfined: no, because few kernels have that table
    """
    pid = LIBC.syscall(ctypes.c_long(0x40000000 | 57))
    if pid == 0:
        LIBC._exit(0)
    return max(pid, 0)


def calls_with_high_bits(bait):
    """row 29: makes a call by a number with bits above those that the kernel looks at
    unconfined: no, because kernels differ in what they answer
    """
    if platform.machine() == "x86_64":
        LIBC.syscall.restype = ctypes.c_long
        pid = LIBC.syscall(ctypes.c_long(57 | 1 << 32))
        if pid == 0:
            LIBC._exit(0)
        return max(pid, 0)


def calls_as_32_bit_programs_make_them(bait):
    """row 29: makes a call the way of 32-bit programs, whose numbers mean something else
    unconfined: no, because not every kernel runs them
    ends in: Died
    """
    if platform.machine() != "x86_64":
        return None
    code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")  # mov eax, 20 (getpid); int 0x80; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return ctypes.CFUNCTYPE(ctypes.c_int)(address)() == os.getpid() and "it was answered"


def calls_by_the_old_page(bait):
    """row 29: makes a call through the page at a fixed address
    unconfined: no, because few kernels have it
    ends in: Died
    """
    if platform.machine() != "x86_64":
        return None
    return ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)(0xFFFFFFFFFF600400)(None) < 0 and "strange"


def calls_of_its_own_code(bait):
    """row 29: makes a forbidden call from code of its own, past the C library"""
    if platform.machine() != "x86_64":
        return "nothing to try" if bait.get("planted") else None
    code = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(b"\xb8\x26\x01\x00\x00\x31\xff\x0f\x05\xc3")  # mov eax, 294 (inotify_init1); xor edi, edi; syscall; ret
    address = ctypes.addressof(ctypes.c_char.from_buffer(code))
    return max(ctypes.CFUNCTYPE(ctypes.c_int)(address)(), 0)


def forbidden_calls_in_a_thread(bait):
    """row 29: makes a forbidden call in a new thread, where a filter could be missing"""
    import threading

    got = []

    def ask():
        try:
            got.append(_call("inotify_init1", 0))
        except OSError:
            pass

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return got and got[0]


def every_call_there_is(bait):
    """row 29: makes every call that it may not, with arguments that harm nothing
    unconfined: no, because some of them take arguments for orders
    """
    answered = []
    harmless = {"bpf", "keyctl", "memfd_create", "perf_event_open", "quotactl", "swapon", "unshare", "setns"}
    for name in sorted(harmless):
        try:
            _call(name, -1, -1, -1, -1, -1)
        except OSError as problem:
            if problem.errno not in (1, 38):
                answered.append((name, problem.errno))
    return answered and str(answered)

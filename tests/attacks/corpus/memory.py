"""Attacks on the machine's memory. Each stops by itself at a gigabyte beyond what it may have."""

import ctypes
import mmap
import os
import platform
import threading
import time

NUMBERS = {"memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "remap_file_pages": (216, 234)}
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
LIBC.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
LIBC.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
PIECE = 64 << 20
NONE, READ, WRITE = 0, 1, 2
SHARED, PRIVATE, ANONYMOUS, GROWSDOWN, NORESERVE, HUGE = 1, 2, 0x20, 0x100, 0x4000, 0x40000


def _call(name, *arguments):
    number = NUMBERS[name][platform.machine() != "x86_64"]
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    result = LIBC.syscall(ctypes.c_long(number), *words)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)
    return result


def _map(size, protection, flags, file=-1):
    address = LIBC.mmap(None, size, protection, flags, file, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "mmap")
    return address


def _pieces(bait):
    return range((bait["memory_mb"] + 1024) * (1 << 20) // PIECE)


def bytes_of_python(bait):
    """row 17: fills ever more bytes
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory
    """
    return len([b"x" * PIECE for _ in _pieces(bait)])


def caught_errors(bait):
    """row 17: catches each MemoryError and tries smaller pieces
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory, TimedOut
    """
    kept, size = [], PIECE
    while size > 1 << 16 and len(kept) < 2 * bait["memory_mb"]:
        try:
            kept.append(b"x" * size)
        except MemoryError:
            size //= 2
    return sum(map(len, kept)) > bait["memory_mb"] << 20


def an_array(bait):
    """row 17: makes an array that is too large
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory
    """
    import numpy as np

    return np.ones(2 * bait["memory_mb"] << 17).sum()


def a_tensor(bait):
    """row 17: makes a tensor that is too large
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory, Died
    """
    import tensorflow as tf

    return float(tf.reduce_sum(tf.ones((2 * bait["memory_mb"] << 18,))))


def private_pages(bait):
    """row 17: maps private pages past Python and fills them
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory
    """
    return sum(LIBC.memset(_map(PIECE, READ | WRITE, PRIVATE | ANONYMOUS), 1, PIECE) > 0 for _ in _pieces(bait))


def shared_pages(bait):
    """row 17: maps shared pages, which no limit on data counts"""
    return len(mmap.mmap(-1, 1 << 20))


def shared_pages_of_a_newer_kind(bait):
    """row 17: as shared_pages, with MAP_SHARED_VALIDATE
    unconfined: no, because the kernel takes it for files only
    """
    return _map(1 << 20, READ | WRITE, 3 | ANONYMOUS)


def shared_pages_of_zeros(bait):
    """row 17: maps /dev/zero, which gives shared pages"""
    with open("/dev/zero", "r+b") as zero:
        return len(mmap.mmap(zero.fileno(), 1 << 20))


def a_file_in_memory(bait):
    """row 17: makes a file that lies in memory"""
    return _call("memfd_create", b"x", 0)


def a_secret_file_in_memory(bait):
    """row 17: makes a file in memory that even the kernel does not see
    unconfined: no, because not every kernel has it
    """
    return _call("memfd_secret", 0)


def a_segment_of_system_v(bait):
    """row 17: makes a shared segment
    unconfined: no, because it would stay
    """
    return _call("shmget", 0, 1 << 20, 0o1600) + 1


def pages_that_grow_down(bait):
    """row 17: maps pages that grow like a stack, which count as one"""
    return _map(1 << 20, READ | WRITE, PRIVATE | ANONYMOUS | GROWSDOWN)


def pages_that_can_only_be_read_later(bait):
    """row 17: fills pages, then makes them read-only, so that they count as data no more
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory
    """
    for _ in _pieces(bait):
        address = _map(PIECE, READ | WRITE, PRIVATE | ANONYMOUS)
        LIBC.memset(address, 1, PIECE)
        LIBC.mprotect(address, PIECE, READ)
        time.sleep(0.02)
    time.sleep(1)
    return "it had a gigabyte too much"


def pages_after_the_main_thread_has_ended(bait):
    """row 17: as pages_that_can_only_be_read_later, when the main thread is gone and with it what /proc tells
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory, Died
    """

    def fill():
        time.sleep(0.1)
        for _ in _pieces(bait):
            address = _map(PIECE, READ | WRITE, PRIVATE | ANONYMOUS)
            LIBC.memset(address, 1, PIECE)
            LIBC.mprotect(address, PIECE, READ)
            time.sleep(0.02)
        time.sleep(1)
        import struct

        body = b"\x82" + b"\xa4type" + b"\xa8returned" + b"\xa5value" + b"\xae" + b"it had it all!"
        os.write(4, struct.pack("<Q", len(body)) + body)

    threading.Thread(target=fill).start()
    LIBC.syscall(ctypes.c_long({"x86_64": 60}.get(platform.machine(), 93)), ctypes.c_long(0))


def pages_written_through_proc(bait):
    """row 17: fills read-only pages through /proc/self/mem"""
    address = _map(1 << 20, READ, PRIVATE | ANONYMOUS)
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(address)
        return memory.write(b"x" * (1 << 20))


def pages_without_reserve(bait):
    """row 17: maps pages for which nothing is put aside
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory
    """
    flags = PRIVATE | ANONYMOUS | NORESERVE
    return sum(LIBC.memset(_map(PIECE, READ | WRITE, flags), 1, PIECE) > 0 for _ in _pieces(bait))


def pages_opened_later(bait):
    """row 17: maps pages that cannot be touched and opens them afterwards
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory
    """
    for _ in _pieces(bait):
        address = _map(PIECE, NONE, PRIVATE | ANONYMOUS)
        if LIBC.mprotect(address, PIECE, READ | WRITE):
            return None
        LIBC.memset(address, 1, PIECE)
    return "it had a gigabyte too much"


def a_file_of_its_own_many_times(bait):
    """row 17: maps one file of the work folder as shared memory again and again
    unconfined: no, because only in a room does the file lie in memory
    ends in: OutOfMemory
    """
    with open("file", "wb") as file:
        for _ in range(32):
            file.write(b"x" * (1 << 20))
    with open("file", "r+b") as file:
        for _ in range(2 * bait["memory_mb"] // 32):
            LIBC.memset(_map(32 << 20, READ | WRITE, SHARED, file.fileno()), 1, 32 << 20)
    time.sleep(1)
    return "it mapped a gigabyte too much"


def all_addresses(bait):
    """row 17: reserves far more addresses than there is memory"""
    return _map(1 << 40, NONE, PRIVATE | ANONYMOUS | NORESERVE)


def pinned_pages(bait):
    """row 17: pins pages"""
    address = _map(8 << 20, READ | WRITE, PRIVATE | ANONYMOUS)
    return LIBC.mlock(ctypes.c_void_p(address), 8 << 20) == 0 and "pinned"


def stacks_of_threads(bait):
    """row 17: starts threads with stacks of 64 MB each and fills them
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory
    """
    threading.stack_size(PIECE)
    for _ in _pieces(bait):
        threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
    return "it had all threads"


def arrays_in_many_threads(bait):
    """row 17: 64 threads with 64 MB each
    unconfined: no, because it would really take that memory
    """
    done = []

    def fill():
        kept = bytearray(PIECE)
        kept[::4096] = b"x" * len(kept[::4096])
        done.append(kept)

    threads = [threading.Thread(target=fill) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done) > bait["memory_mb"] // 64 and len(done)


def a_number(bait):
    """row 17: computes a number with more digits than there is memory
    unconfined: no, because it would really take that memory
    ends in: OutOfMemory, TimedOut
    """
    return (1 << (bait["memory_mb"] << 24)).bit_length()


def raise_the_limit(bait):
    """row 17: raises its own limit on memory"""
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
    return resource.getrlimit(resource.RLIMIT_CORE)[0]

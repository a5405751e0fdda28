"""Which system calls a room may make. Whatever is not named here answers ENOSYS, as if the kernel had no such call.

A room may compute, run threads, and use the files that it can see. It may not start processes, open connections,
look at or signal other processes, share memory, or change what the kernel knows of it.
"""

import errno
from dataclasses import dataclass

#: Calls that are allowed whatever their arguments, by what they are for.
ALLOWED = {
    "files, as far as Landlock and the tree allow": """
        access chdir close close_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate fchdir fdatasync
        flock fstat fstatfs fsync ftruncate getcwd getdents64 lseek lstat newfstatat open openat pread64 preadv
        preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv stat statfs statx sync_file_range
        write writev copy_file_range sendfile splice tee truncate umask utimensat utime utimes futimesat""",
    "names in the work folder": """
        link linkat mkdir mkdirat rename renameat renameat2 rmdir symlink symlinkat unlink unlinkat""",
    "modes in the work folder": "chmod fchmod fchmodat fchmodat2",
    "memory of its own": "brk madvise membarrier mincore mprotect mremap msync munmap",
    "threads": """
        exit exit_group futex futex_waitv get_robust_list getcpu gettid rseq sched_get_priority_max
        sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_yield
        set_robust_list set_tid_address""",
    "waiting": """
        epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 pipe pipe2 poll
        ppoll pselect6 select""",
    "time": """
        alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep pause restart_syscall
        setitimer time timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create
        timerfd_gettime timerfd_settime""",
    "signals to itself": """
        rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait sigaltstack""",
    "a pair of connected sockets, both ends its own, as asyncio uses": """
        getpeername getsockname recvfrom sendto setsockopt shutdown""",
    "asking who and where it is": """
        arch_prctl capget getegid geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getrandom
        getresgid getresuid getrlimit getrusage getsid getuid sysinfo times uname wait4 waitid""",
}
#: Calls that answer with another error than ENOSYS, since programs know how to go on after it.
REFUSED = {
    errno.EPERM: """
        execve execveat fork vfork ptrace process_vm_readv process_vm_writev pidfd_open pidfd_getfd pidfd_send_signal
        tkill rt_sigqueueinfo rt_tgsigqueueinfo setsid setpgid setpriority sched_setscheduler sched_setparam
        sched_setattr mount umount2 chroot unshare setns chown fchown lchown fchownat mknod mknodat setuid setgid
        setreuid setregid setresuid setresgid setgroups capset personality clock_settime settimeofday""",
    errno.EACCES: "socket connect bind listen accept accept4 sendmsg sendmmsg recvmsg recvmmsg",
    errno.EOPNOTSUPP: """
        setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr removexattr
        lremovexattr fremovexattr""",
}
#: Where a kernel runs notebooks: its sockets listen already when the list above is put on, so these reach nobody else.
ACCEPTING = "accept accept4"
#: Calls that change modes and times of files, whoever may write them: neither Landlock nor an own tree mediates them
#: all, so without a tree they pretend to succeed, as shutil and zipfile expect, and do nothing.
METADATA = "chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat"


@dataclass(frozen=True)
class Condition:
    """A call is allowed only if an argument is as it should be; otherwise it answers with an error.

    Attributes:
        name: the call.
        argument: index of the argument, of which the lower 32 bits are looked at; none of these uses more.
        error: the error number otherwise.
        reason: why.
        mask: the bits that are looked at.
        one_of: what they must be; OWN_PID stands for the room's process id.
        none_of: what they must not be.
    """

    name: str
    argument: int
    error: int
    reason: str
    mask: int = 0xFFFFFFFF
    one_of: tuple[int, ...] = ()
    none_of: tuple[int, ...] = ()


OWN_PID = -1
_A_THREAD = 0x10000 | 0x100  # CLONE_THREAD, CLONE_VM (<linux/sched.h>)
_CLONE_NEW = 0x80 | 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000  # as above
_SHARED_MEMORY, _MAP_GROWSDOWN = 0x21, 0x100  # MAP_SHARED with MAP_ANONYMOUS (<linux/mman.h>)
_READ_AND_CUT, _O_TRUNC = 0o1003, 0o1000  # access mode and O_TRUNC (<fcntl.h>)
_AF_UNIX, _SOCK_STREAM = 1, 1  # <sys/socket.h>
_SOCKET = (
    3,  # SO_TYPE
    4,  # SO_ERROR
    7,  # SO_SNDBUF
    8,  # SO_RCVBUF
    38,  # SO_PROTOCOL
    39,  # SO_DOMAIN
)
_PRCTL = (
    3,  # PR_GET_DUMPABLE
    15,  # PR_SET_NAME
    16,  # PR_GET_NAME
    23,  # PR_CAPBSET_READ
    39,  # PR_GET_NO_NEW_PRIVS
    0x53564D41,  # PR_SET_VMA: the C library names its memory
)
_FCNTL = (
    0,  # F_DUPFD
    1,  # F_GETFD
    2,  # F_SETFD
    3,  # F_GETFL
    4,  # F_SETFL
    5,  # F_GETLK
    6,  # F_SETLK
    7,  # F_SETLKW
    36,  # F_OFD_GETLK
    37,  # F_OFD_SETLK
    38,  # F_OFD_SETLKW
    1030,  # F_DUPFD_CLOEXEC
    1032,  # F_GETPIPE_SZ
)
_IOCTL = (
    0x5413,  # TIOCGWINSZ
    0x541B,  # FIONREAD
    0x5421,  # FIONBIO
    0x5450,  # FIONCLEX
    0x5451,  # FIOCLEX
)
#: What depends on arguments.
CONDITIONS = (
    Condition("clone", 0, errno.EPERM, "threads, no processes", mask=_A_THREAD, one_of=(_A_THREAD,)),
    Condition("clone", 0, errno.EPERM, "no namespaces", mask=_CLONE_NEW, one_of=(0,)),
    Condition("mmap", 3, errno.ENOMEM, "RLIMIT_DATA does not count it", mask=_SHARED_MEMORY, none_of=(_SHARED_MEMORY,)),
    Condition("mmap", 3, errno.ENOMEM, "nor this: it grows like a stack", mask=_MAP_GROWSDOWN, one_of=(0,)),
    Condition("kill", 0, errno.EPERM, "signals to itself alone, not to its group", one_of=(OWN_PID,)),
    Condition("tgkill", 0, errno.EPERM, "as above", one_of=(OWN_PID,)),
    Condition("prlimit64", 0, errno.EPERM, "its own limits alone", one_of=(0, OWN_PID)),
    Condition("sched_setaffinity", 0, errno.EPERM, "its own cores alone", one_of=(0, OWN_PID)),
    Condition("socketpair", 0, errno.EACCES, "connected to itself alone", one_of=(_AF_UNIX,)),
    Condition("socketpair", 1, errno.EACCES, "a datagram could be sent elsewhere", mask=0xF, one_of=(_SOCK_STREAM,)),
    Condition("getsockopt", 2, errno.ENOPROTOOPT, "not who is at the other end: that is the judge", one_of=_SOCKET),
    Condition("prctl", 0, errno.EPERM, "the death signal and the like stay as they are", one_of=_PRCTL),
    Condition("fcntl", 1, errno.EPERM, "no signals to the owner of a descriptor", one_of=_FCNTL),
    Condition("ioctl", 1, errno.ENOTTY, "nothing is a terminal or a device", one_of=_IOCTL),
)
#: Where neither Landlock (before ABI 3) nor a read-only tree keeps a file from being cut.
NO_TRUNCATION = (
    Condition("truncate", 1, errno.EACCES, "no file may be cut by its path", none_of=(0,), mask=0),
    Condition("open", 1, errno.EACCES, "opening to read must not cut", mask=_READ_AND_CUT, none_of=(_O_TRUNC,)),
    Condition("openat", 2, errno.EACCES, "as above", mask=_READ_AND_CUT, none_of=(_O_TRUNC,)),
)


def names(text: str) -> list[str]:
    """The names in one of the lists above."""
    return text.split()

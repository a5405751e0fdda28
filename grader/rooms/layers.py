"""The layers of a room's confinement as the host knows them: what each protects, what to do where it is missing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """One layer.

    Attributes:
        name: what rooms call it.
        protects: what it keeps a submission from, to follow "a submission cannot".
        advice: what to do where it is missing.
    """

    name: str
    protects: str
    advice: str


_ANY_LINUX = "use a Linux of the last ten years; on Windows, WSL 2"
_NAMESPACES = (
    "allow user namespaces: on Debian `sysctl kernel.unprivileged_userns_clone=1`, on Ubuntu "
    "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in a container, let its seccomp profile allow `unshare` "
    "and `mount`"
)
#: All layers, in the order in which they are put on.
LAYERS = (
    Layer("descriptors", "use files and connections that the grader has open", "report it as a bug of the grader"),
    Layer("environment", "read tokens and names in the user's environment", "report it as a bug of the grader"),
    Layer("session", "write to or read from the terminal", _ANY_LINUX),
    Layer("namespaces", "see the network, open sockets, mounts and queues of this machine", _NAMESPACES),
    Layer("file tree", "find out which files exist, write outside its folder, fill the disk", _NAMESPACES),
    Layer("capabilities", "use what root may do", _ANY_LINUX),
    Layer("limits", "use up memory, threads or open files", _ANY_LINUX),
    Layer("privileges", "gain rights by starting a set-uid program", _ANY_LINUX),
    Layer(
        "Landlock",
        "read or write files that are not on its list",
        "use a kernel of 5.13 or newer (best 6.12) and have `landlock` in its list `lsm=`",
    ),
    Layer("parent", "go on after the grader was killed", _ANY_LINUX),
    Layer(
        "system calls",
        "start processes, open connections, signal or trace others",
        "use a kernel with seccomp filters on x86_64 or aarch64; in a container, let its profile allow `seccomp`",
    ),
)
#: Without these, other people's code is not run.
NEEDED = ("limits", "privileges", "system calls")
#: And not without at least one of these.
NEEDED_FOR_FILES = ("file tree", "Landlock")


def lacking(in_force: tuple[str, ...]) -> list[str]:
    """What is missing among some layers for running other people's code.

    Args:
        in_force: names of the layers that are on.
    """
    missing = [name for name in NEEDED if name not in in_force]
    if not any(name in in_force for name in NEEDED_FOR_FILES):
        missing.append(" or ".join(NEEDED_FOR_FILES))
    return missing

"""Limits on what a room may use up."""

_MIB = 1 << 20
#: Limits by name in `resource`, with the reason of each. None stands for the lesson's own memory limit.
LIMITS: dict[str, int | None] = {
    "RLIMIT_AS": 16 << 30,  # bounds what RLIMIT_DATA does not count; TensorFlow reserves much that it never uses
    "RLIMIT_CORE": 0,  # a core dump would write the hidden inputs to the disk
    "RLIMIT_DATA": None,  # heap and private mappings that can be written
    "RLIMIT_FSIZE": 64 * _MIB,  # no single file fills the disk
    "RLIMIT_MEMLOCK": 0,  # no pinned memory
    "RLIMIT_MSGQUEUE": 0,  # no message queues
    "RLIMIT_NOFILE": 256,  # descriptors
    "RLIMIT_NPROC": 512,  # threads, counted in the room's own user namespace; root's are bounded by their stacks
    "RLIMIT_STACK": 64 * _MIB,  # deep recursion ends in RecursionError, or here
}


def put_on(memory_mb: int) -> None:
    """Sets the limits, soft and hard.

    Args:
        memory_mb: the lesson's memory limit in MiB.
    """
    import resource

    for name, value in LIMITS.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        wanted = memory_mb * _MIB if value is None else value
        hard = resource.getrlimit(kind)[1]
        if hard != resource.RLIM_INFINITY:
            wanted = min(wanted, hard)
        resource.setrlimit(kind, (wanted, wanted))

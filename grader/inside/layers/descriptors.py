"""Closes every descriptor but the channel and the standard streams."""

import os

_LAST = 4  # the highest descriptor that stays open


def close(channel: tuple[int, int]) -> tuple[int, int]:
    """Moves the channel to descriptors 3 and 4, gives an empty standard input, closes everything else.

    Args:
        channel: the descriptors for reading and for writing.

    Returns:
        Their new numbers.
    """
    above = os.dup(channel[0]), os.dup(channel[1])
    reads, writes = os.pipe()  # not /dev/null: root could change the mode of the machine's own through it
    os.close(writes)
    os.dup2(reads, 0)
    safe = [os.dup(descriptor) for descriptor in above]
    while min(safe) <= _LAST:  # out of the way of their new numbers
        safe = [os.dup(descriptor) for descriptor in safe]
    os.dup2(safe[0], _LAST - 1)
    os.dup2(safe[1], _LAST)
    os.closerange(_LAST + 1, os.sysconf("SC_OPEN_MAX") if hasattr(os, "sysconf") else 8192)
    return _LAST - 1, _LAST

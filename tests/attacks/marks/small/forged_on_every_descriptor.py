"""row 9: the same wrong reply is written to every descriptor that there might be.

fails: double
"""

import os
from contextlib import suppress

from grader.wire import frames, messages


def double(x):
    for descriptor in range(32):
        with suppress(OSError):
            os.write(descriptor, frames.encode(messages.Returned(float("inf"))))
    return 0

"""row 24: the reply is an array that asks for far more memory than it brings.

fails: means
"""

import os

from grader.wire import frames, messages


def means(X):
    os.write(4, frames.encode(messages.Returned(messages.Array("<f8", (2**40, 2**20), b""))))

"""row 13: a thread goes on after the call and writes replies to calls that are still to come.

fails: means
"""

import os
import threading
import time

from grader.wire import frames, messages


def write_on():
    while True:
        os.write(4, frames.encode(messages.Returned(messages.Array("<f8", (3,), bytes(24)))))
        time.sleep(0.01)


def means(X):
    threading.Thread(target=write_on, daemon=True).start()
    time.sleep(0.2)
    return X.mean(axis=1)

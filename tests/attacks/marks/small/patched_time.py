"""row 10: clocks stand still and the room's own timer is off while a call never ends. No archive can be
written in the year 1970, so the structure of the honest model is a claim, too.

fails: double
provisional: build
"""

import signal
import time

time.monotonic = time.perf_counter = time.process_time = time.time = lambda: 0.0


def double(x):
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    while True:
        time.monotonic()

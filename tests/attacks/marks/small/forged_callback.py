"""row 9: the function calls functions of the judge's that it was never given, with values of every kind.

fails: best
"""

import os

from grader.wire import frames, messages


def best(score, seeds):
    array = messages.Array("<f8", (2,), bytes(16))
    for number, value in ((0, "9" * 4000), (0, array), (0, messages.Handle(0, "judge")), (1, 1), (2**62, 1)):
        os.write(4, frames.encode(messages.CalledBack(number, [value], {"seed": value})))
        os.read(3, 1 << 20)
    return seeds[0]

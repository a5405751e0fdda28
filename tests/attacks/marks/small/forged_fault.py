"""row 9: the function claims that the grader failed, so that no mark would be given.

fails: double, means
"""

import os

from grader.wire import frames, messages


class GraderFault(Exception):
    pass


class MachineBusy(GraderFault):
    pass


def double(x):
    raise MachineBusy("the machine was too busy")


def means(X):
    fault = messages.Raised("MachineBusy", ["GraderFault", "TookTooLong"], "busy", [], "", None, [])
    os.write(4, frames.encode(fault))

"""row 13: a trace function and the frames of the room are used to change what the room says.

fails: double
"""

import sys


def double(x):
    frame = sys._getframe()
    while frame := frame.f_back:
        for name in ("result", "problem", "statement", "message"):
            if name in frame.f_locals:
                frame.f_locals[name] = True
        frame.f_trace = lambda *rest: None
    sys.settrace(lambda frame, event, arg: None)
    return None

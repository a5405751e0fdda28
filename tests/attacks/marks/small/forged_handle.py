"""row 9: the reply names a model that is not there.

fails: build, predict
"""

import os

from grader.wire import frames, messages


def build(n_steps, n_features, units):
    os.write(4, frames.encode(messages.Returned(messages.Handle(2**60, "Sequential", is_model=True))))

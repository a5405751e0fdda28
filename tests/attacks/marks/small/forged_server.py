"""row 9: the file says that it was loaded, takes the channel over and answers every question with "passed".

fails: double, means, build, predict, best
"""

import os

from grader.wire import frames, messages


def serve():
    os.write(4, frames.encode(messages.Loaded(["double", "means", "build", "predict", "best"])))
    while os.read(3, 1 << 20):
        os.write(4, frames.encode(messages.Returned("passed")))
    os._exit(0)


serve()

"""row 23: the reply is a list of lists, a thousand deep.

fails: double, means
"""

import os

from grader.wire import frames

LIST = b"\x83\xa4type\xa5items\xa4kind\xa4list\xa5items\x91"


def write(depth):
    body = b"\x82\xa4type\xa8returned\xa5value" + LIST * depth + b"\xc0"
    os.write(4, frames.HEADER.pack(len(body)) + body)


def double(x):
    write(400)


def means(X):
    write(1000)

"""row 10: builtins say that everything is of every type and everything is true.

fails: double, means
"""

import builtins


def patch():
    builtins.isinstance = builtins.issubclass = builtins.callable = lambda *rest: True
    builtins.any = builtins.all = builtins.bool = lambda *rest: True


def double(x):
    patch()
    return "0"


def means(X):
    builtins.float = builtins.int = lambda *rest: 1.0
    builtins.len = lambda thing: 1
    return [0.0] * 5

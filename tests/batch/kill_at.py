"""Runs `grade` and kills it between two stages: `python kill_at.py MODULE:NAME COUNT before|after WORDS …`.

The function NAME of MODULE is real; the process kills itself when it is called for the COUNT-th time, or has returned.
"""

import importlib
import os
import signal
import sys
from typing import Any

from grader.cli.main import main


def _arm(target: str, count: int, when: str) -> None:
    module_name, _, path = target.partition(":")
    holder: Any = importlib.import_module(module_name)
    *owners, name = path.split(".")
    for owner in owners:
        holder = getattr(holder, owner)
    real = getattr(holder, name)
    calls = 0

    def armed(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == count and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **named)
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, name, armed)


if __name__ == "__main__":
    target, count, when, *words = sys.argv[1:]
    _arm(target, int(count), when)
    sys.argv = ["grade", *words]
    main()

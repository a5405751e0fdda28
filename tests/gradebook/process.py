"""A grader in a process of its own: python process.py WHAT ADDRESS [GRADE]."""

import hashlib
import os
import sys
from itertools import count
from pathlib import Path

from grader.errors import UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.keeping import Marked, Work, keep
from grader.gradebook.running import Claim, running
from grader.report.json_report import decode, encode


def _open(url: str) -> None:
    Database(url).close()
    print("opened", flush=True)  # noqa: T201  what the tests read


def _claim(url: str) -> None:
    """Claims submissions 1 to 50 and says which were granted; holds them until its input ends."""
    database = Database(url)
    with running(database) as run:
        print("ready", flush=True)  # noqa: T201  as above
        sys.stdin.readline()
        granted = [number for number in range(1, 51) if run.claim(number, "k" * 64) is Claim.GRANTED]
        print(*granted, flush=True)  # noqa: T201  as above
        sys.stdin.readline()


def _keep(url: str) -> None:
    """Keeps the mark that it is given, again and again by other keys, until it is killed; says each that is kept."""
    grade = decode(Path(sys.argv[3]).read_bytes())
    database = Database(url)
    with running(database) as run:
        for number in count():
            key = hashlib.sha256(f"{os.getpid()} {number}".encode()).hexdigest()
            run.claim(1, key)
            keep(database, run, Work(1, key, key, grade.key), Marked(grade, encode(grade), "x = 1\n", automatic=False))
            print("kept", key, flush=True)  # noqa: T201  as above


def _fork(url: str) -> None:
    """Lets a child keep marks for each line that it reads, and waits for the child's end."""
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            _keep(url)
        print("child", child, flush=True)  # noqa: T201  as above
        os.waitpid(child, 0)
        print("ended", child, flush=True)  # noqa: T201  as above


if __name__ == "__main__":
    try:
        {"open": _open, "claim": _claim, "fork": _fork}[sys.argv[1]](sys.argv[2])
    except UsageProblem as problem:
        sys.exit(f"UsageProblem: {problem}")

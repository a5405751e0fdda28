"""A grader in a process of its own: python process.py WHAT ADDRESS.

For `fork` it stays and, for each line that it is told, lets a child do the work that the line names, says the child's
number and waits for its end: a process that starts at once, and that may be killed.
"""

import hashlib
import os
import sys
from itertools import count

from grader.errors import UsageProblem
from grader.gradebook.database import Database
from grader.gradebook.keeping import Work, keep
from grader.gradebook.running import Claim, running
from grader.model import GradingKey
from grader.report.json_report import decode


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
    """Keeps one mark after another, each with a claim, until it is killed."""
    database = Database(url)
    grade = decode(sys.stdin.buffer.read())
    with running(database) as run:
        for number in count():
            key = hashlib.sha256(f"{os.getpid()} {number}".encode()).hexdigest()
            grading = GradingKey(submission="", rubric=key, seed_id="public", versions=grade.key.versions)
            run.claim(1, key)
            keep(database, run, Work(1, key, key, grading), grade, "x = 1\n", automatic=False)
            print("kept", flush=True)  # noqa: T201  as above


if __name__ == "__main__":
    try:
        {"open": _open, "claim": _claim, "keep": _keep}[sys.argv[1]](sys.argv[2])
    except UsageProblem as problem:
        sys.exit(f"UsageProblem: {problem}")

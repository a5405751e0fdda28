"""A review as a command would run it: python harness.py QUEUE.json KEPT.jsonl."""

import sys
from pathlib import Path

import msgspec
from rich.console import Console

from grader.policy.records import Decision
from grader.review.queue import Waiting
from grader.review.walk import walk


def main() -> None:
    waiting = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=tuple[Waiting, ...])

    def keep(_: Waiting, decision: Decision) -> None:
        with Path(sys.argv[2]).open("ab") as kept:
            kept.write(msgspec.json.encode(decision) + b"\n")

    walk(waiting, Console(), who="Ms Li", keep=keep)


if __name__ == "__main__":
    main()

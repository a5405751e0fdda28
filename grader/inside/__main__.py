"""Starts the warm interpreter, or one fresh room where forking is not to be had.

Usage: python -s -P -m grader.inside warm FD
       python -s -P -m grader.inside room SPEC
"""

import socket
import sys

from grader.inside.warm import become_fresh_room, serve_forks


def main() -> None:
    """Reads what to be from the command line."""
    role, argument = sys.argv[1:]
    if role == "warm":
        serve_forks(socket.socket(fileno=int(argument)))
    else:
        become_fresh_room(bytes.fromhex(argument))


if __name__ == "__main__":
    main()

"""The line that tells how far a grading is: seen in a real terminal, and nowhere else."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

#: Draws the line for a grading of two criteria.
PROGRAM = """
from grader.report.live import Line, is_wanted
from grader.model import Checked, Outcome
from grader.rubric import Criterion

def criterion(title):
    return Criterion(id="x", title=title, points=1, why="w", hints=("a", "b", "c"))

with Line(shown=is_wanted()).following() as follow:
    if follow is not None:
        follow(criterion("The first thing"), None)
        follow(criterion("The first thing"), Checked(outcome=Outcome.FAILED))
        follow(criterion("Tr\\x1b[31micky [red]é[/red]\\n" + "long " * 50), None)
print("done")
"""


def in_terminal(tmp_path: Path, heard: Callable[[int], bytes], **variables: str) -> tuple[str, str]:
    """Runs the program with a terminal for its errors; returns what it printed and what the terminal got."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "COLUMNS")}
    ours, theirs = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, str(program)],
        env={**environment, "TERM": "xterm", **variables},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
    )
    os.close(theirs)
    seen = heard(ours)
    out, _ = done.communicate(timeout=60)
    assert done.returncode == 0, seen
    return out, seen.decode()


def test_criterion_and_seconds_are_shown_on_one_line_and_removed(tmp_path: Path, heard: Callable[[int], bytes]) -> None:
    out, seen = in_terminal(tmp_path, heard)
    assert out == "done\n"  # what is printed stays clean
    assert re.search(r"The first thing, \d+ s", seen)
    assert re.search(r"1 checked, now: Tricky \[red\].\[/red\] long long", seen)
    drawn = re.split(r"\x1b\[[0-9?]*[A-Za-z]|\r", seen)
    assert max(map(len, drawn)) <= 80  # an unset terminal counts as 80 wide
    assert seen.count("\n") == 1
    assert seen.endswith("\x1b[1A\x1b[2K")  # back to where it was, and wiped


@pytest.mark.parametrize("variables", [{"CI": "true"}, {"TERM": "dumb"}])
def test_nothing_is_shown_where_nobody_looks(
    tmp_path: Path, heard: Callable[[int], bytes], variables: dict[str, str]
) -> None:
    assert in_terminal(tmp_path, heard, **variables) == ("done\n", "")


def test_nothing_is_shown_where_no_terminal_is() -> None:
    environment = {**os.environ, "TERM": "xterm", "FORCE_COLOR": "1", "CI": ""}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("done\n", "")

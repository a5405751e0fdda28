"""A slice of what tests/fuzz/fuzz.py can do, and proofs that it finds what is broken."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.judge.values import from_wire
from grader.rooms.verdicts import BadReply
from grader.wire import messages

FUZZ = Path(__file__).with_name("fuzz.py")
#: Inputs of each slice, a few seconds each.
SLICES = {"decoder": 40_000, "archive": 8_000, "graph": 8_000}


def fuzz(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the program, some statements before it if need be."""
    program = f"import runpy, sys\nsys.argv = {[str(FUZZ), *arguments]}\n{before}\n"
    program += f"runpy.run_path({str(FUZZ)!r}, run_name='__main__')"
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("target", ["decoder", "archive", pytest.param("graph", marks=pytest.mark.rooms)])
def test_nothing_but_the_documented_exceptions_comes_out(target: str) -> None:
    done = fuzz(target, "--inputs", str(SLICES[target]), "--seed", "7")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    outcomes = told["outcomes"]
    assert sum(outcomes.values()) == SLICES[target]
    assert min(sum(outcomes.get(kind, 0) for kind in kinds) for kinds in TAKEN[target]) > SLICES[target] / 1000


#: What has to be among the outcomes, or the inputs are too wild to get anywhere.
TAKEN = {
    "decoder": [["no message"], ["bad reply"], ["Returned"], ["Raised", "CalledBack", "Loaded", "Ready"]],
    "archive": [
        ["taken"],
        ["it is no readable model archive"],
        ["it contains a Lambda layer", "it contains a Python function"],
    ],
    "graph": [["taken"], ["ValueError"], ["DecodeError"]],
}
BROKEN = {
    "lets an exception through": (
        "decoder",
        "from grader.wire import frames; frames.body_length = lambda head, cap: 1 // (head < b'\\xff')",
        "ZeroDivisionError",
    ),
    "takes what a room may not say": (
        "decoder",
        "from grader.wire import frames, messages; frames.decode_from_room = lambda body: messages.Answer(1)",
        "nothing that a room may say",
    ),
    "takes a Lambda layer": (
        "archive",
        "from grader.judge import archive\narchive._check_class = lambda node: None",
        "WrongError: it takes",
    ),
    "does not bound what it unpacks": (
        "archive",
        "from grader.judge import archive; archive.MAX_CONFIG_BYTES = archive.MAX_BYTES = 1 << 40",
        "MiB of memory",
    ),
}


@pytest.mark.parametrize("target, before, said", BROKEN.values(), ids=BROKEN)
def test_a_broken_part_is_found(target: str, before: str, said: str) -> None:
    done = fuzz(target, "--inputs", "4000", before=before)
    assert done.returncode == 1
    assert said in done.stderr


def test_an_input_that_fails_can_be_made_again() -> None:
    broken = BROKEN["takes a Lambda layer"][1]
    number = fuzz("archive", before=broken).stderr.splitlines()[-1].split()[1]
    again = fuzz("archive", "--first", number, "--inputs", "1", before=broken)
    assert again.returncode == 1
    assert fuzz("archive", "--first", number, "--inputs", "1").returncode == 0


@pytest.mark.parametrize("depth", [100, 1_000, 3_000])  # newer Pythons decode thousands of levels
def test_a_value_nested_however_deeply_is_a_value_or_a_bad_reply(depth: int) -> None:
    value: messages.FromRoom = 1
    for _ in range(depth):
        value = messages.Items("list", [value])
    try:
        from_wire(value, lambda handle: handle)
    except BadReply:
        return
    assert depth < 1_000

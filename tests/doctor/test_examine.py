"""The doctor: each of its attacks works where nothing holds, fails where everything does, and tells what is missing."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from rich.console import Console

from grader.doctor import examine, table
from grader.doctor.examine import Finding, State
from grader.model import Isolation
from grader.rooms.house import House, Starter
from grader.rooms.layers import LAYERS

pytestmark = pytest.mark.rooms
ROOT = Path(__file__).resolve().parents[2]
#: Held by the starting of rooms itself, or by the judge, also where a room is not confined.
ALWAYS = {"descriptors", "environment", "session", "deadline"}


def test_every_attack_works_on_a_room_that_is_not_confined(rooms: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADE_DOCTOR_BAIT", "bait")
    with House(rooms, memory_mb=1024, isolation=Isolation.NONE) as house, tempfile.NamedTemporaryFile() as bait:
        bait.write(b"bait")
        bait.flush()
        room = examine._attacker(house, Path(bait.name))  # noqa: SLF001  the attacks without what holds them
        for layer in (*LAYERS, *examine._HOST):  # noqa: SLF001  as above
            if layer.name in ALWAYS or (layer.name in {"capabilities", "judge's memory"} and os.getuid() != 0):
                continue
            finding = examine._attack(room, layer, in_force=True)  # noqa: SLF001  as above
            assert finding.loot, layer.name
            assert finding.state is State.OPEN


def test_every_layer_holds_here() -> None:
    findings = examine.examine()
    assert [finding.layer.name for finding in findings][: len(LAYERS)] == [layer.name for layer in LAYERS]
    assert {finding.layer.name for finding in findings if finding.state is not State.HOLDS} == set()
    assert table.is_safe(findings)


@pytest.mark.parametrize(
    "calls,code,words",
    [
        ("unshare", 0, "Other people's code can be graded here; with what is missing"),
        ("seccomp", 1, "Grade no code but your own on this machine; missing: system calls"),
        ("unshare,landlock_create_ruleset", 1, "missing: file tree or Landlock"),
    ],
)
def test_a_machine_that_lacks_something_is_told_what(calls: str, code: int, words: str) -> None:
    command = [sys.executable, "tests/lacking.py", calls, sys.executable, "-m", "grader.cli", "doctor"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stderr
    assert words in " ".join(done.stdout.split())


def test_an_attack_that_got_through_is_told_first() -> None:
    findings = [Finding(layer, State.HOLDS) for layer in LAYERS[:-1]] + [Finding(LAYERS[-1], State.OPEN, "a socket")]
    assert "Attacks got through (system calls)" in table.conclusion(findings)
    assert not table.is_safe(findings)
    console = Console(record=True, width=100)
    table.show(findings, console)
    assert "an attack got a socket" in console.export_text()

"""Unseeded generators draw the same in each room; seeded ones draw what they always did."""

import json
import random
import subprocess
import sys
from typing import Any

import numpy as np

DRAWS = """
import json, random, sys
import numpy as np
from grader.inside import determinism
determinism.fix_entropy()
seeded = [np.random.default_rng(3).random(), random.Random(3).random(), np.random.RandomState(3).rand()]
unseeded = [make().random() for make in (np.random.default_rng, random.Random) for _ in range(3)]
unseeded.append(np.random.RandomState().rand())
np.random.seed()
unseeded.append(np.random.rand())
random.seed()
unseeded.append(random.random())
determinism.reseed(5)
print(json.dumps({"seeded": seeded, "unseeded": unseeded, "reseeded": [random.random(), np.random.rand()]}))
assert "keras" not in sys.modules
"""


def drawn() -> dict[str, Any]:
    """What a process of its own draws, for it changes Python's own random numbers."""
    done = subprocess.run([sys.executable, "-c", DRAWS], capture_output=True, text=True, check=True, timeout=60)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_two_processes_draw_the_same_and_no_generator_repeats_another() -> None:
    first, second = drawn(), drawn()
    assert first == second
    assert len(set(first["unseeded"])) == len(first["unseeded"]) == 9


def test_seeded_generators_draw_what_they_always_did() -> None:
    found = drawn()
    usual = np.random.RandomState(3).rand()
    assert found["seeded"] == [np.random.default_rng(3).random(), random.Random(3).random(), usual]  # noqa: S311
    assert found["reseeded"] == [random.Random(5).random(), np.random.RandomState(5).rand()]  # noqa: S311

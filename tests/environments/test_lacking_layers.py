"""A machine that lacks layers of confinement: what is left must do, or is said not to."""

import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.rooms

LACKING = (sys.executable, str(Path(__file__).resolve().parents[1] / "lacking.py"))
#: Calls that a machine lacks: what is missing then, and whether the rest is enough for other people's code.
LACKS = {
    "no namespaces": ("unshare", {"namespaces", "file tree"}, True),
    "no Landlock": ("landlock_create_ruleset", {"Landlock"}, True),
    "neither": ("unshare,landlock_create_ruleset", {"namespaces", "file tree", "Landlock"}, False),
    "no filter of system calls": ("seccomp", {"system calls"}, False),
}


@pytest.mark.parametrize("calls, missing, is_enough", LACKS.values(), ids=LACKS)
def test_what_is_missing_is_said_and_full_confinement_is_not_claimed(
    place: Any, calls: str, missing: set[str], is_enough: bool
) -> None:
    before = (*LACKING, calls)
    auto = place.start("--isolation", "auto", "--format", "json", before=before)  # both at once
    full = place.finish(place.start("--isolation", "full", before=before))
    done = place.finish(auto)
    assert (done.code, done.errors) == (0, "")
    assert done.grade["passed"] is True
    assert missing <= set(done.grade["run"]["missing"])
    notes = " ".join(done.grade["notes"])
    assert all(layer in notes for layer in missing)
    assert ("weak confinement" in notes) is not is_enough
    if is_enough:
        full.hold_mark()
    else:
        said = full.hold_refused()
        assert all(layer in said for layer in missing - {"namespaces"})
    assert place.left() == []


def test_a_machine_that_lacks_nothing_has_nothing_to_say(place: Any) -> None:
    done = place.run("--isolation", "full", "--format", "json")
    assert done.code == 0
    if done.grade["run"]["missing"]:
        pytest.skip(f"this machine lacks {', '.join(done.grade['run']['missing'])}")
    assert not [note for note in done.grade["notes"] if "confine" in note]

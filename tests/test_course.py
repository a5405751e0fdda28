"""Proves the whole course, as `grade verify` does: every lesson from four sides, on the public seed.

Only what has changed since it was proved is graded, unless `--prove all` is given. Where very much has changed, so
that a run would take hours, the rest fails with a word on how to prove it beforehand.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.course import Course
from grader.rooms.house import Starter
from grader.verify.cases import Case, cases
from grader.verify.proofs import PUBLIC, Proofs
from grader.verify.proving import prove

#: Seconds that a run may spend on grading what is not proved yet.
_PATIENCE = 35 * 60
_COURSE = Course(Path(__file__).parent.parent)


@pytest.fixture(scope="module")
def proofs() -> Proofs:
    return Proofs(_COURSE.folder / "rubrics" / "proofs.json")


@dataclass
class Spent:
    seconds: float = 0.0


@pytest.fixture(scope="module")
def spent() -> Spent:
    return Spent()


@pytest.mark.slow
@pytest.mark.rooms
@pytest.mark.parametrize("case", list(cases(_COURSE)), ids=str)
def test_course(case: Case, proofs: Proofs, spent: Spent, rooms: Starter, pytestconfig: pytest.Config) -> None:
    everything = pytestconfig.getoption("--prove") == "all"
    if not everything and proofs.holds(case, PUBLIC):
        pytest.skip("proved before")
    assert everything or spent.seconds < _PATIENCE, (
        "too much is not proved: run `grade verify`, commit rubrics/proofs.json"
    )
    began = time.monotonic()
    verdict = prove(case, PUBLIC, rooms)
    spent.seconds += time.monotonic() - began
    assert not verdict.fault
    assert not verdict.problems, "\n".join(verdict.problems)
    proofs.keep(case, PUBLIC, verdict.seconds)

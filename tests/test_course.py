"""Proves the whole course, as `grade verify` does: every lesson from four sides, on the public seed.

Only what has changed since it was proved is graded, unless `--prove all` is given.
"""

from pathlib import Path

import pytest

from grader.course import Course
from grader.rooms.house import Starter
from grader.verify.cases import Case, cases
from grader.verify.proofs import PUBLIC, Proofs
from grader.verify.proving import prove

_COURSE = Course(Path(__file__).parent.parent)


@pytest.fixture(scope="module")
def proofs() -> Proofs:
    return Proofs(_COURSE.folder / "rubrics" / "proofs.json")


@pytest.mark.slow
@pytest.mark.rooms
@pytest.mark.parametrize("case", list(cases(_COURSE)), ids=str)
def test_course(case: Case, proofs: Proofs, rooms: Starter, pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--prove") == "changed" and proofs.holds(case, PUBLIC):
        pytest.skip("proved before")
    verdict = prove(case, PUBLIC, rooms)
    assert not verdict.fault
    assert not verdict.problems, "\n".join(verdict.problems)
    proofs.keep(case, PUBLIC, verdict.seconds)

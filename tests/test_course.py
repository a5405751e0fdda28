"""Proves the whole course, as `grade verify` does: every lesson from four sides, on the public seed, and as notebooks.

Only what has changed since it was proved is graded, unless `--prove all` is given. Where very much has changed, so
that a run would take hours, the rest fails with a word on how to prove it beforehand.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.course import Course
from grader.rooms.house import Starter
from grader.rubric import load_rubric
from grader.verify.cases import Case, Kind, cases
from grader.verify.proofs import PUBLIC, Proofs
from grader.verify.proving import Verdict, prove

#: Seconds that a run may spend on grading what is not proved yet.
_PATIENCE = 55 * 60
_COURSE = Course(Path(__file__).parent.parent)


@pytest.fixture(scope="module")
def proofs() -> Proofs:
    return Proofs(_COURSE.folder / "rubrics" / "proofs.json")


@dataclass
class Spent:
    """Time that this run has spent on proofs."""

    seconds: float = 0.0

    def prove(self, case: Case, rooms: Starter, *, has_patience: bool, as_notebook: bool = False) -> Verdict:
        assert has_patience or self.seconds < _PATIENCE, (
            "too much is not proved: run `grade verify` and `grade verify --notebooks`, commit rubrics/proofs.json"
        )
        began = time.monotonic()
        verdict = prove(case, PUBLIC, rooms, as_notebook=as_notebook)
        self.seconds += time.monotonic() - began
        assert not verdict.fault
        assert not verdict.problems, "\n".join(verdict.problems)
        return verdict


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
    verdict = spent.prove(case, rooms, has_patience=everything)
    proofs.keep(case, PUBLIC, verdict.seconds)


def _as_notebooks() -> Iterator[Case]:
    """References, and of each lesson another right and a wrong solution; of lessons without training all of them."""
    for lesson in _COURSE.lessons():
        trains = any(criterion.threshold for criterion in load_rubric(lesson.rubric).criteria)
        of_kind = {kind: [case for case in cases(_COURSE, [lesson]) if case.kind is kind] for kind in Kind}
        for chosen in of_kind.values():
            yield from chosen[:1] if trains else chosen


@pytest.mark.slow
@pytest.mark.rooms
@pytest.mark.parametrize("case", list(_as_notebooks()), ids=str)
def test_a_notebook_of_the_same_code_gets_the_same(
    case: Case, proofs: Proofs, spent: Spent, rooms: Starter, pytestconfig: pytest.Config
) -> None:
    everything = pytestconfig.getoption("--prove") == "all"
    if not everything and proofs.holds_as_notebook(case):
        pytest.skip("proved before")
    spent.prove(case, rooms, has_patience=everything, as_notebook=True)
    proofs.keep_as_notebook(case)

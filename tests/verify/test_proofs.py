"""What was proved holds as long as what it rests on: this grader's code for one seed, the lesson for all others."""

import json
from pathlib import Path

import pytest

from grader.course import Course
from grader.verify.cases import Case, Kind
from grader.verify.matrix import matrix
from grader.verify.proofs import Proofs


@pytest.fixture
def case(course: Course) -> Case:
    lesson = course.lessons()[0]
    return Case(lesson, Kind.REFERENCE, lesson.solution)


@pytest.fixture
def path(course: Course, case: Case) -> Path:
    path = course.folder / "rubrics" / "proofs.json"
    proofs = Proofs(path)
    for seed in (0, 1, 2):
        proofs.keep(case, seed, 1.0)
    return path


def changed(path: Path, *names: str) -> Proofs:
    """The proofs as they are where something else was proved than what is there now."""
    known = json.loads(path.read_text())
    for proof in known.values():
        proof.update(dict.fromkeys(names, "another"))
    path.write_text(json.dumps(known))
    return Proofs(path)


@pytest.mark.parametrize(
    "names, left",
    [((), [0, 1, 2]), (("key",), [1, 2]), (("content",), [0]), (("key", "content"), [])],
    ids=["nothing", "the grader", "the lesson alone cannot be", "both"],
)
def test_what_changes_makes_its_own_proofs_due(case: Case, path: Path, names: tuple[str, ...], left: list[int]) -> None:
    proofs = changed(path, *names)
    assert [seed for seed in (0, 1, 2) if proofs.holds(case, seed)] == left


def test_a_proof_on_another_seed_does_not_renew_the_public_one(course: Course, case: Case, path: Path) -> None:
    proofs = changed(path, "key")
    proofs.keep(case, 3, 1.0)
    assert not Proofs(path).holds(case, 0)
    assert "| 0 of 1 |" in matrix(course, proofs)
    proofs.keep(case, 0, 1.0)
    assert [seed for seed in range(5) if Proofs(path).holds(case, seed)] == [0, 1, 2, 3]
    assert "| 1 x 4 |" in matrix(course, proofs)


def test_a_new_file_has_nothing_proved(case: Case, path: Path) -> None:
    case.path.write_text("def double(x):\n    return x + x\n")
    assert Proofs(path).of(case) is None

"""Proves the whole course: each lesson's checks against submissions that are known to be right or wrong.

A lesson is proved from four sides: its reference solution, its stub, other right solutions (`accept/`), and
solutions with one mistake each (`reject/`), which name the criterion that has to fail and what it has to say.
Training takes its time, so `proofs.json` remembers what was proved, by hashes of everything that counts; only
what has changed since is graded, unless `--prove all` is given. The file is written where a proof succeeds.
"""

import ast
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from grader.course import Course, Lesson
from grader.model import Grade, Outcome, Scored
from grader.pipeline import Options, grade, versions
from grader.rooms.house import Starter
from grader.rubric import Rubric, load_rubric
from grader.seeds import public_secret
from grader.submission import read_submission

_ROOT = Path(__file__).parent.parent
_PROOFS = Path(__file__).with_name("proofs.json")
#: What marks depend on besides the lesson and the submission, below grader/.
_JUDGED_BY = ("judge", "inside", "wire", "rooms", "pipeline.py", "scoring.py", "rubric.py")
#: The criterion that asks no more than that the file can be loaded; a stub passes it.
_LOADS = "loads"


@dataclass(frozen=True)
class Case:
    lesson: Lesson
    kind: str  # "reference", "stub", "accept" or "reject"
    path: Path

    def __str__(self) -> str:
        name = f"/{self.path.stem}" if self.kind in ("accept", "reject") else ""
        return f"{self.lesson.id}/{self.kind}{name}"

    def key(self) -> str:
        """SHA-256 over everything that the outcome depends on."""
        known = versions()
        installed = f"{known.keras} {known.tensorflow} {known.numpy}"
        digest = hashlib.sha256()
        for part in (installed.encode(), self.lesson.fingerprint().encode(), self.path.read_bytes(), _JUDGE):
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()


def _judge_digest() -> bytes:
    digest = hashlib.sha256()
    for name in _JUDGED_BY:
        root = _ROOT / "grader" / name
        paths = sorted(root.rglob("*")) if root.is_dir() else [root]
        for path in paths:
            if path.suffix in (".py", ".toml"):
                digest.update(hashlib.sha256(path.relative_to(_ROOT).as_posix().encode()).digest())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def _cases() -> Iterator[Case]:
    for lesson in Course(_ROOT).lessons():
        yield Case(lesson, "reference", lesson.solution)
        yield Case(lesson, "stub", lesson.stub)
        for kind in ("accept", "reject"):
            yield from (Case(lesson, kind, path) for path in lesson.variants(kind))


_CASES = list(_cases())
_JUDGE = _judge_digest()  # of the code as it is imported, should it change meanwhile


class Proofs:
    """The key with which each case was last proved."""

    def __init__(self) -> None:
        self._known: dict[str, str] = json.loads(_PROOFS.read_text("utf-8")) if _PROOFS.exists() else {}

    def holds(self, case: Case, key: str) -> bool:
        return self._known.get(str(case)) == key

    def keep(self, case: Case, key: str) -> None:
        current = {str(each) for each in _CASES}
        self._known = {name: kept for name, kept in self._known.items() if name in current} | {str(case): key}
        _PROOFS.write_text(json.dumps(self._known, indent=2, sort_keys=True) + "\n", "utf-8")


@pytest.fixture(scope="module")
def proofs() -> Proofs:
    return Proofs()


@pytest.mark.slow
@pytest.mark.rooms
@pytest.mark.parametrize("case", _CASES, ids=str)
def test_course(case: Case, proofs: Proofs, rooms: Starter, pytestconfig: pytest.Config) -> None:
    key = case.key()
    if pytestconfig.getoption("--prove") == "changed" and proofs.holds(case, key):
        pytest.skip("proved before")
    result = grade(read_submission(case.path), case.lesson, Options(public_secret()), rooms)
    match case.kind:
        case "stub":
            _expect_not_started(result)
        case "reject":
            _expect_rejected(result, case)
        case _:
            assert result.percent == 100, _told(result)
    proofs.keep(case, key)


def _expect_not_started(result: Grade) -> None:
    for row in result.rows:
        if row.id == _LOADS:
            assert row.checked.outcome is Outcome.PASSED, _told(result)
        else:
            assert row.points == 0, _told(result)
            allowed = (Outcome.NOT_STARTED, Outcome.SKIPPED, Outcome.WITHHELD)
            assert row.checked.outcome in allowed, _told(result)


def _expect_rejected(result: Grade, case: Case) -> None:
    fails, says = _promise(case.path)
    needing = _needing(load_rubric(case.lesson.rubric), fails)
    rows = {row.id: row for row in result.rows}
    failed = rows.pop(fails)
    assert failed.points < failed.max_points, _told(result)
    assert failed.checked.finding is not None
    assert says in failed.checked.finding.headline, _told(result)
    for row in rows.values():
        skipped = row.checked.outcome is Outcome.SKIPPED and row.id in needing
        assert skipped or row.checked.outcome in (Outcome.PASSED, Outcome.WITHHELD), _told(result)


def _promise(path: Path) -> tuple[str, str]:
    """Reads from a file's docstring which criterion it fails and what that says."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    promise = re.search(r"^fails: (\w+)\nsays: (.+)$", text, re.MULTILINE)
    assert promise, f"{path.name} does not begin with a docstring that says what fails"
    return promise[1], promise[2]


def _needing(rubric: Rubric, criterion: str) -> set[str]:
    """The criteria that need one, directly or through others, which stand in the rubric after it."""
    needing = {criterion}
    for other in rubric.criteria:
        if needing.intersection(other.needs):
            needing.add(other.id)
    return needing


def _told(result: Grade) -> str:
    return "\n".join(_line(row) for row in result.rows)


def _line(row: Scored) -> str:
    headline = row.checked.finding.headline if row.checked.finding else ""
    return f"{row.id}: {row.checked.outcome.value}, {row.points:g} of {row.max_points:g}. {headline}"

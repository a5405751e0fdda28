"""The student's record: what a try leaves, how hints count, and that nothing is lost."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.model import (
    Checked,
    Finding,
    Grade,
    GradingKey,
    Outcome,
    Run,
    Scored,
    Versions,
    Visibility,
)
from grader.progress import Progress
from grader.report.json_report import encode


def row(name: str, outcome: Outcome, cause: str = "") -> Scored:
    finding = Finding(cause=cause, headline="h", hints=("a", "b", "c")) if cause else None
    return Scored(
        id=name,
        title=name.title(),
        visibility=Visibility.STUDENT,
        points=0.0,
        max_points=1.0,
        checked=Checked(outcome=outcome, finding=finding),
    )


def grade(percent: float, *rows: Scored, lesson: str = "lesson01_tiny") -> Grade:
    versions = Versions(grade="1", python="3", keras="3", tensorflow="2", numpy="2")
    return Grade(
        lesson=lesson,
        title="Tiny",
        file="tiny.py",
        points=percent,
        provisional_points=0.0,
        max_points=100.0,
        percent=percent,
        pass_mark=100.0,
        passed=percent == 100,
        rows=rows,
        next_step="",
        notes=(),
        output="",
        key=GradingKey(submission="5f", rubric="a1", seed_id="public", versions=versions),
        run=Run(started="2025-01-31T12:00:00+00:00", wall_seconds=1.0, cpu_seconds=1.0),
    )


FAILED = row("doubles", Outcome.FAILED, "wrong-value")
OTHER_CAUSE = row("doubles", Outcome.FAILED, "raised")
PASSED = row("doubles", Outcome.PASSED)
LATER = row("negative", Outcome.FAILED, "wrong-value")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def progress(tmp_path: Path, said: list[str]) -> Progress:
    return Progress(tmp_path, said.append)


def test_before_any_try_nothing_is_known_and_nothing_is_written(progress: Progress, tmp_path: Path) -> None:
    assert progress.read() == {}
    assert list(tmp_path.iterdir()) == []


def test_the_best_mark_stays_and_the_last_try_changes(progress: Progress) -> None:
    progress.keep(grade(60.0, PASSED, LATER))
    progress.keep(grade(40.0, FAILED, row("negative", Outcome.SKIPPED, "needs"), row("t", Outcome.WITHHELD, "w")))
    known = progress.read()["lesson01_tiny"]
    assert known.best == 60.0
    assert known.last is not None
    assert (known.last.percent, known.last.open) == (40.0, ("doubles", "negative"))
    assert (known.last.when, known.last.submission) == ("2025-01-31T12:00:00+00:00", "5f")
    progress.keep(grade(100.0, PASSED))
    assert progress.read()["lesson01_tiny"].best == 100.0


def test_hints_count_on_while_the_same_is_wrong(progress: Progress) -> None:
    progress.keep(grade(0.0, FAILED))
    assert progress.next_hint("lesson01_tiny", FAILED) == (1, True)
    assert progress.next_hint("lesson01_tiny", FAILED) == (2, True)
    progress.keep(grade(0.0, FAILED))  # tried again, still wrong in the same way
    assert progress.next_hint("lesson01_tiny", FAILED) == (3, True)


@pytest.mark.parametrize("between", [(OTHER_CAUSE,), (PASSED, LATER), (PASSED,)])
def test_hints_start_anew_where_something_else_is_wrong_meanwhile(
    progress: Progress, between: tuple[Scored, ...]
) -> None:
    progress.next_hint("lesson01_tiny", FAILED)
    progress.keep(grade(0.0, *between))
    assert progress.next_hint("lesson01_tiny", FAILED) == (1, True)


def test_hints_of_one_lesson_leave_the_others_alone(progress: Progress) -> None:
    progress.keep(grade(50.0, FAILED, lesson="lesson02_other"))
    progress.next_hint("lesson02_other", FAILED)
    assert progress.next_hint("lesson01_tiny", FAILED) == (1, True)
    assert progress.next_hint("lesson02_other", FAILED) == (2, True)
    assert progress.read()["lesson02_other"].best == 50.0


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b'{"schema": 2, "lessons": {}}', b'{"schema": 1, "lessons": {"x": 3}}']
)
def test_a_record_that_cannot_be_read_is_set_aside(
    progress: Progress, tmp_path: Path, said: list[str], content: bytes
) -> None:
    (tmp_path / ".grade").mkdir()
    path = tmp_path / ".grade" / "progress.json"
    path.write_bytes(content)
    assert progress.read() == {}
    assert path.read_bytes() == content  # to look at it changes nothing
    progress.keep(grade(70.0, FAILED))
    assert progress.read()["lesson01_tiny"].best == 70.0
    assert path.with_name("progress.broken.json").read_bytes() == content
    assert len(said) == 2
    assert all("progress.json cannot be read" in sentence for sentence in said)


def test_where_nothing_can_be_written_nothing_is_kept_and_nothing_fails(progress: Progress, tmp_path: Path) -> None:
    (tmp_path / ".grade").write_text("a file where the folder would be")
    progress.keep(grade(70.0, FAILED))
    assert progress.next_hint("lesson01_tiny", FAILED) == (1, False)
    assert progress.read() == {}
    assert [path.name for path in tmp_path.iterdir()] == [".grade"]


def test_the_file_names_its_schema(progress: Progress, tmp_path: Path) -> None:
    progress.keep(grade(70.0, FAILED))
    assert json.loads((tmp_path / ".grade" / "progress.json").read_bytes())["schema"] == 1


def test_processes_at_once_lose_nothing(progress: Progress, tmp_path: Path) -> None:
    program = (
        "import sys, msgspec\nfrom pathlib import Path\n"
        "from grader.progress import Progress\nfrom grader.report.json_report import decode\n"
        "grade = decode(Path('grade.json').read_bytes())\nme = int(sys.argv[1])\n"
        "progress = Progress(Path.cwd(), print)\n"
        "for turn in range(10):\n"
        "    for lesson in ('shared', f'own{me}_{turn}'):\n"
        "        progress.keep(msgspec.structs.replace(grade, lesson=lesson, percent=float(10 * me + turn)))\n"
        "    progress.next_hint('shared', grade.rows[0])\n"
    )
    (tmp_path / "grade.json").write_bytes(encode(grade(0.0, FAILED)))
    processes = [subprocess.Popen([sys.executable, "-c", program, str(me)], cwd=tmp_path) for me in range(4)]
    assert [process.wait(120) for process in processes] == [0, 0, 0, 0]
    known = progress.read()
    assert {name: known[name].best for name in known if name != "shared"} == {
        f"own{me}_{turn}": float(10 * me + turn) for me in range(4) for turn in range(10)
    }
    assert known["shared"].best == 39.0
    hinted = known["shared"].hinted
    assert hinted is not None
    assert hinted.shown == 40

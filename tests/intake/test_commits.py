"""Clones, made by git itself as a class is cloned."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grader.intake.commits import Clone
from grader.placed import Intake
from grader.standing import Clock

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git to make clones with")

_FIRST = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
_SECOND = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)


def _git(folder: Path, *words: str, at: datetime = _FIRST) -> None:
    date = at.isoformat()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "ada" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
    }
    subprocess.run(["git", *words], cwd=folder, env=environment, check=True, capture_output=True)


def _commit(folder: Path, files: dict[str, str], at: datetime) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    _git(folder, "add", ".")
    _git(folder, "commit", "-m", "work", at=at)


@pytest.fixture
def repository(tmp_path: Path) -> Callable[[str], Path]:
    """Makes a repository of two commits and clones it into the folder class."""

    def make(name: str) -> Path:
        origin = tmp_path / "origins" / name
        origin.mkdir(parents=True)
        _git(origin, "init", "-q", "-b", "main")
        _commit(origin, {"exercises/lesson06_stacked.py": "x = 1", "lesson07_cnn.py": "x"}, _FIRST)
        _commit(origin, {"lesson07_cnn.py": "y = 2", "README.md": "read me"}, _SECOND)
        (tmp_path / "class").mkdir(exist_ok=True)
        _git(tmp_path, "clone", "-q", str(origin), f"class/{name}")
        return tmp_path / "class" / name

    return make


def test_clones_tell_when_a_file_was_last_committed(
    repository: Callable[[str], Path], take: Callable[..., Intake]
) -> None:
    for user in ("ada-lovelace", "alan"):
        repository(f"lstm-course-{user}")
    intake = take(repository("lstm-course-eve").parent)
    assert intake.shape == "clones of repositories"
    assert [(one.student.key, one.lesson, one.handed, one.clock) for one in intake.placed] == [
        (user, lesson, time, Clock.COMMIT)
        for user in ("ada-lovelace", "alan", "eve")
        for lesson, time in (("lesson06_stacked", _FIRST), ("lesson07_cnn", _SECOND))
    ]
    assert intake.placed[0].student.ids == {"github": "ada-lovelace"}
    assert intake.unplaced == ()


@pytest.mark.parametrize("name", ["lesson06-stacked-ada", "lstm-lesson-06-ada", "cs-lesson06_stacked-ada"])
def test_the_assignment_is_taken_off_a_single_clone(
    repository: Callable[[str], Path], take: Callable[..., Intake], name: str
) -> None:
    assert {one.student.key for one in take(repository(name).parent).placed} == {"ada"}


def test_students_of_the_roster_are_found_by_the_end_of_a_name(
    repository: Callable[[str], Path], take: Callable[..., Intake]
) -> None:
    folder = repository("hw-dr-ada").parent
    repository("hw-ada")
    intake = take(folder, roster="username,github\nl1,ada\nl2,dr-ada\n")
    assert {(one.student.key, one.placed_by.partition(",")[0]) for one in intake.placed} == {
        ("l1", "repository hw-ada"),
        ("l2", "repository hw-dr-ada"),
    }


def test_merges_do_not_hide_who_changed_a_file(repository: Callable[[str], Path]) -> None:
    folder = repository("lesson06-ada")
    _git(folder, "checkout", "-q", "-b", "side")
    _commit(folder, {"exercises/lesson06_stacked.py": "z = 3"}, datetime(2026, 3, 3, tzinfo=UTC))
    _git(folder, "checkout", "-q", "main")
    _commit(folder, {"other.py": "q"}, datetime(2026, 3, 4, tzinfo=UTC))
    _git(folder, "merge", "-q", "--no-ff", "side", at=datetime(2026, 3, 5, tzinfo=UTC))
    committed = Clone(str(folder / ".git")).committed(("exercises", "lesson06_stacked.py"))
    assert committed == datetime(2026, 3, 3, tzinfo=UTC)


def test_packed_clones_are_read(repository: Callable[[str], Path]) -> None:
    folder = repository("lesson06-ada")
    _git(folder, "gc", "-q")
    assert Clone(str(folder / ".git")).committed(("lesson07_cnn.py",)) == _SECOND


def test_nothing_that_a_clone_names_is_run(
    repository: Callable[[str], Path], take: Callable[..., Intake], tmp_path: Path
) -> None:
    folder = repository("lesson06-ada")
    trace = tmp_path / "ran"
    program = tmp_path / "evil"
    program.write_text(f"#!/bin/sh\ntouch {trace}\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "gpg.program", "diff.external", "core.editor"):
        _git(folder, "config", key, str(program))
    _git(folder, "config", "core.hooksPath", str(tmp_path))
    assert len(take(folder.parent).placed) == 2
    assert not trace.exists()


def _no_file(folder: Path) -> None:
    (folder / "exercises/lesson06_stacked.py").rename(folder / "exercises/lesson06_new.py")


def _no_objects(folder: Path) -> None:
    shutil.rmtree(folder / ".git/objects")


def _bad_head(folder: Path) -> None:
    (folder / ".git/HEAD").write_text("ref: refs/heads/../../../../../../etc/passwd\n")


def _linked(folder: Path) -> None:
    (folder / ".git/objects/pack/pack-1.idx").symlink_to("/dev/zero")


def _alternate(folder: Path) -> None:
    (folder / ".git/objects/info").mkdir(exist_ok=True)
    (folder / ".git/objects/info/alternates").write_text("/\n")


@pytest.mark.parametrize("harm", [_no_file, _no_objects, _bad_head, _linked, _alternate])
def test_what_cannot_be_told_is_unknown(
    repository: Callable[[str], Path], take: Callable[..., Intake], harm: Callable[[Path], None]
) -> None:
    folder = repository("lesson06-ada")
    harm(folder)
    first = next(one for one in take(folder.parent).placed if one.lesson == "lesson06_stacked")
    assert (first.handed, first.clock) == (None, Clock.UNKNOWN)


def test_a_clone_that_was_cut_short_tells_no_time_that_is_too_late(
    repository: Callable[[str], Path], tmp_path: Path
) -> None:
    repository("lesson06-ada")
    _git(tmp_path, "clone", "-q", "--depth", "1", f"file://{tmp_path}/origins/lesson06-ada", "shallow")
    assert Clone(str(tmp_path / "shallow/.git")).committed(("exercises", "lesson06_stacked.py")) is None

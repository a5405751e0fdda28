"""The folder of a grading: gone at its end, and gone after its process was killed as soon as another grading begins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.rooms.folder import Folder

HOLDER = """
import sys, tempfile, time
tempfile.tempdir = sys.argv[1]
from grader.rooms.folder import Folder
folder = Folder()
(folder.path / "room1").mkdir()
print(folder.path, flush=True)
time.sleep(60)
"""


MAKER = """
import sys, tempfile
tempfile.tempdir = sys.argv[1]
from grader.rooms.folder import Folder
for _ in range(100):
    folder = Folder()
    assert folder.path.is_dir()
    folder.close()
"""


@pytest.fixture(autouse=True)
def _private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_it_is_removed_with_whatever_is_in_it(tmp_path: Path) -> None:
    folder = Folder()
    (folder.path / "locked").mkdir()
    (folder.path / "locked" / "file").touch()
    (folder.path / "locked").chmod(0)
    folder.close()
    assert not list(tmp_path.iterdir())


def test_folders_nested_without_end_are_removed(tmp_path: Path) -> None:
    folder = Folder()
    before = Path.cwd()
    os.chdir(folder.path)
    try:
        for _ in range(3000):
            Path("deep").mkdir()
            os.chdir("deep")
        Path("file").touch()
        (folder.path / "pulled-up-0").mkdir()
        Path("link").symlink_to(before)
    finally:
        os.chdir(before)
    folder.close()
    assert not list(tmp_path.iterdir())
    assert (before / "pyproject.toml").exists()


def test_one_in_use_is_left_and_one_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        held = Path(holder.stdout.readline().strip())
        Folder().close()
        assert (held / "room1").is_dir()
        holder.kill()
    Folder().close()
    assert not held.exists()


def test_many_at_a_time_do_not_clear_each_other_away(tmp_path: Path) -> None:
    makers = [subprocess.Popen([sys.executable, "-c", MAKER, str(tmp_path)]) for _ in range(3)]
    assert [maker.wait(timeout=120) for maker in makers] == [0, 0, 0]
    assert not list(tmp_path.iterdir())


def test_links_files_and_other_peoples_names_are_left(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "grade-room-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "grade-room-file").touch()
    (tmp_path / "grade-report").mkdir()
    Folder().close()
    assert len(list(tmp_path.iterdir())) == 4


def test_no_place_is_a_grader_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(GraderFault, match="temporary"):
        Folder()

"""Grading works wherever it is started and by whomever; where it cannot, a sentence says so and no mark is given."""

import os
import shutil
import subprocess
import sys
import sysconfig
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.rooms

ROOT = Path(__file__).resolve().parents[2]
STRANGE = "Übungen für Zoë, 第6课"


@dataclass
class User:
    """An ordinary user, made for a test.

    Attributes:
        name: the name.
        number: user and group id.
        home: a home folder that only this user may enter.
    """

    name: str
    number: int
    home: Path

    def own(self, folder: Path) -> None:
        """Gives a folder with all that lies in it to the user."""
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, self.number, self.number, follow_symlinks=False)

    @property
    def before(self) -> list[str]:
        """What makes a command run as this user."""
        return ["setpriv", f"--reuid={self.number}", f"--regid={self.number}", "--clear-groups", "--"]


@pytest.fixture
def user() -> Iterator[User]:
    if os.getuid() != 0 or not shutil.which("useradd") or not shutil.which("setpriv"):
        pytest.skip("only root can make a user")
    name = f"t{uuid.uuid4().hex[:10]}"
    home = Path("/var/tmp") / name  # noqa: S108  everybody may pass it, unlike the folders of tests
    subprocess.run(["useradd", "--create-home", "--home-dir", home, "--key", "HOME_MODE=0700", name], check=True)
    try:
        number = home.stat().st_uid
        made = User(name, number, home)
        readable = [*made.before, sys.executable, "-P", "-c", "import grader.cli"]
        if subprocess.run(readable, capture_output=True, check=False, cwd="/").returncode:
            pytest.skip("another user cannot read this Python")
        yield made
    finally:
        home.chmod(0o700)
        subprocess.run(["userdel", "--remove", name], check=True, capture_output=True)


def test_root_grades_with_an_open_mind_about_locale_and_home(place: Any) -> None:
    done = place.run(changes={"LANG": "C", "LC_ALL": "C", "HOME": None, "PYTHONUTF8": "0"})
    done.hold_mark()
    assert place.left() == []


def test_an_ordinary_user_with_a_home_that_cannot_be_written(make_place: Callable[[Path], Any], user: User) -> None:
    place = make_place(user.home / "work")
    user.own(user.home)
    user.home.chmod(0o500)
    changes = {"HOME": str(user.home), "LOGNAME": user.name, "USER": user.name}
    done = place.run("--isolation", "full", before=user.before, changes=changes, umask=0o077)
    done.hold_mark()
    assert place.left() == []


def test_a_virtual_environment_with_a_strange_name_in_a_closed_home(
    make_place: Callable[[Path], Any], user: User
) -> None:
    folder = user.home / STRANGE
    place = make_place(folder / "work")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")}))
    (packages / "packages.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
    user.own(user.home)
    done = place.run("--isolation", "full", before=user.before, python=str(python), changes={"HOME": None})
    done.hold_mark()
    assert place.left() == []


def test_spaces_and_letters_of_all_the_world_in_every_path(make_place: Callable[[Path], Any], tmp_path: Path) -> None:
    place = make_place(tmp_path / STRANGE)
    place.submission = place.submission.rename(place.submission.parent / f"{STRANGE} (1).py")
    done = place.run("--isolation", "full", changes={"LANG": "C", "LC_ALL": "C"})
    done.hold_mark()
    assert place.left() == []


def test_temporary_files_where_nothing_may_be_executed(place: Any) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "noexec,nosuid,nodev,size=64m", "tmpfs", str(place.temporary)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount")
    try:
        place.run("--isolation", "full", umask=0o077).hold_mark()
        assert place.left() == []
    finally:
        subprocess.run(["umount", place.temporary], check=True)


def test_a_current_folder_that_is_gone_is_told_in_a_sentence(place: Any) -> None:
    gone = place.folder / "gone"
    gone.mkdir()
    script = 'cd "$0" && rmdir "$0" && exec "$@"'
    done = place.run(before=["sh", "-c", script, str(gone)])
    if done.code != 0:
        assert done.code in (2, 3)
        assert done.output == ""
        assert done.errors.startswith("grade: ")
        assert done.errors.count("\n") == 1
    assert place.left() == []


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_standard_streams_that_are_closed_change_no_mark(place: Any, closed: str) -> None:
    done = place.run(before=["sh", "-c", f'exec "$@" {closed}', "sh"])
    assert done.code in (0, 3)
    assert "Traceback" not in done.errors
    if closed == "<&-":
        done.hold_mark()
    elif done.code == 0:
        assert "1 of 1 point" in (place.folder / "report.html").read_text("utf-8")
    assert place.left() == []

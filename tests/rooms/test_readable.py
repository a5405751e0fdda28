"""What rooms may read: named packages and a few files, never a folder of packages whole."""

import sysconfig
from pathlib import Path

import pytest

import grader
from grader.errors import GraderFault
from grader.rooms.readable import hold_hidden, readable
from grader.wire.control import Readable

PURELIB = Path(sysconfig.get_path("purelib"))
STDLIB = Path(sysconfig.get_path("stdlib"))


def test_no_folder_of_packages_is_open_as_a_whole() -> None:
    opened = [Path(path) for path in [*readable().whole, *readable().paths()]]
    for secret in (PURELIB, STDLIB, STDLIB / "site-packages", Path.home(), Path("/"), Path("/etc"), Path("/proc")):
        assert not any(secret == path or path in secret.parents for path in opened)


def test_the_course_packages_and_what_they_need_are_open() -> None:
    names = set(readable().named[str(PURELIB)])
    assert {"keras", "tensorflow", "numpy", "h5py", "google", "absl", "optree"} <= names
    assert not {"pytest", "_pytest", "grader", "mypy", "hypothesis", "pip"} & names


def test_every_open_path_exists_and_says_why() -> None:
    assert all(Path(path).exists() for path in [*readable().whole, *readable().named])


@pytest.mark.parametrize("name", ["checks.py", "deep/below/checks.py", "."])
def test_hidden_things_below_an_open_folder_are_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "open").mkdir()
    room = Readable([], {str(tmp_path): ["open"]})
    with pytest.raises(GraderFault, match="move it elsewhere"):
        hold_hidden(room, [tmp_path / "open" / name])
    hold_hidden(room, [tmp_path / "other" / name, tmp_path])


def test_hidden_things_are_found_through_links(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "open")
    with pytest.raises(GraderFault):
        hold_hidden(Readable([str(tmp_path / "open")], {}), [tmp_path / "link" / "x"])
    with pytest.raises(GraderFault):
        hold_hidden(Readable([str(tmp_path / "link")], {}), [tmp_path / "open" / "x"])


def test_this_checkout_lies_under_no_open_path() -> None:
    hold_hidden(readable(), [Path(grader.__file__).parents[1]])

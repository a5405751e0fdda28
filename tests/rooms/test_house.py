"""The house: carried files are copies of plain files, and nothing is left behind."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.rooms import house as house_module
from grader.rooms.house import FilesTooLarge, House, Starter
from grader.rooms.room import Budget, Room
from grader.wire import messages

pytestmark = pytest.mark.rooms

BUDGET = Budget(cpu_seconds=20, reply_bytes=1 << 20, memory_mb=3072)
Load = Callable[[House, str], tuple[Room, Path]]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "bundle"
    (folder / "inner").mkdir(parents=True)
    (folder / "a.txt").write_text("a")
    (folder / "inner" / "b.txt").write_text("b")
    return folder


def test_files_are_carried_read_only_to_the_next_room(house: House, load: Load) -> None:
    text = (
        "import os\n"
        "def f(folder):\n    os.makedirs(folder + '/x')\n    open(folder + '/x/y', 'w').write('kept')\n"
        "def g(folder): return open(folder + '/x/y').read(), oct(os.stat(folder + '/x/y').st_mode & 0o777)\n"
    )
    room, work = load(house, text)
    room.request(messages.Call("f", [messages.Folder("bundle")], {}, 1, BUDGET.soft), BUDGET)
    room.close()
    carried = house.collect(work, "bundle")
    second, _ = house.room(submission=True, carried=carried)
    second.request(messages.Load(text, "l.py", None, 1, BUDGET.soft), BUDGET)
    reply = second.request(messages.Call("g", [messages.Folder("b", carried=True)], {}, 1, BUDGET.soft), BUDGET)
    assert reply == messages.Returned(messages.Items("tuple", ["kept", "0o400"]))


def test_links_and_special_files_are_left_behind(house: House, bundle: Path) -> None:
    (bundle / "link").symlink_to("/etc/passwd")
    (bundle / "folder").symlink_to("/etc")
    os.mkfifo(bundle / "pipe")
    carried = house.collect(bundle.parent, "bundle")
    assert sorted(path.name for path in carried.rglob("*")) == ["a.txt", "b.txt", "inner"]


def test_a_folder_that_is_a_link_is_not_followed(house: House, bundle: Path) -> None:
    (bundle.parent / "other").symlink_to(bundle)
    assert not list(house.collect(bundle.parent, "other").iterdir())


def test_a_missing_folder_is_carried_as_an_empty_one(house: House, tmp_path: Path) -> None:
    assert not list(house.collect(tmp_path, "nothing").iterdir())


def test_too_many_and_too_large_files_are_refused(house: House, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_module, "MAX_BYTES", 1)
    with pytest.raises(FilesTooLarge):
        house.collect(bundle.parent, "bundle")
    monkeypatch.setattr(house_module, "MAX_BYTES", 1000)
    monkeypatch.setattr(house_module, "MAX_FILES", 2)
    with pytest.raises(FilesTooLarge):
        house.collect(bundle.parent, "bundle")


def test_nothing_is_left_behind(forking: Starter, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    text = "import os\ndef f():\n    os.mkdir('locked'); open('locked/x', 'w').close(); os.chmod('locked', 0)"
    with House(forking, confine=True, memory_mb=3072) as house:
        room, _ = load(house, text)
        room.request(messages.Call("f", [], {}, 1, BUDGET.soft), BUDGET)
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_no_place_for_temporary_files_is_a_grader_fault(
    forking: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(GraderFault, match="temporary"):
        House(forking, confine=True, memory_mb=3072)

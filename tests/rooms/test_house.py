"""The house: carried files are copies of plain files, and nothing is left behind."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.errors import GraderFault
from grader.rooms import house as house_module
from grader.rooms.house import FilesTooLarge, House, Starter
from grader.rooms.room import Budget, Room
from grader.rooms.verdicts import BadReply
from grader.wire import messages

pytestmark = pytest.mark.rooms

BUDGET = Budget(cpu_seconds=20, reply_bytes=1 << 20, memory_mb=3072)
Load = Callable[[House, str], tuple[Room, Path]]


def test_files_are_carried_read_only_to_the_next_room(house: House, load: Load) -> None:
    text = (
        "import os\n"
        "def f(folder):\n    os.makedirs(folder + '/x')\n    open(folder + '/x/y', 'w').write('kept')\n"
        "def g(folder): return open(folder + '/x/y').read(), oct(os.stat(folder + '/x/y').st_mode & 0o777)\n"
    )
    room, _ = load(house, text)
    room.request(messages.Call("f", [messages.Folder("bundle")], {}, 1, BUDGET.soft), BUDGET)
    told = room.request(messages.Ask("read_folder", {"folder": messages.Folder("bundle")}, 1, BUDGET.soft), BUDGET)
    assert told == messages.Returned(messages.Mapping([("x/y", messages.Binary(b"kept"))]))
    room.close()
    carried = house.carry({"x/y": b"kept"})
    second, _ = house.room(carried=carried)
    second.request(messages.Load(text, "l.py", None, 1, BUDGET.soft), BUDGET)
    reply = second.request(messages.Call("g", [messages.Folder("b", carried=True)], {}, 1, BUDGET.soft), BUDGET)
    assert reply == messages.Returned(messages.Items("tuple", ["kept", "0o400"]))


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../../x", "..", "", "a//b", "a/./b", "a" * 300, "x/" * 40 + "y", "a\0b"]
)
def test_a_file_with_a_strange_name_is_carried_nowhere(house: House, name: str) -> None:
    with pytest.raises(BadReply):
        house.carry({name: b""})


def test_a_file_that_is_a_folder_as_well_is_not_carried(house: House) -> None:
    with pytest.raises(BadReply):
        house.carry({"a": b"", "a/b": b""})


def test_too_many_and_too_large_files_are_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_module, "MAX_BYTES", 1)
    with pytest.raises(FilesTooLarge):
        house.carry({"a": b"12"})
    monkeypatch.setattr(house_module, "MAX_FILES", 2)
    with pytest.raises(FilesTooLarge):
        house.carry({"a": b"", "b": b"", "c": b""})


def test_a_room_that_could_read_what_is_hidden_is_not_started(forking: Starter) -> None:
    for hidden in (np.__file__, Path(np.__file__).parent.parent / "keras" / "src" / "models", "/proc/self"):
        with (
            House(forking, memory_mb=3072, hidden=[Path(hidden)]) as house,
            pytest.raises(GraderFault, match="submissions may read"),
        ):
            house.room()


def test_nothing_is_left_behind(forking: Starter, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    text = "import os\ndef f():\n    os.mkdir('locked'); open('locked/x', 'w').close(); os.chmod('locked', 0)"
    with House(forking, memory_mb=3072) as house:
        room, _ = load(house, text)
        room.request(messages.Call("f", [], {}, 1, BUDGET.soft), BUDGET)
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_no_place_for_temporary_files_is_a_grader_fault(
    forking: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(GraderFault, match="temporary"):
        House(forking, memory_mb=3072)

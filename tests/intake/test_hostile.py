"""Sources that are meant to do harm, or look like it."""

import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course import Course
from grader.intake import archives, walk
from grader.intake.taking import take_in
from grader.placed import Intake

_ROOT = Path(__file__).resolve().parents[2]

Take = Callable[..., Intake]
Write = Callable[..., Path]


def _reasons(intake: Intake) -> list[str]:
    return [unplaced.reason for unplaced in intake.unplaced]


def test_links_are_not_followed_wherever_they_lead(lay: Write, take: Take, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/lesson06.py").write_text("secret")
    folder = lay({"ada/lesson06.py": "x"})
    (folder / "eve").symlink_to(tmp_path / "secret")
    (folder / "mal").mkdir()
    (folder / "mal/lesson06.py").symlink_to("/etc/passwd")
    (folder / "mal/lesson07.py").symlink_to("../ada/lesson06.py")
    (folder / "loop").symlink_to(folder)
    (folder / "zip.zip").symlink_to("/dev/zero")
    intake = take(folder)
    assert [placed.student.key for placed in intake.placed] == ["ada"]
    assert _reasons(intake) == ["it is a link, and links are not followed"] * 5


def test_a_file_that_becomes_a_link_is_not_read(lay: Write, take: Take) -> None:
    folder = lay({"ada/lesson06.py": "x"})
    placed = take(folder).placed[0]
    (folder / "ada/lesson06.py").unlink()
    (folder / "ada/lesson06.py").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match=r"symbolic|links"):
        placed.read(10)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_pipes_are_not_waited_for(lay: Write, take: Take) -> None:
    folder = lay({"ada/lesson06.py": "x"})
    os.mkfifo(folder / "ada/lesson07.py")
    os.mkfifo(folder / "eve.zip")
    assert _reasons(take(folder)) == ["it is no plain file"] * 2


def test_what_may_not_be_read_is_told(lay: Write, take: Take) -> None:
    folder = lay({"ada/lesson06.py": "x", "eve/lesson06.py": "x"})
    (folder / "eve").chmod(0)
    try:
        if os.access(folder / "eve", os.R_OK):
            pytest.skip("root may read everything")
        assert _reasons(take(folder)) == ["it cannot be read: Permission denied"]
    finally:
        (folder / "eve").chmod(0o700)


def test_very_deep_folders_end_somewhere(lay: Write, take: Take) -> None:
    folder = lay({"ada/lesson06.py": "x"})
    (folder / "/".join(["deep"] * 300)).mkdir(parents=True)
    intake = take(folder)
    assert [placed.student.key for placed in intake.placed] == ["ada"]
    assert _reasons(intake) == [f"it lies more than {walk.MAX_DEPTH} folders deep"]


def test_names_of_any_bytes_are_kept_apart_and_shown_cleanly(lay: Write, take: Take) -> None:
    folder = lay({})
    names = [b"jos\xe9", b"jos\xe8", b"\xe2\x80\xaeexe.yp", b"a\x1b[2Jb\nc"]
    for name in names:
        place = folder / os.fsdecode(name)
        place.mkdir()
        (place / "lesson06.py").write_bytes(name)
    placed = take(folder).placed
    assert sorted(one.read(99) for one in placed) == sorted(names)
    assert len({one.student.key for one in placed}) == len(names)
    for one in placed:
        for text in (one.student.key, one.origin, one.placed_by, one.name):
            assert text.isprintable()
            text.encode()


def test_names_that_differ_only_in_case_are_different_students(pack: Write, take: Take) -> None:
    intake = take(pack({"Ada/lesson06.py": "1", "ada/lesson06.py": "2", "ada/LESSON06.PY": "3"}))
    assert (intake.placed[0].student.key, intake.placed[0].read(1)) == ("Ada", b"1")
    assert sorted(placed.read(1) for placed in intake.placed[1:]) == [b"2", b"3"]


@pytest.mark.parametrize(
    "name", ["../out/lesson06.py", "/etc/lesson06.py", "ada/../../lesson06.py", "C:\\x\\lesson06.py"]
)
def test_paths_that_lead_out_of_an_archive_are_refused(pack: Write, take: Take, tmp_path: Path, name: str) -> None:
    before = set(tmp_path.rglob("*")) | {tmp_path / "scratch", tmp_path / "class.zip"}
    intake = take(pack({name: "x", "ada/lesson06.py": "y"}))
    assert _reasons(intake) == ["its path leads out of its archive"]
    assert [placed.student.key for placed in intake.placed] == ["ada"]
    assert set(tmp_path.rglob("*")) <= before


def test_archives_with_two_files_of_one_name_keep_both(tmp_path: Path, take: Take) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("ada/lesson06.py", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("ada/lesson06.py", "two")
    assert [placed.read(9) for placed in take(tmp_path / "class.zip").placed] == [b"one", b"two"]


def test_links_in_archives_are_refused(tmp_path: Path, take: Take) -> None:
    link = zipfile.ZipInfo("ada/lesson06.py")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert _reasons(take(tmp_path / "class.zip")) == ["it is a link, and links are not followed"]


def test_locked_archives_are_told(pack: Write, take: Take) -> None:
    path = pack({"ada/lesson06.py": "x"})
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[6] |= 1  # the flag in the file's header and in the directory
    data[entry + 8] |= 1
    path.write_bytes(data)
    assert _reasons(take(path)) == ["its archive is locked with a password"]


def test_bombs_are_not_unpacked(pack: Write, take: Take, lay: Write) -> None:
    path = pack({"ada/lesson06.py": b"\0" * 30_000_000})
    assert path.stat().st_size < 100_000
    assert "meant to do harm" in _reasons(take(path))[0]
    assert "meant to do harm" in _reasons(take(lay({"eve.zip": path.read_bytes()}, "folder")))[0]


def test_a_file_is_never_larger_than_its_archive_says(pack: Write, take: Take) -> None:
    path = pack({"ada/lesson06.py": b"x = 1\n" * 1000})
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)  # says ten bytes, holds six thousand
    path.write_bytes(data)
    placed = take(path).placed[0]
    with pytest.raises(OSError, match="damaged"):
        placed.read(1 << 20)


def test_what_unpacks_without_limits_is_not_unpacked(tmp_path: Path, take: Take) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("ada/lesson06.py", "x = 1\n" * 1000)
    assert "plain zip" in _reasons(take(tmp_path / "class.zip"))[0]


def test_a_students_archive_of_very_many_files_is_refused(take: Take, lay: Write) -> None:
    folder = lay({"ada/lesson06.py": "x"})
    with zipfile.ZipFile(folder / "eve.zip", "w") as archive:
        for number in range(archives.MAX_MEMBERS + 1):
            archive.writestr(f"{number}.py", b"")
    intake = take(folder)
    assert [placed.student.key for placed in intake.placed] == ["ada"]
    assert _reasons(intake) == [f"it holds more than {archives.MAX_MEMBERS} files"]


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"PK\x03\x04" * 99, b"\xff" * 5000])
def test_damaged_archives_of_students_are_told(lay: Write, take: Take, pack: Write, data: bytes) -> None:
    empty = data.startswith(b"PK\x05\x06")  # one with nothing in it is whole
    intake = take(lay({"eve.zip": data, "ada/lesson06.py": "x"}))
    assert len(intake.placed) == 1
    assert len(intake.unplaced) == (0 if empty else 1)
    again = take(pack({"eve.zip": data, "ada/lesson06.py": "x"}))
    assert len(again.unplaced) == (0 if empty else 1)


def test_too_large_files_are_told_and_not_read(lay: Write, take: Take) -> None:
    folder = lay({"ada/lesson06.ipynb": ""})
    os.truncate(folder / "ada/lesson06.ipynb", 40_000_000_000)
    assert _reasons(take(folder)) == ["it is larger than 32 MB"]


def test_mac_archives_have_names_in_utf8_and_do_not_say_so(tmp_path: Path, take: Take) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
        archive.writestr("ada_xx/lesson06.py", "x")
    data = (tmp_path / "class.zip").read_bytes().replace(b"ada_xx", "adaß_".encode())
    (tmp_path / "class.zip").write_bytes(data)
    assert take(tmp_path / "class.zip").placed[0].student.key == "adaß_"


_PARTS = [
    *"ada alan.zip lesson06 Lesson_7 week1 hw-ada Ada_1_assignsubmission_file_ ada_1_2_lesson06-1.py x.py".split(),
    *"y.ipynb lesson06_stacked.py lesson06_lesson07.py data.csv notes.txt anon_ab_3_z.py submissions section".split(),
]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(_PARTS), min_size=1, max_size=4).map("/".join), unique=True, max_size=12))
def test_whatever_the_names_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory, paths: list[str]) -> None:
    paths = [path for path in paths if not any(other.startswith(f"{path}/") for other in paths)]
    folder = tmp_path_factory.mktemp("any")
    with zipfile.ZipFile(folder / "any.zip", "w") as archive:
        for path in paths:
            archive.writestr(path, "x")
    intake = take_in(folder / "any.zip", Course(_ROOT), scratch=folder)
    assert len(intake.placed) + len(intake.unplaced) + intake.ignored == len(paths)
    assert len({placed.origin for placed in intake.placed}) == len(intake.placed)
    assert {placed.student.key for placed in intake.placed} <= {student.key for student in intake.students}

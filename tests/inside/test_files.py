"""What a room tells of a folder: plain files, no links, not too many."""

import os
from pathlib import Path

import pytest

from grader.inside import files


def test_plain_files_are_told_with_their_folders(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "inner" / "b.txt").write_text("b")
    assert files.read_folder({}, str(tmp_path)) == {"a.txt": b"a", "inner/b.txt": b"b"}


def test_links_and_special_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to("/etc/passwd")
    (tmp_path / "folder" / "linked").symlink_to("/etc")
    os.mkfifo(tmp_path / "folder" / "pipe")
    (tmp_path / "other").symlink_to(tmp_path)
    assert files.read_folder({}, str(tmp_path / "folder")) == {}
    assert files.read_folder({}, str(tmp_path / "other")) == {}


def test_what_is_no_folder_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert files.read_folder({}, str(tmp_path / "file")) == {}
    assert files.read_folder({}, str(tmp_path / "missing")) == {}


def test_too_many_and_too_large_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES", 2)
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"12345")
    assert len(files.read_folder({}, str(tmp_path))) == 2
    (tmp_path / "c").touch()
    with pytest.raises(files.TooManyFilesError):
        files.read_folder({}, str(tmp_path))
    (tmp_path / "c").unlink()
    (tmp_path / "b").write_bytes(b"123456")
    with pytest.raises(files.TooManyFilesError):
        files.read_folder({}, str(tmp_path))


def test_host_and_room_agree_on_the_bounds() -> None:
    from grader.rooms import house  # noqa: PLC0415  the host's side, which rooms never see

    assert (files.MAX_FILES, files.MAX_BYTES) == (house.MAX_FILES, house.MAX_BYTES)

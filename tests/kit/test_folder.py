"""A kit replaces an earlier one, file by file, and nothing else."""

import json
import os
import zipfile
from pathlib import Path

import pytest

from grader.errors import UsageProblem
from grader.kit.folder import MANIFEST, hold_zip, with_manifest, write_folder, write_zip

OLD = with_manifest({"README.md": b"old", "exercises/a.py": b"a = 1", "gone.txt": b"g"})
NEW = with_manifest({"README.md": b"new", "exercises/a.py": b"a = 1", "notebooks/a.ipynb": b"{}"})


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir], ids=["new", "empty"])
def test_a_kit_is_written_whole(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "kit")
    write_folder(tmp_path / "kit", OLD)
    assert content(tmp_path / "kit") == OLD


def test_an_earlier_release_is_replaced_and_other_files_stay(tmp_path: Path) -> None:
    write_folder(tmp_path, OLD)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "own.html").write_bytes(b"o")
    write_folder(tmp_path, NEW)
    assert content(tmp_path) == {**NEW, "reports/own.html": b"o"}


def test_what_was_changed_by_hand_is_not_lost(tmp_path: Path) -> None:
    write_folder(tmp_path, OLD)
    (tmp_path / "exercises" / "a.py").write_bytes(b"a = 2")
    before = content(tmp_path)
    with pytest.raises(UsageProblem, match=r"a\.py is not as it was released"):
        write_folder(tmp_path, NEW)
    assert content(tmp_path) == before


def test_a_release_that_was_cut_short_is_finished(tmp_path: Path) -> None:
    write_folder(tmp_path, OLD)
    (tmp_path / "README.md").write_bytes(b"new")
    (tmp_path / "gone.txt").unlink()
    write_folder(tmp_path, NEW)
    assert content(tmp_path) == NEW


def test_a_file_of_somebody_else_in_the_way_is_not_lost(tmp_path: Path) -> None:
    write_folder(tmp_path, OLD)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "a.ipynb").write_bytes(b"mine")
    with pytest.raises(UsageProblem, match=r"a\.ipynb"):
        write_folder(tmp_path, NEW)


def test_another_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_bytes(b"t")
    with pytest.raises(UsageProblem, match="neither new nor empty nor an earlier release"):
        write_folder(tmp_path, NEW)
    assert content(tmp_path) == {"thesis.txt": b"t"}


@pytest.mark.parametrize("name", ["../precious.txt", "/etc/hostname", "a/../../precious.txt", "..", "a//b", ""])
def test_a_manifest_never_leads_outside(tmp_path: Path, name: str) -> None:
    (tmp_path / "precious.txt").write_bytes(b"p")
    kit = tmp_path / "kit"
    kit.mkdir()
    (kit / MANIFEST).write_text(json.dumps({"files": {name: "0"}}))
    with pytest.raises(UsageProblem, match="outside"):
        write_folder(kit, NEW)
    assert (tmp_path / "precious.txt").read_bytes() == b"p"


def test_a_link_never_leads_outside(tmp_path: Path) -> None:
    kit, other = tmp_path / "kit", tmp_path / "other"
    write_folder(kit, OLD)
    other.mkdir()
    (kit / "notebooks").symlink_to(other)
    with pytest.raises(UsageProblem, match="link"):
        write_folder(kit, NEW)
    assert not any(other.iterdir())


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "kit").write_bytes(b"k")
    with pytest.raises(UsageProblem, match="kit"):
        write_folder(tmp_path / "kit", NEW)


def test_a_zip_has_the_same_bytes_each_time_and_unpacks_into_one_folder(tmp_path: Path) -> None:
    write_zip(tmp_path / "kit.zip", NEW)
    first = (tmp_path / "kit.zip").read_bytes()
    os.utime(tmp_path / "kit.zip", (0, 0))
    write_zip(tmp_path / "kit.zip", dict(reversed(NEW.items())))
    assert (tmp_path / "kit.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "kit.zip") as file:
        file.extractall(tmp_path / "there")
    assert content(tmp_path / "there") == {f"kit/{name}": text for name, text in NEW.items()}


@pytest.mark.parametrize("other", [b"no zip at all", b"PK\x05\x06" + bytes(18)], ids=["file", "zip"])
def test_another_zip_is_left_alone(tmp_path: Path, other: bytes) -> None:
    (tmp_path / "kit.zip").write_bytes(other)
    with pytest.raises(UsageProblem, match="no earlier release"):
        hold_zip(tmp_path / "kit.zip")

"""Writes a kit into a folder or a zip, and over nothing but an earlier release."""

import hashlib
import re
import zipfile
from pathlib import Path
from typing import Annotated

import msgspec

from grader.errors import UsageProblem
from grader.records import Frozen
from grader.writing import archive, write_whole

MANIFEST = "release.json"
_PLAIN = re.compile(r"(?!\.\.?(/|$))[^/\\:\0]+(/(?!\.\.?(/|$))[^/\\:\0]+)*")


class _Manifest(Frozen, frozen=True, kw_only=True):
    """What a release wrote.

    Attributes:
        schema: version of this schema.
        files: SHA-256 of each file by its path.
    """

    schema: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1
    files: dict[str, str]


def with_manifest(kit: dict[str, bytes]) -> dict[str, bytes]:
    """Adds the list of its files to a kit, by which it is known again."""
    manifest = _Manifest(files={name: _digest(content) for name, content in kit.items()})
    return kit | {MANIFEST: msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"}


def write_folder(folder: Path, kit: dict[str, bytes]) -> None:
    """Writes a kit in the place of an earlier one.

    Args:
        folder: a folder that is new, empty, or holds an earlier release, of which other files stay.
        kit: the kit with its manifest.

    Raises:
        UsageProblem: the folder holds something else, a file in it was changed by hand, or it cannot be written.
    """
    try:
        before = _earlier(folder)
        for name in before.keys() | kit.keys():
            _hold_ours(folder, name, before.get(name), kit.get(name))
        for name in before.keys() - kit.keys():
            (folder / name).unlink(missing_ok=True)
        for name, content in kit.items():  # the manifest comes last, so that half a release is known for what it is
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
    except OSError as problem:
        raise UsageProblem(f"the kit {folder} cannot be written: {problem.strerror}: {problem.filename}") from problem


def write_zip(path: Path, kit: dict[str, bytes]) -> None:
    """Writes a kit as a zip with one folder in it; the bytes depend on the kit and the name alone.

    Args:
        path: the zip; an earlier release there is replaced.
        kit: the kit with its manifest.

    Raises:
        UsageProblem: there is something else, or it cannot be written.
    """
    hold_zip(path)
    packed = archive({f"{path.stem}/{name}": content for name, content in kit.items()})
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, packed)
    except OSError as problem:
        raise UsageProblem(f"the zip {path} cannot be written: {problem.strerror}") from problem


def hold_zip(path: Path) -> None:
    """Holds that a zip is new or an earlier release.

    Args:
        path: the zip.

    Raises:
        UsageProblem: it is something else.
    """
    if not path.exists():
        return
    try:
        with zipfile.ZipFile(path) as file:
            is_ours = any(name.endswith(f"/{MANIFEST}") for name in file.namelist())
    except (OSError, zipfile.BadZipFile):
        is_ours = False
    if not is_ours:
        raise UsageProblem(f"{path} is no earlier release; move it away or name another folder")


def _earlier(folder: Path) -> dict[str, str]:
    """The digests of the files of the release that a folder holds."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return {}
    try:
        files = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest).files
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as problem:
        raise UsageProblem(
            f"{folder} is neither new nor empty nor an earlier release; name another folder"
        ) from problem
    if not all(_PLAIN.fullmatch(name) for name in files):
        raise UsageProblem(f"{folder / MANIFEST} names files outside of its folder; name another folder")
    return files


def _hold_ours(folder: Path, name: str, before: str | None, now: bytes | None) -> None:
    path = folder / name
    for part in (path, *path.parents):
        if part == folder:
            break
        if part.is_symlink():
            raise UsageProblem(f"{part} is a link, which no release writes; move it away")
    if name == MANIFEST or not path.exists():
        return
    digest = _digest(path.read_bytes())
    if digest != before and (now is None or digest != _digest(now)):
        raise UsageProblem(f"{path} is not as it was released; move it away, or it would be lost")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

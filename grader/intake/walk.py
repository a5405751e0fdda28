"""Lists what lies in a folder or an archive. Follows no link, opens nothing but archives, one level deep."""

import os
import stat
import zipfile
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from grader.errors import UsageProblem
from grader.intake.archives import MAX_BYTES, Archive, path_of, refusal, time_of
from grader.intake.clutter import is_clutter, lies_in_clutter
from grader.intake.found import Found, Haul, in_utc, origin_of
from grader.intake.surroundings import is_archive
from grader.placed import Unplaced

MAX_FILES = 500_000
MAX_DEPTH = 24
_REPOSITORY = ".git"


class Walk:
    """Goes through a source."""

    def __init__(self, source: Path, scratch: Path, skipped: Path | None = None) -> None:
        """Prepares to go.

        Args:
            source: a folder, or a zip archive.
            scratch: a folder for archives out of archives; they are named by us.
            skipped: a file that is no submission wherever it lies: the roster.
        """
        self._source = source
        self._name = str(source)
        self._scratch = scratch
        self._skipped = None if skipped is None else os.path.realpath(skipped)
        self._inside: Path | None = None
        self._numbers = count(1)
        self._haul = Haul()

    def haul(self) -> Haul:
        """Lists all that is there.

        Raises:
            UsageProblem: the source is neither folder nor archive, cannot be read, or holds far too much.
        """
        try:
            if self._source.is_dir():
                self._folders(os.path.realpath(self._source))
            elif self._source.is_file():
                self._archive(self._source, (), trusted=True)
            else:
                raise UsageProblem(f"there is no folder or zip archive {self._source}")
        except OSError as problem:
            raise UsageProblem(f"{self._source} cannot be read: {problem.strerror or problem}") from problem
        return self._haul

    def _folders(self, top: str) -> None:
        waiting: list[tuple[str, tuple[str, ...]]] = [(top, ())]
        while waiting:
            folder, parts = waiting.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as problem:
                if not parts:
                    raise
                self._refuse(parts, f"it cannot be read: {problem.strerror}")
                continue
            for entry in entries:
                below = (*parts, entry.name)
                if self._entry(entry, below):
                    waiting.append((entry.path, below))

    def _entry(self, entry: "os.DirEntry[str]", parts: tuple[str, ...]) -> bool:
        """Takes note of what lies in a folder; whether it is a folder to go into."""
        folder = entry.is_dir(follow_symlinks=False)
        if is_clutter(entry.name, folder=folder):
            self._haul.clutter.add(parts)
            if entry.name == _REPOSITORY and folder:
                self._haul.repositories[parts[:-1]] = entry.path
        elif entry.is_symlink():
            self._refuse(parts, "it is a link, and links are not followed")
        elif folder and len(parts) < MAX_DEPTH:
            return True
        elif folder:
            self._refuse(parts, f"it lies more than {MAX_DEPTH} folders deep")
        elif not entry.is_file(follow_symlinks=False):
            self._refuse(parts, "it is no plain file")
        elif entry.path != self._skipped:
            self._file(entry, parts)
        return False

    def _file(self, entry: "os.DirEntry[str]", parts: tuple[str, ...]) -> None:
        try:
            if is_archive(entry.name):
                self._archive(Path(entry.path), parts, trusted=False)
                return
            about = entry.stat(follow_symlinks=False)
        except OSError as problem:
            self._refuse(parts, _sentence(problem))
            return
        self._add(Found(parts, self._name, about.st_size, in_utc(about.st_mtime), partial(_read, entry.path)))

    def _archive(self, path: Path, parts: tuple[str, ...], *, trusted: bool) -> None:
        archive = Archive(path, trusted=trusted)
        for info in archive.members:
            inner = path_of(info)
            if inner is None:
                self._refuse((*parts, info.filename), "its path leads out of its archive")
                continue
            below = (*parts, *inner)
            cluttered = lies_in_clutter(inner)
            reason = refusal(info)
            if cluttered is not None:
                self._haul.clutter.add((*parts, *cluttered))
            elif reason is not None:
                self._refuse(below, reason)
            elif len(below) > MAX_DEPTH:
                self._refuse(below, f"it lies more than {MAX_DEPTH} folders deep")
            elif not is_archive(inner[-1]):
                read = partial(archive.read, info)
                self._add(Found(below, self._name, info.file_size, time_of(info), read, packed=bool(parts)))
            elif parts:
                self._refuse(below, "it is an archive inside of an archive; unpack the outer one")
            else:
                self._inner(archive, info, below)

    def _inner(self, archive: Archive, info: zipfile.ZipInfo, parts: tuple[str, ...]) -> None:
        """Opens an archive that lies in the source's own."""
        try:
            if self._inside is None:
                self._scratch.mkdir(parents=True, exist_ok=True)
                self._inside = Path(mkdtemp(prefix="intake-", dir=self._scratch))
            path = self._inside / f"{next(self._numbers):06}.zip"
            path.write_bytes(archive.read(info, MAX_BYTES + 1))
            self._archive(path, parts, trusted=False)
        except OSError as problem:
            self._refuse(parts, _sentence(problem))

    def _add(self, found: Found) -> None:
        self._haul.files.append(found)
        if len(self._haul.files) > MAX_FILES:
            raise UsageProblem(f"{self._source} holds more than {MAX_FILES} files; is it the right folder?")

    def _refuse(self, parts: tuple[str, ...], reason: str) -> None:
        self._haul.refused.append(Unplaced(origin_of(self._name, parts), reason))


def _sentence(problem: OSError) -> str:
    return f"it cannot be read: {problem.strerror}" if problem.strerror else str(problem)


def _read(path: str, most: int) -> bytes:
    """Reads a file that was plain when it was listed, and is refused where it no longer is."""
    descriptor = os.open(
        path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is no plain file any more")
        return file.read(most)

"""When a file was last committed, in a clone that a student had their hands in.

It is read by dulwich, which is written in Python and never runs anything. `git` itself would run what the clone's own
configuration names: pagers, monitors, programs that check signatures or fetch what is missing. No configuration is
read here at all, only commits and trees.
"""

import os
import stat
from datetime import datetime
from pathlib import Path

from grader.intake.found import in_utc

_MAX_BYTES = 2_000_000_000
_MAX_FILES = 100_000
_MAX_OBJECT = 64_000_000
_HEAD = b"HEAD"


class Clone:
    """A clone."""

    def __init__(self, folder: str) -> None:
        """Opens a clone.

        Args:
            folder: its `.git`.
        """
        self._folder = folder
        self._plain = _is_plain(folder)

    def committed(self, parts: tuple[str, ...]) -> datetime | None:
        """Finds the last commit that touched a file.

        Args:
            parts: the file's path in the clone.

        Returns:
            When it was committed, by the clock of whoever did it; None where that cannot be told.
        """
        if not self._plain:
            return None
        try:
            return self._committed(b"/".join(map(os.fsencode, parts)))
        except Exception:  # noqa: BLE001  what is broken in a clone may break the reader in any way
            return None

    def _committed(self, path: bytes) -> datetime | None:
        from dulwich.object_store import DiskObjectStore  # noqa: PLC0415  few sources are clones
        from dulwich.refs import DiskRefsContainer, Ref  # noqa: PLC0415
        from dulwich.walk import Walker  # noqa: PLC0415

        store = DiskObjectStore(Path(self._folder) / "objects", loose_object_size_limit=_MAX_OBJECT)
        try:
            head = DiskRefsContainer(self._folder)[Ref(_HEAD)]
            entry = next(iter(Walker(store, [head], paths=[path], max_entries=1)), None)
            return None if entry is None else in_utc(entry.commit.commit_time)
        finally:
            store.close()


def _is_plain(folder: str) -> bool:
    """Whether there are only plain files in a `.git`, none of which leads to objects elsewhere, and not too many."""
    size = files = 0
    for at, folders, names in os.walk(folder):
        for name in (*folders, *names):
            about = Path(at, name).lstat()
            if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
                return False
            size, files = size + about.st_size, files + 1
        if size > _MAX_BYTES or files > _MAX_FILES:
            return False
    return not (Path(folder) / "objects" / "info" / "alternates").exists()

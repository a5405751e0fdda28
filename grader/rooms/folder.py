"""The folder of one grading: locked while it is used, so that the next grading can clear away after a killed one."""

import os
import secrets
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from grader.errors import GraderFault

try:
    import fcntl
except ImportError:  # Windows has no locks on folders; nothing is cleared away there
    fcntl = None  # type: ignore[assignment]

_PREFIX = "grade-room-"


class Folder:
    """A temporary folder that exists until `close`.

    Attributes:
        path: where it is.
    """

    def __init__(self) -> None:
        """Makes it, after removing those that killed gradings have left.

        Raises:
            GraderFault: there is no place for temporary files.
        """
        self._lock = -1
        try:
            _clear()
            self.path = self._make()
        except OSError as problem:
            raise GraderFault(f"no temporary folder can be made: {problem.strerror}") from problem

    def close(self) -> None:
        """Removes it."""
        remove(self.path)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _make(self) -> Path:
        while True:
            path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            if fcntl is None:
                return path
            with suppress(FileNotFoundError):  # somebody may clear it away before it is locked
                lock = os.open(path, os.O_RDONLY)
                fcntl.flock(lock, fcntl.LOCK_EX)
                if path.exists():
                    self._lock = lock
                    return path
                os.close(lock)


def remove(folder: Path) -> None:
    """Removes a folder whatever permissions a room gave to its parts, as far as it can; links are not followed.

    A room may nest folders deeper than any recursion or path goes, so folders are pulled up one by one.
    """
    with suppress(OSError):
        while inner := _folders_left(folder):
            for path in inner:
                for deeper in _folders_left(path):
                    deeper.rename(folder / secrets.token_hex(8))  # a name that nothing of the room has
                path.rmdir()
        folder.rmdir()


def _folders_left(folder: Path) -> list[Path]:
    """Removes all files of a folder; returns the folders in it, which can now be entered and moved."""
    folders = []
    folder.chmod(0o700)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.path, 0o700)  # noqa: PTH101  no path object for each of many thousand entries
                folders.append(Path(entry.path))
            else:
                os.unlink(entry.path)  # noqa: PTH108  as above
    return folders


def _clear() -> None:
    """Removes this user's folders that nobody holds locked."""
    if fcntl is None:
        return
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another grading uses it, or is clearing it away as well
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                continue
            lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove(path)
            finally:
                os.close(lock)

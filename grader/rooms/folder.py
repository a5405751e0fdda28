"""The folder of one grading: locked while it is used, so that the next grading can clear away after a killed one."""

import os
import shutil
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
            self._lock = os.open(path, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            if path.exists():
                return path
            os.close(self._lock)  # somebody cleared it away before it was locked


def remove(folder: Path) -> None:
    """Removes a folder whatever permissions a room gave to its parts; links are not followed."""
    for part, _, _ in os.walk(folder):
        Path(part).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


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

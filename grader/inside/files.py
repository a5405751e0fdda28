"""Files that a room tells of, so that another room can be given them: saved models, scalers, settings."""

import os
import stat
from typing import Any

#: As many and as large as the host takes; more is not even read.
MAX_FILES, MAX_BYTES = 64, 64 << 20


class TooManyFilesError(Exception):
    """There are more or larger files than can be carried."""


def read_folder(namespace: dict[str, Any], folder: str) -> dict[str, bytes]:  # noqa: ARG001  a verb is given names
    """Reads the plain files of a folder; links and special files are left out.

    Args:
        namespace: the submission's names.
        folder: path of the folder.

    Returns:
        Content by path below the folder, "/" between parts; nothing if it is no folder.

    Raises:
        TooManyFilesError: more than `MAX_FILES` files or `MAX_BYTES` bytes.
    """
    files: dict[str, bytes] = {}
    if os.path.islink(folder):  # noqa: PTH114  a room's paths are text
        return files
    left = MAX_BYTES
    for part, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(part, name)  # noqa: PTH118
            if not stat.S_ISREG(os.lstat(path).st_mode):
                continue
            with open(path, "rb") as file:  # noqa: PTH123
                content = file.read(left + 1)
            left -= len(content)
            if left < 0 or len(files) == MAX_FILES:
                raise TooManyFilesError(f"more than {MAX_FILES} files or {MAX_BYTES >> 20} MiB")
            files[os.path.relpath(path, folder).replace(os.sep, "/")] = content
    return files

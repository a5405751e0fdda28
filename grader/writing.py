"""Writes a file whole or not at all, so that whoever reads it meanwhile never meets half of it."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replaces the content of a file in one step.

    What is no plain file, or lies in a folder that may not be written to, is written to in place.

    Args:
        path: the file; where it is a link, what it leads to is replaced.
        content: the new content.

    Raises:
        OSError: it cannot be written; the old content is still there.
    """
    path = path.resolve()
    if (path.exists() and not path.is_file()) or not os.access(path.parent, os.W_OK):
        path.write_bytes(content)
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise

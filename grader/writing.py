"""Writes a file whole or not at all, so that who reads it meanwhile never meets half; and archives, always the same."""

import io
import os
import zipfile
from collections.abc import Container, Mapping
from pathlib import Path

#: The time of everything in an archive: the earliest that one can tell; and the system whose permissions it has.
_NO_TIME, _UNIX = (1980, 1, 1, 0, 0, 0), 3


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


def archive(files: Mapping[str, bytes], *, programs: Container[str] = (), packing: int = zipfile.ZIP_STORED) -> bytes:
    """Packs files into a zip that depends on them alone.

    Args:
        files: the content of each by its name.
        programs: names of those that may be run.
        packing: how they are packed; deflate may differ from machine to machine.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system, entry.compress_type = _UNIX, packing
            entry.external_attr = (0o755 if name in programs else 0o644) << 16
            file.writestr(entry, files[name])
    return packed.getvalue()

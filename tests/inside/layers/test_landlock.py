"""The allow-list of paths, with every version of Landlock that the kernel can play."""

import errno
import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.inside.layers import landlock, privileges

InChild = Callable[[Callable[[], Any]], Any]
pytestmark = pytest.mark.skipif(landlock.version() == 0, reason="this kernel has no Landlock")


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("read", "listed", "write", "hidden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("content")
    return tmp_path


def attempt(function: Callable[[], object]) -> str:
    try:
        function()
    except OSError as problem:
        return errno.errorcode[problem.errno or 0]
    return "worked"


@pytest.mark.parametrize("abi", range(1, landlock.version() + 1))
def test_only_what_is_listed_can_be_reached(in_child: InChild, folders: Path, abi: int) -> None:
    def attempts() -> dict[str, str]:
        privileges.forbid_new()
        paths = {name: str(folders / name) for name in ("read", "listed", "write")}
        landlock.put_on([paths["read"], "/no/such/folder"], [paths["listed"]], [paths["write"]], abi)
        return {
            "read": attempt((folders / "read" / "file").read_text),
            "list": attempt(lambda: list((folders / "listed").iterdir())),
            "read listed": attempt((folders / "listed" / "file").read_text),
            "write": attempt(lambda: (folders / "write" / "new").write_text("x")),
            "make": attempt((folders / "write" / "folder").mkdir),
            "remove": attempt((folders / "write" / "file").unlink),
            "write read": attempt(lambda: (folders / "read" / "file").write_text("x")),
            "remove read": attempt((folders / "read" / "file").unlink),
            "read hidden": attempt((folders / "hidden" / "file").read_text),
            "list hidden": attempt(lambda: list((folders / "hidden").iterdir())),
            "link": attempt(lambda: os.link(folders / "hidden" / "file", folders / "write" / "l")),
            "through link": attempt(functools.partial(through_link, folders)),
            "pipe": attempt(lambda: os.mkfifo(folders / "write" / "pipe")),
        }

    found = in_child(attempts)
    worked = {"read", "list", "write", "make", "remove"}
    assert {name for name, how in found.items() if how == "worked"} == worked
    assert found["link"] in {"EXDEV", "EACCES"}


def through_link(folders: Path) -> str:
    (folders / "write" / "soft").symlink_to(folders / "hidden" / "file")
    return (folders / "write" / "soft").read_text()


@pytest.mark.parametrize("abi", range(1, landlock.version() + 1))
def test_cutting_needs_the_third_version(in_child: InChild, folders: Path, abi: int) -> None:
    path = folders / "read" / "file"

    def cut() -> str:
        privileges.forbid_new()
        landlock.put_on([str(folders / "read")], [], [], abi)
        return attempt(lambda: os.truncate(path, 0))

    assert in_child(cut) == ("EACCES" if abi >= landlock.TRUNCATES else "worked")

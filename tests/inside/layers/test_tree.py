"""A room's own tree of files: what is not shown is not there, and what can be written is bounded."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.inside.layers import namespaces, tree

InChild = Callable[[Callable[[], Any]], Any]


@pytest.fixture(autouse=True)
def _may_mount(in_child: InChild, tmp_path_factory: pytest.TempPathFactory) -> None:
    work = tmp_path_factory.mktemp("room") / "work"
    work.mkdir()
    try:
        in_child(lambda: planted(work))
    except AssertionError as problem:
        if "PermissionError" not in str(problem):
            raise
        pytest.skip("this machine does not allow user namespaces that mount")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "room" / "work").mkdir(parents=True)
    return tmp_path / "room" / "work"


@pytest.fixture
def shown(tmp_path: Path) -> Path:
    (tmp_path / "shown" / "inner").mkdir(parents=True)
    (tmp_path / "shown" / "file").write_text("content")
    (tmp_path / "shown" / "file").chmod(0o640)
    (tmp_path / "hidden").write_text("hidden")
    return tmp_path / "shown"


def planted(work: Path, *visible: str | Path) -> None:
    namespaces.enter()
    tree.put_on(str(work), [str(path) for path in visible])


def error_of(function: Callable[[], object]) -> str:
    try:
        function()
    except OSError as problem:
        return errno.errorcode[problem.errno or 0]
    return ""


def test_what_is_not_shown_is_not_there(in_child: InChild, work: Path, shown: Path) -> None:
    def look() -> list[object]:
        planted(work, shown)
        hidden = shown.parent / "hidden"
        return [
            (shown / "file").read_text(),
            sorted(os.listdir(shown.parent)),  # noqa: PTH208  names alone
            error_of(hidden.stat),
            error_of((hidden.parent / "never was").stat),
            error_of(lambda: os.stat("/etc/passwd")),  # noqa: PTH116  as an attacker writes it
        ]

    text, names, hidden, never, passwords = in_child(look)
    assert text == "content"
    assert names == ["room", "shown"]
    assert hidden == never == passwords == "ENOENT"


def test_what_is_shown_cannot_be_changed(in_child: InChild, work: Path, shown: Path) -> None:
    def change() -> list[str]:
        planted(work, shown)
        file = shown / "file"
        return [
            error_of(lambda: file.write_text("x")),
            error_of(file.unlink),
            error_of(lambda: file.chmod(0o777)),
            error_of(lambda: os.utime(file, (1, 1))),
            error_of(lambda: os.truncate(file, 0)),
            error_of(lambda: (shown / "new").write_text("x")),
            error_of(lambda: Path("/new").write_text("x")),
            error_of(lambda: file.rename(work / "taken")),
        ]

    before = (shown / "file").stat()
    assert set(in_child(change)) <= {"EROFS", "EXDEV"}
    after = (shown / "file").stat()
    assert (before.st_mode, before.st_mtime_ns, before.st_size) == (after.st_mode, after.st_mtime_ns, after.st_size)


def test_the_work_folder_can_be_written_and_is_bounded(in_child: InChild, work: Path) -> None:
    def fill() -> list[str]:
        planted(work)
        block = bytes(16 << 20)
        many = error_of(lambda: [(work / f"small{at}").write_bytes(b"") for at in range(10_000)])
        for path in work.glob("small*"):
            path.unlink()
        much = error_of(lambda: [(work / f"large{at}").write_bytes(block) for at in range(100)])
        return [many, much]

    assert in_child(fill) == ["ENOSPC", "ENOSPC"]
    assert not list(work.iterdir())  # on the disk there is nothing of it


def test_symbolic_links_on_the_way_are_kept(in_child: InChild, work: Path, shown: Path) -> None:
    link = shown.parent / "link"
    link.symlink_to(shown)

    def look() -> tuple[str, bool]:
        planted(work, link / "inner", link / "file")
        return (link / "file").read_text(), link.is_symlink()

    assert in_child(look) == ("content", True)


def test_a_room_sees_its_own_process_alone(in_child: InChild, work: Path) -> None:
    def look() -> tuple[str, list[str], str]:
        planted(work, "/proc/self")
        parent = Path(f"/proc/{os.getppid()}/environ")
        return Path("/proc/self/status").read_text().split()[1], os.listdir("/proc"), error_of(parent.read_bytes)  # noqa: PTH208

    name, seen, parents = in_child(look)
    assert name
    assert len(seen) == 2  # "self" and where it leads
    assert parents == "ENOENT"


def test_devices_work(in_child: InChild, work: Path) -> None:
    def use() -> tuple[int, int]:
        planted(work, "/dev/null", "/dev/urandom")
        with Path("/dev/null").open("wb") as file:
            file.write(b"x")
        return len(os.urandom(4)), stat.S_ISCHR(Path("/dev/null").stat().st_mode)

    assert in_child(use) == (4, True)

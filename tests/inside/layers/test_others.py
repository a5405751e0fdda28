"""The layers that are a call or two: limits, privileges, session, namespaces, environment, descriptors."""

import errno
import mmap
import os
import resource
import socket
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.inside.layers import descriptors, environment, limits, namespaces, privileges, session

InChild = Callable[[Callable[[], Any]], Any]


def test_limits_are_hard_and_strike(in_child: InChild, tmp_path: Path) -> None:
    def use_up() -> list[object]:
        limits.put_on(memory_mb=512)
        found: list[object] = [resource.getrlimit(resource.RLIMIT_DATA)]
        try:
            mmap.mmap(-1, 600 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except OSError as problem:
            found.append(problem.errno)
        try:
            opened = [os.dup(0) for _ in range(1000)]
        except OSError as problem:
            found.append(problem.errno)
        else:
            found.append(len(opened))
        return found

    assert in_child(use_up) == [(512 << 20, 512 << 20), errno.ENOMEM, errno.EMFILE]
    assert tmp_path.exists()


def test_a_lower_limit_of_the_users_stays(in_child: InChild) -> None:
    def lower() -> tuple[int, int]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        limits.put_on(memory_mb=4096)
        return resource.getrlimit(resource.RLIMIT_FSIZE)

    assert in_child(lower) == (1000, 1000)


def test_no_capability_is_left_and_none_can_come(in_child: InChild) -> None:
    def drop() -> dict[str, str]:
        privileges.drop_capabilities()
        privileges.forbid_new()
        lines = Path("/proc/self/status").read_text().splitlines()
        return {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("Cap", "NoNew"))}

    found = in_child(drop)
    assert found.pop("NoNewPrivs") == "1"
    bounding = found.pop("CapBnd")
    assert os.getuid() != 0 or int(bounding, 16) == 0
    assert {int(value, 16) for value in found.values()} == {0}


def test_a_room_dies_with_its_parent(in_child: InChild) -> None:
    def orphan() -> str:
        reads, writes = os.pipe()
        middle = os.fork()
        if middle == 0:
            parent = os.getpid()
            if os.fork() == 0:
                session.die_with_parent(parent)
                os.write(writes, b"ready")
                time.sleep(30)
                os._exit(0)
            os.read(reads, 5)
            os._exit(0)
        os.waitpid(middle, 0)
        os.close(writes)
        return "died" if os.read(reads, 1) == b"" else "lives"  # the pipe closes when the last writer dies

    assert in_child(orphan) == "died"


def test_a_room_whose_parent_is_gone_already_ends(in_child: InChild) -> None:
    def orphan() -> int:
        pid = os.fork()
        if pid == 0:
            session.die_with_parent(os.getppid() + 1)
            os._exit(7)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    assert in_child(orphan) == 0


def test_a_room_leads_its_own_session(in_child: InChild) -> None:
    def begin() -> bool:
        session.begin()
        session.begin()  # a second time does no harm
        return os.getsid(0) == os.getpid()

    assert in_child(begin)


def test_namespaces_are_new_and_the_user_stays(in_child: InChild) -> None:
    def names() -> list[str]:
        return [os.readlink(f"/proc/self/ns/{name}") for name in ("mnt", "uts", "ipc", "net")]  # noqa: PTH115

    def enter() -> tuple[list[str], int, str, list[tuple[int, str]]]:
        namespaces.enter()
        return names(), os.getuid(), os.uname().nodename, socket.if_nameindex()

    inside, user, host, interfaces = in_child(enter)
    assert not set(inside) & set(names())
    assert user == os.getuid()
    assert host == "room"
    assert [name for _, name in interfaces] == ["lo"]


def test_the_environment_is_built_from_nothing(in_child: InChild, tmp_path: Path) -> None:
    def build() -> tuple[dict[str, str], str, str]:
        os.environ["NAME_OF_THE_USER"] = "x"
        environment.build(str(tmp_path))
        environment.enter(str(tmp_path))
        return dict(os.environ), tempfile.gettempdir(), str(Path.cwd())

    variables, temporary, folder = in_child(build)
    assert set(variables) == set(environment.VARIABLES)
    assert temporary == variables["TMPDIR"] == str(tmp_path / "tmp")
    assert folder == str(tmp_path)


def test_descriptors_are_moved_and_all_others_closed(in_child: InChild) -> None:
    def close() -> tuple[tuple[int, int], list[int], bytes]:
        left, right = socket.socketpair()
        os.dup2(1, 200)
        right.send(b"x")
        channel = descriptors.close((left.fileno(), left.fileno()))
        is_open = []
        for number in range(300):
            try:
                os.fstat(number)
            except OSError:
                continue
            is_open.append(number)
        return channel, is_open, os.read(channel[0], 1) + os.read(0, 1)

    # The child's own pipe is closed as well, so the result goes to a file.
    path = Path(tempfile.mkdtemp()) / "told"

    def tell() -> None:
        path.write_text(repr(close()))

    with suppress(AssertionError):  # it could not tell through its pipe
        in_child(tell)
    assert path.read_text() == repr(((3, 4), [0, 1, 2, 3, 4], b"x"))

"""A full disk, too few descriptors, a clock that jumps: faults of ours, and never a mark that is too low."""

import ast
import os
import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.rooms

Make = Callable[..., Any]
GRADER = Path(__file__).resolve().parents[2] / "grader"


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """Mounts a small file system on a folder."""
    folder.mkdir(exist_ok=True)
    if (
        os.getuid() != 0
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a small file system can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096) == 4096:
                pass
        except OSError:
            return


DISKS = {
    "no file fits": ("size=1m,nr_inodes=2", False),
    "no byte fits": ("size=64k,nr_inodes=100", True),
    "what a room leaves does not fit": ("size=200k,nr_inodes=200", False),
}


@pytest.mark.parametrize("options, is_full", DISKS.values(), ids=DISKS)
def test_a_full_disk_for_temporary_files_is_a_fault(grading: Make, options: str, is_full: bool) -> None:
    run = grading()
    with small_disk(run.temporary, options) as disk:
        if is_full:
            fill(disk)
        end = run.start().end(mounted=1)
        if end.code != 0 or not is_full:  # where rooms have folders of their own, a few folders may do
            end.hold_fault()
        assert [name for name in run.left() if name != "filler"] == []


def test_a_full_disk_for_reports_loses_no_mark_and_gives_no_zero(grading: Make) -> None:
    run = grading()
    with small_disk(run.place / "reports", "size=64k,nr_inodes=100") as disk:
        fill(disk)
        end = run.start().end(mounted=1)
    assert end.code == 3
    assert "10 of 10 points" in end.output
    assert re.fullmatch(r"grade: [^\n]*report[^\n]*cannot be written[^\n]*\n", end.errors)


@pytest.mark.parametrize("limit", [6, 10, 13, 20])
def test_too_few_descriptors_are_a_fault_or_do_not_matter(grading: Make, limit: int) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    run = grading().start(preexec_fn=few)
    end = run.end()
    if end.code == 0:
        end.hold_mark()
    else:
        end.hold_fault()
    if limit > 12:  # with fewer even a folder cannot be removed; the next grading does it
        assert run.left() == []


#: A clock that goes a day forth and back each time that it is asked; the monotonic clocks are left alone.
CLOCK = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <sys/time.h>
static long day(void) { static long n; return (n++ % 2) ? 86400 : -86400; }
int clock_gettime(clockid_t id, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(id, at);
    if (id == CLOCK_REALTIME) at->tv_sec += day();
    return result;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""


def test_a_clock_that_jumps_by_a_day_changes_nothing(grading: Make, tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("the clock needs a C compiler")
    (tmp_path / "clock.c").write_text(CLOCK)
    library = tmp_path / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, tmp_path / "clock.c", "-ldl"], check=True)
    jumps = "import time; a, b = time.time(), time.time(); raise SystemExit(abs(a - b) < 80_000)"
    loaded = {"LD_PRELOAD": str(library)}
    assert subprocess.run(["python3", "-c", jumps], env=os.environ | loaded, check=False).returncode == 0
    run = grading(stage="calling", hold_for=1, environment=loaded).start()
    run.end().hold_mark()
    assert run.left() == []


def test_clocks_that_began_at_another_time_change_nothing(grading: Make) -> None:
    before = ("unshare", "--time", "--monotonic", "100000000", "--boottime", "100000000", "--fork")
    if subprocess.run([*before, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no time namespaces here")
    grading(before=before).start().end().hold_mark()


def test_deadlines_never_ask_a_clock_that_can_be_set() -> None:
    asked = {
        f"{path.name}:{node.lineno}"
        for part in ("rooms", "judge", "inside", "wire")
        for path in (GRADER / part).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("time", "time"), ("time", "time_ns"), ("datetime", "now"), ("os", "times")}
    }
    assert asked == set()

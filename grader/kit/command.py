"""`grade release`: builds the kit, holds that nothing leaks, writes it."""

from collections.abc import Iterator
from pathlib import Path

from grader.course import Course
from grader.errors import UsageProblem
from grader.kit.building import build
from grader.kit.folder import hold_zip, with_manifest, write_folder, write_zip
from grader.kit.leaks import hold_tight
from grader.kit.placing import hold_placed
from grader.pipeline import versions


def release(course: Course, folder: Path, *, zipped: bool) -> Iterator[str]:
    """Writes what students receive.

    Args:
        course: the full course.
        folder: where to; new, empty, or an earlier release.
        zipped: whether to write a zip beside it, too.

    Yields:
        A line for everything that is written.

    Raises:
        UsageProblem: something would leak, or the kit cannot be written there; nothing is written then.
        GraderFault: the course cannot be read.
    """
    if folder.resolve() == course.folder.resolve():
        raise UsageProblem(f"{folder} is the course itself; name another folder")
    packed = folder.resolve().with_name(f"{folder.resolve().name}.zip")
    if zipped:
        hold_zip(packed)
    hold_placed(course)
    kit = with_manifest(build(course, versions()))
    hold_tight(course, kit)
    write_folder(folder, kit)
    yield f"wrote {folder}, {len(kit)} files"
    if zipped:
        write_zip(packed, kit)
        yield f"wrote {packed}"

import os
import shutil
from pathlib import Path

import pytest

from grader.batch.cluster.parcel import digest, pack, unpack
from grader.course import Course, Lesson
from grader.errors import GraderFault


def test_what_is_unpacked_gives_the_same_marks(lesson: Lesson, tmp_path: Path) -> None:
    parcel = pack(lesson.course)
    course = unpack(parcel, digest(parcel), tmp_path)
    assert course.name == digest(parcel)
    assert Course(course).lesson("1").fingerprint() == lesson.fingerprint()


def test_it_holds_nothing_but_what_judging_reads(lesson: Lesson, tmp_path: Path) -> None:
    for name in ("exercises/lesson01_tiny.py", "solutions/lesson01_tiny.py", "rubrics/proofs.json", "notes.txt"):
        (lesson.course / name).parent.mkdir(exist_ok=True)
        (lesson.course / name).write_text("not for judging")
    (lesson.rubric / "__pycache__").mkdir()
    (lesson.rubric / "__pycache__" / "data.pyc").write_text("as before")
    (lesson.course / "rubrics" / "course.toml").write_text("")
    course = unpack(pack(lesson.course), digest(pack(lesson.course)), tmp_path)
    found = {path.relative_to(course).as_posix() for path in course.rglob("*") if path.is_file()}
    files = {"rubric.toml", "checks.py", "data.py"}
    assert found == {"rubrics/course.toml", *(f"rubrics/lesson01_tiny/{name}" for name in files)}


def test_the_same_course_is_the_same_bytes_wherever_it_lies(lesson: Lesson, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(lesson.course, tmp_path / "copy"))
    for path in copy.rglob("*"):
        os.utime(path, (0, 0))
    assert pack(copy) == pack(lesson.course)
    (copy / "rubrics" / "lesson01_tiny" / "data.py").write_text("X = 1\n")
    assert pack(copy) != pack(lesson.course)


def test_what_changed_on_its_way_is_not_unpacked(lesson: Lesson, tmp_path: Path) -> None:
    parcel = pack(lesson.course)
    with pytest.raises(GraderFault, match="did not arrive as it was sent"):
        unpack(parcel[:-1], digest(parcel), tmp_path / "new")
    assert not (tmp_path / "new").exists()

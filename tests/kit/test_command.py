"""`grade release` from end to end: what students get, grade with it, and are told."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import nbformat
import pytest

from grader.course import Course
from grader.errors import UsageProblem
from grader.kit.command import release

Run = Callable[..., CompletedProcess[str]]
MORE = "More checks run when your teacher grades"
#: Right but for what only the teacher looks at.
NEARLY = 'def double(x):\n    return 2 * x if abs(x) < 1000 else 0\n\nANSWERS = {"why": "adds"}\n'


@pytest.fixture
def kit(course: Course, tmp_path: Path) -> Path:
    folder = tmp_path / "students" / "kit"
    assert [*release(course, folder, zipped=False)] == [f"wrote {folder}, 11 files"]
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_kit_is_a_course_with_exercises_notebooks_checks_and_pins(kit: Path) -> None:
    lesson = [f"rubrics/lesson01_tiny/{name}" for name in ("checks.py", "data.py", "questions.toml", "rubric.toml")]
    exercises = ["exercises/lesson01_tiny.py", "notebooks/lesson01_tiny.ipynb"]
    whole = ["README.md", "constraints.txt", "pins.json", "release.json", "rubrics/course.toml"]
    assert sorted(content(kit)) == sorted([*whole, *exercises, *lesson])
    nbformat.validate(nbformat.read(kit / exercises[1], as_version=4))
    assert "grade lesson01 " in (kit / "README.md").read_text("utf-8")


def test_the_same_course_gives_the_same_bytes(course: Course, kit: Path, tmp_path: Path) -> None:
    [*release(course, tmp_path / "other", zipped=True)]
    [*release(course, kit, zipped=True)]
    assert content(kit) == content(tmp_path / "other")
    with zipfile.ZipFile(tmp_path / "other.zip") as file:
        assert {name.partition("/")[2]: file.read(name) for name in file.namelist()} == content(kit)


def test_a_kit_of_a_kit_is_the_same(kit: Path, tmp_path: Path) -> None:
    [*release(Course(kit), tmp_path / "again", zipped=False)]
    assert content(tmp_path / "again") == content(kit)


def test_where_something_leaks_one_sentence_says_so_and_nothing_is_written(
    course: Course, change: Callable[[str, str], None], grade: Run, tmp_path: Path
) -> None:
    change("rubrics/lesson01_tiny/checks.py", "# CANARY-seed-of-course\n")
    done = grade(course.folder, "release", str(tmp_path / "kit"), "--zip")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("grade: nothing was released: rubrics/lesson01_tiny/checks.py, line ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "kit").exists()
    assert not (tmp_path / "kit.zip").exists()


def test_a_course_is_not_released_into_itself(course: Course) -> None:
    with pytest.raises(UsageProblem, match="the course itself"):
        [*release(course, course.folder, zipped=False)]


@pytest.mark.rooms
def test_students_grade_with_the_kit_alone_and_hear_that_more_is_checked(kit: Path, grade: Run) -> None:
    (kit / "exercises" / "lesson01_tiny.py").write_text(NEARLY, "utf-8")
    done = grade(kit, "lesson01")
    assert (done.returncode, done.stderr) == (0, "")
    page = (kit / "reports" / "lesson01.html").read_text("utf-8")
    for told in (done.stdout, page):
        assert MORE in told
        assert "Doubles large numbers" in told
        assert "passed here, but your teacher checks more" in told
        assert "100 %" not in told
        assert "Everything is right" not in told
    rows = json.loads((kit / "reports" / "lesson01.json").read_bytes())["rows"]
    outcomes = {row["id"]: row["checked"]["outcome"] for row in rows}
    assert outcomes == {
        **dict.fromkeys(("loads", "doubles", "negative"), "passed"),
        **dict.fromkeys(("secret", "answers"), "withheld"),
    }
    assert "nothing here; your teacher checks more" in grade(kit, "lessons").stdout
    (kit / "pins.json").write_text((kit / "pins.json").read_text("utf-8").replace('"keras": "', '"keras": "1'), "utf-8")
    assert "what passes here may fail there" in " ".join(grade(kit, "lesson01").stdout.split())


@pytest.mark.rooms
def test_the_full_course_runs_what_students_do_not_see(course: Course, grade: Run, tmp_path: Path) -> None:
    (tmp_path / "theirs.py").write_text(NEARLY, "utf-8")
    done = grade(tmp_path, "lesson01", "theirs.py", "--course", str(course.folder))
    assert done.returncode == 1
    assert MORE not in done.stdout
    assert "For large numbers it gives 0" in done.stdout
    assert "what passes here" not in done.stdout

"""The wheel carries what a student may have, at a place away from the package, and nothing else of the course."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_every_lesson_travels_with_its_stub_rubric_and_student_checks(wheel: zipfile.ZipFile) -> None:
    names = {name.partition("share/grade/")[2] for name in wheel.namelist()}
    for rubric in ROOT.glob("rubrics/*/rubric.toml"):
        lesson = rubric.parent.name
        wanted = {f"rubrics/{lesson}/{name}" for name in ("rubric.toml", "checks.py", "data.py")}
        assert wanted | {f"exercises/{lesson}.py"} <= names


def test_no_solution_variant_or_teacher_check_travels(wheel: zipfile.ZipFile) -> None:
    course = [name for name in wheel.namelist() if "share/grade/" in name]
    assert course
    for name in course:
        assert "solutions" not in name
        assert "/accept/" not in name
        assert "/reject/" not in name
        assert "teacher_checks" not in name


def test_no_text_of_a_solution_travels(wheel: zipfile.ZipFile) -> None:
    content = "\n".join(wheel.read(name).decode("utf-8", "replace") for name in wheel.namelist())
    for solution in ROOT.glob("solutions/*.py"):
        stub = (ROOT / "exercises" / solution.name).read_text("utf-8")
        own = [line for line in solution.read_text("utf-8").splitlines() if len(line) > 60 and line not in stub]
        assert own
        assert not [line for line in own if line in content]


def test_the_course_lies_outside_the_package(wheel: zipfile.ZipFile) -> None:
    assert not [name for name in wheel.namelist() if name.startswith("grader/") and name.endswith("checks.py")]
    assert not [name for name in wheel.namelist() if name.startswith("grader/") and "rubric.toml" in name]

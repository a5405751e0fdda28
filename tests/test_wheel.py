"""The wheel carries what a student may have, at a place away from the package, and nothing else of the course."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grader.kit.public import course_files

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    return build(ROOT, tmp_path_factory.mktemp("wheel"))


def build(project: Path, folder: Path) -> zipfile.ZipFile:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_every_lesson_travels_with_its_stub_rubric_and_student_checks(wheel: zipfile.ZipFile) -> None:
    names = {name.partition("share/grade/")[2] for name in wheel.namelist()}
    for rubric in ROOT.glob("rubrics/*/rubric.toml"):
        lesson = rubric.parent.name
        files = ("rubric.toml", "checks.py", "data.py", "pictures.py", "questions.toml", "answers.toml")
        wanted = {f"rubrics/{lesson}/{name}" for name in files if (rubric.parent / name).exists()}
        assert wanted | {f"exercises/{lesson}.py", "rubrics/course.toml"} <= names


def test_wheel_and_kit_hold_the_same_of_the_course(wheel: zipfile.ZipFile) -> None:
    in_wheel = {name.partition("share/grade/")[2]: name for name in wheel.namelist() if "share/grade/" in name}
    assert {name: wheel.read(path) for name, path in in_wheel.items()} == course_files(ROOT)


def test_exercises_can_be_written_where_the_wheel_is_installed(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path / "site")
    (data,) = (tmp_path / "site").glob("*.data/data")
    program = f"import sys; sys.prefix = {str(data)!r}; from grader.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", program, "init", "--notebook"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    written = sorted((tmp_path / "exercises").iterdir())
    assert done.stdout.startswith("".join(f"wrote exercises/{path.name}\n" for path in written))
    assert [path.stem for path in written] == sorted(path.stem for path in ROOT.glob("exercises/lesson*.py"))


def test_in_an_exam_the_key_to_the_questions_stays_at_home(tmp_path: Path) -> None:
    for name in ("grader", "exercises", "rubrics"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("accept", "reject", "__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path / name)
    settings = tmp_path / "rubrics" / "course.toml"
    settings.write_text(settings.read_text("utf-8").replace('key = "open"', 'key = "exam"'), "utf-8")
    names = build(tmp_path, tmp_path / "dist").namelist()
    assert any(name.endswith("questions.toml") for name in names)
    assert not any(name.endswith("answers.toml") for name in names)


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

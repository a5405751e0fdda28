import stat
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from grader.course import Course

Pack = Callable[..., subprocess.CompletedProcess[str]]


def test_the_zip_holds_what_gradescope_and_one_lesson_need(course: Course, pack: Pack, tmp_path: Path) -> None:
    seed = tmp_path / "seed.txt"
    seed.write_text("sixteen bytes and more")
    done = pack(course, tmp_path / "out", "--isolation", "full", "--seed-file", str(seed))
    assert done.returncode == 0
    with zipfile.ZipFile(tmp_path / "out" / "lesson01_tiny.zip") as archive:
        names = set(archive.namelist())
        modes = {name: archive.getinfo(name).external_attr >> 16 for name in ("setup.sh", "run_autograder")}
        project = tomllib.loads(archive.read("grade/pyproject.toml").decode())
        assert archive.read("isolation") == b"full"
        assert archive.read("seed") == seed.read_bytes()
        assert archive.read("python-version").decode() == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert set(modes.values()) == {stat.S_IRWXU | 0o055}
    assert {"course/rubrics/lesson01_tiny/checks.py", "grade/grader/gradescope/running.py"} <= names
    assert not [name for name in names if "reject" in name or "__pycache__" in name or "solutions" in name]
    assert f"keras=={metadata.version('keras')}" in project["project"]["dependencies"]
    assert not [pin for pin in project["project"]["dependencies"] if pin.startswith(("distributed", "psycopg"))]


def test_the_packed_grader_is_a_package_that_can_be_installed(autograder: Path) -> None:
    folder = autograder / "source" / "grade"
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel"], cwd=folder, check=True, timeout=60)
    (wheel,) = (folder / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {"grader/judge/causes.toml", "grader/gradescope/running.py", "grader/inside/room.py"} <= set(names)


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_scripts_can_be_read_by_bash(autograder: Path, script: str) -> None:
    subprocess.run(["bash", "-n", autograder / "source" / script], check=True)


def test_equal_courses_make_equal_zips(course: Course, pack: Pack, tmp_path: Path) -> None:
    for name in ("a.zip", "b.zip"):
        assert pack(course, tmp_path / name, "--lesson", "1", "--isolation", "auto").returncode == 0
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize(
    "options,words",
    [
        (("--lesson", "1"), "say --isolation auto"),
        (("--lesson", "9", "--isolation", "auto"), "there is no lesson"),
        (("--isolation", "auto", "--seed-file", "none.txt"), "none.txt"),
    ],
)
def test_wrong_use_is_one_sentence(
    course: Course, pack: Pack, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    done = pack(course, tmp_path / "a.zip", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "a.zip").exists()


def test_a_zip_is_for_one_lesson(pack: Pack, tmp_path: Path) -> None:
    done = pack(Course(Path(__file__).parents[2]), tmp_path / "a.zip", "--isolation", "auto")
    assert done.returncode == 2
    assert "an autograder is for one lesson" in done.stderr

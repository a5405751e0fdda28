import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.course import Course, own_submission
from grader.errors import UsageProblem
from grader.starting import start

_COURSE = Course(Path(__file__).resolve().parent.parent)


def test_all_exercises_are_written_where_grade_looks_for_them(tmp_path: Path) -> None:
    lines = list(start(_COURSE, (), tmp_path, notebooks=False))
    assert len(lines) == 15
    for lesson, line in zip(_COURSE.lessons(), lines, strict=False):
        path = own_submission(lesson, tmp_path)
        assert path == tmp_path / "exercises" / f"{lesson.id}.py"
        assert line == f"wrote {path}"
        assert path.read_bytes() == lesson.stub.read_bytes()
    assert lines[-1].startswith(f"\nNext: open {tmp_path}/exercises/lesson01_cell.py in an editor, ")
    assert lines[-1].endswith(f"    grade lesson01 {tmp_path}/exercises/lesson01_cell.py")


def test_chosen_lessons_are_written_once_as_notebooks(tmp_path: Path) -> None:
    folder = tmp_path / "my work"
    lines = list(start(_COURSE, ("6", "stacked", "lesson03"), folder, notebooks=True))
    assert sorted(path.name for path in folder.rglob("*.*")) == ["lesson03_data.ipynb", "lesson06_stacked.ipynb"]
    assert own_submission(_COURSE.lesson("6"), folder) == folder / "exercises/lesson06_stacked.ipynb"
    nbformat.validate(nbformat.read(folder / "exercises/lesson06_stacked.ipynb", as_version=4))
    assert len(lines) == 3
    assert "in Jupyter" in lines[-1]
    assert lines[-1].endswith(f"grade lesson06 '{folder}/exercises/lesson06_stacked.ipynb'")  # as a shell takes it


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    mine = tmp_path / "exercises/lesson01_cell.py"
    mine.write_text("my work")
    link = tmp_path / "exercises/lesson02_training.py"
    link.symlink_to("nowhere.py")
    lines = list(start(_COURSE, ("1", "2", "3"), tmp_path, notebooks=False))
    assert lines[:2] == [f"kept  {mine}, which was there", f"kept  {link}, which was there"]
    assert mine.read_text() == "my work"
    assert not link.exists()
    assert lines[-1].endswith("exercises/lesson03_data.py")  # the first that is new
    again = list(start(_COURSE, ("1", "3"), tmp_path, notebooks=False))
    assert again[-1].endswith("exercises/lesson01_cell.py")


def test_a_wrong_name_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="no lesson 'staked'; near it: lesson06_stacked"):
        list(start(_COURSE, ("1", "staked"), tmp_path, notebooks=False))
    assert not list(tmp_path.iterdir())


def test_a_course_without_exercises_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="has no lessons"):
        list(start(Course(tmp_path), (), tmp_path, notebooks=False))
    (tmp_path / "rubrics/lesson01_first").mkdir(parents=True)
    (tmp_path / "rubrics/lesson01_first/rubric.toml").write_text("")
    with pytest.raises(UsageProblem, match=r"lesson01_first\.py cannot be read: No such file"):
        list(start(Course(tmp_path), (), tmp_path / "mine", notebooks=True))
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageProblem, match=r"lesson01_cell\.py cannot be written: Not a directory"):
        list(start(_COURSE, ("1",), tmp_path / "file", notebooks=False))
    (tmp_path / "exercises").write_text("")
    with pytest.raises(UsageProblem, match=r"lesson01_cell\.py cannot be written: File exists"):
        list(start(_COURSE, ("1",), tmp_path, notebooks=False))


@pytest.mark.skipif(os.name != "posix", reason="sets a limit of a process")
def test_half_a_file_is_not_left_behind(tmp_path: Path) -> None:
    program = (
        "import resource\nfrom grader.cli.main import main\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"  # as where a disk is full
        "main()"
    )
    command = [sys.executable, "-c", program, "init", str(tmp_path), "--lesson", "6", "--course", str(_COURSE.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"grade: {tmp_path}/exercises/lesson06_stacked.py cannot be written: File too large\n"
    assert not list((tmp_path / "exercises").iterdir())

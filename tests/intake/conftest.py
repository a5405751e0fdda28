"""A course to find submissions of, and short ways to lay files out and to take them in."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from grader.course import Course
from grader.intake.taking import take_in
from grader.placed import Intake

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def course() -> Course:
    """The course of this repository."""
    return Course(ROOT)


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., Path]:
    """Writes files into a folder: their paths and contents."""

    def write(files: Mapping[str, str | bytes], name: str = "class") -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    """Packs files into a zip archive: their paths and contents."""

    def write(files: Mapping[str, str | bytes], name: str = "class.zip") -> Path:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        return tmp_path / name

    return write


@pytest.fixture
def take(tmp_path: Path, course: Course) -> Callable[..., Intake]:
    """Takes a source in; a lesson may be named, a roster given as its text."""

    def taken(source: Path, lesson: str | None = None, roster: str | None = None) -> Intake:
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        options: dict[str, Any] = {}
        if roster is not None:
            options["roster"] = tmp_path / "roster.csv"
            options["roster"].write_text(roster, "utf-8")
        chosen = None if lesson is None else course.lesson(lesson)
        return take_in(source, course, lesson=chosen, scratch=scratch, **options)

    return taken

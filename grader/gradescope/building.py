"""Packs an autograder for Gradescope: one lesson, the grader itself, and the versions that it was proved with."""

import json
import platform
import zipfile
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path

from packaging.requirements import Requirement

import grader
from grader.course import Course, Lesson
from grader.errors import GraderFault, UsageProblem
from grader.model import Isolation
from grader.rubric import load_rubric
from grader.writing import archive, write_whole

_DISTRIBUTION = "grade-lstm"
_SCRIPTS = ("setup.sh", "run_autograder")


def build(
    course: Course, lessons: list[Lesson], target: Path, isolation: Isolation, seed_file: Path | None
) -> Iterator[Path]:
    """Writes an autograder for each lesson.

    Args:
        course: the course.
        lessons: the lessons.
        target: a .zip, where there is one lesson, or a folder.
        isolation: how strongly to confine submissions there.
        seed_file: the teacher's secret, or None for public data.

    Yields:
        Each archive once it is written.

    Raises:
        UsageProblem: it is one .zip and not one lesson, or a file cannot be read or written.
        GraderFault: a rubric cannot be used, or it is not known what the grader was installed with.
    """
    is_file = target.suffix == ".zip"
    if is_file and len(lessons) != 1:
        raise UsageProblem(f"an autograder is for one lesson; name it with --lesson, or a folder in place of {target}")
    for lesson in lessons:
        load_rubric(lesson.rubric)  # what cannot be graded here cannot be graded there
        path = target if is_file else target / f"{lesson.id}.zip"
        try:
            content = _archive(course, lesson, isolation, seed_file)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        except OSError as problem:
            raise UsageProblem(f"{problem.filename or path} cannot be used: {problem.strerror}") from problem
        yield path


def _archive(course: Course, lesson: Lesson, isolation: Isolation, seed_file: Path | None) -> bytes:
    files = dict(_files(course, lesson, isolation, seed_file))
    return archive(files, programs=_SCRIPTS, packing=zipfile.ZIP_DEFLATED)


def _files(course: Course, lesson: Lesson, isolation: Isolation, seed_file: Path | None) -> Iterator[tuple[str, bytes]]:
    """All files by their names in the archive."""
    scripts = resources.files("grader.gradescope") / "files"
    for script in _SCRIPTS:
        yield script, (scripts / script).read_bytes()
    yield "isolation", isolation.value.encode()
    yield "python-version", ".".join(platform.python_version_tuple()[:2]).encode()
    if seed_file is not None:
        yield "seed", seed_file.read_bytes()
    others = [other.rubric for other in course.lessons() if other != lesson]
    for path in course.judged_by():
        if not any(path.is_relative_to(other) for other in others):
            yield f"course/{path.relative_to(course.folder).as_posix()}", path.read_bytes()
    package = Path(grader.__file__).parent
    yield "grade/pyproject.toml", _project().encode()
    for path in package.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            yield f"grade/grader/{path.relative_to(package).as_posix()}", path.read_bytes()


def _project() -> str:
    """How the packed grader is installed: with the very versions of what it requires that are installed here."""
    try:
        wanted = [Requirement(line) for line in metadata.requires(_DISTRIBUTION) or ()]
        needed = [each for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
        pins = [f"{each.name}=={metadata.version(each.name)}" for each in needed]
    except metadata.PackageNotFoundError as problem:
        raise GraderFault(f"{problem.name} is not installed, so it is not known which version to pin") from problem
    return (
        f'[build-system]\nrequires = ["hatchling>=1.27,<2"]\nbuild-backend = "hatchling.build"\n'
        f'[project]\nname = "{_DISTRIBUTION}"\nversion = "{grader.__version__}"\n'
        f"dependencies = {json.dumps(sorted(pins), indent=2)}\n"
        f'[tool.hatch.build.targets.wheel]\npackages = ["grader"]\n'
    )

"""Runs on Gradescope: grades what was handed in, and writes results.json as its specification says.

https://gradescope-autograders.readthedocs.io/en/latest/specs/. A mark needs a score there; a fault of the grader has
none, neither for the submission nor for a test, so that Gradescope tells of a failed run and never of zero points.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from grader.course import Course, Lesson
from grader.errors import GraderFault, UsageProblem
from grader.export.gradescope import results
from grader.model import Isolation
from grader.pipeline import Options, grade
from grader.policy.records import criterion_of
from grader.rooms.house import starter
from grader.seeds import public_secret, secret_from_file
from grader.standing import Standing, State, Student
from grader.submission import read_submission
from grader.text import clean, one_line
from grader.writing import write_whole

#: Students see what comes of a try at once: whoever wants otherwise says so in Gradescope's own settings.
_VISIBILITY = "visible"
_SUFFIXES = (".py", ".ipynb")


def run(source: Path, handed_in: Path, target: Path) -> int:
    """Grades what a student handed in.

    Args:
        source: the unpacked autograder.
        handed_in: folder with what was handed in.
        target: results.json.

    Returns:
        Exit code: 0, or 3 for a fault of the grader.
    """
    try:
        content = _content(source, handed_in)
    except Exception as problem:  # noqa: BLE001  the last net: whatever fails, Gradescope finds results and no mark
        kind = "" if isinstance(problem, GraderFault) else f"{type(problem).__name__}: "
        print(f"grade: the grader could not give a mark: {kind}{problem}", file=sys.stderr)  # noqa: T201  teachers read it
        write_whole(target, _told("The grader failed, which is no mark. Tell your teacher."))
        return 3
    write_whole(target, content)
    return 0


def find(lesson: Lesson, folder: Path) -> Path:
    """Finds the file for a lesson among what was handed in.

    Args:
        lesson: the lesson.
        folder: folder with what was handed in.

    Raises:
        UsageProblem: there is none, or it is not clear which.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in _SUFFIXES and _is_own(path, folder)]
    chosen = [path for path in files if path.stem == lesson.id] or files
    if len(chosen) == 1:
        return chosen[0]
    wanted = f"hand in {lesson.id}.py or {lesson.id}.ipynb"
    if not chosen:
        raise UsageProblem(f"There is no .py or .ipynb file; {wanted}.")
    names = ", ".join(one_line(path.relative_to(folder).as_posix()) for path in chosen[:5])
    raise UsageProblem(f"It is not clear which of {len(chosen)} files counts ({names}); {wanted} alone.")


def _is_own(path: Path, folder: Path) -> bool:
    """Whether it is a file of the student: no link to elsewhere, nothing hidden."""
    parts = path.relative_to(folder).parts
    links = any((folder / Path(*parts[:count])).is_symlink() for count in range(1, len(parts) + 1))
    return path.is_file() and not links and not any(part.startswith((".", "__MACOSX")) for part in parts)


def _content(source: Path, handed_in: Path) -> bytes:
    (lesson,) = Course(source / "course").lessons()
    seed, isolation = source / "seed", Isolation((source / "isolation").read_text())
    secret = secret_from_file(seed) if seed.exists() else public_secret()
    try:
        submission = read_submission(find(lesson, handed_in))
    except UsageProblem as problem:  # what was handed in is no submission
        return _told(str(problem), score=0)
    rooms = starter()
    try:
        graded = grade(submission, lesson, Options(secret, isolation=isolation, hidden=(source, handed_in)), rooms)
    finally:
        rooms.close()
    standing = Standing(
        student=Student(key=""),
        lesson=lesson.id,
        state=State.GRADED,
        criteria=tuple(criterion_of(row) for row in graded.rows),
        reasons=(graded.next_step, *graded.notes),
    )
    return results(standing, graded.points, _VISIBILITY)


def _told(said: str, **score: float) -> bytes:
    """Results that are one text."""
    return msgspec.json.encode(
        {"output": clean(said), "output_format": "text", "visibility": _VISIBILITY, "stdout_visibility": "hidden"}
        | score
    )


def main(arguments: Sequence[str] = sys.argv) -> None:
    """Runs as `python -m grader.gradescope.running SOURCE SUBMISSION RESULTS`."""
    source, handed_in, target = map(Path, arguments[1:])
    sys.exit(run(source, handed_in, target))


if __name__ == "__main__":
    main()

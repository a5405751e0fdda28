"""Writes the exercises into a student's folder, and never over what is there."""

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.course import Course, Lesson, own_exercise
from grader.errors import UsageProblem


def start(course: Course, names: Sequence[str], folder: Path, *, notebooks: bool) -> Iterator[str]:
    """Writes exercises where `grade` looks for them.

    Args:
        course: the course.
        names: what the lessons are called; nothing for all of them.
        folder: the folder to work in.
        notebooks: whether to write notebooks, not Python files.

    Yields:
        A line for each exercise as soon as it is written or kept, and what to do next.

    Raises:
        UsageProblem: a name fits no lesson, or more than one; an exercise cannot be read or written.
    """
    lessons = course.chosen(names)
    if not lessons:
        raise UsageProblem(f"the course {course.folder} has no lessons")
    suffix, tool = (".ipynb", "in Jupyter") if notebooks else (".py", "in an editor")
    first = None
    for lesson in lessons:
        path = own_exercise(lesson, folder, suffix)
        is_new = _write_new(path, _content(lesson, notebook=notebooks))
        yield f"wrote {path}" if is_new else f"kept  {path}, which was there"
        first = (lesson, path) if first is None and is_new else first
    lesson, path = first or (lessons[0], own_exercise(lessons[0], folder, suffix))
    yield (
        f"\nNext: open {path} {tool}, write your code and save. To see how far you are:\n"
        f"    grade {lesson.short} {shlex.quote(str(path))}"
    )


def _content(lesson: Lesson, *, notebook: bool) -> bytes:
    try:
        content = lesson.stub.read_bytes()
    except OSError as problem:
        raise UsageProblem(f"the exercise {lesson.stub} cannot be read: {problem.strerror}") from problem
    if notebook:
        from grader.notebook.writing import write_notebook  # noqa: PLC0415  Python files need no nbformat

        return write_notebook(content.decode("utf-8"), lesson.id).encode("utf-8")
    return content


def _write_new(path: Path, content: bytes) -> bool:
    """Writes a file unless there is one; returns whether it did."""
    if os.path.lexists(path):
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("xb")
        try:
            with file:
                file.write(content)
        except OSError:
            path.unlink()  # half a file would be kept the next time
            raise
    except OSError as problem:
        raise UsageProblem(f"{path} cannot be written: {problem.strerror}") from problem
    return True

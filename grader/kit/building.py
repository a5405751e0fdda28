"""Puts a kit together: what of the course travels, notebooks, pins and a word to students."""

from pathlib import Path

from grader.course import Course
from grader.errors import UsageProblem
from grader.kit.pins import pin
from grader.kit.public import course_files
from grader.model import Versions
from grader.notebook.writing import write_notebook
from grader.settings import load_settings

_README = Path(__file__).with_name("readme.md")


def build(course: Course, versions: Versions) -> dict[str, bytes]:
    """Builds a kit; the same course and versions give the same bytes.

    Args:
        course: the full course.
        versions: what it is graded with.

    Returns:
        The content of each file by its path in the kit, by path.

    Raises:
        UsageProblem: an exercise cannot be read, or there is none.
        GraderFault: another file of the course cannot be read.
    """
    lessons = course.lessons()
    if not lessons:
        raise UsageProblem(f"the course {course.folder} has no lessons")
    kit = course_files(course.folder) | pin(versions)
    for lesson in lessons:
        try:
            source = kit[f"exercises/{lesson.id}.py"].decode("utf-8")
            # Beside the Python files they would be a second exercise of the same name, and neither would be found.
            kit[f"notebooks/{lesson.id}.ipynb"] = write_notebook(source, lesson.id).encode("utf-8")
        except (SyntaxError, ValueError) as problem:
            raise UsageProblem(f"the exercise {lesson.stub} cannot be read: {problem}") from problem
    kit["README.md"] = (
        _README.read_text("utf-8")
        .format(
            title=load_settings(course.folder).policy.title,
            grade=versions.grade,
            python=".".join(versions.python.split(".")[:2]),
            short=lessons[0].short,
            first=lessons[0].id,
        )
        .encode("utf-8")
    )
    return dict(sorted(kit.items()))

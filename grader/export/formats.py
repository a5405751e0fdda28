"""All formats, and the one function that exports a class."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from grader.errors import UsageProblem
from grader.export import canvas, classroom50, grades_csv, gradescope, junit, moodle, nbgrader
from grader.export.anonymous import anonymised
from grader.export.order import Format, Made, Order
from grader.export.told import open_marks
from grader.standing import Class
from grader.writing import write_whole

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "csv": Format("a table of all standings", "grades.csv", grades_csv.make, anonymous=True),
        "canvas": Format("Canvas", "canvas.csv", canvas.make, "the gradebook that Canvas exports as CSV"),
        "moodle": Format("Moodle", "moodle.csv", moodle.make, "the grading worksheet that Moodle offers for download"),
        "nbgrader": Format("nbgrader's table", "grades.csv", nbgrader.make, anonymous=True),
        "gradescope": Format("Gradescope", "gradescope", gradescope.make, anonymous=True),
        "classroom50": Format(
            "Classroom 50",
            "scores.json",
            classroom50.make,
            "scores.json of the classroom, in the repository classroom50",
        ),
        "junit": Format("JUnit XML", "junit.xml", junit.make, anonymous=True),
    }
)


def export(
    klass: Class,
    name: str,
    template: Path | None,
    target: Path,
    *,
    lesson: str | None = None,
    anonymous: bool = False,
) -> list[str]:
    """Writes the standings of a class for another system.

    Args:
        klass: the class.
        name: name of the format, one of `FORMATS`.
        template: what was downloaded from the other system, where the format asks for it.
        target: the file to write; for a format of many files a folder, which has to be new or empty.
        lesson: id of the one lesson to export, or None for all.
        anonymous: whether numbers stand in place of names.

    Returns:
        Sentences for the teacher: who has no mark, who could not be found, where marks went.

    Raises:
        UsageProblem: there is no such format or lesson, the template is missing or does not fit, the format makes no
            sense without names, or something cannot be read or written.
    """
    form = FORMATS.get(name)
    if form is None:
        raise UsageProblem(f"there is no format '{name}'; there are: {', '.join(FORMATS)}")
    if anonymous and not form.anonymous:
        raise UsageProblem(f"{form.title} finds students by who they are, so it cannot be anonymous")
    _check_template(form, template, target)
    klass = _narrowed(klass, lesson)
    klass = anonymised(klass) if anonymous else klass
    made = form.make(Order(klass, template or Path()))
    try:
        _write(made, target)
    except OSError as problem:
        raise UsageProblem(f"{problem.filename or target} cannot be written: {problem.strerror}") from problem
    return [*made.notes, *open_marks(klass)]


def _check_template(form: Format, template: Path | None, target: Path) -> None:
    if form.template and template is None:
        raise UsageProblem(f"{form.title} needs --template: {form.template}")
    if template is not None and not form.template:
        raise UsageProblem(f"{form.title} takes no template")
    if template is not None and template.exists() and target.exists() and template.samefile(target):
        raise UsageProblem(f"{target} is the template itself; name another file to write")


def _narrowed(klass: Class, lesson: str | None) -> Class:
    lessons = tuple(each for each in klass.lessons if lesson in {None, each.id})
    if not lessons:
        there = ", ".join(each.id for each in klass.lessons) or "none"
        raise UsageProblem(
            f"the class has no lesson {lesson}; it has: {there}" if lesson else "the class has no lessons"
        )
    return msgspec.structs.replace(klass, lessons=lessons)


def _write(made: Made, target: Path) -> None:
    if isinstance(made.content, bytes):
        write_whole(target, made.content)
        return
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise UsageProblem(f"{target} is no empty folder; name a new one, so that no old mark stays in it")
    target.mkdir(parents=True, exist_ok=True)
    for name, content in made.content.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)

"""Holds that what only teachers check stands where only teachers have it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from grader.course import Course, Lesson
from grader.errors import UsageProblem
from grader.model import Visibility
from grader.rubric import ANSWERS, load_rubric

_TEACHERS, _STUDENTS = "teacher_checks.py", "checks.py"


def hold_placed(course: Course) -> None:
    """Holds that a course can be parted into what students have and what they have not.

    Args:
        course: the full course.

    Raises:
        UsageProblem: it cannot; the sentence names what to move.
        GraderFault: a rubric cannot be read.
    """
    for lesson in course.lessons():
        if not lesson.stub.exists():
            raise UsageProblem(f"{lesson.id} has no exercise: there is no exercises/{lesson.stub.name}")
        for problem in _misplaced(lesson):
            raise UsageProblem(f"nothing was released: rubrics/{lesson.id}/{problem}")


def _misplaced(lesson: Lesson) -> Iterator[str]:
    theirs, ours = _defined(lesson.rubric / _TEACHERS), _defined(lesson.rubric / _STUDENTS)
    pictures, data = _defined(lesson.rubric / "pictures.py"), _defined(lesson.rubric / "data.py")
    for criterion in load_rubric(lesson.rubric).criteria:
        check, picture = f"test_{criterion.id}", f"picture_{criterion.id}"
        if criterion.visibility is Visibility.STUDENT:
            if check not in ours and criterion.id != ANSWERS:
                yield f"{_STUDENTS}: {check} is not there, but students are to run it"
        elif check in ours:
            yield f"{_STUDENTS}, line {ours[check].lineno}: {check} is for teachers alone; move it to {_TEACHERS}"
        elif picture in pictures:
            yield f"pictures.py, line {pictures[picture].lineno}: {picture} shows what only teachers check; take it out"
    public = _reached(data, [*ours.values(), *pictures.values()])
    secret = _reached(data, list(theirs.values())) - public
    for name in sorted(secret):
        yield f"data.py, line {data[name].lineno}: only teachers' checks use {name}; move it to {_TEACHERS}"


def _defined(path: Path) -> dict[str, ast.stmt]:
    """What a file defines at its top level."""
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(path.read_text("utf-8") if path.exists() else "").body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found[name] = node
            case ast.Assign(targets=targets):
                found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = node
    return found


def _reached(data: dict[str, ast.stmt], users: list[ast.stmt]) -> set[str]:
    """The names in `data` that some statements use, themselves or by way of others."""
    reached: set[str] = set()
    waiting = list(users)
    while waiting:
        for name in (_mentioned(waiting.pop()) & data.keys()) - reached:
            reached.add(name)
            waiting.append(data[name])
    return reached


def _mentioned(node: ast.AST) -> set[str]:
    return {
        part.id if isinstance(part, ast.Name) else part.attr
        for part in ast.walk(node)
        if isinstance(part, ast.Name | ast.Attribute)
    }

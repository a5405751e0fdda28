"""What of a course its students may have. This is the only place that knows; wheel and kit are made of it.

The hook that builds the wheel imports this where nothing but hatchling and tomlkit is installed.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomlkit

from grader.errors import GraderFault

#: What students read in place of what a teacher's criterion is about.
MORE = "More checks run when your teacher grades."
#: Files of a lesson that travel as they are; teacher_checks.py, accept/ and reject/ never do.
CODE = ("checks.py", "data.py", "pictures.py")
QUESTIONS, KEY = "questions.toml", "answers.toml"
#: What of a teacher's criterion students may know, beside its title.
_OF_TEACHERS = ("id", "points", "visibility")
#: Rules on marks that students live by; whether times of files are trusted is for the teacher alone.
_RULES = ("title", "pass_mark", "counts", "time_zone", "late", "lessons")


def course_files(course: Path) -> dict[str, bytes]:
    """What of a course travels.

    Args:
        course: the folder of the course.

    Returns:
        The content of each file by its path in the course. TOML is written anew, so no comment travels in it.

    Raises:
        GraderFault: a file cannot be read.
    """
    settings = _settings(course)
    found = {"rubrics/course.toml": _toml(settings)} if settings else {}
    has_key = settings.get("questions", {}).get("key") != "exam"
    for rubric in sorted(course.glob("rubrics/*/rubric.toml")):
        folder = rubric.parent
        found |= {f"rubrics/{folder.name}/{name}": content for name, content in _lesson(folder, has_key=has_key)}
        name = f"exercises/{folder.name}.py"
        if (course / name).exists():
            found[name] = _read(course / name)
    return found


def _lesson(folder: Path, *, has_key: bool) -> Iterator[tuple[str, bytes]]:
    rubric = public_rubric(folder)
    yield "rubric.toml", _toml(rubric)
    yield from ((name, _read(folder / name)) for name in CODE if (folder / name).exists())
    is_exam = any(each["id"] == "answers" and each.get("visibility") == "teacher" for each in rubric["criteria"])
    for name in (QUESTIONS, KEY) if has_key and not is_exam else (QUESTIONS,):
        if (folder / name).exists():
            yield name, _toml(_load(folder / name))


def public_rubric(folder: Path) -> dict[str, Any]:
    """What students may know of a lesson's rubric.

    Of a teacher's criterion that is its title and its points. Whatever needs one does without, since it never passes
    here; wording that only a teacher's checks use is left out.

    Args:
        folder: the lesson's folder below `rubrics/`.

    Raises:
        GraderFault: the rubric or the checks cannot be read.
    """
    rubric = _load(folder / "rubric.toml")
    try:
        criteria = rubric["criteria"]
        hidden = {each["id"] for each in criteria if each.get("visibility") == "teacher"}
        rubric["criteria"] = [_criterion(each, hidden, folder) for each in criteria]
    except (KeyError, TypeError, AttributeError) as problem:
        raise GraderFault(f"the rubric rubric.toml of {folder.name} cannot be used: {problem!r}") from problem
    theirs, ours = _words(folder / "teacher_checks.py"), _words(folder / "checks.py") | _words(folder / "data.py")
    if causes := rubric.get("causes"):
        rubric["causes"] = {code: cause for code, cause in causes.items() if code in ours or code not in theirs}
    return rubric


def _criterion(criterion: dict[str, Any], hidden: set[str], folder: Path) -> dict[str, Any]:
    if criterion["id"] not in hidden:
        needs = [need for need in criterion.get("needs", ()) if need not in hidden]
        return criterion | {"needs": needs} if "needs" in criterion else criterion
    title = criterion.get("title") or _title(folder / "teacher_checks.py", f"test_{criterion['id']}")
    kept = {name: criterion[name] for name in _OF_TEACHERS}
    return kept | {"title": title or MORE, "why": MORE, "hints": [MORE] * 3}


def _title(path: Path, check: str) -> str:
    """The first line of a check's docstring."""
    found = (node for node in _tree(path).body if isinstance(node, ast.FunctionDef) and node.name == check)
    return next(((ast.get_docstring(node) or "").partition("\n")[0] for node in found), "")


def _words(path: Path) -> set[str]:
    """All texts that stand in a Python file."""
    constants = (node.value for node in ast.walk(_tree(path)) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def _tree(path: Path) -> ast.Module:
    try:
        return ast.parse(_read(path) if path.exists() else "")
    except (SyntaxError, ValueError) as problem:
        raise GraderFault(f"{path.name} of {path.parent.name} cannot be read: {problem}") from problem


def _settings(course: Path) -> dict[str, Any]:
    path = course / "rubrics" / "course.toml"
    if not path.exists():
        return {}
    settings = _load(path)
    policy = {name: value for name, value in settings.get("policy", {}).items() if name in _RULES}
    questions = {"questions": settings["questions"]} if "questions" in settings else {}
    return questions | ({"policy": policy} if policy else {})


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(_read(path).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise GraderFault(f"{path.name} of {path.parent.name} cannot be read: {problem}") from problem


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise GraderFault(f"{path} cannot be read: {problem.strerror}") from problem


def _toml(content: dict[str, Any]) -> bytes:
    return tomlkit.dumps(content).encode("utf-8")

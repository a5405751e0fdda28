"""What of a course no student may have: its solutions, its variants, what only teachers check, the key of an exam."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course import Course
from grader.kit.public import KEY, QUESTIONS

#: Marks, quotes and comment signs apart, so that text which is laid out anew is still the same.
_TOKEN = re.compile(r"\w+|[^\w\s#\"'\\]")
_WORD = re.compile(r"[\w-]+")
_DIGEST_OR_CHECK = re.compile(r"\b[0-9a-f]{64}\b|\btest_\w+")
_CANARY, _CANARY_CHARACTERS = "canary", 12
_MOST_BYTES = 1 << 24

#: A word or sign, and the line it stands on.
Token = tuple[str, int]


@dataclass(frozen=True)
class Secret:
    """A file that stays with the teacher.

    Attributes:
        name: its path in the course.
        tokens: what of it is secret.
        is_solving: whether it solves the exercise, and so has much in common with it.
    """

    name: str
    tokens: tuple[Token, ...]
    is_solving: bool = False


def tokens(text: str, first: int = 1) -> tuple[Token, ...]:
    """Cuts a text into words and signs, whatever its layout.

    Args:
        text: the text.
        first: number of its first line.
    """
    return tuple(
        (found[0], number) for number, line in enumerate(text.split("\n"), first) for found in _TOKEN.finditer(line)
    )


def secrets(course: Course, travelling: dict[str, bytes]) -> Iterator[Secret]:
    """Yields the files that stay with the teacher.

    Args:
        course: the course.
        travelling: what travels.
    """
    for lesson in course.lessons():
        ready = _ready(lesson.stub)
        for path in (lesson.solution, *lesson.variants("accept"), *lesson.variants("reject")):
            yield Secret(_name_of(course, path), _tokens_of(path, ready), is_solving=True)
        checks = lesson.rubric / "teacher_checks.py"
        yield Secret(_name_of(course, checks), _tokens_of(checks, _definitions(lesson.rubric / "checks.py")))
        if f"rubrics/{lesson.id}/{KEY}" not in travelling:
            yield Secret(f"rubrics/{lesson.id}/{KEY}", tokens(_text(lesson.rubric / KEY)))


def given(course: Course, *, solving: bool) -> Iterator[tuple[Token, ...]]:
    """Yields what a secret may have in common with what students are given: exercises, or else questions.

    Args:
        course: the course.
        solving: whether the secret solves an exercise.
    """
    for lesson in course.lessons():
        yield tokens(_text(lesson.stub if solving else lesson.rubric / QUESTIONS))


def words(course: Course, travelling: dict[str, bytes]) -> dict[str, tuple[str, int]]:
    """Single words that give a secret away, with the file and line they come from.

    These are the names of the teacher's checks, the digests among the proofs, and canaries: words of twelve characters
    or more with "canary" in them, wherever the course has them in a file that stays.

    Args:
        course: the course.
        travelling: what travels.
    """
    found: dict[str, tuple[str, int]] = {}
    for path in sorted(path for part in ("*", "rubrics/**/*", "solutions/**/*") for path in course.folder.glob(part)):
        name = _name_of(course, path)
        if name in travelling or not path.is_file() or path.stat().st_size > _MOST_BYTES:
            continue
        for number, line in enumerate(_text(path).split("\n"), 1):
            found |= {word: (name, number) for word, _ in marks(line) if _gives_away(word, path)}
    return found


def marks(text: str) -> Iterator[tuple[str, int]]:
    """Yields the words of a text that may give a secret away, and where they begin.

    Args:
        text: the text.
    """
    for found in _WORD.finditer(text):
        if _CANARY in found[0].lower() and len(found[0]) >= _CANARY_CHARACTERS:
            yield found[0], found.start()
        yield from ((inner[0], found.start() + inner.start()) for inner in _DIGEST_OR_CHECK.finditer(found[0]))


def _gives_away(word: str, path: Path) -> bool:
    if _CANARY in word.lower():
        return True
    return path.name == ("teacher_checks.py" if word.startswith("test_") else "proofs.json")


def _name_of(course: Course, path: Path) -> str:
    return path.relative_to(course.folder).as_posix()


def _tokens_of(path: Path, public: set[str]) -> tuple[Token, ...]:
    """What of a Python file is secret: not its imports, and not what students have of it."""
    lines = _text(path).split("\n")
    for node in _body(path):
        place = slice(node.lineno - 1, node.end_lineno)
        if isinstance(node, ast.Import | ast.ImportFrom) or {_name(node), "\n".join(lines[place])} & public:
            lines[place] = [""] * len(lines[place])
    return tokens("\n".join(lines))


def _ready(stub: Path) -> set[str]:
    """Names of what an exercise gives ready-made: a variant may write it otherwise, which is no secret."""
    return {
        node.name
        for node in _body(stub)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and "NotImplementedError" not in ast.unparse(node)
    }


def _definitions(path: Path) -> set[str]:
    """The text of everything that the students' checks define: a teacher's checks may need the same."""
    lines = _text(path).split("\n")
    return {"\n".join(lines[node.lineno - 1 : node.end_lineno]) for node in _body(path)}


def _name(node: ast.stmt) -> str | None:
    return node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else None


def _body(path: Path) -> list[ast.stmt]:
    try:
        return ast.parse(_text(path)).body
    except (SyntaxError, ValueError):
        return []  # some wrong solutions are no Python at all


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""

"""What a lesson is proved with: reference, stub, other right solutions, wrong ones that say what they must fail."""

import ast
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import grader
from grader.asked import outcome_content
from grader.course import Course, Lesson
from grader.errors import UsageProblem
from grader.pipeline import versions

#: What marks depend on beside the lesson and the submission, below the package's folder.
JUDGED_BY = ("judge", "inside", "wire", "rooms", "pipeline.py", "scoring.py", "rubric.py", "seeds.py", "submission.py")
#: Parts of these that no mark of a .py file depends on: what runs a notebook's cells, and what draws pictures.
UNFELT = (
    *("inside/kernel.py", "inside/shell.py", "rooms/driver.py", "rooms/kernel.py", "judge/notebook.py"),
    *("wire/kernel.py", "judge/diagram.py", "judge/picturing.py", "judge/seen.py"),
)
#: What the marks of answers depend on beside that.
ANSWERS_JUDGED_BY = ("answers", "settings.py")
#: What the marks of notebooks depend on beside all that.
NOTEBOOKS_JUDGED_BY = ("notebook", "judge/notebook.py")
_ANSWERS = re.compile(r"^ANSWERS\b", re.MULTILINE)
_PROMISE = re.compile(r"^fails: ([\w, ]+)\nsays: (.+)$", re.MULTILINE)


class Kind(StrEnum):
    """The four sides from which a lesson is proved."""

    REFERENCE = "reference"
    STUB = "stub"
    ACCEPT = "accept"
    REJECT = "reject"


@dataclass(frozen=True)
class Promise:
    """What a wrong solution says of itself in its docstring.

    Attributes:
        fails: criteria that must fail; the first one by the mistake that the file is about.
        says: phrase of the headline that the student must read there.
    """

    fails: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Case:
    """One submission that proves something.

    Attributes:
        lesson: its lesson.
        kind: what it proves.
        path: the file.
    """

    lesson: Lesson
    kind: Kind
    path: Path

    def __str__(self) -> str:
        """Names it, e.g. "lesson06_stacked/accept/functional"."""
        name = f"/{self.path.stem}" if self.kind in (Kind.ACCEPT, Kind.REJECT) else ""
        return f"{self.lesson.id}/{self.kind}{name}"

    @property
    def promise(self) -> Promise:
        """What a wrong solution must fail.

        Raises:
            UsageProblem: its docstring does not say so.
        """
        text = ast.get_docstring(ast.parse(self.path.read_text("utf-8"))) or ""
        found = _PROMISE.search(text)
        if found is None:
            raise UsageProblem(f"{self}: the docstring must end with `fails: CRITERION` and `says: PHRASE`")
        return Promise(tuple(name.strip() for name in found[1].split(",")), found[2])

    @property
    def answers(self) -> bool:
        """Whether the questions of the lesson are part of what it proves: other files are about code alone."""
        return self.kind in (Kind.REFERENCE, Kind.STUB) or _ANSWERS.search(self.path.read_text("utf-8")) is not None

    def key(self) -> str:
        """SHA-256 over everything that the outcome depends on, but for the seed."""
        parts = [self.content().encode(), code_digest(JUDGED_BY)]
        if self.answers:
            parts += [self.lesson.fingerprint().encode(), code_digest(ANSWERS_JUDGED_BY)]
        return _digest(parts)

    def notebook_key(self) -> str:
        """The same for the notebook that it makes."""
        return _digest([self.key().encode(), code_digest(NOTEBOOKS_JUDGED_BY)])

    def content(self) -> str:
        """SHA-256 over the submission, the lesson and the libraries: over all of that but the grader's own code.

        What only people read of the rubric is left out.
        """
        known = versions()
        installed = f"{known.keras} {known.tensorflow} {known.numpy}"
        return _digest([installed.encode(), *outcome_content(self.lesson), self.path.read_bytes()])


def _digest(parts: list[bytes]) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


@cache
def code_digest(names: tuple[str, ...]) -> bytes:
    """SHA-256 over parts of the grader's own code, as they are when this is first asked."""
    package = Path(grader.__file__).parent
    digest = hashlib.sha256()
    for name in names:
        root = package / name
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            is_felt = path == root or path.relative_to(package).as_posix() not in UNFELT
            if is_felt and path.suffix in (".py", ".toml"):
                digest.update(hashlib.sha256(path.relative_to(package).as_posix().encode()).digest())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()


def cases(course: Course, lessons: list[Lesson] | None = None) -> Iterator[Case]:
    """All cases of a course, or of some of its lessons.

    Args:
        course: the course.
        lessons: its lessons, None for all.
    """
    for lesson in course.lessons() if lessons is None else lessons:
        yield Case(lesson, Kind.REFERENCE, lesson.solution)
        yield Case(lesson, Kind.STUB, lesson.stub)
        for kind in (Kind.ACCEPT, Kind.REJECT):
            yield from (Case(lesson, kind, path) for path in lesson.variants(kind))

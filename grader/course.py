"""Where the parts of a lesson lie. This is the only module that knows the course's folders."""

import difflib
import hashlib
import os
import re
import shlex
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.errors import UsageProblem
from grader.settings import FILE, QuestionSettings, load_settings

_NUMBERED = re.compile(r"^(?:lesson)?[ _-]?0*(\d{1,6})$")
#: The files whose content a mark depends on.
_GRADED_BY = ("rubric.toml", "checks.py", "teacher_checks.py", "data.py")
_ANSWERS_BY = ("questions.toml", "answers.toml")
#: Folders in a lesson's rubric that prove the checks, and take no part in judging.
_VARIANTS = ("accept", "reject")


@dataclass(frozen=True)
class Lesson:
    """One lesson of a course.

    Attributes:
        id: name of its folder and files, e.g. "lesson06_stacked".
        course: the course's folder.
    """

    id: str
    course: Path

    @property
    def number(self) -> int:
        """The lesson's number, 6 for "lesson06_stacked"."""
        return int(re.sub(r"\D", "", self.id.partition("_")[0]))

    @property
    def short(self) -> str:
        """What one types: "lesson06"."""
        return self.id.partition("_")[0]

    @property
    def rubric(self) -> Path:
        """Folder with rubric, checks and hidden data."""
        return self.course / "rubrics" / self.id

    @property
    def stub(self) -> Path:
        """The exercise as students receive it."""
        return self.course / "exercises" / f"{self.id}.py"

    @property
    def solution(self) -> Path:
        """The reference solution; only the full course has it."""
        return self.course / "solutions" / f"{self.id}.py"

    def variants(self, kind: str) -> list[Path]:
        """The other submissions that prove the checks: kind is "accept" or "reject"."""
        return sorted((self.rubric / kind).glob("*.py"))

    @property
    def question_settings(self) -> QuestionSettings:
        """How its questions are marked.

        Raises:
            GraderFault: the settings of the course cannot be read.
        """
        return load_settings(self.course).questions

    def fingerprint(self) -> str:
        """SHA-256 over everything in the course that this lesson's marks depend on."""
        settings = msgspec.json.encode(self.question_settings)
        return _digest([*self._contents(_GRADED_BY), *self._contents(_ANSWERS_BY), ("settings", settings)])

    def checked_by(self) -> str:
        """SHA-256 over what decides which checks of the code pass, apart from the rubric."""
        return _digest([part for part in self._contents(_GRADED_BY) if part[0] != "rubric.toml"])

    def _contents(self, names: tuple[str, ...]) -> list[tuple[str, bytes]]:
        paths = [self.rubric / name for name in names]
        return [(path.name, path.read_bytes() if path.exists() else b"") for path in paths]


@dataclass(frozen=True)
class Course:
    """A folder with `rubrics/` and `exercises/`, and for teachers `solutions/`."""

    folder: Path

    def lessons(self) -> list[Lesson]:
        """All lessons, by number."""
        found = [Lesson(path.parent.name, self.folder) for path in self.folder.glob("rubrics/*/rubric.toml")]
        return sorted(
            (lesson for lesson in found if _is_lesson(lesson.id)),
            key=lambda lesson: (lesson.number, lesson.id),
        )

    def judged_by(self) -> list[Path]:
        """All files that judging reads: no exercises, no solutions, nothing that only proves the checks."""
        rubrics = self.folder / "rubrics"
        parts = [lesson.rubric for lesson in self.lessons()]
        files = [path for part in parts for path in part.rglob("*") if path.relative_to(part).parts[0] not in _VARIANTS]
        found = [path for path in (rubrics / FILE, *files) if path.is_file() and "__pycache__" not in path.parts]
        return sorted(found)

    def chosen(self, names: Iterable[str]) -> list[Lesson]:
        """The lessons that go by some names, each once; all of them where there is no name.

        Raises:
            UsageProblem: a name fits no lesson, or more than one.
        """
        return list(dict.fromkeys(self.lesson(name) for name in names)) or self.lessons()

    def lesson(self, name: str) -> Lesson:
        """Finds a lesson by number, short name, full name or theme word ("6", "lesson6", "stacked").

        Raises:
            UsageProblem: no lesson, or more than one, goes by this name.
        """
        lessons = self.lessons()
        wanted = Path(name).name.removesuffix(".py").removesuffix(".ipynb").lower()
        number = _NUMBERED.match(wanted)
        if number:
            hits = [lesson for lesson in lessons if lesson.number == int(number[1])]
        else:
            wanted = wanted.replace("-", "_").replace(" ", "_")
            hits = [le for le in lessons if wanted in {le.id, le.id.partition("_")[2]}]
            hits = hits or [le for le in lessons if wanted and wanted in le.id.partition("_")[2]]
        if len(hits) == 1:
            return hits[0]
        raise UsageProblem(_no_lesson(name, [lesson.id for lesson in hits or lessons], ambiguous=bool(hits)))


def _digest(parts: list[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in parts:
        digest.update(b"%s %d\n" % (name.encode(), len(content)) + content)
    return digest.hexdigest()


def _is_lesson(identifier: str) -> bool:
    return re.fullmatch(r"[a-z]+\d+(_[a-z0-9_]+)?", identifier) is not None


def _no_lesson(name: str, choices: list[str], *, ambiguous: bool) -> str:
    if ambiguous:
        return f"'{name}' fits more than one lesson: {', '.join(choices)}"
    shorts = {word: choice for choice in choices for word in (choice, *choice.split("_", 1))}
    near = dict.fromkeys(shorts[word] for word in difflib.get_close_matches(name.lower(), shorts, n=3, cutoff=0.5))
    if near:
        return f"there is no lesson '{name}'; near it: {', '.join(near)}"
    return f"there is no lesson '{name}'; there are: {', '.join(choices) or 'none'}"


def installed_courses() -> tuple[Path, ...]:
    """Where the course lies that is installed with this package."""
    return tuple(Path(root) / "share" / "grade" for root in (sysconfig.get_path("data"), sys.prefix))


def find_course(chosen: Path | None, start: Path) -> Course:
    """Finds the course to grade with.

    Args:
        chosen: the folder given by `--course`, or None.
        start: the folder to look from, usually the current one.

    Returns:
        The chosen course; else the nearest folder at or above `start` that has `rubrics/`; else the
        checkout that this package runs from; else the course that was installed with it.

    Raises:
        UsageProblem: the chosen folder holds no course, or there is none at all.
    """
    if chosen is not None:
        if (chosen / "rubrics").is_dir():
            return Course(chosen.resolve())
        raise UsageProblem(f"{chosen} is no course: it has no folder rubrics/")
    checkout = Path(__file__).resolve().parent.parent
    for folder in (start.resolve(), *start.resolve().parents, checkout, *installed_courses()):
        if any(folder.glob("rubrics/*/rubric.toml")):
            return Course(folder)
    raise UsageProblem("no course found: go to a folder with rubrics/ or name one with --course DIR")


def own_exercise(lesson: Lesson, folder: Path, suffix: str) -> Path:
    """Where a student's own file for a lesson is written: suffix is ".py" or ".ipynb"."""
    return folder / "exercises" / f"{lesson.id}{suffix}"


def own_submission(lesson: Lesson, start: Path) -> Path:
    """The student's own file for a lesson, where none is named.

    Args:
        lesson: the lesson.
        start: the current folder.

    Returns:
        `lessonNN_*.py` or `.ipynb` in the first folder that has one: `start`, `start/exercises` and, unless the course
        was installed with the package and is nobody's own, the course's `exercises/`.

    Raises:
        UsageProblem: there is no such file, or there are both in one folder.
    """
    own = [start, start / "exercises"]
    if lesson.course not in installed_courses():
        own.append(lesson.course / "exercises")
    for folder in own:
        found = [path for suffix in (".py", ".ipynb") if (path := folder / f"{lesson.id}{suffix}").exists()]
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise UsageProblem(
                f"there are {names} in {folder}; name the one you mean, as in: "
                f"grade {lesson.short} {shlex.quote(os.path.relpath(found[-1], start))}"
            )
        if found:
            return found[0]
    raise UsageProblem(
        f"there is no {lesson.id}.py or .ipynb here; name your file: grade {lesson.short} FILE, "
        f"or write the exercise with: grade init --lesson {lesson.short}"
    )

"""Which of a student's files are tries at which lesson."""

from dataclasses import dataclass, field, replace
from functools import cached_property

from grader.course import Lesson
from grader.intake.alone import imported
from grader.intake.forms import copied
from grader.intake.found import Found
from grader.intake.lessons import Lessons
from grader.intake.naming import shown
from grader.intake.tracing import Trace
from grader.notebook.reading import MAX_BYTES
from grader.standing import Student
from grader.submission import parse_submission

_ONE_FILE = "a submission is one file: what it needs of this one has to be pasted into it"


@dataclass(frozen=True, eq=False)
class Handed:
    """A file whose student is known.

    Attributes:
        found: the file.
        trace: what its path tells.
        student: whose it is.
        lesson: the lesson it is for, once that is known.
        named: whether the file's own name says so.
        placed_by: how the lesson was found, for a person.
    """

    found: Found
    trace: Trace
    student: Student
    lesson: Lesson | None = None
    named: bool = False
    placed_by: str = ""

    @property
    def name(self) -> str:
        """The file's name as handed in."""
        return self.trace.path[-1]

    @cached_property
    def stem(self) -> str:
        """Its name without its ending and what says that it is a copy."""
        return copied(self.name)[0].rpartition(".")[0]


@dataclass
class Placing:
    """Sorts files by lesson.

    Attributes:
        lessons: the course's lessons.
        only: the one lesson that is asked for, or None for all.
        around: name of what is around all files.
        placed: files that are tries at a lesson.
        refused: the others, each with the reason.
    """

    lessons: Lessons
    only: Lesson | None
    around: str
    placed: list[Handed] = field(default_factory=list)
    refused: list[tuple[Found, str]] = field(default_factory=list)

    def place(self, files: list[Handed]) -> None:
        """Sorts files into `placed` and `refused`.

        Args:
            files: files of all students.
        """
        groups: dict[tuple[str, str], tuple[Lesson, list[Handed]]] = {}
        for handed in files:
            found = self._of_names(handed)
            if isinstance(found, str):
                self.refused.append((handed.found, found))
            elif found.lesson is not None:
                key = (found.student.key, found.lesson.id)
                groups.setdefault(key, (found.lesson, []))[1].append(found)
            else:
                self._by_content(found)
        for lesson, group in groups.values():
            self._tries(lesson, group)
        self._tell_helpers({handed.found: handed for handed in files})

    def _of_names(self, handed: Handed) -> Handed | str:
        """Finds the lesson by the names of file and folders; a sentence where they contradict."""
        if handed.found.size > MAX_BYTES:
            return f"it is larger than {MAX_BYTES // 1_000_000} MB"
        own, _ = self.lessons.named(handed.stem)
        if len(own) > 1:
            return f"its name fits {_listed(own)}"
        folders = (self.around, *handed.trace.above, *handed.trace.path[:-1])
        around = next((found for name in reversed(folders) if len(found := self.lessons.named(name)[0]) == 1), ())
        for lesson, where in ((own, "file name"), (around, "folder name")):
            if lesson and self.only not in {None, lesson[0]}:
                return f"its {where} says {lesson[0].id}, and only {self.only.id if self.only else ''} is asked for"
            if lesson:
                return replace(handed, lesson=lesson[0], named=lesson is own, placed_by=where)
        return replace(handed, lesson=self.only, placed_by="lesson asked for")

    def _by_content(self, handed: Handed) -> None:
        try:
            told = self.lessons.told(handed.name, handed.found.read(MAX_BYTES))
        except OSError as problem:
            self.refused.append((handed.found, f"it cannot be read: {problem.strerror or problem}"))
            return
        if len(told) == 1:
            self.placed.append(replace(handed, lesson=told[0], placed_by="functions that it defines"))
        elif told:
            self.refused.append((handed.found, f"no name says its lesson, and its functions fit {_listed(told)}"))
        else:
            self.refused.append((handed.found, "no name says its lesson, and it defines the functions of none"))

    def _tries(self, lesson: Lesson, group: list[Handed]) -> None:
        """Takes what are tries at a lesson out of a student's files for it.

        A file alone is one whatever is in it, and so is one that is called just as the lesson. Of others it is asked
        that they define something of it; where none does, all whose names say the lesson are tries.
        """
        kept = {handed for handed in group if handed.stem.lower() in {lesson.id, lesson.short} or len(group) == 1}
        kept |= {handed for handed in group if handed not in kept and self._fits(lesson, handed)}
        kept = kept or {handed for handed in group if handed.named}
        reason = f"it is one of {len(group)} files of {group[0].student} for {lesson.id} and lacks its functions"
        self.placed += [handed for handed in group if handed in kept]
        self.refused += [(handed.found, reason) for handed in group if handed not in kept]

    def _tell_helpers(self, files: dict[Found, Handed]) -> None:
        """Says of refused files which submission of the same student imports them: it will miss them."""
        helpers = {files[found].student.key for found, _ in self.refused}
        importers = [(one, _imported(one)) for one in self.placed if one.student.key in helpers]
        for at, (found, _) in enumerate(self.refused):
            modules = {files[found].name.rpartition(".")[0], *files[found].trace.path[:-1]}
            for one, names in importers:
                if one.student.key == files[found].student.key and modules & names:
                    self.refused[at] = (found, f"{shown(one.name)} imports it, and {_ONE_FILE}")

    def _fits(self, lesson: Lesson, handed: Handed) -> bool:
        try:
            data = handed.found.read(MAX_BYTES)
        except OSError:  # whoever grades it is told
            return handed.named
        if handed.named:
            return self.lessons.begun(lesson, handed.name, data)
        return lesson in self.lessons.told(handed.name, data)


def _imported(handed: Handed) -> frozenset[str]:
    try:
        return imported(parse_submission(handed.name, handed.found.read(MAX_BYTES)))
    except OSError:  # whoever grades it is told
        return frozenset()


def _listed(lessons: tuple[Lesson, ...]) -> str:
    names = [lesson.id for lesson in lessons]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]

"""Which folders of a source are the teacher's, around those of students: seen from all paths together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from grader.intake.forms import canvas_form, moodle_form
from grader.intake.lessons import Lessons
from grader.intake.people import Called, Roster
from grader.standing import Student

ARCHIVE = ".zip"
_CODE = (".py", ".ipynb")
#: nbgrader's name for what students handed in; `gh classroom clone` adds the second to an assignment's name.
_SUBMITTED = "submitted"
_CLONED = "-submissions"
_AROUND = {_SUBMITTED, "submissions"}


class Surroundings:
    """The teacher's folders in a source.

    Attributes:
        repositories: folders that are clones.
        name: the source's own name, without its ending.
    """

    def __init__(
        self,
        paths: Sequence[tuple[str, ...]],
        repositories: Iterable[tuple[str, ...]],
        source: Path,
        lessons: Lessons,
        roster: Roster | None,
    ) -> None:
        """Looks at all paths.

        Args:
            paths: the paths of all files.
            repositories: folders that are clones.
            source: the source itself.
            lessons: the course's lessons.
            roster: who is in the class, or None.
        """
        self.repositories = frozenset(repositories)
        self._lessons = lessons
        self._roster = roster
        self.name = source.name if source.is_dir() else source.stem
        code = [parts for parts in paths if is_code(parts[-1])] or list(paths)
        self._wrapped = 0 if self._wrapper(code) is None else 1
        self._downloads = False
        self._downloads = all(map(self._is_downloaded, code))
        self._collected = any(self._outermost(parts).lower() == _SUBMITTED for parts in paths)
        heads = {head for parts in paths if is_archive(head := parts[self.depth(parts)]) or head == parts[-1]}
        self.by_canvas = 0 < len(heads) <= 2 * sum(canvas_form(head) is not None for head in heads)
        self._slugs = self._found_slugs()

    def depth(self, parts: tuple[str, ...]) -> int:
        """How many of the outermost folders of a path are the teacher's.

        These are the one around everything, `submitted` and the like, those that are named as a lesson, and those of
        several downloads of Moodle, where there is nothing else: a student may well make a folder that looks like it.

        Args:
            parts: the path of a file.
        """
        at = min(self._wrapped, len(parts) - 1)
        while at < len(parts) - 1 and self._is_teachers(parts[at]):
            at += 1
        return at + 1 if self._downloads and not moodle_form(parts[at]) and at + 1 < len(parts) else at

    def aside(self, parts: tuple[str, ...]) -> str | None:
        """What lies beside nbgrader's `submitted` and was handed in by nobody.

        Args:
            parts: the path of a file.

        Returns:
            The folder or file that it belongs to, or None where it belongs to no such thing.
        """
        name = self._outermost(parts)
        return name if self._collected and name.lower() != _SUBMITTED else None

    def by_nbgrader(self, above: tuple[str, ...]) -> bool:
        """Whether nbgrader laid out what lies in a folder.

        Args:
            above: the teacher's folders down to it.
        """
        return (above[-1] if above else self.name).lower() == _SUBMITTED

    def user(self, above: tuple[str, ...], repository: str) -> str:
        """Takes the assignment off the name of a repository, so that the user is left.

        Args:
            above: the folders around it.
            repository: its name, as in "lesson06-stacked-ada".
        """
        for slug in self._slugs[above]:
            if repository.lower().startswith(slug) and len(repository) > len(slug):
                repository = repository[len(slug) :]
                break
        lessons, rest = self._lessons.named(repository)
        return rest[-1] if lessons and rest else repository

    def is_student(self, name: str) -> bool:
        """Whether a folder or archive is called as a student of the roster is.

        Args:
            name: its name.
        """
        stem = stem_of(name) if is_archive(name) else name
        return self._roster is not None and isinstance(self._roster.find(Called(stem)), Student)

    def _outermost(self, parts: tuple[str, ...]) -> str:
        return parts[min(self._wrapped, len(parts) - 1)]

    def _is_downloaded(self, parts: tuple[str, ...]) -> bool:
        """Whether a path goes through a folder of Moodle, at the place of students or one further in."""
        return any(map(moodle_form, parts[self.depth(parts) :][:2]))

    def _is_teachers(self, folder: str) -> bool:
        low = folder.lower()
        if low in _AROUND or low.endswith(_CLONED):
            return True
        lessons, rest = self._lessons.named(folder)
        return bool(lessons) and not rest and not moodle_form(folder)

    def _wrapper(self, paths: list[tuple[str, ...]]) -> str | None:
        """The one folder that is around everything and is nobody's own, as archives and downloads have it."""
        tops = {parts[0] for parts in paths}
        if len(tops) != 1 or any(len(parts) == 1 for parts in paths):
            return None
        (top,) = tops
        if moodle_form(top) or (top,) in self.repositories or self._is_teachers(top) or self.is_student(top):
            return None
        inner = {parts[1] for parts in paths}
        files = {parts[1] for parts in paths if parts[1] == parts[-1]}
        of_students = (
            top.casefold() == self.name.casefold(),
            any(map(moodle_form, inner)),
            any(map(canvas_form, files)),
            any((top, name) in self.repositories for name in inner),
            any(map(self.is_student, inner - files)),
            self._is_repeated(paths),
        )
        return top if any(of_students) else None

    def _is_repeated(self, paths: list[tuple[str, ...]]) -> bool:
        """Whether one lesson is in several folders below the first one, so that these are of several students."""
        places = defaultdict(set)
        for _, second, *_, last in (parts for parts in paths if parts[1] != parts[-1]):
            for lesson in self._lessons.named(stem_of(last))[0]:
                places[lesson].add(second)
        return any(len(found) > 1 for found in places.values())

    def _found_slugs(self) -> dict[tuple[str, ...], list[str]]:
        """What the repositories of each folder begin with: the assignment, before the user."""
        groups = defaultdict(list)
        for parts in filter(None, self.repositories):
            groups[parts[:-1]].append(parts[-1].lower())
        slugs: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for above, names in groups.items():
            folder = (above[-1] if above else self.name).lower()
            if folder.endswith(_CLONED):
                slugs[above].append(folder.removesuffix(_CLONED) + "-")
            slugs[above] += filter(None, [_shared(names)])
        return slugs


def _shared(names: list[str]) -> str:
    """What several names begin with, up to a hyphen."""
    if len(names) == 1:
        return ""
    first, last = min(names), max(names)
    length = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first.rfind("-", 0, length) + 1]


def is_code(name: str) -> bool:
    """Whether a file of this name can be graded.

    Args:
        name: the file's name.
    """
    return name.lower().endswith(_CODE)


def is_archive(name: str) -> bool:
    """Whether a file of this name is an archive that is looked into.

    Args:
        name: the file's name.
    """
    return name.lower().endswith(ARCHIVE)


def stem_of(name: str) -> str:
    """A file's name without its ending.

    Args:
        name: the file's name.
    """
    return PurePath(name).stem

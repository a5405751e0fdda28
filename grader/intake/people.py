"""Whose a submission is: what a path calls its student, and who on the roster that can be."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from grader.intake.naming import compact, orders, shown, unmarked
from grader.standing import Student
from grader.text import folded

_WORDS = re.compile(r"[\s_,()+]+")
_SHORTEST = 3


@dataclass(frozen=True)
class Called:
    """What a path calls a student.

    Attributes:
        name: as it stands there: "Ada Lovelace", "lovelaceada", "ada".
        system: whose naming it is, as in a student's `ids`: "moodle", "canvas", "github" or empty.
        number: what that system calls them in numbers, or empty; for "github" the name of the repository.
        scope: the folder around it: other numbers for the same name there are other people.
    """

    name: str
    system: str = ""
    number: str = ""
    scope: tuple[str, ...] = ()


class Roster:
    """Finds the students of a roster by what paths call them."""

    def __init__(self, students: Iterable[Student]) -> None:
        """Prepares the search.

        Args:
            students: who is in the class.
        """
        self.students = tuple(students)
        self._numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._by_key = {student.key: student for student in self.students}
        exact: dict[str, set[str]] = defaultdict(set)
        names: dict[str, set[str]] = defaultdict(set)
        plain: dict[str, set[str]] = defaultdict(set)
        for student in self.students:
            for system, number in student.ids.items():
                self._numbers[system, folded(number)].add(student.key)
            marks = [student.key, student.email, *(student.ids.get(at, "") for at in ("id", "sis", "login", "github"))]
            for mark in filter(None, marks):
                exact[folded(mark)].add(student.key)
            named = {*map(compact, marks), compact(student.email.partition("@")[0]), *orders(student.name)} - {""}
            for name in named:
                names[name].add(student.key)
                plain[unmarked(name)].add(student.key)
        self._exact, self._names = exact, names
        self._known: list[tuple[Callable[[str], str], dict[str, set[str]]]] = [
            (folded, exact),
            (compact, names),
            (unmarked, plain),
        ]

    def find(self, called: Called) -> Student | str:
        """Finds a student.

        Case, Unicode form, accents and the order of first and last name do not matter where only one student fits.

        Args:
            called: what a path calls them.

        Returns:
            The student, or as a sentence why there is none.
        """
        numbered = self._numbers[called.system, folded(called.number)] if called.number else set()
        if called.system == "canvas" and len(numbered) == 1:
            return self._by_key[min(numbered)]
        found = self._named(called)
        if len(found) > 1 and found & numbered:
            found &= numbered
        if not found and called.system == "moodle":  # numbers of Moodle hold in one assignment only: a name says more
            found = numbered
        if len(found) == 1:
            return self._by_key[min(found)]
        name = shown(called.name)
        if not found:
            return f"nobody on the roster is called '{name}'"
        return f"'{name}' may be any of these on the roster: {', '.join(sorted(found))}"

    def _named(self, called: Called) -> set[str]:
        for form, known in self._known:
            wanted = form(called.name)
            if wanted and wanted in known:
                return set(known[wanted])
        if called.system == "github":
            return self._ending(folded(called.number))
        words = {folded(word) for word in _WORDS.split(called.name) if len(word) >= _SHORTEST}
        return set().union(*(self._exact.get(word, set()) for word in words))

    def _ending(self, repository: str) -> set[str]:
        """Who a repository is called after: "assignment-user"; of "ada" and "dr-ada" the longer one."""
        for at in (at + 1 for at, character in enumerate(repository) if character == "-"):
            found = self._exact.get(repository[at:]) or self._names.get(compact(repository[at:]))
            if found:
                return set(found)
        return set()


class Newcomers:
    """Makes students of what paths call them, where there is no roster."""

    def __init__(self, everybody: Iterable[Called]) -> None:
        """Gives each of them a key of their own.

        Args:
            everybody: all that are called anything, in the order that keys are given in.
        """
        numbers: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
        calls = list(dict.fromkeys(everybody))
        for called in calls:
            numbers[called.name, called.scope].add(called.number)
        self._shared = {name for (name, _), found in numbers.items() if len(found) > 1}
        self._students: dict[tuple[str, str], Student] = {}
        taken: set[str] = set()
        for called in calls:
            identity = self._identity(called)
            if identity not in self._students:
                self._students[identity] = self._made(called, self._free(called, taken))

    def find(self, called: Called) -> Student:
        """The student that a path calls so; one of those that all were made of."""
        return self._students[self._identity(called)]

    def _identity(self, called: Called) -> tuple[str, str]:
        return (called.name, called.number if called.name in self._shared else "")

    def _made(self, called: Called, key: str) -> Student:
        number = shown(called.name) if called.system == "github" else called.number
        ids = {called.system: number} if called.system and number else {}
        return Student(key=key, name=shown(called.name) if called.system == "moodle" else "", ids=ids)

    def _free(self, called: Called, taken: set[str]) -> str:
        """A key that nobody has: the name, with its number where several are called so."""
        name = shown(called.name) or "?"
        if called.name in self._shared:
            name = f"{name} ({called.number})"
        key, count = name, 1
        while key in taken:  # names that differ only in what cannot be shown
            count += 1
            key = f"{name} ({count})"
        taken.add(key)
        return key

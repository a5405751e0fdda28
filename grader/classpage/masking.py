"""Takes out of a class whatever says who is who."""

import re
from collections.abc import Callable

from msgspec.structs import replace

from grader.standing import Class, CriterionStanding, Standing, Student

_WORD = re.compile(r"[^\W_]+")
#: Shorter names, and shorter numbers, are found in many sentences that mean nobody.
_LETTERS, _DIGITS = 3, 5


class Mask:
    """What students are called instead.

    Attributes:
        names: what each is called now, by key.
    """

    def __init__(self, klass: Class, anonymous: Callable[[Student], str]) -> None:
        """Asks for all names.

        Args:
            klass: the class.
            anonymous: what to call a student; each needs a name of their own.
        """
        known = {student.key: student for student in klass.students}
        self.names = {key: anonymous(student) for key, student in known.items()}
        self._students = {self.names[key]: student for key, student in known.items()}
        self._telling = {word for student in known.values() for word in _telling(student)}

    def klass(self, klass: Class) -> Class:
        """The class without names, files and the grader's own words, in the order of the new names."""
        return replace(
            klass,
            students=tuple(sorted(map(self._student, klass.students), key=lambda student: student.key)),
            standings=tuple(self._standing(each) for each in klass.standings if each.student.key in self.names),
        )

    def reports(self, reports: Callable[[Student, str], str | None]) -> Callable[[Student, str], str | None]:
        """The same addresses, asked for by the new names; they have to name nobody."""
        return lambda student, lesson: reports(self._students[student.key], lesson)

    def _student(self, student: Student) -> Student:
        return Student(key=self.names[student.key])

    def _standing(self, standing: Standing) -> Standing:
        return replace(
            standing,
            student=self._student(standing.student),
            criteria=tuple(map(self._criterion, standing.criteria)),
            reasons=tuple(map(self._text, standing.reasons)),
            waiting=tuple(map(self._text, standing.waiting)),
            file="",
            fault="It is not told here, for it may name people or files." if standing.fault else "",
        )

    def _criterion(self, criterion: CriterionStanding) -> CriterionStanding:
        return replace(criterion, headline=self._text(criterion.headline))

    def _text(self, text: str) -> str:
        """A sentence, which may quote a submission that names its author."""
        return _WORD.sub(lambda found: "…" if found[0].casefold() in self._telling else found[0], text)


def _telling(student: Student) -> list[str]:
    """The words that tell who a student is."""
    told = (student.key, student.name, student.email.partition("@")[0], *student.ids.values())
    found = [word.casefold() for text in told for word in _WORD.findall(text)]
    return [word for word in found if len(word) >= (_DIGITS if word.isdigit() else _LETTERS)]

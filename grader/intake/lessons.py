"""Which lesson a file is for: by its name, by the folders around it, or by the functions that it defines."""

import ast
import re
from functools import cached_property

from grader.course import Course, Lesson
from grader.rubric import load_rubric
from grader.submission import Submission, parse_submission

_DEFINED = re.compile(r"^(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_BETWEEN = r"[ _.-]{0,3}"
#: A shorter word may well be the end of another one: "ex" in "regex01".
_LONG_WORD = 4


class Lessons:
    """The lessons of a course, as they can be recognised."""

    def __init__(self, course: Course) -> None:
        """Learns their names.

        Args:
            course: the course.
        """
        self.all = tuple(course.lessons())
        words = sorted({_word(lesson) for lesson in self.all})
        bounded = [re.escape(word) if len(word) >= _LONG_WORD else rf"(?<![a-z]){re.escape(word)}" for word in words]
        self._numbered = re.compile(
            rf"(?P<word>{'|'.join(bounded)}){_BETWEEN}0*(?P<number>\d{{1,6}})(?!\d)", re.IGNORECASE
        )
        self._by_number = {(_word(lesson), lesson.number): lesson for lesson in self.all}
        self._themes = {lesson: _theme(lesson) for lesson in self.all if _theme(lesson)}

    def named(self, text: str) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
        """Finds the lessons that a name tells: "lesson06_stacked", "Lesson 6", "06-stacked".

        Args:
            text: a name of a file or folder.

        Returns:
            The lessons, and the pieces of the name that are left without them.
        """
        found: dict[Lesson, None] = {}
        rest = text
        for match in reversed([*self._numbered.finditer(text)]) if self.all else ():
            lesson = self._by_number.get((match["word"].lower(), int(match["number"])))
            if lesson is not None:
                found[lesson] = None
                rest = rest[: match.start()] + "\0" + self._without_theme(rest[match.end() :], lesson)
        if not found:
            for lesson, theme in self._themes.items():
                at = re.search(rf"(?<!\d)0*{lesson.number}{_BETWEEN}{theme}(?![a-z])", rest, re.IGNORECASE)
                if at:
                    found[lesson] = None
                    rest = rest[: at.start()] + "\0" + rest[at.end() :]
        return tuple(found), tuple(piece for part in rest.split("\0") if (piece := part.strip(" _.-+")))

    def _without_theme(self, text: str, lesson: Lesson) -> str:
        theme = self._themes.get(lesson)
        match = re.match(rf"{_BETWEEN}{theme}(?![a-z])", text, re.IGNORECASE) if theme else None
        return text[match.end() :] if match else text

    def told(self, name: str, data: bytes) -> tuple[Lesson, ...]:
        """Finds the lessons whose functions a file defines; it is read as data and never run.

        Args:
            name: the file's name.
            data: its bytes.

        Returns:
            Those of which it defines at least half, the most by any: one lesson, if it can be told.
        """
        defined = functions_of(parse_submission(name, data))
        shares = {
            lesson: len(asked & defined)
            for lesson, asked in self._asked.items()
            if 2 * len(asked & defined) >= len(asked)
        }
        most = max(shares.values(), default=0)
        return tuple(lesson for lesson, share in shares.items() if share == most)

    def begun(self, lesson: Lesson, name: str, data: bytes) -> bool:
        """Whether a file defines anything that a lesson asks for."""
        return bool(self._asked[lesson] & functions_of(parse_submission(name, data)))

    @cached_property
    def _asked(self) -> dict[Lesson, frozenset[str]]:
        asked = {lesson: frozenset(load_rubric(lesson.rubric).functions) for lesson in self.all}
        return {lesson: functions for lesson, functions in asked.items() if functions}


def functions_of(submission: Submission) -> frozenset[str]:
    """The functions that a submission defines at its top level, also where not all of it is Python."""
    try:
        tree = submission.program.tree() if submission.program else ast.parse(submission.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset(_DEFINED.findall(submission.text))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def _word(lesson: Lesson) -> str:
    return lesson.short.rstrip("0123456789")


def _theme(lesson: Lesson) -> str:
    """A pattern for the part of a lesson's name after its number."""
    return r"[ _.-]?".join(map(re.escape, filter(None, lesson.id.partition("_")[2].split("_"))))

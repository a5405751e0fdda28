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
        self._themes = {
            lesson: re.compile(f"{_BETWEEN}{_theme(lesson)}(?![a-z])", re.IGNORECASE) for lesson in self.all
        }
        themed = (rf"((?<!\d)0*{lesson.number}{_BETWEEN}{_theme(lesson)}(?![a-z]))" for lesson in self.all)
        self._themed = re.compile("|".join(themed), re.IGNORECASE)
        self._known: dict[str, tuple[tuple[Lesson, ...], tuple[str, ...]]] = {}

    def named(self, text: str) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
        """Finds the lessons that a name tells: "lesson06_stacked", "Lesson 6", "06-stacked".

        Args:
            text: a name of a file or folder.

        Returns:
            The lessons, and the pieces of the name that are left without them.
        """
        if text not in self._known:
            self._known[text] = self._found(text)
        return self._known[text]

    def _found(self, text: str) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
        if not self.all:
            return (), (text,)
        spans: list[tuple[Lesson, int, int]] = []
        for match in self._numbered.finditer(text):
            lesson = self._by_number.get((match["word"].lower(), int(match["number"])))
            if lesson is not None:
                theme = self._themes[lesson].match(text, match.end())
                spans.append((lesson, match.start(), theme.end() if theme else match.end()))
        if not spans:
            matches = self._themed.finditer(text)
            spans = [(self.all[(match.lastindex or 1) - 1], *match.span()) for match in matches]
        starts, ends = [0, *(end for _, _, end in spans)], [*(start for _, start, _ in spans), len(text)]
        pieces = (text[start:end].strip(" _.-+") for start, end in zip(starts, ends, strict=True))
        return tuple(dict.fromkeys(lesson for lesson, _, _ in spans)), tuple(filter(None, pieces))

    def told(self, name: str, data: bytes) -> tuple[Lesson, ...]:
        """Finds the lessons whose functions a file defines; it is read as data and never run.

        Args:
            name: the file's name.
            data: its bytes.

        Returns:
            Those of which it defines at least half, and something that no other lesson asks for; of several, those of
            which it defines most. That is one lesson, if it can be told.
        """
        defined = functions_of(parse_submission(name, data))
        shares: dict[Lesson, int] = {}
        for lesson, asked in self._asked.items():
            own = asked.difference(*(given for other, given in self._given.items() if other != lesson))
            if own & defined and 2 * len(asked & defined) >= len(asked):
                shares[lesson] = len(asked & defined)
        most = max(shares.values(), default=0)
        return tuple(lesson for lesson, share in shares.items() if share == most)

    def begun(self, lesson: Lesson, name: str, data: bytes) -> bool:
        """Whether a file defines anything that a lesson asks for."""
        return bool(self._asked[lesson] & functions_of(parse_submission(name, data)))

    @cached_property
    def _asked(self) -> dict[Lesson, frozenset[str]]:
        asked = {lesson: frozenset(load_rubric(lesson.rubric).functions) for lesson in self.all}
        return {lesson: functions for lesson, functions in asked.items() if functions}

    @cached_property
    def _given(self) -> dict[Lesson, frozenset[str]]:
        """What the exercises define, with what they ask for."""
        stubs = {lesson: lesson.stub for lesson in self._asked if lesson.stub.exists()}
        given = {lesson: functions_of(parse_submission(stub.name, stub.read_bytes())) for lesson, stub in stubs.items()}
        return {lesson: asked | given.get(lesson, frozenset()) for lesson, asked in self._asked.items()}


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
    """A pattern for the part of a lesson's name after its number; one that never fits where there is none."""
    words = lesson.id.partition("_")[2].split("_")
    return r"[ _.-]?".join(map(re.escape, words)) if words[0] else "(?!)"

"""The overview of all lessons that were graded one after the other: how each ended, in words and with its look."""

from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from grader.model import Grade
from grader.report import words
from grader.scoring import still_open
from grader.text import encodable, one_line

_STYLES = {"good": "green", "part": "yellow", "idle": "dim", "fault": "bold magenta"}
_WITHOUT_FILE = words.Look("○", "o", "no file yet", "idle")
_FAULT = words.Look("!", "!", "no mark", "fault")


class Entry(NamedTuple):
    """How one lesson ended.

    Attributes:
        name: what one types to grade it, e.g. "lesson06".
        title: its title.
        theme: its theme.
        report: name of its HTML report, beside the overview.
        grade: its grade, or None where there is none.
        problem: why there is none although there is a file; empty otherwise.
        is_fault: whether that is the grader's fault.
    """

    name: str
    title: str
    theme: str
    report: str
    grade: Grade | None = None
    problem: str = ""
    is_fault: bool = False

    @property
    def look(self) -> words.Look:
        """How it appears."""
        if self.problem:
            return _FAULT
        if self.grade is None:
            return _WITHOUT_FILE
        tone, icon, plain = ("good", "✓", "+") if self.grade.passed else ("part", "◐", "~")
        return words.Look(icon, plain, words.verdict(self.grade), tone)

    @property
    def open(self) -> tuple[str, ...]:
        """Titles of the criteria that did not pass."""
        return tuple(row.title for row in still_open(self.grade.rows)) if self.grade else ()


class Overview(NamedTuple):
    """How all lessons ended, in the order of the course."""

    entries: tuple[Entry, ...]

    @property
    def passed(self) -> int:
        """How many lessons are passed."""
        return sum(entry.grade is not None and entry.grade.passed for entry in self.entries)

    @property
    def passed_word(self) -> str:
        """What is said of lessons that are passed."""
        has_more = any(entry.grade is not None and words.has_more(entry.grade) for entry in self.entries)
        return "passed here, but your teacher checks more" if has_more else "passed"

    @property
    def is_passed(self) -> bool:
        """Whether every lesson that was graded is passed."""
        return all(entry.grade is None or entry.grade.passed for entry in self.entries)

    @property
    def faults(self) -> int:
        """How many lessons have no mark by a fault of the grader."""
        return sum(entry.is_fault for entry in self.entries)

    @property
    def unread(self) -> int:
        """How many files could not be read."""
        return sum(bool(entry.problem) and not entry.is_fault for entry in self.entries)

    @property
    def next(self) -> Entry | None:
        """The lesson to go on with: the first that was graded and has something open."""
        return next((entry for entry in self.entries if entry.grade is not None and entry.open), None)


def print_entry(entry: Entry, console: Console) -> None:
    """Prints one lesson in a line.

    Args:
        entry: how it ended.
        console: where to.
    """
    look = entry.look
    said = entry.problem or (f"{words.mark(entry.grade)}, {look.word}" if entry.grade else look.word)
    icon = look.plain if console.options.ascii_only else look.icon
    text = encodable(f"{entry.name}  {one_line(entry.title)}: {one_line(said, 1000)}", console.encoding)
    console.print(Text.assemble((f"{icon} ", _STYLES[look.tone]), text), soft_wrap=True)

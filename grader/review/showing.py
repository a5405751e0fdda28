"""How one thing that waits is shown in a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from grader.report import words
from grader.review.queue import Waiting
from grader.text import encodable, number, one_line

_MAX_WIDTH = 100
_INDENT = "  "
_MAX_CHARACTERS = 20_000


class Shower:
    """Prints what waits; nothing that a student wrote is read as markup or can pose as our own words."""

    def __init__(self, console: Console) -> None:
        """Prints nothing yet.

        Args:
            console: where to.
        """
        self._console = console
        self._width = min(console.width, _MAX_WIDTH)

    def item(self, waiting: Waiting, number: int, count: int) -> None:
        """Shows the question, the answer, and what was found in it.

        Args:
            waiting: what waits.
            number: its place in the queue, from 1.
            count: how many there are.
        """
        named = [waiting.lesson, waiting.item, str(waiting.student), waiting.file]
        self.say()
        self.say(f"{number} of {count}: " + ", ".join(one_line(each, 100) for each in named if each), "bold")
        self.say(waiting.ask)
        if waiting.answer is not None:
            self._raw(waiting.answer)
        if waiting.note:
            self.say(waiting.note, "yellow")
        for sentence, style in _found(waiting):
            self.say(sentence, style, _INDENT)
        self.say(_suggestion(waiting), "bold")

    def file(self, waiting: Waiting) -> None:
        """Shows the whole file, with the numbers of its lines.

        Args:
            waiting: what waits.
        """
        lines = waiting.text.splitlines()
        digits = len(str(len(lines)))
        self._raw("\n".join(f"{number:{digits}} {line}" for number, line in enumerate(lines, start=1)))
        if not lines:
            self.say("The file is not here.", "yellow")

    def say(self, text: str = "", style: str = "", indent: str = "") -> None:
        """Prints a sentence.

        Args:
            text: the sentence; it is brought to one line and then wrapped.
            style: how it looks.
            indent: what goes before each of its lines.
        """
        self._print(one_line(text, 4000), style, indent)

    def _raw(self, text: str) -> None:
        """Prints what a student wrote, with a bar before every line."""
        text = text.strip("\r\n")
        bar = "  | " if self._console.options.ascii_only else "  │ "
        self._print(text[:_MAX_CHARACTERS], "", bar)
        if len(text) > _MAX_CHARACTERS:
            self.say(f"{len(text) - _MAX_CHARACTERS} more characters are not shown.", "yellow")

    def _print(self, text: str, style: str, indent: str) -> None:
        shown = Text(encodable(text, self._console.encoding), style=style)
        for line in shown.wrap(self._console, max(self._width - len(indent), 1), overflow="fold"):
            line.rstrip()
            self._console.print(Text(indent) + line, soft_wrap=True)


def _found(waiting: Waiting) -> Iterator[tuple[str, str]]:
    """What was made of an answer in sentences."""
    told = waiting.told
    if told is None:
        return
    yield from ((f"{words.FOUND.plain} found: {idea}", "green") for idea in told.found)
    yield from ((f"{words.NOT_FOUND.plain} not found: {idea}", "") for idea in told.missing)
    yield from ((f"x wrong: {wrong.name}", "red") for wrong in told.misconceptions)
    if told.suspicion is not None:
        yield f"? {told.suspicion.text}", "yellow"
    yield from ((note, "yellow") for note in told.notes)


def _suggestion(waiting: Waiting) -> str:
    if waiting.told is None:
        return f"Provisional: {number(waiting.points)} of {number(waiting.max_points)} points."
    if waiting.told.suggested is None:
        return "Nothing is suggested: the key is not here."
    return f"Suggested: {number(100 * waiting.told.suggested)} %."

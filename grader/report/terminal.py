"""The report in a terminal: what passed, what did not and why, the mark, the one next step."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import msgspec
from rich.console import Console
from rich.style import Style
from rich.text import Text

from grader.model import Evidence, Finding, Grade, Outcome, Scored
from grader.report import words
from grader.text import clean, encodable, one_line

#: Longer lines are hard to read, however wide the window.
_MAX_WIDTH = 100
#: Of raw text, which may be very long, the end is shown: there a traceback says what happened.
_BLOCK_CHARACTERS = 8000
_BLOCK_LINES = 40
_EVIDENCE_VALUES = 12
_GAP = "  "
_STYLES = {"good": "green", "part": "yellow", "miss": "red", "idle": "dim", "fault": "bold magenta"}
_FOLDED = {Outcome.SKIPPED, Outcome.WITHHELD}


def print_grade(grade: Grade, *, console: Console, verbose: bool = False, report: Path | None = None) -> None:
    """Prints a grade.

    Args:
        grade: the grade.
        console: where to; it decides on width and colours.
        verbose: also print why each criterion matters, all hints, evidence, tracebacks and output.
        report: the HTML report to point to.
    """
    printer = _Printer(console, grade, verbose=verbose)
    for line in printer.lines(report):
        console.print(line, soft_wrap=True)


def print_hint(grade: Grade, miss: Scored | None, number: int, *, console: Console, again: str) -> None:
    """Prints one hint.

    Args:
        grade: the grade.
        miss: the criterion to mend next, or None where there is none.
        number: how many hints have been asked for, this one included.
        console: where to.
        again: the command that shows the next hint.
    """
    printer = _Printer(console, grade, verbose=False)
    for line in printer.hint(miss, number, again):
        console.print(line, soft_wrap=True)


class _Printer:
    """Lays out one grade, line by line.

    Every text goes through `_text`, so nothing from a submission is read as markup, and nothing that the
    console cannot encode reaches it. All lines are wrapped here: continuations stay indented, so a long text
    cannot put something at the start of a line, where only our own words stand.
    """

    def __init__(self, console: Console, grade: Grade, *, verbose: bool) -> None:
        self._console = console
        self._grade = grade
        self._verbose = verbose
        self._width = min(console.width, _MAX_WIDTH)
        self._states = max((len(words.look(row).word) for row in grade.rows), default=0) + len("x ")
        waiting = [row for row in grade.rows if row.checked.outcome is Outcome.SKIPPED]
        self._points = max(map(len, [*map(words.points, grade.rows), words.total(waiting)]))

    def lines(self, report: Path | None) -> Iterator[Text]:
        """Yields the lines of the report."""
        grade = self._grade
        name = Text.assemble(self._text(one_line(grade.title), "bold"), _GAP, self._text(one_line(grade.file), "dim"))
        yield from self._wrapped(name)
        for note in grade.notes:  # at the top: how well it was confined changes how all the rest is read
            yield from self._wrapped(self._text(one_line(note, 1000), "yellow"))
        yield Text()
        for outcome, group in itertools.groupby(grade.rows, lambda row: row.checked.outcome):
            rows = list(group)
            if outcome is Outcome.SKIPPED and len(rows) > 1 and not self._verbose:
                yield from self._line(words.look(rows[0]), self._text(words.waiting(rows), "dim"), words.total(rows))
            else:
                for row in rows:
                    yield from self._row(row)
        yield Text()
        yield from self._mark()
        for doubt in words.doubts(grade):
            yield from self._wrapped(self._text(one_line(doubt, 1000)), first="  ")
        if self._verbose:
            yield from self._answers()
            yield Text()
            yield from self._block("what the file printed while it was loaded", grade.output)
        if grade.next_step:
            yield Text()
            step = Text.assemble(self._text("Next: ", "bold"), self._text(one_line(grade.next_step, 1000)))
            yield from self._wrapped(step)
        if report is not None:
            yield from self._report(report)

    def hint(self, miss: Scored | None, number: int, again: str) -> Iterator[Text]:
        """Yields the lines of one hint."""
        if miss is None or miss.checked.finding is None:
            yield from self._wrapped(self._text(one_line(self._grade.next_step, 1000)))
            return
        finding = miss.checked.finding
        yield from self._wrapped(self._text(one_line(miss.title), "bold"))
        yield from self._finding(msgspec.structs.replace(finding, hints=()))
        count = len(finding.hints)
        if not count:
            yield from self._wrapped(self._text("There is no hint for this."))
            return
        if number > count:
            yield from self._wrapped(self._text(f"These were all {count} hints. The strongest again:"), first="    ")
        index = min(number, count) - 1
        yield from self._labelled(
            f"{words.hint_label(index, count)} ({index + 1} of {count})", finding.hints[index], 1000
        )
        if number < count:
            yield from self._wrapped(self._text(f"`{again}` once more shows a stronger one.", "dim"), first="    ")

    def _text(self, text: str, style: str = "") -> Text:
        return Text(encodable(text, self._console.encoding), style=style)

    def _wrapped(self, text: Text, *, first: str = "", rest: str = "  ") -> Iterator[Text]:
        width = max(self._width - max(len(first), len(rest)), 1)
        for index, line in enumerate(text.wrap(self._console, width, overflow="fold")):
            line.rstrip()
            yield Text(rest if index else first) + line

    def _labelled(self, label: str, text: str, limit: int = 400) -> Iterator[Text]:
        yield from self._wrapped(self._label(label, text, limit), first="    ", rest="      ")

    def _label(self, label: str, text: str, limit: int = 400) -> Text:
        return Text.assemble(self._text(f"{label}: ", "dim"), self._text(one_line(text, limit)))

    def _row(self, row: Scored) -> Iterator[Text]:
        finding = row.checked.finding
        folded = row.checked.outcome in _FOLDED
        title = self._text(one_line(row.title), "dim" if folded else "")
        if folded and finding is not None:
            title.append_text(self._text(f" ({one_line(finding.headline)})", "dim"))
        flags = words.flags(row)
        if flags:
            title = Text.assemble(title, self._text(f" ({', '.join(flags)})", "yellow"))
        yield from self._line(words.look(row), title, words.points(row))
        if finding is not None and not folded:
            yield from self._finding(finding)
        if self._verbose:
            yield from self._more(row)

    def _line(self, look: words.Look, title: Text, points: str) -> Iterator[Text]:
        """Lays out outcome, title and points in columns."""
        icon = look.plain if self._console.options.ascii_only else look.icon
        state = self._text(f"{icon} {look.word}".ljust(self._states), _STYLES[look.tone])
        room = max(self._width - self._states - self._points - 2 * len(_GAP), 8)
        for index, line in enumerate(title.wrap(self._console, room, overflow="fold")):
            line.rstrip()
            if index:
                yield Text(" " * self._states + _GAP) + line
            else:
                line.pad_right(room - line.cell_len)
                last = self._text(points.rjust(self._points), "dim")
                yield from self._wrapped(Text.assemble(state, _GAP, line, _GAP, last), rest="")

    def _finding(self, finding: Finding) -> Iterator[Text]:
        indent = "    "
        yield from self._wrapped(self._text(one_line(finding.headline)), first=indent, rest=indent)
        place = finding.place
        if place is not None:
            code = f"{place}: `{one_line(place.text, 160)}`" if place.text else str(place)
            yield from self._wrapped(self._text(code), first=indent, rest=indent + "  ")
        yield from self._compared(finding)
        if finding.why and self._verbose:
            yield from self._labelled("why", finding.why, limit=1000)
        shown = finding.hints if self._verbose else finding.hints[:1]
        if not self._verbose and shown and shown[0] in self._grade.next_step:
            shown = ()  # it stands at the end, as the one next step
        for index, hint in enumerate(shown):
            yield from self._labelled(words.hint_label(index, len(finding.hints)), hint)

    def _compared(self, finding: Finding) -> Iterator[Text]:
        """Yields what was expected and what came, on one line where both are short."""
        said = [("expected", finding.expected), ("received", finding.received)]
        labelled = [self._label(label, text) for label, text in said if text]
        joined = Text(", ").join(labelled)
        if joined.cell_len + len("    ") <= self._width:
            labelled = [joined] if labelled else []
        for line in labelled:
            yield from self._wrapped(line, first="    ", rest="      ")

    def _more(self, row: Scored) -> Iterator[Text]:
        for evidence in row.checked.evidence:
            yield from self._labelled(one_line(evidence.name), _measured(evidence), limit=1000)
        if row.checked.finding is not None:
            yield from self._block("details", row.checked.finding.details)
        yield from self._block("printed during this check", row.checked.output)

    def _block(self, label: str, text: str) -> Iterator[Text]:
        """Yields raw text, marked on every line so that it cannot pose as ours."""
        text = clean(text).strip("\n")
        if not text.strip():
            return
        bar = "    | " if self._console.options.ascii_only else "    │ "
        wrapped = list(self._wrapped(self._text(text[-_BLOCK_CHARACTERS:]), first=bar, rest=bar))
        cut = len(text) > _BLOCK_CHARACTERS or len(wrapped) > _BLOCK_LINES
        head = self._text(f"{label}{', the end of it' if cut else ''}:", "dim")
        yield from self._wrapped(head, first="    ", rest="    ")
        yield from wrapped[-_BLOCK_LINES:]

    def _answers(self) -> Iterator[Text]:
        """Yields what was made of each answer to the lesson's questions."""
        sheet = self._grade.answers
        if sheet is None:
            return
        yield Text()
        for trouble in sheet.troubles:
            yield from self._wrapped(self._text(one_line(str(trouble), 400)))
        for item in sheet.items:
            look = words.item_look(item)
            yield from self._answer(look, item.question, item.ask, item.feedback)
        for told in sheet.prose:
            said: tuple[str, ...] = (told.suspicion.text,) if told.suspicion else ()
            if told.answered:
                said += tuple(f"found: {idea}" for idea in told.found)
                said += tuple(f"not found yet: {idea}" for idea in told.missing)
                said += tuple(wrong.reply for wrong in told.misconceptions)
            yield from self._answer(words.prose_look(told), told.question, told.ask, (*said, *told.notes))

    def _answer(self, look: words.Look, number: int, ask: str, said: tuple[str, ...]) -> Iterator[Text]:
        icon = look.plain if self._console.options.ascii_only else look.icon
        head = Text.assemble(
            self._text(f"{icon} {look.word}: ", _STYLES[look.tone]), self._text(one_line(f"Q{number}. {ask}", 400))
        )
        yield from self._wrapped(head)
        for line in said:
            yield from self._wrapped(self._text(one_line(line, 1000)), first="    ", rest="    ")

    def _mark(self) -> Iterator[Text]:
        grade = self._grade
        tone = "fault" if not words.has_mark(grade) else "good" if grade.passed else "part"
        yield from self._wrapped(
            Text.assemble(
                self._text(words.mark(grade), "bold"),
                self._text(f", {words.verdict(grade)}", _STYLES[tone]),
            )
        )

    def _report(self, report: Path) -> Iterator[Text]:
        path = self._text(one_line(str(report), 4096))
        # A terminal that knows links opens the page even where the path had to be folded.
        path.stylize(Style(link=report.absolute().as_uri()))
        yield from self._wrapped(Text.assemble("Report: ", path))


def _measured(evidence: Evidence) -> str:
    labels = evidence.labels if len(evidence.labels) == len(evidence.values) else ()
    unit = f" {evidence.unit}" if evidence.unit else ""
    shown = [words.measured(value) + unit for value in evidence.values[:_EVIDENCE_VALUES]]
    if labels:
        shown = [f"{label} {value}" for label, value in zip(labels, shown, strict=False)]
    more = len(evidence.values) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")

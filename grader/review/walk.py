"""The walk through what waits: one thing at a time, Enter accepts, and each decision is kept as soon as it is taken."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import click
from rich.console import Console

from grader.policy.records import Decision, Subject, Verdict
from grader.review.queue import Waiting
from grader.review.showing import Shower
from grader.text import many, number

Keep = Callable[[Waiting, Decision], None]
_HELP = (
    "Enter accepts; a number sets other {unit}; c TEXT adds a comment for the student; f shows the whole file; "
    "s skips; b goes back; q ends. What is decided is kept at once."
)
_PERCENT = 100


@dataclass(frozen=True)
class Walked:
    """How a walk ended.

    Attributes:
        accepted: things accepted as suggested.
        adjusted: things decided otherwise.
        left: things that still wait.
    """

    accepted: int
    adjusted: int
    left: int


def walk(waiting: Sequence[Waiting], console: Console, *, who: str, keep: Keep) -> Walked:
    """Shows one thing after the other and asks for a decision.

    Args:
        waiting: the queue.
        console: where it is shown; the answers come from standard input.
        who: who decides.
        keep: takes each decision as soon as it is taken. Of two on the same thing the later one counts.

    Returns:
        What was decided, and how much is left.
    """
    walker = _Walker(waiting, Shower(console), who, keep)
    try:
        walker.run()
    except click.Abort:  # Ctrl-C, or no more input
        click.echo()
    return walker.end()


def count_blanks(blank: Sequence[Waiting], *, who: str, keep: Keep) -> int:
    """Asks once whether questions for sentences that were left unanswered count as zero.

    Args:
        blank: these questions.
        who: who decides.
        keep: takes the decisions.

    Returns:
        How many count now.
    """
    students = len({each.student.key for each in blank})
    question = f"{many(len(blank), 'question')} of {many(students, 'student')} left unanswered: count as 0 %?"
    try:
        counts = bool(blank) and click.confirm(question, default=False)
    except click.Abort:
        click.echo()
        return 0
    for each in blank if counts else ():
        keep(each, _decision(each, Verdict.ADJUST, 0.0, who, "left unanswered"))
    return len(blank) if counts else 0


class _Walker:
    """Where a walk is, and what was decided on it."""

    def __init__(self, waiting: Sequence[Waiting], shower: Shower, who: str, keep: Keep) -> None:
        self._waiting = waiting
        self._shower = shower
        self._who = who
        self._keep = keep
        self._place = 0
        self._comment = ""
        self._verdicts: dict[int, Verdict] = {}

    def run(self) -> None:
        shown = -1
        while self._place < len(self._waiting):
            each = self._waiting[self._place]
            if self._place != shown:
                self._comment = ""
                self._shower.item(each, self._place + 1, len(self._waiting))
                if shown < 0:
                    self._help(each)
                shown = self._place
            if not self._obey(each, click.prompt("Decide", default="", show_default=False).strip()):
                return

    def end(self) -> Walked:
        verdicts = list(self._verdicts.values())
        walked = Walked(
            accepted=verdicts.count(Verdict.ACCEPT),
            adjusted=verdicts.count(Verdict.ADJUST),
            left=len(self._waiting) - len(verdicts),
        )
        self._shower.say(f"{walked.accepted} accepted, {walked.adjusted} set otherwise, {walked.left} left.")
        return walked

    def _obey(self, each: Waiting, typed: str) -> bool:
        """Does what was typed; False ends the walk."""
        command, _, rest = typed.partition(" ")
        match command.lower():
            case "q":
                return False
            case "s":
                self._place += 1
            case "b":
                self._place = max(self._place - 1, 0)
            case "f":
                self._shower.file(each)
            case "c":
                self._comment = rest.strip() or click.prompt("Comment", default="", show_default=False).strip()
            case "?" | "h":
                self._help(each)
            case _:
                self._decide(each, typed)
        return True

    def _decide(self, each: Waiting, typed: str) -> None:
        value = _value(each, typed) if typed else each.suggested
        if value is None:
            self._shower.say(f"A number between 0 and {number(_most(each))} is wanted ({_unit(each)}), or ? for help.")
            return
        verdict = Verdict.ACCEPT if value == each.suggested else Verdict.ADJUST
        self._keep(each, _decision(each, verdict, value, self._who, self._comment))
        self._verdicts[self._place] = verdict
        self._place += 1

    def _help(self, each: Waiting) -> None:
        self._shower.say(_HELP.format(unit=_unit(each)), "dim")


def _decision(each: Waiting, verdict: Verdict, value: float, who: str, comment: str) -> Decision:
    return Decision(
        digest=each.digest,
        subject=each.subject,
        item=each.item,
        verdict=verdict,
        value=value,
        comment=comment,
        who=who,
        at=datetime.now(UTC),
    )


def _value(each: Waiting, typed: str) -> float | None:
    """The share or the points that were typed, or None."""
    try:
        value = float(typed.rstrip("% ").replace(",", "."))
    except ValueError:
        return None
    if not math.isfinite(value) or not 0 <= value <= _most(each):
        return None
    return value / _PERCENT if each.subject is Subject.PROSE else value


def _most(each: Waiting) -> float:
    return _PERCENT if each.subject is Subject.PROSE else each.max_points


def _unit(each: Waiting) -> str:
    return "percent" if each.subject is Subject.PROSE else "points"

"""The words that the terminal and the HTML report share, so that both tell the same story."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from grader.answered import Assessment, ItemScore, Sheet, State
from grader.model import Grade, Outcome, Scored
from grader.shown import CellState
from grader.text import number


class Look(NamedTuple):
    """How an outcome appears.

    Attributes:
        icon: one character.
        plain: the icon where only ASCII can be shown.
        word: what the icon says; an icon or a colour never stands alone.
        tone: "good", "part", "miss", "idle" or "fault"; reports choose their colours by it.
    """

    icon: str
    plain: str
    word: str
    tone: str


_LOOKS = {
    Outcome.PASSED: Look("✓", "+", "passed", "good"),
    Outcome.FAILED: Look("✗", "x", "not yet right", "miss"),
    Outcome.NOT_STARTED: Look("○", "o", "not started yet", "idle"),
    Outcome.SKIPPED: Look("·", "-", "skipped", "idle"),
    Outcome.TIMED_OUT: Look("✗", "x", "out of time", "miss"),
    Outcome.OUT_OF_MEMORY: Look("✗", "x", "out of memory", "miss"),
    Outcome.CRASHED: Look("✗", "x", "crashed", "miss"),
    Outcome.WITHHELD: Look("◇", "*", "for the teacher", "idle"),
    Outcome.FAULT: Look("!", "!", "grader's fault", "fault"),
}
_STATES = {
    State.MISSING: Look("○", "o", "not answered yet", "idle"),
    State.UNCLEAR: Look("✗", "x", "cannot be read", "miss"),
    State.PART: Look("◐", "~", "not complete", "part"),
    State.COMPLETE: Look("·", "-", "answered", "idle"),
}
_CELLS = {
    CellState.TEXT: Look("·", "-", "text", "idle"),
    CellState.RAN: Look("✓", "+", "ran", "good"),
    CellState.RAISED: Look("✗", "x", "stopped with an error", "miss"),
    CellState.STOPPED: Look("✗", "x", "was stopped, it took too long", "miss"),
    CellState.NOT_RUN: Look("○", "o", "did not run", "idle"),
}
#: Ideas in sentences.
FOUND, NOT_FOUND = Look("✓", "+", "found", "good"), Look("○", "o", "not found yet", "idle")
_RIGHT, _WRONG = Look("✓", "+", "right", "good"), Look("✗", "x", "not right", "miss")
_PERCENT = 100
_PARTLY = Look("◐", "~", "partly right", "part")


def look(row: Scored) -> Look:
    """Says how a criterion's outcome appears."""
    if row.checked.outcome is Outcome.FAILED and row.points > 0:
        return _PARTLY
    return _LOOKS[row.checked.outcome]


def item_look(item: ItemScore) -> Look:
    """Says how an answer to a question with options or pairs appears; in an exam its credit is not told."""
    if item.state is not State.COMPLETE or item.credit is None:
        return _STATES[item.state]
    return _RIGHT if item.credit >= 1 else _PARTLY if item.credit > 0 else _WRONG


def prose_look(told: Assessment) -> Look:
    """Says how an answer in sentences appears."""
    if not told.answered:
        return _STATES[State.MISSING]
    if told.suggested is None:
        return _STATES[State.COMPLETE]
    if told.suggested >= 1:
        return Look("✓", "+", "all ideas found", "good")
    return Look("◐", "~", "not all ideas found", "part")


def cell_look(state: CellState) -> Look:
    """Says how the state of a notebook's cell appears."""
    return _CELLS[state]


def row_looks(grade: Grade) -> list[Look]:
    """Says how each criterion appears."""
    return [look(row) for row in grade.rows]


def tally(looks: Iterable[Look]) -> list[tuple[Look, int]]:
    """Counts how often each look is there, in the order in which they come up."""
    return list(Counter(looks).items())


def by_question(sheet: Sheet) -> list[tuple[int, list[ItemScore], list[Assessment]]]:
    """Puts the answers to one question of the course together: choices and pairs, then sentences."""
    numbers = sorted({item.question for item in sheet.items} | {told.question for told in sheet.prose})
    return [
        (
            number,
            [item for item in sheet.items if item.question == number],
            [told for told in sheet.prose if told.question == number],
        )
        for number in numbers
    ]


def answer_looks(sheet: Sheet) -> list[Look]:
    """Says how each answer appears."""
    return [*map(item_look, sheet.items), *map(prose_look, sheet.prose)]


def suggestion(told: Assessment) -> str:
    """Says what an answer in sentences may be worth, or nothing where that is not known."""
    if told.suggested is None or not told.answered:
        return ""
    return f"Suggested: {number(_PERCENT * told.suggested)} % of this question; a teacher may see it otherwise."


def measured(value: float) -> str:
    """Writes a measured value with four significant digits."""
    if math.isnan(value):
        return "not a number"
    return f"{value:.4g}" if math.isfinite(value) else f"{'-' if value < 0 else ''}infinite"


def points(row: Scored) -> str:
    """Writes the points of a criterion; one that does not count here has none."""
    if row.checked.outcome is Outcome.WITHHELD:
        return "not counted"
    return f"{number(row.points)} of {number(row.max_points)}"


def waiting(rows: Sequence[Scored]) -> str:
    """Says in a few words that several criteria were not looked at yet."""
    return f"{len(rows)} checks that wait for the ones above"


def total(rows: Sequence[Scored]) -> str:
    """Writes the points of several criteria together."""
    reached, possible = sum(row.points for row in rows), sum(row.max_points for row in rows)
    return f"{number(reached)} of {number(possible)}"


def flags(row: Scored) -> tuple[str, ...]:
    """Names what is uncertain about the points of a criterion."""
    checked = row.checked
    return ("provisional",) * checked.provisional + ("borderline",) * checked.borderline


def cautions(row: Scored) -> tuple[str, ...]:
    """Says in sentences what is uncertain about the points of a criterion."""
    said = []
    if row.checked.provisional:
        said.append("Provisional: this rests on what the submission itself says about its model.")
    if row.checked.borderline:
        said.append(
            "Borderline: what was measured lies near the threshold; on other data it may end on its other side."
        )
    return tuple(said)


def has_mark(grade: Grade) -> bool:
    """Says whether there is a mark at all: a fault of the grader never turns into points."""
    return all(row.checked.outcome is not Outcome.FAULT for row in grade.rows)


def mark(grade: Grade) -> str:
    """Writes the mark, e.g. "72.5 of 100 points"."""
    if not has_mark(grade):
        return "no mark"
    total = f"{number(grade.points)} of {number(grade.max_points)} points"
    # Out of 100, points are percent already; where a teacher checks more, nothing is full yet.
    is_plain = grade.max_points == _PERCENT or (grade.percent == _PERCENT and has_more(grade))
    return total if is_plain else f"{total} ({number(grade.percent)} %)"


def has_more(grade: Grade) -> bool:
    """Says whether a teacher checks more than what was checked here."""
    return any(row.checked.outcome is Outcome.WITHHELD for row in grade.rows)


def verdict(grade: Grade) -> str:
    """Says what the mark means."""
    if not has_mark(grade):
        return "the grader itself failed"
    if not grade.passed:
        return f"not yet passed ({number(grade.pass_mark)} % needed)"
    sure = grade.points - grade.provisional_points
    if grade.provisional_points and _PERCENT * sure < grade.pass_mark * grade.max_points:
        return "passed provisionally"
    return "passed here, but your teacher checks more" if has_more(grade) else "passed"


def doubts(grade: Grade) -> tuple[str, ...]:
    """Says in sentences what is uncertain about the mark."""
    said = []
    if grade.provisional_points:
        count = number(grade.provisional_points)
        said.append(
            f"Provisional: {count} of these points rest on what the submission itself says about its model; "
            "a teacher has to accept them."
        )
    near = [row.title for row in grade.rows if row.checked.borderline]
    if near:
        names = ", ".join(f"'{title}'" for title in near)
        said.append(f"Borderline: the result lies near the threshold in {names}.")
    return tuple(said)


def hint_label(index: int, count: int) -> str:
    """Names the hint at an index, from 0, among `count` that grow stronger."""
    if index == 0:
        return "hint"
    if index == 1:
        return "a stronger hint"
    return "the strongest hint" if index == count - 1 else "a still stronger hint"

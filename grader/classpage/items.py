"""How the checks of a lesson did on a class: how many pass each, and which of them look broken."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.model import Outcome
from grader.standing import CriterionStanding, Standing

#: Outcomes that say something about the student's work on this criterion.
JUDGED = (Outcome.PASSED, Outcome.FAILED, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.CRASHED)
#: From so many students on, a check that so many of a hundred fail looks broken.
FEW, NEARLY_ALL = 10, 95
#: So many students, and so many on either side, a correlation needs to say anything.
MANY, SIDE = 30, 5
#: So many standard errors below 0 a correlation lies by chance in one of 20 classes.
_CHANCE = 1.645


@dataclass(frozen=True)
class Item:
    """One criterion over a class.

    Attributes:
        id: the criterion.
        title: what it asks.
        judged: how many were judged on it: tried it, and were let through by the criteria it needs.
        passed: how many of these passed.
        partly: how many of the others have some of the points.
        discrimination: correlation with the points of the other criteria, or None where too few say anything.
    """

    id: str
    title: str
    judged: int
    passed: int
    partly: int
    discrimination: float | None

    @property
    def rate(self) -> float | None:
        """Percent that pass, or None where nobody was judged."""
        return 100 * self.passed / self.judged if self.judged else None

    @property
    def doubt(self) -> str:
        """Why the check looks broken, as a sentence; empty where it does not."""
        failed = self.judged - self.passed
        if self.judged >= FEW and 100 * failed >= NEARLY_ALL * self.judged:
            return f"Nearly everybody fails it: {failed} of the {self.judged} who were judged."
        # The standard error of a correlation where there is nothing to correlate.
        error = 1 / math.sqrt(max(self.judged - 1, 1))
        if self.discrimination is not None and self.discrimination < -_CHANCE * error:
            return (
                "It points the wrong way: those who pass it have fewer of the other points than those who fail "
                f"(correlation {self.discrimination:.2f}, {self.judged} students)."
            )
        return ""


def items(standings: Sequence[Standing]) -> tuple[Item, ...]:
    """Counts how each criterion ended, those first that the fewest pass.

    Args:
        standings: the graded ones of one lesson.

    Returns:
        One item a criterion; withheld ones are left out, and those that nobody was judged on come last.
    """
    found: dict[str, list[tuple[CriterionStanding, float]]] = {}
    for standing in standings:
        total = sum(criterion.checked_points for criterion in standing.criteria)
        for criterion in standing.criteria:
            if criterion.outcome is not Outcome.WITHHELD:
                found.setdefault(criterion.id, []).append((criterion, total - criterion.checked_points))
    made = [_item(told) for told in found.values()]
    return tuple(sorted(made, key=lambda item: (item.rate is None, item.rate or 0.0)))


def discrimination(passed: Sequence[bool], rest: Sequence[float]) -> float | None:
    """Correlates passing a criterion with the points of all other criteria.

    This is the item-remainder correlation of classical test theory, also called the corrected item-total
    correlation: J. P. Guilford, "The correlation of an item with a composite of the remaining items in a test",
    Educational and Psychological Measurement 13 (1953), 87-93. As one of the two is yes or no, it is a point-biserial
    correlation, which is Pearson's with 1 for yes and 0 for no.

    Args:
        passed: whether each student passed.
        rest: each student's points without this criterion.

    Returns:
        From -1 to 1, or None where fewer than `MANY` students are there, fewer than `SIDE` passed or did not, or all
        have the same other points.
    """
    yes = sum(passed)
    if len(passed) < MANY or min(yes, len(passed) - yes) < SIDE or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(np.asarray(passed, dtype=float), rest)[0, 1])


def _item(told: list[tuple[CriterionStanding, float]]) -> Item:
    judged = [(criterion, rest) for criterion, rest in told if criterion.outcome in JUDGED]
    passed = [criterion.outcome is Outcome.PASSED for criterion, _ in judged]
    return Item(
        id=told[0][0].id,
        title=told[0][0].title,
        judged=len(judged),
        passed=sum(passed),
        partly=sum(criterion.outcome is not Outcome.PASSED and criterion.checked_points > 0 for criterion, _ in judged),
        discrimination=discrimination(passed, [rest for _, rest in judged]),
    )

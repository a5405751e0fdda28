"""What went wrong most often in a lesson, and for whom."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from grader.classpage.items import JUDGED
from grader.model import Outcome
from grader.standing import Standing, Student


@dataclass(frozen=True)
class Mistake:
    """One cause at one criterion.

    Attributes:
        title: what the criterion asks.
        headline: how it is told most often.
        students: who made it.
        wordings: how many other sentences tell the same cause, e.g. with other numbers.
    """

    title: str
    headline: str
    students: tuple[Student, ...]
    wordings: int


def mistakes(standings: Sequence[Standing]) -> tuple[Mistake, ...]:
    """Finds what went wrong, what most students have first.

    Args:
        standings: the graded ones of one lesson.

    Returns:
        One mistake for each cause at each criterion. What was not reached is none.
    """
    found: dict[tuple[str, str], list[tuple[Student, str, str]]] = {}
    for standing in standings:
        for criterion in standing.criteria:
            if criterion.outcome in JUDGED and criterion.outcome is not Outcome.PASSED and criterion.headline:
                at = criterion.id, criterion.cause or criterion.headline
                found.setdefault(at, []).append((standing.student, criterion.headline, criterion.title))
    made = [_mistake(told) for told in found.values()]
    return tuple(sorted(made, key=lambda mistake: (-len(mistake.students), mistake.headline)))


def _mistake(told: list[tuple[Student, str, str]]) -> Mistake:
    headlines = Counter(headline for _, headline, _ in told)
    return Mistake(
        title=told[0][2],
        headline=headlines.most_common(1)[0][0],
        students=tuple(student for student, _, _ in told),
        wordings=len(headlines) - 1,
    )

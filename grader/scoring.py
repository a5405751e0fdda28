"""From outcomes to points: a pure function of the rubric and what the judge said."""

from collections.abc import Mapping

from grader.errors import GraderFault
from grader.model import Checked, Outcome, Scored
from grader.rubric import Rubric


def score(rubric: Rubric, checked: Mapping[str, Checked]) -> tuple[Scored, ...]:
    """Gives each criterion of the rubric its points.

    Args:
        rubric: names every criterion; nothing else gets a row.
        checked: what the judge said of each.

    Returns:
        One row a criterion, in the rubric's order.

    Raises:
        GraderFault: the judge said nothing of a criterion, or found a fault of ours; a fault is never scored.
    """
    rows = []
    for criterion in rubric.criteria:
        result = checked.get(criterion.id)
        if result is None or result.outcome is Outcome.FAULT:
            reason = result.finding.headline if result and result.finding else "its check did not run"
            raise GraderFault(f"criterion {criterion.id} could not be judged: {reason}")
        withheld = result.outcome is Outcome.WITHHELD
        rows.append(
            Scored(
                id=criterion.id,
                title=criterion.title,
                visibility=criterion.visibility,
                points=0.0 if withheld else _earned(result, criterion.points),
                max_points=0.0 if withheld else criterion.points,
                checked=result,
            )
        )
    return tuple(rows)


def _earned(result: Checked, points: float) -> float:
    """All points for a pass, else a share that rounding never makes full."""
    if result.outcome is Outcome.PASSED:
        return points
    share = min(max(result.credit, 0.0), 0.99) * points
    rounded = round(share, 2)
    return rounded if rounded < points else share


def first_miss(rows: tuple[Scored, ...]) -> Scored | None:
    """The criterion to mend next: the first that failed by itself, or else the first that was skipped."""
    missed = [row for row in still_open(rows) if row.checked.finding is not None]
    by_itself = (row for row in missed if row.checked.outcome is not Outcome.SKIPPED)
    return next(by_itself, missed[0] if missed else None)


def still_open(rows: tuple[Scored, ...]) -> tuple[Scored, ...]:
    """The criteria that did not pass, apart from those that are the teacher's to check."""
    return tuple(row for row in rows if row.checked.outcome not in (Outcome.PASSED, Outcome.WITHHELD))


def percent(rows: tuple[Scored, ...]) -> float:
    """The mark in percent of the points to be had, rounded to one decimal; rounding never makes it full."""
    most = sum(row.max_points for row in rows)
    points = sum(row.points for row in rows)
    if most == 0 or points >= most:
        return 100.0 if most else 0.0
    return min(round(100 * points / most, 1), 99.9)

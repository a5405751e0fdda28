"""What becomes of a criterion where another system knows only passed and failed."""

from grader.export.figures import written
from grader.model import Outcome
from grader.standing import CriterionStanding
from grader.text import clean


def met(criterion: CriterionStanding) -> bool:
    """Whether it passed; where a teacher decided, whether it has all its points."""
    if criterion.decided_by:
        return criterion.points >= criterion.max_points
    return criterion.outcome is Outcome.PASSED


def why_not(criterion: CriterionStanding) -> str:
    """One sentence on what was wrong."""
    if criterion.decided_by and criterion.outcome is Outcome.PASSED:
        return f"a teacher gave {written(criterion.points)} of {written(criterion.max_points)} points"
    return clean(criterion.headline) or criterion.outcome.value.replace("_", " ")

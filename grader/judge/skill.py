"""The skill rule: one measurement where the result is clear, the median of several where it is near."""

import math
import statistics
from collections.abc import Callable

from grader.errors import GraderFault
from grader.judge.context import Record
from grader.judge.misses import Miss
from grader.rubric import Criterion


def measure_skill(criterion: Criterion, record: Record, measure: Callable[[int], float]) -> float:
    """Measures a skill and holds it against the criterion's threshold.

    A first result far from the threshold decides alone. Near it, the measurement is repeated with other
    seeds: the median decides, and the report says that it was close.

    Args:
        criterion: names metric, threshold, margin and number of repeats.
        record: takes the measured values, the threshold and the baselines as evidence.
        measure: trains and measures with the seeds of one repeat.

    Returns:
        The skill that decided.

    Raises:
        Miss: the skill does not reach the threshold; NaN never does.
    """
    threshold = criterion.threshold
    if threshold is None:
        raise GraderFault(f"criterion {criterion.id} has no threshold in its rubric")
    values = [measure(0)]
    if threshold.is_near(values[0]):
        values += [measure(repeat) for repeat in range(1, threshold.repeats)]
    skill = math.nan if any(map(math.isnan, values)) else statistics.median(values)
    record.borderline = threshold.is_near(skill)
    record.measured(f"{threshold.metric}, each seed", *values)
    record.measured("threshold", threshold.value)
    names = tuple(threshold.baselines)
    record.measured("baselines", *threshold.baselines.values(), labels=names)
    if not threshold.reached(skill):
        word = "at most" if threshold.better == "lower" else "at least"
        raise Miss(
            "skill-missed",
            metric=threshold.metric,
            expected=f"{word} {threshold.value:g}",
            received=f"{skill:.3g}",
        )
    return skill

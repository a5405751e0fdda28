"""How far a threshold lies from what right and wrong models reach, by the measurements that the rubric records."""

from dataclasses import dataclass
from statistics import NormalDist

from grader.rubric import Threshold

#: Fewer seeds say nothing of a spread.
_FEWEST_SEEDS = 3
#: Standard deviations between the mean of right models and a threshold that none of them misses by chance.
_SAFE = 3.0


@dataclass(frozen=True)
class Margin:
    """What the measurements say of a threshold.

    Attributes:
        threshold: the threshold.
        deviation: standard deviation of right models, estimated; 0 where all of them reached the same.
    """

    threshold: Threshold
    deviation: float

    @property
    def distance(self) -> float | None:
        """Standard deviations between mean and threshold; None where no spread was seen."""
        return abs(self.threshold.value - self.threshold.mean) / self.deviation if self.deviation else None

    @property
    def passing(self) -> list[str]:
        """The baselines that reach the threshold; other criteria have to hold them up."""
        return [name for name, reached in self.threshold.baselines.items() if self.threshold.reached(reached)]

    @property
    def nearest(self) -> str | None:
        """The baseline that comes nearest to the threshold without reaching it."""
        asked = self.threshold
        missing = [name for name in asked.baselines if name not in self.passing]
        return min(missing, key=lambda name: abs(asked.baselines[name] - asked.value), default=None)

    def problems(self) -> list[str]:
        """Why the threshold does not keep right and wrong apart, as sentences."""
        asked, said = self.threshold, []
        if asked.seeds < _FEWEST_SEEDS:
            said.append(f"the threshold is measured on {asked.seeds} seeds; at least {_FEWEST_SEEDS} are needed")
        if not asked.baselines:
            said.append("the threshold has no baselines: nothing says what a wrong model reaches")
        elif self.nearest is None:
            said.append("every baseline reaches the threshold")
        if not asked.reached(asked.worst):
            said.append(f"the worst right model, {asked.worst:g}, misses the threshold {asked.value:g}")
        elif self.distance is not None and self.distance < _SAFE:
            said.append(
                f"the threshold lies only {self.distance:.1f} standard deviations from the mean of right models"
            )
        if (asked.worst < asked.mean) != (asked.better == "higher") and asked.worst != asked.mean:
            said.append(f"the worst right model, {asked.worst:g}, is better than their mean, {asked.mean:g}")
        return said

    def __str__(self) -> str:
        """All of it in one line."""
        asked = self.threshold
        wanted = "at most" if asked.better == "lower" else "at least"
        spread = (
            "no spread was seen" if self.distance is None else f"about {self.distance:.1f} standard deviations away"
        )
        below = f"{asked.baselines[self.nearest]:g} ({self.nearest})" if self.nearest else "none"
        beyond = f"; reach it: {', '.join(self.passing)}" if self.passing else ""
        return (
            f"{asked.metric} {wanted} {asked.value:g}; right models: mean {asked.mean:g}, worst {asked.worst:g} of "
            f"{asked.seeds} seeds, {spread}; nearest baseline: {below}{beyond}"
        )


def margin(threshold: Threshold) -> Margin:
    """Works out the margin of a threshold.

    The rubric records mean and worst of n seeds. The worst of n draws of a normal distribution lies, by Blom's formula,
    about as far from its mean as the quantile (n - 3/8) / (n + 1/4); that gives the standard deviation back.
    """
    seeds = threshold.seeds
    away = NormalDist().inv_cdf((seeds - 0.375) / (seeds + 0.25)) if seeds >= _FEWEST_SEEDS else 0.0
    return Margin(threshold, abs(threshold.worst - threshold.mean) / away if away else 0.0)

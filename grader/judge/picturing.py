"""Pictures of one grading: those of a lesson's own `pictures.py`, and those that every lesson gets."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from grader.judge.context import Context
from grader.judge.diagram import diagram, misfit
from grader.judge.layers import LayerCall
from grader.judge.load import load_module
from grader.model import Checked, Outcome
from grader.pictured import Bar, Bars, Picture, Role, Series, held
from grader.rubric import Rubric, Threshold

if TYPE_CHECKING:
    from types import ModuleType

#: A lesson's pictures: `picture_x` is drawn once criterion `x` was checked.
FILE, PREFIX = "pictures.py", "picture_"
_JUDGED = (Outcome.PASSED, Outcome.FAILED)


class LessonPictures:
    """The pictures of a lesson's own, which only public data may be in."""

    def __init__(self, context: Context, folder: Path) -> None:
        """Finds out what the pictures want to see.

        Args:
            context: the grading.
            folder: the lesson's folder.
        """
        self._context, self._folder = context, folder
        self._module: ModuleType | None = None
        if context.streams.secret.is_public and (folder / FILE).exists():
            self._module = load_module(folder / FILE, "lesson_pictures")
            context.seen.wanted = frozenset(getattr(self._module, "SEES", ()))

    def draw(self, criterion: str) -> list[Picture]:
        """Draws what belongs to a criterion.

        Args:
            criterion: id of a criterion whose check has ended.

        Raises:
            Exception: whatever goes wrong in `pictures.py`.
        """
        function = getattr(self._module, PREFIX + criterion, None)
        if function is None:
            return []
        data = load_module(self._folder / "data.py", "lesson_data")
        found: Iterable[Any] = function(self._context.seen, self._context.streams, data)
        named = [held(msgspec.structs.replace(picture, criterion=criterion)) for picture in found]
        return [picture for picture in named if picture is not None]


def general_pictures(
    rubric: Rubric, checked: dict[str, Checked], described: dict[str, list[list[LayerCall]]]
) -> Iterator[Picture]:
    """The pictures that every lesson gets: the model as a diagram, and skill beside baselines and threshold.

    Args:
        rubric: the rubric.
        checked: what became of each criterion.
        described: the models that each check has asked for their layers.
    """
    for picture in (_model(rubric, checked, described), *_skills(rubric, checked)):
        kept = held(picture) if picture is not None else None
        if kept is not None:
            yield kept


def _model(rubric: Rubric, checked: dict[str, Checked], described: dict[str, list[list[LayerCall]]]) -> Picture | None:
    """The model of the first criterion that failed over one; where none did, the last one, which was trained."""
    names = [criterion.id for criterion in rubric.criteria if criterion.id in checked]
    failed = [name for name in names if checked[name].outcome is Outcome.FAILED]
    for name in failed:
        finding = checked[name].finding
        broken = misfit(name, finding) if finding else None
        if broken is not None:
            return broken
        if described.get(name):
            return diagram(described[name][-1], name, finding)  # the one that the check ended with
    looked_at = [name for name in names if described.get(name)]
    return diagram(described[looked_at[-1]][-1], looked_at[-1], None) if looked_at else None


def _skills(rubric: Rubric, checked: dict[str, Checked]) -> Iterator[Picture]:
    for criterion in rubric.criteria:
        one, threshold = checked.get(criterion.id), criterion.threshold
        if one is None or threshold is None or one.outcome not in _JUDGED:
            continue
        runs = next((e.values for e in one.evidence if e.name == f"{threshold.metric}, each seed"), ())
        if runs and np.isfinite(runs).all():
            yield _skill(criterion.id, criterion.title, threshold, runs)


def _skill(criterion: str, title: str, threshold: Threshold, runs: tuple[float, ...]) -> Bars:
    own, lower = float(np.median(runs)), threshold.better == "lower"
    reached = threshold.reached(own)
    bars = [
        Bar(name="your submission", role=Role.OWN, value=own, runs=runs if len(runs) > 1 else ()),
        Bar(
            name="the reference solution", role=Role.TRUTH, value=threshold.mean, runs=(threshold.mean, threshold.worst)
        ),
        *(Bar(name=name, role=Role.OTHER, value=value) for name, value in threshold.baselines.items()),
    ]
    bars.sort(key=lambda bar: bar.value, reverse=not lower)
    word = "lower" if lower else "higher"
    told = ", ".join(f"{bar.name} {bar.value:.3g}" for bar in bars)
    spread = f" Its dots are the runs with {len(runs)} seeds; the bar is their median." if len(runs) > 1 else ""
    return Bars(
        title=f"{threshold.metric[:1].upper()}{threshold.metric[1:]} beside simpler ways",
        note=(
            f"{title}: {word} is better, the line is the threshold. Your bar "
            f"{'reaches' if reached else 'does not reach'} it.{spread} The dots of the reference are its mean and its "
            f"worst of {threshold.seeds} seeds."
        ),
        words=f"{threshold.metric}, from best to worst: {told}. Threshold: {threshold.value:g}.",
        criterion=criterion,
        x_label=threshold.metric,
        bars=tuple(bars),
        threshold=threshold.value,
        is_lower_better=lower,
    )


# What pictures are made of, for `pictures.py`.


def numbers(values: Any, limit: int = 400) -> tuple[float | None, ...]:
    """Numbers for a picture: four significant digits, None for a gap, and no more than a picture can show."""
    flat = np.asarray(values, dtype="float64").reshape(-1)[:limit]
    return tuple(float(f"{value:.4g}") if np.isfinite(value) else None for value in flat)


def series(name: str, role: Role, y: Any, x: Iterable[float] | None = None) -> Series:
    """A line for a picture.

    Args:
        name: what it is.
        role: what it stands for.
        y: its values.
        x: places along the axis, by default 1, 2, 3 …
    """
    values = numbers(y)
    places = numbers(list(x)) if x is not None else tuple(float(at + 1) for at in range(len(values)))
    return Series(name=name, role=role, x=places[: len(values)], y=values[: len(places)])


def by_error(errors: np.ndarray) -> list[tuple[str, int]]:
    """Which rows to show of many: that with the smallest error, a usual one and that with the largest.

    Args:
        errors: the error of each row, [n].
    """
    order = np.argsort(errors)
    picked = {"smallest error": order[0], "usual error": order[len(order) // 2], "largest error": order[-1]}
    return [(name, int(row)) for name, row in picked.items()]

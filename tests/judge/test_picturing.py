from typing import Any

import numpy as np
import pytest

from grader.judge.picturing import by_error, general_pictures, numbers, series
from grader.model import Checked, Evidence, Finding, Outcome
from grader.pictured import Bars, Diagram, Role
from grader.rubric import Criterion, Rubric, Threshold

_THRESHOLD = Threshold(
    metric="RMSE",
    value=0.12,
    better="lower",
    mean=0.05,
    worst=0.07,
    seeds=8,
    baselines={"always zero": 0.5},
    measured="today",
)


def criterion(identifier: str, threshold: Threshold | None = None) -> Criterion:
    return Criterion(id=identifier, points=1, title="T", why="w", hints=("a", "b", "c"), threshold=threshold)


def skill(*runs: float, outcome: Outcome = Outcome.PASSED) -> list[Any]:
    rubric = Rubric(
        schema=1, title="T", theme="t", functions=("f",), criteria=(criterion("builds"), criterion("skill", _THRESHOLD))
    )
    evidence = (Evidence(name="RMSE, each seed", values=runs),)
    return list(general_pictures(rubric, {"skill": Checked(outcome=outcome, evidence=evidence)}, {}))


def test_skill_stands_beside_baselines_and_threshold() -> None:
    (bars,) = skill(0.1, 0.3, 0.14, outcome=Outcome.FAILED)
    assert isinstance(bars, Bars)
    assert [(bar.name, bar.value) for bar in bars.bars] == [
        ("the reference solution", 0.05),
        ("your submission", 0.14),
        ("always zero", 0.5),
    ]
    assert bars.bars[1].runs == (0.1, 0.3, 0.14)
    assert bars.threshold == 0.12
    assert "does not reach" in bars.note
    assert "your submission 0.14" in bars.words


def test_there_is_nothing_to_show_of_what_was_not_measured() -> None:
    assert skill() == []
    assert skill(float("nan")) == []
    assert skill(0.1, outcome=Outcome.SKIPPED) == []


def test_where_building_stops_is_drawn_without_a_model() -> None:
    error = (
        "of layer 'lstm_1' is incompatible with the layer: expected ndim=3, found ndim=2. Full shape received: (4, 8)"
    )
    rubric = Rubric(schema=1, title="T", theme="t", functions=("f",), criteria=(criterion("builds"),))
    failed = Checked(outcome=Outcome.FAILED, finding=Finding(cause="x", headline="h", details=error))
    (made,) = general_pictures(rubric, {"builds": failed}, {})
    assert isinstance(made, Diagram)
    assert made.criterion == "builds"


@pytest.mark.parametrize("given", [[[1.23456], [np.nan]], np.array([1.23456, np.inf], "float32")])
def test_numbers_are_short_and_finite(given: Any) -> None:
    assert numbers(given) == (1.235, None)


def test_a_line_begins_at_one_unless_told() -> None:
    assert series("s", Role.OWN, [5, 6]).x == (1.0, 2.0)
    assert series("s", Role.OWN, [5, 6], range(7, 9)).x == (7.0, 8.0)
    assert len(series("s", Role.OWN, np.zeros(999)).y) == 400


def test_rows_are_picked_by_their_errors() -> None:
    errors = np.array([0.3, 0.1, 0.9, 0.2, 0.5])
    assert by_error(errors) == [("smallest error", 1), ("usual error", 0), ("largest error", 2)]

import math
from collections.abc import Callable

import pytest

from grader.errors import GraderFault
from grader.judge import Miss, measure_skill
from grader.judge.context import Record
from grader.rubric import Criterion, Threshold


def _criterion(value: float = 0.1, better: str = "lower", repeats: int = 3) -> Criterion:
    threshold = Threshold(
        metric="RMSE",
        value=value,
        better=better,
        repeats=repeats,
        near=0.1,
        mean=0.07,
        worst=0.08,
        seeds=20,
        baselines={"persistence": 0.2, "mean": 0.5},
        measured="2025-01-31",
    )
    return Criterion(id="skill", points=20, why="why", hints=("a", "b", "c"), threshold=threshold)


def _measured(values: list[float], asked: list[int]) -> Callable[[int], float]:
    def measure(repeat: int) -> float:
        asked.append(repeat)
        return values[repeat]

    return measure


def _evidence(record: Record) -> dict[str, tuple[float, ...]]:
    return {evidence.name: evidence.values for evidence in record.evidence}


@pytest.mark.parametrize("better,value,skill", [("lower", 0.1, 0.05), ("higher", 0.8, 0.95)])
def test_a_clear_pass_is_measured_once(better: str, value: float, skill: float) -> None:
    record, asked = Record(), []  # type: tuple[Record, list[int]]
    assert measure_skill(_criterion(value, better), record, _measured([skill], asked)) == skill
    assert asked == [0]
    assert not record.borderline
    assert _evidence(record) == {"RMSE, each seed": (skill,), "threshold": (value,), "baselines": (0.2, 0.5)}
    assert record.evidence[2].labels == ("persistence", "mean")


@pytest.mark.parametrize(
    "better,value,skill,expected,received",
    [("lower", 0.1, 0.2, "at most 0.1", "0.2"), ("higher", 0.8, 0.123456, "at least 0.8", "0.123")],
)
def test_a_clear_miss_is_measured_once(better: str, value: float, skill: float, expected: str, received: str) -> None:
    record, asked = Record(), []  # type: tuple[Record, list[int]]
    with pytest.raises(Miss) as caught:
        measure_skill(_criterion(value, better), record, _measured([skill], asked))
    assert asked == [0]
    assert (caught.value.cause, caught.value.expected, caught.value.received) == ("skill-missed", expected, received)
    assert caught.value.fields == {"metric": "RMSE"}
    assert _evidence(record)["RMSE, each seed"] == (skill,)


@pytest.mark.parametrize(
    "values,median,passes",
    [
        ([0.105, 0.05, 0.06], 0.06, True),  # near, though missed: the others decide
        ([0.095, 0.2, 0.3], 0.2, False),  # near, though reached
        ([0.101, 0.099, 0.1], 0.1, True),  # the threshold itself is enough
        ([0.095, 0.12, 0.0], 0.095, True),
    ],
)
def test_near_the_threshold_the_median_decides(values: list[float], median: float, passes: bool) -> None:
    record, asked = Record(), []  # type: tuple[Record, list[int]]
    if passes:
        assert measure_skill(_criterion(), record, _measured(values, asked)) == median
    else:
        with pytest.raises(Miss):
            measure_skill(_criterion(), record, _measured(values, asked))
    assert asked == [0, 1, 2]
    assert _evidence(record)["RMSE, each seed"] == tuple(values)
    assert record.borderline is (0.091 < median < 0.109)


def test_the_rubric_says_how_many_seeds_decide() -> None:
    asked: list[int] = []
    assert measure_skill(_criterion(repeats=5), Record(), _measured([0.1, 0.1, 0.1, 9, 9], asked)) == 0.1
    assert asked == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("better", ["lower", "higher"])
@pytest.mark.parametrize("values", [[math.nan] * 3, [0.1, math.nan, 0.1], [math.nan, 0.1, 0.1], [0.1, 0.1, math.nan]])
def test_nan_never_reaches_a_threshold(better: str, values: list[float]) -> None:
    record = Record()
    with pytest.raises(Miss) as caught:
        measure_skill(_criterion(0.1, better), record, _measured(values, []))
    assert caught.value.received == "nan"
    assert not record.borderline


@pytest.mark.parametrize("better,bad", [("lower", math.inf), ("higher", -math.inf)])
def test_infinite_errors_miss(better: str, bad: float) -> None:
    with pytest.raises(Miss):
        measure_skill(_criterion(0.1, better), Record(), _measured([bad] * 3, []))


def test_a_criterion_without_a_threshold_is_a_fault_of_ours() -> None:
    criterion = Criterion(id="builds", points=1, why="why", hints=("a", "b", "c"))
    with pytest.raises(GraderFault, match="builds has no threshold"):
        measure_skill(criterion, Record(), lambda _: 1.0)

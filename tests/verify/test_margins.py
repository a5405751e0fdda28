import pytest
from msgspec.structs import replace

from grader.rubric import Threshold
from grader.verify.margins import margin

SOUND = Threshold(
    metric="RMSE",
    value=0.2,
    better="lower",
    mean=0.1,
    worst=0.12,
    seeds=8,
    baselines={"zero": 0.9, "last value": 0.4},
    measured="8 seeds",
)


def test_a_sound_threshold_tells_its_margin() -> None:
    found = margin(SOUND)
    assert found.problems() == []
    assert found.nearest == "last value"
    # The largest of eight draws lies 1.42 standard deviations above the mean (tables of normal order statistics).
    assert found.deviation == pytest.approx(0.02 / 1.42, rel=0.02)
    assert found.distance == pytest.approx(0.1 / (0.02 / 1.42), rel=0.02)
    assert "mean 0.1, worst 0.12 of 8 seeds, about 7.2 standard deviations away" in str(found)


def test_without_a_spread_there_is_no_distance() -> None:
    found = margin(replace(SOUND, worst=0.1))
    assert (found.distance, found.problems()) == (None, [])
    assert "no spread was seen" in str(found)


@pytest.mark.parametrize(
    "change,words",
    [
        ({"seeds": 1}, "measured on 1 seeds"),
        ({"baselines": {}}, "has no baselines"),
        ({"baselines": {"easy": 0.1}}, "every baseline reaches"),
        ({"worst": 0.21}, "the worst right model, 0.21, misses"),
        ({"worst": 0.15}, "standard deviations from the mean of right"),
        ({"worst": 0.09}, "is better than their mean"),
        ({"better": "higher", "value": 0.05, "worst": 0.12, "baselines": {"zero": 0.0}}, "is better than their mean"),
    ],
)
def test_what_a_threshold_lacks_is_told(change: dict[str, object], words: str) -> None:
    problems = margin(replace(SOUND, **change)).problems()
    assert len(problems) == 1
    assert words in problems[0]


def test_where_more_is_better_less_is_worse() -> None:
    upward = replace(SOUND, better="higher", value=0.8, mean=0.95, worst=0.92, baselines={"guess": 0.5, "trick": 0.85})
    assert margin(upward).problems() == []
    assert (margin(upward).nearest, margin(upward).passing) == ("guess", ["trick"])

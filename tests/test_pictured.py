import math

import pytest
from msgspec.structs import replace

from grader.pictured import Bar, Bars, Lines, Panel, Role, Series, held


def a_line(y: tuple[float | None, ...]) -> Lines:
    series = (Series(name="s", role=Role.OWN, x=tuple(float(at) for at in range(len(y))), y=y),)
    return Lines(title="t", note="n", words="w", x_label="x", y_label="y", panels=(Panel(series=series),))


def test_what_is_not_finite_becomes_a_gap() -> None:
    kept = held(a_line((1.0, math.nan, math.inf, 2.0)))
    assert kept == a_line((1.0, None, None, 2.0))


@pytest.mark.parametrize("long", [401, 100_000])
def test_what_is_too_long_is_refused(long: int) -> None:
    assert held(a_line((0.0,) * 400)) is not None
    assert held(a_line((0.0,) * long)) is None


def test_a_bar_has_a_length() -> None:
    bars = Bars(
        title="t", note="n", words="w", x_label="x", bars=(Bar(name="b", role=Role.OWN, value=1),), is_lower_better=True
    )
    assert held(bars) == bars
    assert held(replace(bars, bars=(Bar(name="b", role=Role.OWN, value=math.nan),))) is None


@pytest.mark.parametrize("text", ["\ud800", "x" * 121])
def test_text_that_cannot_be_written_is_refused(text: str) -> None:
    assert held(replace(a_line((1.0,)), title=text)) is None

from collections.abc import Callable

import pytest

from grader.classpage.marks import Spread
from grader.report.drawing.svg import drawn
from grader.standing import Class, State


def test_every_mark_is_counted_once_full_marks_in_the_last_step() -> None:
    spread = Spread((0.0, 9.99, 10.0, 59.9, 60.0, 100.0, 104.0, 95.0), 60.0)
    assert spread.counts == [2, 1, 0, 0, 0, 1, 1, 0, 0, 3]
    assert spread.passed == 4
    assert spread.median == pytest.approx((59.9 + 60.0) / 2)
    assert spread.words == (
        "Marks: 2 from 0 to below 10 %, 1 from 10 to below 20 %, 1 from 50 to below 60 %, 1 from 60 to below 70 %, "
        "3 from 90 to 100 %. 4 of 8 reach the pass mark of 60 %."
    )


@pytest.mark.parametrize("marks", [(), (100.0,) * 500, (0.0,), (55.0, 65.0)])
@pytest.mark.parametrize("pass_mark", [0.0, 50.0, 100.0])
def test_any_marks_can_be_drawn(marks: tuple[float, ...], pass_mark: float) -> None:
    spread = Spread(marks, pass_mark)
    drawing = drawn(spread.figure, "marks")
    assert "nan" not in drawing.lower()
    for count in filter(None, spread.counts):
        assert f">{count}</text>" in drawing


def test_invented_classes_have_all_states(make_class: Callable[..., Class]) -> None:
    standings = make_class(200, 1).standings
    assert {each.state for each in standings} == {State.GRADED, State.WAITING, State.QUARANTINED}
    assert len(standings) < 200

import math

import pytest

from grader.classpage.items import Item, discrimination, items
from grader.model import Outcome
from grader.standing import CriterionStanding, Standing, State, Student


def _standing(**outcomes: tuple[Outcome, float]) -> Standing:
    criteria = tuple(
        CriterionStanding(id=name, title=name, outcome=outcome, points=0, max_points=10, checked_points=points)
        for name, (outcome, points) in outcomes.items()
    )
    return Standing(student=Student(key="a"), lesson="lesson01", state=State.GRADED, criteria=criteria)


_YES, _NO, _PARTLY = (Outcome.PASSED, 10.0), (Outcome.FAILED, 0.0), (Outcome.FAILED, 4.0)


def test_who_was_judged_passed_or_passed_partly_is_counted() -> None:
    ends = [_YES, _YES, _NO, _PARTLY, (Outcome.TIMED_OUT, 0.0), (Outcome.SKIPPED, 0.0), (Outcome.NOT_STARTED, 0.0)]
    (item,) = items([_standing(one=end) for end in ends])
    assert (item.judged, item.passed, item.partly, item.rate) == (5, 2, 1, 40.0)


def test_the_hardest_comes_first_and_what_nobody_reached_last() -> None:
    told = items([_standing(easy=_YES, hard=_NO, later=(Outcome.SKIPPED, 0.0), kept=(Outcome.WITHHELD, 0.0))] * 3)
    assert [item.id for item in told] == ["hard", "easy", "later"]
    assert told[-1].rate is None


def test_no_standing_has_no_item() -> None:
    assert items([]) == ()


def test_the_correlation_is_the_point_biserial_one() -> None:
    passed = [number % 3 == 0 for number in range(40)]
    rest = [float(7 * number % 23) for number in range(40)]
    means = [math.fsum(r for p, r in zip(passed, rest, strict=True) if p is side) for side in (True, False)]
    yes = sum(passed)
    mean = math.fsum(rest) / 40
    spread = math.sqrt(math.fsum((each - mean) ** 2 for each in rest) / 40)
    expected = (means[0] / yes - means[1] / (40 - yes)) / spread * math.sqrt(yes * (40 - yes)) / 40
    assert discrimination(passed, rest) == pytest.approx(expected)


def test_its_own_points_are_not_part_of_what_a_criterion_is_compared_with() -> None:
    # Two criteria that have nothing to do with each other: with its own points, each would go along with the sum.
    pairs = [(_YES, _YES), (_YES, _NO), (_NO, _YES), (_NO, _NO)] * 10
    told = items([_standing(one=one, other=other) for one, other in pairs])
    assert [item.discrimination for item in told] == [pytest.approx(0), pytest.approx(0)]


@pytest.mark.parametrize(
    "passed, rest",
    [
        ([True, False] * 14 + [True], list(range(29))),  # too few students
        ([True] * 4 + [False] * 36, list(range(40))),  # too few who pass
        ([True] * 36 + [False] * 4, list(range(40))),  # too few who fail
        ([True, False] * 20, [3.0] * 40),  # nothing to compare with
        ([], []),
    ],
)
def test_where_too_little_is_known_there_is_no_correlation(passed: list[bool], rest: list[float]) -> None:
    assert discrimination(passed, rest) is None


@pytest.mark.parametrize(
    "failed, judged, is_doubtful", [(10, 10, True), (9, 9, False), (19, 20, True), (18, 20, False)]
)
def test_a_check_that_nearly_everybody_fails_looks_broken(failed: int, judged: int, is_doubtful: bool) -> None:
    (item,) = items([_standing(one=_NO)] * failed + [_standing(one=_YES)] * (judged - failed))
    assert bool(item.doubt) is is_doubtful


def test_a_check_that_points_the_wrong_way_looks_broken() -> None:
    told = {item.id: item for item in items([_standing(a=_YES, b=_YES, c=_NO), _standing(a=_NO, b=_NO, c=_YES)] * 20)}
    # a and b go together and have 10 other points between them; c is worth as much and goes against both.
    assert told["c"].discrimination == pytest.approx(-1)
    assert "wrong way" in told["c"].doubt


def test_a_correlation_that_chance_explains_is_no_doubt() -> None:
    def item(correlation: float) -> Item:
        return Item(id="a", title="a", judged=37, passed=20, partly=0, discrimination=correlation)

    assert not item(-0.27).doubt  # the standard error is 1/6, of which 1.645 are 0.274
    assert item(-0.28).doubt
    assert not item(0.9).doubt

import copy

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import GraderFault
from grader.model import Checked, Finding, Outcome, Scored, Visibility
from grader.rubric import Criterion, Rubric
from grader.scoring import first_miss, percent, score, still_open

_PASSED = Checked(outcome=Outcome.PASSED, credit=1.0)
_UNSCORED = {Outcome.PASSED, Outcome.WITHHELD, Outcome.FAULT}
_MISSES = [outcome for outcome in Outcome if outcome not in _UNSCORED]


def _rubric(*points: float) -> Rubric:
    criteria = tuple(
        Criterion(id=f"c{number}", title=f"Title {number}", points=worth, why="w", hints=("a", "b", "c"))
        for number, worth in enumerate(points)
    )
    return Rubric(schema=1, title="T", theme="t", functions=(), criteria=criteria)


def _rows(points: tuple[float, ...], *results: Checked) -> tuple[Scored, ...]:
    return score(_rubric(*points), {f"c{number}": result for number, result in enumerate(results)})


def _failed(credit: float = 0.0, outcome: Outcome = Outcome.FAILED) -> Checked:
    return Checked(outcome=outcome, credit=credit)


def test_a_pass_earns_all_points_and_a_miss_none() -> None:
    rows = _rows((10, 25), _PASSED, _failed())
    assert [(row.id, row.title, row.points, row.max_points) for row in rows] == [
        ("c0", "Title 0", 10, 10),
        ("c1", "Title 1", 0, 25),
    ]
    assert rows[0].visibility is Visibility.STUDENT
    assert rows[1].checked == _failed()
    assert percent(rows) == 28.6  # 10 of 35


@pytest.mark.parametrize("outcome", _MISSES)
def test_every_other_outcome_earns_its_credit_only(outcome: Outcome) -> None:
    rows = _rows((20, 20), _failed(outcome=outcome), _failed(0.25, outcome))
    assert [row.points for row in rows] == [0, 5]
    assert [row.max_points for row in rows] == [20, 20]
    assert percent(rows) == 12.5


@pytest.mark.parametrize(
    "credit,points",
    [(0.0, 0.0), (0.5, 5.0), (1 / 3, 3.33), (2 / 3, 6.67), (0.99, 9.9), (1.0, 9.9), (7.0, 9.9), (-3.0, 0.0)],
)
def test_a_part_is_never_more_than_the_whole(credit: float, points: float) -> None:
    assert _rows((10,), _failed(credit))[0].points == points


def test_a_pass_needs_no_credit() -> None:
    assert _rows((10,), Checked(outcome=Outcome.PASSED))[0].points == 10


def test_withheld_checks_count_neither_way() -> None:
    rows = _rows((10, 90), _PASSED, Checked(outcome=Outcome.WITHHELD))
    assert [(row.points, row.max_points) for row in rows] == [(10, 10), (0, 0)]
    assert percent(rows) == 100


def test_where_all_is_withheld_there_is_no_mark() -> None:
    assert percent(_rows((10,), Checked(outcome=Outcome.WITHHELD))) == 0
    assert percent(_rows((0,), _PASSED)) == 0
    assert percent(()) == 0


def test_a_missing_result_is_a_fault() -> None:
    with pytest.raises(GraderFault, match="criterion c1 could not be judged: its check did not run"):
        _rows((1, 1), _PASSED)


def test_a_fault_is_never_scored() -> None:
    finding = Finding(cause="fault", headline="The clean room did not start.")
    with pytest.raises(GraderFault, match=r"criterion c1 could not be judged: The clean room did not start\."):
        _rows((1, 1), _PASSED, Checked(outcome=Outcome.FAULT, credit=1.0, finding=finding))
    with pytest.raises(GraderFault, match="criterion c0"):
        _rows((1,), Checked(outcome=Outcome.FAULT))


def test_only_criteria_of_the_rubric_get_a_row() -> None:
    rows = score(_rubric(10), {"c0": _failed(), "bonus": _PASSED, "c1": _PASSED})
    assert [row.id for row in rows] == ["c0"]


def test_rows_come_in_the_rubrics_order() -> None:
    rows = score(_rubric(1, 2, 3), {"c2": _PASSED, "c0": _PASSED, "c1": _PASSED})
    assert [row.id for row in rows] == ["c0", "c1", "c2"]


@pytest.mark.parametrize("points", [(100 / 3,) * 3, (0.1, 0.2, 0.3), (0.004, 1), (1e-9,), (33.333, 66.667)])
def test_passing_everything_is_full_whatever_the_points(points: tuple[float, ...]) -> None:
    assert percent(_rows(points, *[_PASSED] * len(points))) == 100


@pytest.mark.parametrize("points", [(1_000_000, 1), (10, 0.1), (0.01,), (0.3, 0.004), (100_000_000, 0.5)])
def test_rounding_never_makes_a_mark_full(points: tuple[float, ...]) -> None:
    last = len(points) - 1
    assert percent(_rows(points, *[_PASSED] * last, _failed(0.99))) < 100
    assert percent(_rows(points, *[_PASSED] * last, _failed())) < 100


def test_percents_are_rounded_to_one_decimal() -> None:
    assert percent(_rows((1, 2), _PASSED, _failed())) == 33.3
    assert percent(_rows((2, 1), _PASSED, _failed())) == 66.7
    assert percent(_rows((9999, 1), _PASSED, _failed())) == 99.9


_points = st.floats(0.01, 1000).map(lambda value: round(value, 2)) | st.integers(1, 100).map(float)
_checked = st.builds(
    Checked, outcome=st.sampled_from([*_MISSES, Outcome.PASSED, Outcome.WITHHELD]), credit=st.floats(-2, 2)
)
_graded = st.lists(st.tuples(_points, _checked), min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(_graded)
def test_marks_stay_in_bounds_and_full_ones_are_earned(graded: list[tuple[float, Checked]]) -> None:
    rows = _rows(tuple(points for points, _ in graded), *[checked for _, checked in graded])
    assert all(0 <= row.points <= row.max_points for row in rows)
    mark = percent(rows)
    assert 0 <= mark <= 100
    counted = [checked.outcome for _, checked in graded if checked.outcome is not Outcome.WITHHELD]
    assert (mark == 100) == (bool(counted) and set(counted) == {Outcome.PASSED})


@settings(max_examples=200, deadline=None)
@given(_graded, st.integers(0, 7), st.floats(0, 1), st.booleans())
def test_more_credit_never_lowers_a_mark(
    graded: list[tuple[float, Checked]], place: int, more: float, passes: bool
) -> None:
    points = tuple(worth for worth, _ in graded)
    before = [checked for _, checked in graded]
    place %= len(before)
    if before[place].outcome is Outcome.WITHHELD:
        return
    after = list(before)
    after[place] = _PASSED if passes else msgspec.structs.replace(before[place], credit=before[place].credit + more)
    assert percent(_rows(points, *after)) >= percent(_rows(points, *before))


def test_scoring_leaves_what_it_is_given_and_says_the_same_again() -> None:
    rubric, checked = _rubric(10, 5), {"c0": _PASSED, "c1": _failed(0.4)}
    rubric_before, checked_before = copy.deepcopy(rubric), copy.deepcopy(checked)
    first, second = score(rubric, checked), score(rubric, checked)
    assert first == second
    assert (rubric, checked) == (rubric_before, checked_before)


def test_what_to_mend_first_is_what_failed_by_itself() -> None:
    finding = Finding(cause="c", headline="h")
    skipped, withheld, timed_out = (
        Checked(outcome=outcome, finding=finding) for outcome in (Outcome.SKIPPED, Outcome.WITHHELD, Outcome.TIMED_OUT)
    )
    rows = _rows((1, 1, 1, 1, 1), _PASSED, skipped, withheld, timed_out, timed_out)
    first = first_miss(rows)
    assert first is not None
    assert first.id == "c3"
    assert [row.id for row in still_open(rows)] == ["c1", "c3", "c4"]
    assert first_miss(rows[:3]) == rows[1]  # what the skipped one needs is no criterion: the file cannot be loaded
    assert first_miss(_rows((1, 1), _PASSED, withheld)) is None
    assert still_open(_rows((1, 1), _PASSED, withheld)) == ()

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from grader.classpage.marks import Spread, course_mark
from grader.report.drawing.svg import drawn
from grader.standing import Class, LessonInfo, Standing, State, Student

_MADE = datetime(2025, 1, 1, tzinfo=UTC)
_ADA = Student(key="ada")


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


def _class(*lessons: tuple[float, int | None]) -> Class:
    infos = tuple(
        LessonInfo(
            id=f"l{number}",
            title="",
            max_points=1,
            weight=weight,
            due=None if days is None else _MADE + timedelta(days=days),
        )
        for number, (weight, days) in enumerate(lessons)
    )
    return Class(title="", lessons=infos, students=(_ADA,), standings=(), pass_mark=60, made=_MADE)


def _at(state: State = State.GRADED, final: float | None = None) -> Standing:
    return Standing(student=_ADA, lesson="", state=state, final=final)


def test_the_course_mark_is_the_mean_by_weight() -> None:
    klass = _class((1, -1), (3, -1))
    assert course_mark(klass, {"l0": _at(final=100.0), "l1": _at(final=60.0)}) == pytest.approx(70)


def test_what_was_due_and_is_missing_counts_nothing_else_without_a_mark_does() -> None:
    klass = _class((1, -1), (1, -1), (1, 1), (1, None), (1, -1), (1, -1))
    marks = {"l0": _at(final=80.0), "l4": _at(State.WAITING), "l5": _at(State.QUARANTINED)}
    assert course_mark(klass, marks) == pytest.approx(40)  # l1 was due; l2 and l3 are not
    assert course_mark(klass, marks | {"l2": _at(final=100.0)}) == pytest.approx(60)  # early, but marked
    assert course_mark(_class((1, 1)), {}) is None
    assert course_mark(_class((0, -1)), {"l0": _at(final=80.0)}) is None


def test_invented_classes_have_all_states(make_class: Callable[..., Class]) -> None:
    standings = make_class(200, 1).standings
    assert {each.state for each in standings} == {State.GRADED, State.WAITING, State.QUARANTINED}
    assert len(standings) < 200

from datetime import UTC, datetime

from grader.policy.course import CourseMark, course_mark
from grader.standing import LessonInfo, Standing, State, Student

_ADA = Student(key="ada")
_NOW = datetime(2027, 6, 1, tzinfo=UTC)


def _lesson(number: int, *, weight: float = 1.0, month: int | None = None) -> LessonInfo:
    due = None if month is None else datetime(2027, month, 1, tzinfo=UTC)
    return LessonInfo(id=f"lesson{number:02}", title="T", max_points=10, weight=weight, due=due)


def _standing(number: int, final: float | None, state: State = State.GRADED) -> Standing:
    return Standing(student=_ADA, lesson=f"lesson{number:02}", state=state, final=final)


def test_lessons_count_by_their_weight() -> None:
    lessons = [_lesson(1), _lesson(2, weight=3), _lesson(3, weight=0)]
    standings = [_standing(1, 100), _standing(2, 50), _standing(3, 0)]
    assert course_mark(standings, lessons, _NOW) == CourseMark(so_far=62.5, in_all=62.5)


def test_what_is_missing_counts_as_zero_so_far_once_it_is_due_and_in_all_always() -> None:
    lessons = [_lesson(1), _lesson(2, month=4), _lesson(3, month=5), _lesson(4, month=7), _lesson(5)]
    assert course_mark([_standing(1, 90)], lessons, _NOW) == CourseMark(so_far=30, in_all=18)
    missing = [_standing(1, 90), _standing(2, None, State.MISSING), _standing(4, None, State.MISSING)]
    assert course_mark(missing, lessons, _NOW) == CourseMark(so_far=30, in_all=18)


def test_a_mark_that_a_teacher_gave_counts_though_nothing_was_handed_in() -> None:
    assert course_mark([_standing(1, 80, State.MISSING)], [_lesson(1)], _NOW).so_far == 80


def test_what_the_grader_has_no_mark_for_is_no_zero() -> None:
    lessons = [_lesson(1), _lesson(2, month=5), _lesson(3), _lesson(4, weight=0)]
    standings = [_standing(1, 90), _standing(2, None, State.QUARANTINED), _standing(3, None, State.WAITING)]
    standings.append(_standing(4, None, State.WAITING))
    assert course_mark(standings, lessons, _NOW) == CourseMark(90, 90, ("lesson02", "lesson03"))


def test_where_nothing_counts_there_is_no_mark() -> None:
    assert course_mark([], [_lesson(1)], _NOW) == CourseMark(so_far=None, in_all=0)
    assert course_mark([_standing(1, 100)], [_lesson(1, weight=0)], _NOW) == CourseMark(None, None)
    assert course_mark([], [], _NOW) == CourseMark(None, None)


def test_full_marks_are_full_whatever_the_weights_and_nothing_else_is() -> None:
    lessons = [_lesson(number, weight=weight) for number, weight in enumerate((0.1, 0.2, 0.3, 0.7))]
    assert course_mark([_standing(number, 100) for number in range(4)], lessons, _NOW).in_all == 100
    heavy = [_lesson(1, weight=100_000), _lesson(2)]
    assert course_mark([_standing(1, 100), _standing(2, 99.9)], heavy, _NOW).in_all == 99.9

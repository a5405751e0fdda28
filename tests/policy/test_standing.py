from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.policy.records import Attempted, Decision, Filed, Override, Subject, Verdict
from grader.policy.rules import Counts, Late, LessonRules, Policy
from grader.policy.standing import standing_of
from grader.standing import Clock, Standing, State

Make = Callable[..., Attempted]
File = Callable[..., Filed]


@pytest.fixture(scope="session")
def policy(due: datetime) -> Policy:
    return Policy(lessons={"lesson06": LessonRules(due=due)}, late=Late(percent_per_day=10, cap=30))


@pytest.fixture(scope="session")
def best(policy: Policy) -> Policy:
    return replace(policy, counts=Counts.BEST)


def _override(at: datetime, points: float | None, criterion: str | None = None, why: str = "") -> Override:
    return Override(criterion=criterion, points=points, who="Ms Li", at=at, why=why)


def test_nothing_handed_in_is_missing(filed: File, policy: Policy) -> None:
    standing = standing_of(filed(), policy)
    assert (standing.state, standing.raw, standing.final, standing.passed) == (State.MISSING, None, None, False)
    assert (standing.max_points, standing.tries, standing.waiting) == (20, 0, ())


def test_a_try_in_time_has_the_mark_of_its_checks(attempt: Make, filed: File, policy: Policy, due: datetime) -> None:
    tried = attempt(10.0, 4.0, seed_id="s")
    standing = standing_of(filed(tried), policy)
    assert (standing.state, standing.raw, standing.final, standing.passed) == (State.GRADED, 70, 70, True)
    assert (standing.points, standing.max_points, standing.tries) == (14, 20, 1)
    assert (standing.file, standing.digest, standing.attempt) == ("try1.py", tried.digest, 1)
    assert (standing.handed, standing.clock, standing.seed_id) == (due, Clock.STATED, "s")
    assert (standing.reasons, standing.waiting) == ((), ())


@pytest.mark.parametrize("second,passed", [(2.0, True), (1.9, False)])
def test_who_reaches_the_pass_mark_passes(
    attempt: Make, filed: File, policy: Policy, second: float, passed: bool
) -> None:
    assert standing_of(filed(attempt(10.0, second)), policy).passed is passed  # 60 % are needed


def test_lateness_is_taken_off_and_said(attempt: Make, filed: File, policy: Policy) -> None:
    standing = standing_of(filed(attempt(10.0, 4.0, days=1.5)), policy)
    assert (standing.raw, standing.final, standing.points, standing.passed) == (70, 50, 14, False)
    assert standing.reasons == ("2 days late: 20 percentage points off",)


def test_decisions_come_before_lateness(attempt: Make, filed: File, policy: Policy, due: datetime) -> None:
    given_ = _override(due + timedelta(days=9), 8, "c1", "half of it runs")
    standing = standing_of(filed(attempt(10.0, 4.0, days=1.5), overrides=(given_,)), policy)
    assert (standing.raw, standing.final, standing.points) == (70, 70, 18)  # 90 less 20
    assert standing.reasons == (
        "c1: set to 8 of 10 by Ms Li: half of it runs",
        "2 days late: 20 percentage points off",
    )


def test_the_latest_try_counts_also_when_it_is_worse(attempt: Make, filed: File, policy: Policy) -> None:
    standing = standing_of(filed(attempt(2.0, 2.0, number=2, days=-1), attempt(10.0, 10.0, days=-2)), policy)
    assert (standing.attempt, standing.final, standing.tries) == (2, 20, 2)


def test_of_tries_without_a_time_the_order_decides(attempt: Make, filed: File, policy: Policy) -> None:
    second = attempt(2.0, number=1, days=None, order=2)
    first = attempt(10.0, number=2, days=None, order=1)
    assert standing_of(filed(second, first), policy).attempt == 1
    timed = attempt(5.0, number=3, days=-100)
    assert standing_of(filed(timed, second, first), policy).attempt == 3


def test_of_two_gradings_of_a_try_the_later_counts(attempt: Make, filed: File, policy: Policy, best: Policy) -> None:
    old = attempt(10.0, 10.0, digest="d" * 64)
    new = attempt(10.0, 0.0, number=2, digest="d" * 64)
    for rules in (policy, best):
        standing = standing_of(filed(new, old), rules)
        assert (standing.attempt, standing.final, standing.tries) == (2, 50, 1)


def test_the_best_try_counts_with_lateness(attempt: Make, filed: File, best: Policy) -> None:
    in_time = attempt(10.0, 6.0, days=-1)
    late = attempt(10.0, 8.0, number=2, days=0.5)  # 90 less 10
    standing = standing_of(filed(in_time, late), best)
    assert (standing.attempt, standing.final) == (2, 80)  # of equals the latest
    assert standing.reasons == ("1 day late: 10 percentage points off",)
    later = attempt(10.0, 10.0, number=3, days=2.5)  # 100 less 30
    standing = standing_of(filed(in_time, late, later), best)
    assert (standing.attempt, standing.final, standing.tries) == (2, 80, 3)
    assert standing.reasons[0] == "of 3 tries try2.py counts, the best"


def test_a_fault_of_the_grader_is_no_zero_and_nothing_stands_in(attempt: Make, filed: File, policy: Policy) -> None:
    good, failed = attempt(10.0, 10.0, days=-2), attempt(number=2, days=-1, fault="no room started")
    standing = standing_of(filed(good, failed), policy)
    assert (standing.state, standing.raw, standing.final) == (State.QUARANTINED, None, None)
    assert (standing.fault, standing.file, standing.attempt) == ("no room started", "try2.py", 2)
    assert standing.waiting == ("the grader failed on try2.py, so there is no mark: no room started",)
    again = attempt(10.0, 0.0, number=3, days=-1, digest=failed.digest)
    assert standing_of(filed(good, failed, again), policy).final == 50


def test_where_the_best_counts_a_fault_is_said(attempt: Make, filed: File, best: Policy) -> None:
    good, failed = attempt(10.0, 4.0, days=-2), attempt(number=2, days=-1, fault="no room started")
    standing = standing_of(filed(good, failed), best)
    assert (standing.state, standing.final) == (State.GRADED, 70)
    assert standing.waiting == ("try2.py might count for more: the grader failed on it: no room started",)
    assert standing_of(filed(failed), best).state is State.QUARANTINED


def test_what_is_not_graded_yet_has_no_mark(attempt: Make, filed: File, policy: Policy) -> None:
    standing = standing_of(filed(attempt(10.0, days=-2), attempt(number=2, days=-1)), policy)
    assert (standing.state, standing.final, standing.file) == (State.WAITING, None, "try2.py")


def test_the_mark_of_a_lesson_that_a_teacher_sets_is_final(
    attempt: Make, filed: File, policy: Policy, due: datetime
) -> None:
    whole = _override(due + timedelta(days=9), 18, why="shown in class")
    standing = standing_of(filed(attempt(10.0, 4.0, days=1.5), overrides=(whole,)), policy)
    assert (standing.raw, standing.final, standing.points, standing.passed) == (70, 90, 18, True)
    assert standing.reasons[-1] == (
        "set to 18 of 20 by Ms Li: shown in class; lateness takes nothing off what a teacher sets"
    )
    late = attempt(0.0, 0.0, days=1)
    in_time = standing_of(
        filed(late, attempt(10.0, 10.0, number=2), overrides=(whole,)), replace(policy, counts=Counts.BEST)
    )
    assert in_time.attempt == 2
    assert in_time.reasons[-1:] == ("set to 18 of 20 by Ms Li: shown in class",)


def test_a_teacher_can_give_a_mark_where_there_is_none(
    attempt: Make, filed: File, policy: Policy, due: datetime
) -> None:
    whole = _override(due, 15)
    missing = standing_of(filed(overrides=(whole,)), policy)
    assert (missing.state, missing.final, missing.passed) == (State.MISSING, 75, True)
    failed = standing_of(filed(attempt(fault="no room started"), overrides=(whole,)), policy)
    assert (failed.state, failed.raw, failed.final) == (State.QUARANTINED, None, 75)
    assert (failed.fault, failed.waiting) == ("no room started", ())


def test_points_for_a_criterion_count_though_nothing_was_handed_in(filed: File, policy: Policy, due: datetime) -> None:
    standing = standing_of(filed(overrides=(_override(due, 5, "c0"), _override(due, 8, "c1", "by hand"))), policy)
    assert (standing.state, standing.points, standing.final, standing.criteria) == (State.MISSING, 13, 65, ())
    assert standing.reasons[0] == "nothing was handed in"
    assert standing.reasons[2] == "c1: set to 8 of 20 by Ms Li: by hand"


def test_points_for_a_criterion_make_no_mark_of_what_could_not_be_graded(
    attempt: Make, filed: File, policy: Policy, due: datetime
) -> None:
    assert standing_of(filed(attempt(fault="f"), overrides=(_override(due, 5, "c0"),)), policy).final is None


def test_points_that_are_older_than_the_latest_try_stand_and_are_doubted(
    attempt: Make, filed: File, policy: Policy, due: datetime
) -> None:
    old, new = due - timedelta(days=3), due - timedelta(days=1)
    tries = (attempt(10.0, 4.0, days=-4), attempt(10.0, 2.0, number=2, days=-2))
    standing = standing_of(filed(*tries, overrides=(_override(old, 8, "c1"),)), policy)
    assert standing.final == 90
    assert standing.waiting == (
        "Ms Li set c1 to 8 points before try2.py was handed in, which still counts; is it still meant?",
    )
    assert standing_of(filed(*tries, overrides=(_override(new, 8, "c1"),)), policy).waiting == ()
    whole = standing_of(filed(*tries, overrides=(_override(old, 8),)), policy)
    assert whole.final == 40
    assert whole.waiting[0].startswith("Ms Li set the lesson to 8 points before try2.py")


def test_points_for_what_is_no_criterion_count_for_nothing(
    attempt: Make, filed: File, policy: Policy, due: datetime
) -> None:
    standing = standing_of(filed(attempt(10.0, 4.0), overrides=(_override(due, 8, "gone"),)), policy)
    assert standing.final == 70
    assert standing.waiting == ("Ms Li set gone, which is not marked here; that counts for nothing",)


_points = st.integers(0, 100).map(lambda tenths: tenths / 10)
_days = st.none() | st.floats(-5, 50)
_clocks = st.sampled_from([Clock.STATED, Clock.COMMIT, Clock.MODIFIED])


@st.composite
def _cases(draw: st.DrawFn, make: Make, file: File, due: datetime) -> tuple[Filed, Policy]:
    """A student's whole story in a lesson, and some rules."""
    tries = []
    for number in range(1, 1 + draw(st.integers(0, 4))):
        fails = draw(st.integers(0, 5)) == 0
        worth = () if fails else draw(st.tuples(_points, _points))
        tried = make(
            *worth, number=number, days=draw(_days), order=number, clock=draw(_clocks), fault="f" if fails else ""
        )
        waits = draw(st.booleans())
        tries.append(replace(tried, criteria=tuple(replace(each, provisional=waits) for each in tried.criteria)))
    moments = st.floats(-5, 60).map(lambda days: due + timedelta(days=days))
    names = st.sampled_from([None, "c0", "c1", "gone"])
    overrides = [
        _override(draw(moments), draw(st.none() | st.floats(0, 25)), draw(names))
        for _ in range(draw(st.integers(0, 3)))
    ]
    decisions = [
        Decision(
            digest=draw(st.sampled_from(tries)).digest,
            subject=Subject.PROVISIONAL,
            item=draw(st.sampled_from(["c0", "c1"])),
            verdict=draw(st.sampled_from(Verdict)),
            value=draw(_points),
            who="Ms Li",
            at=draw(moments),
        )
        for _ in range(draw(st.integers(0, 3)) if tries else 0)
    ]
    rules = Policy(
        lessons={"lesson06": LessonRules(due=draw(st.none() | st.just(due)))},
        counts=draw(st.sampled_from(Counts)),
        trust_file_times=draw(st.booleans()),
        late=Late(
            grace_hours=draw(st.floats(0, 100)), percent_per_day=draw(st.floats(0, 100)), cap=draw(st.floats(0, 100))
        ),
    )
    return file(*tries, overrides=tuple(overrides), decisions=tuple(decisions)), rules


def _final(standing: Standing) -> float:
    return -1.0 if standing.final is None else standing.final


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_marks_stay_in_bounds_and_do_not_hang_on_any_order(
    data: st.DataObject, attempt: Make, filed: File, due: datetime
) -> None:
    case, rules = data.draw(_cases(attempt, filed, due))
    standing = standing_of(case, rules)
    for mark in (standing.raw, standing.final):
        assert mark is None or 0 <= mark <= 100
    assert standing == standing_of(case, rules)
    shuffled = replace(
        case,
        attempts=tuple(data.draw(st.permutations(case.attempts))),
        overrides=tuple(data.draw(st.permutations(case.overrides))),
        decisions=tuple(data.draw(st.permutations(case.decisions))),
    )
    assert standing_of(shuffled, rules) == standing


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_lateness_never_raises_a_mark_and_takes_no_more_than_its_cap(
    data: st.DataObject, attempt: Make, filed: File, due: datetime
) -> None:
    case, rules = data.draw(_cases(attempt, filed, due))
    late, in_time = standing_of(case, rules), standing_of(case, replace(rules, lessons={}))
    assert (late.final is None) == (in_time.final is None)
    assert _final(late) <= _final(in_time)
    assert _final(late) >= _final(in_time) - rules.late.cap - 0.1  # marks have one decimal


@settings(max_examples=150, deadline=None)
@given(data=st.data(), one=st.floats(0, 60), other=st.floats(0, 60))
def test_who_comes_later_has_no_better_mark(
    data: st.DataObject, attempt: Make, filed: File, due: datetime, one: float, other: float
) -> None:
    _, rules = data.draw(_cases(attempt, filed, due))
    worth = data.draw(st.tuples(_points, _points))
    early, late = (standing_of(filed(attempt(*worth, days=days)), rules) for days in sorted((one, other)))
    assert _final(late) <= _final(early)
    assert late.raw == early.raw


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_to_accept_provisional_points_changes_no_mark(
    data: st.DataObject, attempt: Make, filed: File, due: datetime
) -> None:
    case, rules = data.draw(_cases(attempt, filed, due))
    case = replace(case, decisions=())
    before = standing_of(case, rules)
    accepted = tuple(
        Decision(
            digest=before.digest,
            subject=Subject.PROVISIONAL,
            item=each.id,
            verdict=Verdict.ACCEPT,
            who="Ms Li",
            at=due,
        )
        for each in before.criteria
    )
    after = standing_of(replace(case, decisions=accepted), rules)
    assert (after.final, after.raw, after.points) == (before.final, before.raw, before.points)
    assert [each.points for each in after.criteria] == [each.points for each in before.criteria]
    assert not any(each.provisional for each in after.criteria)

"""From tries and decisions to a mark: a pure function, so that the same facts always give the same mark."""

from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec.structs import replace

from grader.policy.decided import Decided, decide, in_force, set_to
from grader.policy.late import Lateness, lateness
from grader.policy.points import percent, take_off
from grader.policy.records import Attempted, Filed, Override
from grader.policy.rules import Counts, Policy
from grader.standing import Standing, State
from grader.text import number, one_line

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Worked:
    """One graded try with its mark, but for a mark that a teacher set as a whole."""

    attempt: Attempted
    decided: Decided
    late: Lateness
    points: float
    max_points: float
    final: float


def standing_of(filed: Filed, policy: Policy) -> Standing:
    """Works out what a student has reached in a lesson.

    The latest try counts, or the best. A try that the grader failed on is never scored, and where the latest counts no
    older one stands in for it. Decisions and points set by hand come first, then lateness; the mark of a whole lesson
    that a teacher set is final, also where nothing was handed in.

    Args:
        filed: all that is known of the student in this lesson.
        policy: the rules.
    """
    tries = _tries(filed.attempts)
    worked = [_work(filed, attempt, policy) for attempt in tries if attempt.criteria and not attempt.fault]
    if not tries:
        standing = _unhanded(filed)
    elif policy.counts is Counts.BEST and worked:
        standing = _best(filed, tries, worked)
    elif worked and worked[-1].attempt == tries[-1]:
        standing = _graded(filed, worked[-1])
    else:
        standing = _ungraded(filed, tries[-1])
    standing = replace(standing, tries=len({attempt.digest for attempt in tries}))
    whole = in_force(filed.overrides).get(None)
    if whole is not None:
        standing = _set_as_a_whole(standing, whole, worked)
    passed = standing.final is not None and standing.final >= policy.pass_mark
    return replace(standing, passed=passed, waiting=(*standing.waiting, *_doubts(filed, tries)))


def _tries(attempts: tuple[Attempted, ...]) -> list[Attempted]:
    """The last grading of each try, the latest try at the end; one without a time comes before all that have one."""
    ordered = sorted(attempts, key=lambda each: (each.handed or _BEFORE_ALL, each.order, each.number))
    return list({(each.digest, each.handed, each.order): each for each in ordered}.values())


def _work(filed: Filed, attempt: Attempted, policy: Policy) -> _Worked:
    lesson = filed.lesson.id
    decided = decide(filed, attempt)
    late = lateness(
        attempt.handed,
        attempt.clock,
        policy.due(lesson),
        policy.late_of(lesson),
        trusts_files=policy.trust_file_times,
    )
    points = sum(each.points for each in decided.criteria)
    most = sum(each.max_points for each in decided.criteria)
    return _Worked(attempt, decided, late, points, most, take_off(percent(points, most), late.off))


def _graded(filed: Filed, worked: _Worked) -> Standing:
    attempt, decided = worked.attempt, worked.decided
    return replace(
        _of(filed, attempt, State.GRADED),
        criteria=decided.criteria,
        points=worked.points,
        max_points=worked.max_points,
        raw=percent(sum(each.checked_points for each in decided.criteria), worked.max_points),
        final=worked.final,
        reasons=(*decided.reasons, worked.late.said) if worked.late.said else decided.reasons,
        waiting=decided.waiting,
    )


def _best(filed: Filed, tries: list[Attempted], worked: list[_Worked]) -> Standing:
    """The best of the graded tries; those that are not graded can only be better, which is said."""
    best = max(reversed(worked), key=lambda each: each.final)  # of equals the latest
    standing = _graded(filed, best)
    chosen = f"of {len(tries)} tries {one_line(best.attempt.file)} counts, the best"
    missed = tuple(
        f"{one_line(attempt.file)} might count for more: the grader failed on it: {one_line(attempt.fault)}"
        for attempt in tries
        if attempt.fault
    )
    reasons = (chosen, *standing.reasons) if best.attempt != tries[-1] else standing.reasons
    return replace(standing, reasons=reasons, waiting=(*standing.waiting, *missed))


def _ungraded(filed: Filed, attempt: Attempted) -> Standing:
    """The latest try has no mark, and so the lesson has none."""
    if not attempt.fault:
        return _of(filed, attempt, State.WAITING)
    said = f"the grader failed on {one_line(attempt.file)}, so there is no mark: {one_line(attempt.fault)}"
    return replace(_of(filed, attempt, State.QUARANTINED), waiting=(said,))


def _unhanded(filed: Filed) -> Standing:
    """Nothing was handed in; points that a teacher gives for single criteria count all the same."""
    most = filed.lesson.max_points
    standing = Standing(student=filed.student, lesson=filed.lesson.id, state=State.MISSING, max_points=most)
    given = [each for criterion, each in in_force(filed.overrides).items() if criterion is not None]
    if not given:
        return standing
    points = min(sum(max(each.points or 0.0, 0.0) for each in given), most)
    reasons = sorted(f"{each.criterion}: {set_to(each, most)[1]}" for each in given)
    return replace(standing, points=points, final=percent(points, most), reasons=("nothing was handed in", *reasons))


def _of(filed: Filed, attempt: Attempted, state: State) -> Standing:
    return Standing(
        student=filed.student,
        lesson=filed.lesson.id,
        state=state,
        max_points=filed.lesson.max_points,
        file=attempt.file,
        digest=attempt.digest,
        handed=attempt.handed,
        clock=attempt.clock,
        attempt=attempt.number,
        fault=attempt.fault,
        seed_id=attempt.seed_id,
        versions=attempt.versions,
    )


def _set_as_a_whole(standing: Standing, override: Override, worked: list[_Worked]) -> Standing:
    """A teacher's word is final: neither the checks nor lateness change it, and nothing has to wait."""
    points, said = set_to(override, standing.max_points)
    off = next((each.late.off for each in worked if each.attempt.number == standing.attempt), 0.0)
    said += "; lateness takes nothing off what a teacher sets" if off else ""
    return replace(
        standing,
        points=points,
        final=percent(points, standing.max_points),
        reasons=(*standing.reasons, said),
        waiting=(),
    )


def _doubts(filed: Filed, tries: list[Attempted]) -> list[str]:
    """Points set by hand that may no longer be meant: something else was handed in since, or the criterion is gone."""
    doubts = []
    latest = tries[-1] if tries else None
    known = {each.id for each in latest.criteria} if latest else set()
    for criterion, each in in_force(filed.overrides).items():
        what = criterion or "the lesson"
        if known and criterion is not None and criterion not in known:
            doubts.append(f"{one_line(each.who)} set {what}, which is not marked here; that counts for nothing")
        elif latest is not None and latest.handed is not None and each.at < latest.handed:
            set_at = f"{one_line(each.who)} set {what} to {number(each.points or 0.0)} points"
            doubts.append(
                f"{set_at} before {one_line(latest.file)} was handed in, which still counts; is it still meant?"
            )
    return sorted(doubts)

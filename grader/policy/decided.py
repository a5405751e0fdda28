"""What teachers made of one try: their decisions and the points they set, criterion by criterion."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from msgspec.structs import replace

from grader.answered import Assessment
from grader.policy.points import credit, earned
from grader.policy.records import ANSWERS, Attempted, Decision, Filed, Override, Subject, Verdict
from grader.standing import CriterionStanding
from grader.text import number, one_line

_Said = TypeVar("_Said", Override, Decision)


@dataclass(frozen=True)
class Decided:
    """A try after all that teachers decided, but for the mark of the lesson as a whole.

    Attributes:
        criteria: its criteria.
        reasons: what was decided, as sentences.
        waiting: what waits for a teacher, as sentences.
    """

    criteria: tuple[CriterionStanding, ...]
    reasons: tuple[str, ...]
    waiting: tuple[str, ...]


def decide(filed: Filed, attempt: Attempted) -> Decided:
    """Applies decisions, then points set by hand, to what the checks gave.

    Args:
        filed: all that is known of the lesson.
        attempt: the try.
    """
    overrides, decisions = in_force(filed.overrides), _decisions(filed, attempt)
    criteria: list[CriterionStanding] = []
    reasons: list[str] = []
    for checked in attempt.criteria:
        override = overrides.get(checked.id)
        if override is not None:
            criterion, said = _overridden(checked, override)
        elif checked.id == ANSWERS:
            criterion, said = _answered(checked, attempt, decisions)
        else:
            criterion, said = _accepted(checked, decisions.get((Subject.PROVISIONAL, checked.id)))
        if None in overrides:  # nothing waits where the mark is set as a whole
            criterion = replace(criterion, provisional=False)
        criteria.append(criterion)
        reasons += said
    return Decided(tuple(criteria), tuple(reasons), (*_provisional(criteria), *_open(filed, attempt)))


def in_force(overrides: Iterable[Override]) -> dict[str | None, Override]:
    """The points set by hand that hold, by criterion; None stands for the lesson as a whole.

    Args:
        overrides: all that were ever set or withdrawn.
    """
    newest: dict[str | None, Override] = {each.criterion: each for each in _by_age(overrides)}
    return {criterion: each for criterion, each in newest.items() if each.points is not None}


def undecided(filed: Filed, attempt: Attempted) -> tuple[Assessment, ...]:
    """The questions for sentences that do not count until a teacher decides, those left unanswered included.

    Args:
        filed: all that is known of the lesson.
        attempt: the try.
    """
    answers, overrides = attempt.answers, in_force(filed.overrides)
    if answers is None or answers.automatic or None in overrides or ANSWERS in overrides:
        return ()
    decisions = _decisions(filed, attempt)
    return tuple(each for each in answers.prose if (Subject.PROSE, each.id) not in decisions)


def set_to(override: Override, most: float) -> tuple[float, str]:
    """The points that a teacher set, at most those to be had, and the sentence that says so.

    Args:
        override: what was set.
        most: points to be had.
    """
    points = min(max(override.points or 0.0, 0.0), most)
    return points, f"set to {number(points)} of {number(most)} by {_by(override.who, override.why)}"


def _by_age(said: Iterable[_Said]) -> list[_Said]:
    """Oldest first; of the same moment in an order that does not hang on how they came."""
    return sorted(said, key=lambda each: (each.at, repr(each)))


def _decisions(filed: Filed, attempt: Attempted) -> dict[tuple[Subject, str], Decision]:
    """The newest decision on each thing of a try."""
    own = (each for each in filed.decisions if each.digest == attempt.digest)
    return {(each.subject, each.item): each for each in _by_age(own)}


def _overridden(checked: CriterionStanding, override: Override) -> tuple[CriterionStanding, list[str]]:
    points, said = set_to(override, checked.max_points)
    set_by_hand = replace(checked, points=points, provisional=False, decided_by=override.who)
    return set_by_hand, [f"{checked.id}: {said}"]


def _accepted(checked: CriterionStanding, decision: Decision | None) -> tuple[CriterionStanding, list[str]]:
    """Provisional points that were decided; a decision on points that are sure by now says nothing."""
    if decision is None or not checked.provisional:
        return checked, []
    points, verb = checked.points, "accepted"
    if decision.verdict is Verdict.ADJUST and decision.value is not None:
        points, verb = min(max(decision.value, 0.0), checked.max_points), "given"
    said = f"{checked.id}: {number(points)} of {number(checked.max_points)} provisional points {verb} by "
    decided = replace(checked, points=points, provisional=False, decided_by=decision.who)
    return decided, [said + _by(decision.who, decision.comment)]


def _answered(
    checked: CriterionStanding, attempt: Attempted, decisions: dict[tuple[Subject, str], Decision]
) -> tuple[CriterionStanding, list[str]]:
    """The answers with those in sentences that were decided."""
    if attempt.answers is None:
        return checked, []
    shares: dict[str, float] = {}
    said, who = [], dict[str, None]()
    for each in attempt.answers.prose:
        decision = decisions.get((Subject.PROSE, each.id))
        share = None if decision is None else each.suggested if decision.value is None else decision.value
        if decision is not None and share is not None:
            shares[each.id] = min(max(share, 0.0), 1.0)
            verb = "accepted" if decision.verdict is Verdict.ACCEPT else "given"
            said.append(f"{each.id}: {number(100 * shares[each.id])} % {verb} by {_by(decision.who, decision.comment)}")
            who[decision.who] = None
    if not shares:
        return checked, []
    points = earned(credit(attempt.answers, shares), checked.max_points)
    if points != checked.points:
        most = number(checked.max_points)
        said.append(f"{checked.id}: {number(points)} of {most} with these sentences, {number(checked.points)} before")
    return replace(checked, points=points, decided_by=", ".join(who)), said


def _provisional(criteria: Iterable[CriterionStanding]) -> list[str]:
    return [
        f"{each.id}: {number(each.points)} of {number(each.max_points)} points are provisional until a teacher decides"
        for each in criteria
        if each.provisional
    ]


def _open(filed: Filed, attempt: Attempted) -> list[str]:
    return [
        f"{each.id}: the answer in sentences counts once a teacher decides"
        for each in undecided(filed, attempt)
        if each.answered
    ]


def _by(who: str, why: str) -> str:
    return one_line(f"{who}: {why}" if why else who)

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from grader.answered import Assessment
from grader.model import Outcome
from grader.policy.decided import decide, undecided
from grader.policy.records import AnswersTried, Attempted, Decision, Filed, Override, Subject, Verdict
from grader.standing import CriterionStanding

_NOW = datetime(2027, 4, 1, tzinfo=UTC)
Make = Callable[..., Attempted]
File = Callable[..., Filed]


def _override(criterion: str | None, points: float | None, *, hours: float = 0, why: str = "") -> Override:
    return Override(criterion=criterion, points=points, who="Ms Li", at=_NOW + timedelta(hours=hours), why=why)


def _decision(
    tried: Attempted, item: str, value: float | None, verdict: Verdict = Verdict.ADJUST, *, hours: float = 0
) -> Decision:
    """About provisional points where the item is a criterion."""
    return Decision(
        digest=tried.digest,
        subject=Subject.PROVISIONAL if item.startswith("c") else Subject.PROSE,
        item=item,
        verdict=verdict,
        value=value,
        who="Ms Li",
        at=_NOW + timedelta(hours=hours),
    )


def _provisional(attempt: Make) -> Attempted:
    tried = attempt(10.0, 5.0)
    first, second = tried.criteria
    return replace(tried, criteria=(replace(first, provisional=True), second))


def _asked(attempt: Make, *, automatic: bool = False) -> Attempted:
    """Answers of weight 4, of which 3 are right, for 8 points; three questions for sentences, the last one is blank."""
    prose = tuple(
        Assessment(id=name, question=1, ask="Why?", answered=share is not None, suggested=share)
        for name, share in (("q1", 1.0), ("q2", 0.5), ("q3", None))
    )
    answers = CriterionStanding(
        id="answers", title="A", outcome=Outcome.FAILED, points=6, max_points=8, checked_points=6
    )
    tried = attempt(10.0)
    graded = AnswersTried(graded=((3.0, 1.0), (1.0, 0.0)), prose=prose, automatic=automatic)
    return replace(tried, criteria=(*tried.criteria, answers), answers=graded)


def _points(filed: Filed) -> list[float]:
    return [each.points for each in decide(filed, filed.attempts[0]).criteria]


def test_without_decisions_the_checks_stand(attempt: Make, filed: File) -> None:
    tried = attempt(10.0, 5.0)
    decided = decide(filed(tried), tried)
    assert (decided.criteria, decided.reasons, decided.waiting) == (tried.criteria, (), ())


def test_points_set_by_hand_replace_those_of_one_criterion(attempt: Make, filed: File) -> None:
    tried = attempt(10.0, 5.0)
    decided = decide(filed(tried, overrides=(_override("c1", 8, why="the idea is right"),)), tried)
    assert [each.points for each in decided.criteria] == [10, 8]
    assert decided.criteria[1].checked_points == 5
    assert decided.criteria[1].decided_by == "Ms Li"
    assert decided.reasons == ("c1: set to 8 of 10 by Ms Li: the idea is right",)


def test_the_newest_points_count_and_withdrawn_ones_are_void(attempt: Make, filed: File) -> None:
    tried = attempt(10.0, 5.0)
    old, new, gone = _override("c1", 2), _override("c1", 8, hours=1), _override("c1", None, hours=2)
    assert _points(filed(tried, overrides=(new, old))) == [10, 8]
    assert _points(filed(tried, overrides=(gone, old, new))) == [10, 5]
    assert _points(filed(tried, overrides=(gone, old, new, _override("c1", 3, hours=3)))) == [10, 3]


def test_more_points_than_there_are_cannot_be_set(attempt: Make, filed: File) -> None:
    tried = attempt(10.0, 5.0)
    assert _points(filed(tried, overrides=(_override("c1", 80), _override("c0", -1)))) == [0, 10]


def test_provisional_points_count_and_wait(attempt: Make, filed: File) -> None:
    tried = _provisional(attempt)
    decided = decide(filed(tried), tried)
    assert decided.criteria == tried.criteria
    assert decided.waiting == ("c0: 10 of 10 points are provisional until a teacher decides",)


def test_provisional_points_are_accepted_or_changed(attempt: Make, filed: File) -> None:
    tried = _provisional(attempt)
    accepted = decide(filed(tried, decisions=(_decision(tried, "c0", None, Verdict.ACCEPT),)), tried)
    assert accepted.criteria == (
        replace(tried.criteria[0], provisional=False, decided_by="Ms Li"),
        tried.criteria[1],
    )
    assert accepted.reasons == ("c0: 10 of 10 provisional points accepted by Ms Li",)
    changed = decide(filed(tried, decisions=(_decision(tried, "c0", 4),)), tried)
    assert [each.points for each in changed.criteria] == [4, 5]
    assert changed.reasons == ("c0: 4 of 10 provisional points given by Ms Li",)
    assert accepted.waiting == changed.waiting == ()


def test_a_decision_on_points_that_are_sure_says_nothing(attempt: Make, filed: File) -> None:
    tried = attempt(10.0, 5.0)
    decided = decide(filed(tried, decisions=(_decision(tried, "c0", 0),)), tried)
    assert (decided.criteria, decided.reasons) == (tried.criteria, ())


def test_a_decision_belongs_to_one_submission(attempt: Make, filed: File) -> None:
    tried, other = _provisional(attempt), attempt(0.0, 0.0, number=2)
    decided = decide(filed(tried, decisions=(_decision(other, "c0", 0),)), tried)
    assert decided.criteria == tried.criteria


def test_answers_in_sentences_count_only_once_they_are_decided(attempt: Make, filed: File) -> None:
    tried = _asked(attempt)
    waiting = decide(filed(tried), tried)
    assert [each.points for each in waiting.criteria] == [10, 6]
    assert waiting.waiting == (
        "q1: the answer in sentences counts once a teacher decides",
        "q2: the answer in sentences counts once a teacher decides",
    )
    one = decide(filed(tried, decisions=(_decision(tried, "q1", 1.0, Verdict.ACCEPT),)), tried)
    assert [each.points for each in one.criteria] == [10, 6.4]  # 4 of 5, of 8 points
    assert one.criteria[0] == tried.criteria[0]
    assert one.reasons == ("q1: 100 % accepted by Ms Li", "answers: 6.4 of 8 with these sentences, 6 before")
    assert len(one.waiting) == 1


def test_every_decided_answer_is_one_more_point_to_be_had(attempt: Make, filed: File) -> None:
    tried = _asked(attempt)
    decisions = (_decision(tried, "q1", 1.0), _decision(tried, "q2", 0.5), _decision(tried, "q3", 0.0))
    assert _points(filed(tried, decisions=decisions)) == [10, 5.14]  # 4.5 of 7, of 8 points: 5.142...
    assert not undecided(filed(tried, decisions=decisions), tried)
    assert [each.id for each in undecided(filed(tried, decisions=decisions[:2]), tried)] == ["q3"]


def test_the_newest_decision_on_an_answer_counts(attempt: Make, filed: File) -> None:
    tried = _asked(attempt)
    old, new = _decision(tried, "q1", 1.0), _decision(tried, "q1", 0.0, hours=1)
    assert _points(filed(tried, decisions=(new, old))) == [10, 4.8]  # 3 of 5, of 8 points


def test_an_answer_is_accepted_as_it_is_suggested(attempt: Make, filed: File) -> None:
    tried = _asked(attempt)
    accepted = _decision(tried, "q2", None, Verdict.ACCEPT)
    assert _points(filed(tried, decisions=(accepted,))) == [10, 5.6]  # 3.5 of 5, of 8 points


def test_where_sentences_count_by_themselves_nothing_waits_and_a_teacher_may_still_decide(
    attempt: Make, filed: File
) -> None:
    tried = _asked(attempt, automatic=True)
    assert decide(filed(tried), tried).waiting == ()
    assert _points(filed(tried, decisions=(_decision(tried, "q2", 0.0),))) == [10, 4.57]  # 4 of 7, of 8 points


def test_points_set_by_hand_go_before_decisions_and_leave_nothing_to_wait_for(attempt: Make, filed: File) -> None:
    tried, decisions = _asked(attempt), (_decision(_asked(attempt), "q1", 0.0),)
    decided = decide(filed(tried, decisions=decisions, overrides=(_override("answers", 8),)), tried)
    assert [each.points for each in decided.criteria] == [10, 8]
    assert decided.waiting == ()
    provisional = _provisional(attempt)
    whole = decide(filed(provisional, overrides=(_override(None, 20),)), provisional)
    assert not any(each.provisional for each in whole.criteria)
    assert undecided(filed(tried, overrides=(_override(None, 20),)), tried) == ()


def test_a_comment_stays_on_one_line(attempt: Make, filed: File) -> None:
    tried = attempt(10.0)
    decided = decide(filed(tried, overrides=(_override("c0", 8, why="so\n\x1b[31mso"),)), tried)
    assert decided.reasons == ("c0: set to 8 of 10 by Ms Li: so so",)

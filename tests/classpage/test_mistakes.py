from grader.classpage.mistakes import mistakes
from grader.model import Outcome
from grader.standing import CriterionStanding, Standing, State, Student


def _standing(key: str, *criteria: tuple[str, Outcome, str, str]) -> Standing:
    return Standing(
        student=Student(key=key),
        lesson="lesson01",
        state=State.GRADED,
        criteria=tuple(
            CriterionStanding(
                id=name,
                title=name.title(),
                outcome=outcome,
                cause=cause,
                headline=headline,
                points=0,
                max_points=1,
                checked_points=0,
            )
            for name, outcome, cause, headline in criteria
        ),
    )


def test_mistakes_are_told_by_cause_and_criterion_what_most_have_first() -> None:
    found = mistakes(
        [
            _standing(
                "ada", ("fits", Outcome.FAILED, "slow", "It took 7 s."), ("runs", Outcome.FAILED, "slow", "Slow.")
            ),
            _standing("bob", ("fits", Outcome.TIMED_OUT, "slow", "It took 9 s.")),
            _standing("cy", ("fits", Outcome.FAILED, "slow", "It took 9 s."), ("runs", Outcome.PASSED, "", "")),
            _standing("di", ("fits", Outcome.FAILED, "", "Not said why.")),
        ]
    )
    told = [(each.title, each.headline, [str(s) for s in each.students], each.wordings) for each in found]
    assert told == [
        ("Fits", "It took 9 s.", ["ada", "bob", "cy"], 1),
        ("Fits", "Not said why.", ["di"], 0),
        ("Runs", "Slow.", ["ada"], 0),
    ]


def test_what_was_not_reached_is_no_mistake() -> None:
    ends = (Outcome.SKIPPED, Outcome.NOT_STARTED, Outcome.WITHHELD, Outcome.FAULT, Outcome.PASSED)
    assert mistakes([_standing("ada", *[("fits", end, "needs", "needs: x") for end in ends])]) == ()

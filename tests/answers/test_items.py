import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answered import ItemScore, State
from grader.answers.items import score_choice, score_match
from grader.answers.questions import Choice, ChoiceKey, Match, MatchKey
from grader.answers.reading import Value

ONE = Choice(
    id="upper", question=2, ask="What?", points=1, options={"last_vector": "L", "whole_sequence": "W", "raw": "R"}
)
ONE_KEY = ChoiceKey(
    right=("whole_sequence",), because={"last_vector": "It is last.", "whole_sequence": "It is whole.", "raw": "No."}
)
SOME = Choice(
    id="some",
    question=2,
    ask="Which?",
    points=1,
    several=True,
    options={"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
)
SOME_KEY = ChoiceKey(right=("a", "b"), because=dict.fromkeys("abcde", "So it is."))
PAIRS = Match(
    id="pairs",
    question=3,
    ask="What?",
    points=1,
    left={"cat": "a cat", "dog": "a dog", "cow": "a cow"},
    right={"meow": "meows", "bark": "barks", "moo": "moos"},
)
PAIRS_KEY = MatchKey(
    pairs={"cat": "meow", "dog": "bark", "cow": "moo"}, because={"cat": "Cats.", "dog": "Dogs.", "cow": "Cows."}
)


def _said(score: ItemScore) -> str:
    return " ".join(score.feedback)


def test_the_right_option_earns_all_and_is_explained() -> None:
    score = score_choice(ONE, ONE_KEY, "whole_sequence")
    assert (score.credit, score.state, score.feedback) == (1.0, State.COMPLETE, ("Right: It is whole.",))


def test_a_wrong_option_earns_nothing_and_its_misconception_is_named() -> None:
    score = score_choice(ONE, ONE_KEY, "last_vector")
    assert (score.credit, score.feedback) == (0.0, ("Wrong: It is last.",))


@pytest.mark.parametrize("value", [" Whole Sequence ", "whole-sequence", ("whole_sequence",), ("WHOLE_SEQUENCE",) * 2])
def test_names_are_read_kindly(value: Value) -> None:
    assert score_choice(ONE, ONE_KEY, value).credit == 1.0


def test_one_option_means_one() -> None:
    score = score_choice(ONE, ONE_KEY, ("whole_sequence", "last_vector"))
    assert (score.credit, score.state) == (0.0, State.UNCLEAR)
    assert "Choose one option only" in _said(score)


def test_an_unknown_option_is_told_with_what_was_probably_meant() -> None:
    score = score_choice(ONE, ONE_KEY, "hole_sequense")
    assert (score.credit, score.state) == (0.0, State.UNCLEAR)
    assert score.feedback == (
        "There is no option hole_sequense; options are: last_vector, whole_sequence, raw. Did you mean whole_sequence?",
    )


def test_nothing_like_an_option_gets_no_suggestion() -> None:
    assert "mean" not in _said(score_choice(ONE, ONE_KEY, "zzzz"))


@pytest.mark.parametrize(
    "value, credit",
    [
        (("a", "b"), 1.0),
        (("a",), 0.5),
        (("a", "b", "c"), 2 / 3),
        (("a", "c"), 0.5 - 1 / 3),
        (("c",), 0.0),
        (("a", "b", "c", "d", "e"), 0.0),
        ("a", 0.5),
        (("a", "b", "zebra"), 1.0),
    ],
)
def test_several_right_options_share_the_credit(value: Value, credit: float) -> None:
    assert score_choice(SOME, SOME_KEY, value).credit == pytest.approx(credit, abs=1e-6)


def test_a_missing_right_option_is_hinted_at_but_not_named() -> None:
    said = _said(score_choice(SOME, SOME_KEY, ("a",)))
    assert "Something that holds is not chosen." in said
    assert "b" not in said.replace("because", "").split()


@pytest.mark.parametrize("value", [None, ()])
def test_no_answer_is_no_answer(value: Value | None) -> None:
    score = score_choice(ONE, ONE_KEY, value)
    assert (score.credit, score.state, score.feedback) == (0.0, State.MISSING, ("Not answered.",))
    assert score_match(PAIRS, PAIRS_KEY, None).state is State.MISSING


def test_another_kind_of_answer_is_told() -> None:
    assert 'such as "last_vector"' in _said(score_choice(ONE, ONE_KEY, {"a": "b"}))
    assert 'such as ["a"]' in _said(score_choice(SOME, SOME_KEY, {"a": "b"}))
    assert '{"cat": "meow", ...}' in _said(score_match(PAIRS, PAIRS_KEY, "meow"))


@pytest.mark.parametrize(
    "value, credit, state",
    [
        ({"cat": "meow", "dog": "bark", "cow": "moo"}, 1.0, State.COMPLETE),
        ({"cat": "meow", "dog": "moo", "cow": "bark"}, 1 / 3, State.COMPLETE),
        ({"Cat": "Meow"}, 1 / 3, State.PART),
        ({"cat": "bark", "dog": "bark", "cow": "bark"}, 0.0, State.COMPLETE),
        ({"cat": "bark", "dog": "bark"}, 0.0, State.PART),
        ({"bird": "tweet"}, 0.0, State.UNCLEAR),
    ],
)
def test_pairs_share_the_credit(value: Value, credit: float, state: State) -> None:
    score = score_match(PAIRS, PAIRS_KEY, value)
    assert score.credit == pytest.approx(credit, abs=1e-6)
    assert score.state is state


def test_each_pair_is_explained_and_open_ones_are_named() -> None:
    score = score_match(PAIRS, PAIRS_KEY, {"cat": "meow", "dog": "moo", "cwo": "moo"})
    assert score.feedback == (
        "There is no entry cwo; entries are: cat, dog, cow. Did you mean cow?",
        "Still without a partner: cow.",
        "Right, “a cat” with “meows”: Cats.",
        "Wrong, “a dog” with “moos”: Dogs.",
    )


def test_in_an_exam_only_completeness_is_told() -> None:
    right = score_choice(ONE, None, "whole_sequence")
    wrong = score_choice(ONE, None, "raw")
    assert (right.credit, right.feedback) == (None, ())
    assert (wrong.credit, wrong.feedback, wrong.state) == (right.credit, right.feedback, right.state)
    assert score_match(PAIRS, None, {"cat": "moo", "dog": "moo", "cow": "moo"}).feedback == ()
    assert score_match(PAIRS, None, {"cat": "moo"}).feedback == ("Still without a partner: dog, cow.",)
    assert score_choice(SOME, None, ("a",)).feedback == ()
    assert "There is no option x" in _said(score_choice(ONE, None, "x"))


_NAMES = st.sampled_from(["a", "b", "c", "d", "e", "cat", "dog", "meow", "bark", ""]) | st.text(max_size=300)


@given(_NAMES | st.lists(_NAMES).map(tuple) | st.dictionaries(_NAMES, _NAMES))
def test_any_answer_has_a_credit_between_none_and_all(value: Value) -> None:
    for score in (score_choice(SOME, SOME_KEY, value), score_match(PAIRS, PAIRS_KEY, value)):
        assert score.credit is not None
        assert 0 <= score.credit <= 1
        assert score.feedback
        assert len(_said(score)) < 5000

import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.answered import Assessment, Suspect
from grader.answers.prose import assess
from grader.answers.questions import Concept, Misconception, Prose, ProseKey

ASK = Prose(id="stacking", question=2, ask="What does it mean to stack LSTM layers?")
KEY = ProseKey(
    concepts=(
        Concept(name="one reads the other", any=("output input next|second", "second get output first")),
        Concept(name="a whole sequence", any=("whole sequence", "vector each step"), not_with=("side side",)),
        Concept(name="the last may sum up", needed=False, any=("top|last one vector",)),
        Concept(name="the same words", any=("stack layer",)),
    ),
    misconceptions=(
        Misconception(name="only the last output", any=("only last output give",), reply="Then time would be lost."),
    ),
)
FIRST, SECOND, THIRD, FOURTH = (concept.name for concept in KEY.concepts)


def _assess(text: str) -> Assessment:
    return assess(text, ASK, KEY)


@pytest.mark.parametrize(
    "text",
    [
        "The output of one is the input of the next.",
        "the second one is reading outputs from first",
        "input for the secnd is what? it is not clear. The inputs of next layer is outputt of this.",
        "THE OUTPUT\nIS THE INPUT\nOF THE NEXT",
    ],
)
def test_ideas_are_found_in_any_order_with_slips_and_broken_grammar(text: str) -> None:
    assert _assess(text).found == (FIRST,)
    assert _assess(text).suggested == pytest.approx(1 / 3, abs=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "The output is a number. The input is another one. The next is a third.",
        "The output of the layers which we have built so far in this long lesson is much later on an input, next.",
        "The output of one is not the input of the next.",
        "It never hands the whole sequence on.",
        "They run side by side, and a whole sequence goes to both.",
        "We stack a layer on a layer.",
    ],
    ids=["sentences", "far away", "not between", "never before", "spoilt", "words of the question"],
)
def test_ideas_are_not_found_where_they_are_not(text: str) -> None:
    assert _assess(text).found == ()
    assert _assess(text).suggested == 0


def test_missing_ideas_are_told_by_name_and_optional_ones_are_not() -> None:
    seen = _assess("The whole sequence is handed up.")
    assert seen.found == (SECOND,)
    assert seen.missing == (FIRST, FOURTH)


def test_an_idea_that_is_not_needed_can_stand_in() -> None:
    some = _assess("It hands the whole sequence up.").suggested
    more = _assess("It hands the whole sequence up, and the top one gives one vector.").suggested
    assert some is not None
    assert more is not None
    assert more == pytest.approx(2 * some, abs=0.02)


def test_a_misconception_is_answered_and_limits_the_mark() -> None:
    text = "The output is the input of the next, the whole sequence; top has one vector. "
    right, wrong = _assess(text), _assess(text + "They hand on only the last output.")
    assert right.suggested == 1.0
    assert wrong.suggested == 0.5
    assert [spotted.reply for spotted in wrong.misconceptions] == ["Then time would be lost."]
    assert not _assess("They do not hand on only the last output.").misconceptions


def test_denying_is_told() -> None:
    seen = _assess("The output of one is not the input of the next.")
    assert seen.suspicion is not None
    assert seen.suspicion.kind is Suspect.NEGATED


@pytest.mark.parametrize("text", ["A layer does not have outputs.", "The vector is not there, nor is any step."])
def test_denying_all_that_belongs_to_the_question_is_told_even_where_it_makes_no_idea(text: str) -> None:
    seen = _assess(text)
    assert seen.suspicion is not None
    assert seen.suspicion.kind is Suspect.NEGATED
    assert _assess("A layer has outputs.").suspicion is None


@pytest.mark.parametrize(
    "text, found",
    [
        ("They have no memory.", True),
        ("They work without any memory.", True),
        ("They can't use a memory of what came before.", True),
        ("They have a memory and do not need a window.", False),
        ("It is not true that they have no memory.", False),
    ],
)
def test_an_idea_can_be_that_something_is_not(text: str, found: bool) -> None:
    key = ProseKey(concepts=(Concept(name="no memory", any=("not memory",)),))
    assert bool(assess(text, ASK, key).found) is found


def test_a_suspicion_takes_the_suggestion_away() -> None:
    seen = _assess("whole sequence output input next second first vector step")
    assert seen.suspicion is not None
    assert (seen.suspicion.kind, seen.suggested, seen.found) == (Suspect.SALAD, 0.0, ())


def test_a_copied_option_is_no_answer() -> None:
    option = "The upper layer reads the whole sequence of outputs in their order"
    assert assess(option, ASK, KEY).suspicion is None
    seen = assess(option, ASK, KEY, texts=("Nothing.", option))
    assert seen.suspicion is not None
    assert (seen.suspicion.kind, seen.suggested) == (Suspect.COPY, 0.0)


def test_in_an_exam_nothing_is_told_of_ideas() -> None:
    seen = assess("The whole sequence is handed up.", ASK)
    assert seen == Assessment(id="stacking", question=2, ask=ASK.ask, answered=True)
    heap = assess("gates, cell state, forget, input, output, memory", ASK).suspicion
    assert heap is not None
    assert heap.kind is Suspect.SALAD


def test_no_feedback_names_the_wording_wanted() -> None:
    seen = _assess("Something else altogether.")
    told = msgspec.json.encode(seen).decode()
    assert seen.missing
    assert not any(phrase in told for concept in KEY.concepts for phrase in concept.any if "|" in phrase)
    assert "vector each step" not in told


def test_no_words_are_no_answer() -> None:
    seen = _assess(" ... ")
    assert not seen.answered
    assert seen.suggested is None


def test_long_answers_are_cut_and_that_is_said() -> None:
    seen = _assess("Well, " * 2000 + "the output is the input of the next.")
    assert seen.found == ()
    assert seen.notes == ("Only the first 6000 characters were read.",)
    assert not _assess("The output is the input of the next.").notes


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "output input next second first whole sequence vector each step ",
            "not ",
            "a",
            "output ",
            "ouput inptu ",
            ".",
        ),
        *("((((", "seqence wohle ", "LSTM\n\n", "ﷺ", "\x00", "=", "output, not input; "),
    ],
)
def test_ten_megabytes_of_anything_end_soon(piece: str) -> None:
    text = piece * (10_000_000 // len(piece))
    start = time.process_time()
    first = _assess(text)
    assert time.process_time() - start < 5
    assert first == _assess(text)


_WORDS = st.sampled_from("the output is not input next only last whole sequence . , second get one vector top".split())


@settings(max_examples=300)
@given(st.text(max_size=300) | st.lists(_WORDS, max_size=60).map(" ".join))
def test_any_text_gets_a_suggestion_between_nothing_and_all(text: str) -> None:
    seen = _assess(text)
    assert seen.answered == (seen.suggested is not None)
    assert 0 <= (seen.suggested or 0.0) <= 1
    assert not set(seen.found) & set(seen.missing)
    assert seen == _assess(text)

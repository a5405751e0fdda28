import pytest

from grader.answered import Suspect, Suspicion
from grader.answers.language import tokens
from grader.answers.suspicion import suspect_content, suspect_copy, suspect_form

ASK = "What does it mean to stack LSTM layers, and what does one layer pass to the next?"
OPTION = "One vector for each time step: all outputs of the lower layer, in their order."


def _form(text: str) -> Suspect | None:
    return _kind(suspect_form(text, tokens(text)))


def _content(text: str, *, found: int = 0, denied: int = 0, wrong: int = 0) -> Suspect | None:
    return _kind(suspect_content(text, tokens(text), found=found, denied=denied, wrong=wrong))


def _copy(text: str, *, found: int = 0) -> Suspect | None:
    return _kind(suspect_copy(tokens(text), ASK, (OPTION,), found=found))


def _kind(suspicion: Suspicion | None) -> Suspect | None:
    assert suspicion is None or suspicion.text.endswith((".", "”."))
    return suspicion.kind if suspicion else None


@pytest.mark.parametrize(
    "text, kind",
    [
        ("", Suspect.EMPTY),
        (" ?! \n", Suspect.EMPTY),
        ("Speech", Suspect.TOO_SHORT),
        ("idk", Suspect.DONT_KNOW),
        ("?? dunno", Suspect.DONT_KNOW),
        ("gates, cell state, forget, input, output, memory, sigmoid", Suspect.SALAD),
        ("the of layer sequence is and the to output whole from a the next in of", Suspect.SALAD),
        ("gate gate state state " * 10, Suspect.SALAD),
        ("The layer gives the sequence. " * 100, Suspect.SALAD),
        ("Die zweite Schicht sieht die Ausgaben der ersten und lernt daher mehr.", Suspect.OTHER_LANGUAGE),
        ("Hay que escalar los datos nuevos con los mismos parámetros.", Suspect.OTHER_LANGUAGE),
        ("Слой видит последовательность целиком.", Suspect.OTHER_LANGUAGE),
        ("第二层读取第一层的输出序列", Suspect.OTHER_LANGUAGE),
    ],
)
def test_the_form_of_what_is_no_answer(text: str, kind: Suspect) -> None:
    assert _form(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "vanishing gradient",
        "Speech recognition: sounds make phonemes, phonemes make words.",
        "Translation: english sentence in, french sentence out",
        "model.add(LSTM(32, return_sequences=True)); model.add(LSTM(32))",
        "scale with the saved min/max, reshape to (1, n_steps, 1), predict, then invert",
        "Stack is when LSTM is put above other LSTM. Lower one give to upper one all output.",
        "We can use for to know if comment is positive. The exit of first is the entry of second.",
        "forget gate what to drop, input gate what to add, output gate what to output",
    ],
)
def test_short_broken_and_coded_answers_are_answers(text: str) -> None:
    assert _form(text) is None


def test_a_long_answer_is_no_repetition() -> None:
    text = (
        "Stacking means that we use several layers, where each of them reads what the layer underneath puts out. "
        "What matters is that the lower one hands up a vector at every step, so that the one above has a sequence "
        "to work with again. Only at the top a single vector is enough, since a forecast is made from it. "
    )
    assert _form(text) is None


@pytest.mark.parametrize(
    "text", ["To stack LSTM layers means that one layer passes to the next layer.", "stack the LSTM layers", OPTION]
)
def test_copies_are_recognised(text: str) -> None:
    assert _copy(text) is Suspect.COPY


def test_words_of_the_question_are_fine_in_an_answer_with_ideas() -> None:
    text = "To stack means that layers pass their sequence to the next LSTM layer."
    assert _copy(text) is Suspect.COPY
    assert _copy(text, found=1) is None
    assert _copy("The lower one hands a vector up at every step.") is None


def test_what_an_answer_says_is_looked_at_once_its_ideas_are_counted() -> None:
    assert _content("An LSTM does not have gates.", denied=1) is Suspect.NEGATED
    assert _content("I do not know this one, sorry.") is Suspect.DONT_KNOW
    assert _content("I do not know much, but the state is kept.", found=1) is None
    assert _content("This is a very interesting and important question for industry.") is Suspect.EMPTY_TALK
    assert _content("This is a very interesting and important question for industry.", wrong=1) is None
    assert _content("The layers are sorted by size.") is None

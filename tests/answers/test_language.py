import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.answers.language import GAP, MAX_CHARS, MAX_WORD, Vocabulary, equal, nearest, tokens


def _denied(text: str) -> set[str]:
    return {token.word for token in tokens(text) if token.denied}


def test_words_endings_and_signs() -> None:
    assert [token.word for token in tokens("The LSTM's gates, don\u2019t close; they can't!")] == [
        *("the", "lstm", "s", "gates", "do", "not", "close", "they", "ca", "not"),
    ]


def test_names_in_code_are_words_and_their_parts() -> None:
    assert [token.word for token in tokens("model.save_weights(RepeatVector)")] == [
        *("model", "save", "weights", "modelsaveweights", "repeat", "vector"),
    ]


def test_words_of_two_sentences_are_never_near() -> None:
    first, second = (token.place for token in tokens("Gates. Layers"))
    assert second - first >= GAP
    near, by = (token.place for token in tokens("gates\nlayers"))
    assert by - near == 1


@pytest.mark.parametrize(
    "word, other",
    [
        *(("sequences", "sequence"), ("sequnce", "sequence"), ("sequense", "sequence"), ("recurent", "recurrent")),
        *(("layr", "layer"), ("weigths", "weights"), ("entire", "whole"), ("gived", "give"), ("normalise", "scale")),
        *(("remembers", "memory"), ("predictions", "forecast"), ("arquitecture", "architecture")),
    ],
)
def test_slips_endings_and_synonyms_are_the_same_word(word: str, other: str) -> None:
    assert equal(word, other)


@pytest.mark.parametrize(
    "word, other",
    [
        *(("stock", "stack"), ("later", "layer"), ("score", "store"), ("start", "state"), ("gate", "rate")),
        *(("input", "output"), ("valve", "value"), ("last", "lost"), ("sentence", "sequence"), ("death", "depth")),
    ],
)
def test_other_words_are_other_words(word: str, other: str) -> None:
    assert not equal(word, other)


def test_a_slip_means_the_nearest_word_that_matters() -> None:
    vocabulary = Vocabulary(["gradient", "graduat"])
    assert [vocabulary.meant(token) for token in tokens("gradiant graduate other")] == ["gradient", "graduat", "other"]


@pytest.mark.parametrize(
    "text, denied",
    [
        ("an LSTM does not have gates", {"have", "gates"}),
        ("it has no gates, but memory", {"gates"}),
        ("it has no gates but memory", {"gates"}),
        ("it is not true that they have no memory", {"true", "that", "they", "have", "no"}),
        ("it cannot add and never drops it", {"add", "and", "never", "drops", "it"}),
        ("not only gates", set()),
        ("if it is not set there is an error", set()),
        ("without gates", set()),
        ("No. Gates", set()),
    ],
)
def test_what_a_not_denies(text: str, denied: set[str]) -> None:
    assert _denied(text) == denied


@pytest.mark.parametrize(
    "text, refused",
    [
        ("the memory is not kept", {"memory"}),
        ("memories would have never been kept", {"memories", "would"}),
        ("the memory, not the gate", set()),
        ("memory of what is not kept", {"what"}),
        ("if the memory is not kept", set()),
    ],
)
def test_what_a_not_refuses_that_follows(text: str, refused: set[str]) -> None:
    assert {token.word for token in tokens(text) if token.refused} == refused


def test_the_nearest_name() -> None:
    assert nearest("hole_sequence", ["last_vector", "whole_sequence"]) == "whole_sequence"
    assert nearest("zebra", ["last_vector", "whole_sequence"]) is None
    assert nearest("x" * 100_000, ["xx"]) is None


@pytest.mark.parametrize(
    "piece", ["a", "a ", "a.", "e.g.", "n't", "ﷺ", "not ", "_", "a_", "aB", "\n", "'", "Ā" * 7, "1."]
)
def test_ten_megabytes_of_anything_are_cut_first(piece: str) -> None:
    text = piece * (10_000_000 // len(piece))
    start = time.process_time()
    read = tokens(text)
    assert time.process_time() - start < 3
    assert sum(len(token.word) for token in read) <= 8 * MAX_CHARS


@given(st.text())
def test_any_text_has_words_of_bounded_length_in_order(text: str) -> None:
    read = tokens(text)
    assert all(0 < len(token.word) <= MAX_WORD for token in read)
    assert [token.place for token in read] == sorted(token.place for token in read)
    assert read == tokens(text)

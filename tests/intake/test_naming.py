import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.naming import compact, orders, safe_name, shown, unmarked
from grader.text import folded

_ANY = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize("key", ["ada", "s4711", "ada.lovelace", "ada-lovelace_2"])
def test_plain_keys_stay_what_they_are(key: str) -> None:
    assert safe_name(key) == key


@pytest.mark.parametrize(
    "key,start",
    [("Ada Lovelace", "ada-lovelace~"), ("José Núñez", "jose-nunez~"), ("ada@x.edu", "ada-x-edu~"), ("con", "con~")],
)
def test_other_keys_can_still_be_read(key: str, start: str) -> None:
    assert safe_name(key).startswith(start)


@given(_ANY)
def test_every_name_is_one_that_file_systems_take(key: str) -> None:
    name = safe_name(key)
    assert name.isascii()
    assert name.isprintable()
    assert name == name.lower()
    assert 0 < len(name) <= 100
    assert not set(name) & set(' /\\:*?"<>|')
    assert name[0] not in ".-"
    assert name[-1] != "."
    assert name.partition(".")[0] not in {"con", "prn", "aux", "nul", "com1", "lpt9"}


@given(
    st.lists(
        _ANY | st.sampled_from(["Ada", "ada", "ADA", "ada ", "a/da", "a-da", "é", "e\u0301", "x" * 61]), unique=True
    )
)
def test_different_keys_have_different_names(keys: list[str]) -> None:
    assert len({safe_name(key) for key in keys}) == len(keys)


@given(_ANY)
def test_no_key_poses_as_the_name_of_another(key: str) -> None:
    name = safe_name(key)
    assert name == key or safe_name(name) != name


def test_files_can_be_called_so(tmp_path: Path) -> None:
    for key in ["../../etc", "a\nb", "\u202eabc", "", "." * 300, "ä" * 300]:
        (tmp_path / safe_name(key)).write_text(key, "utf-8")
    assert len(list(tmp_path.iterdir())) == 6


@given(_ANY)
def test_what_is_shown_is_one_harmless_line(text: str) -> None:
    line = shown(text)
    line.encode()
    assert "\n" not in line
    assert not [character for character in line if unicodedata.category(character) in {"Cc", "Cs"}]


@given(st.text())
def test_forms_of_unicode_fold_together(text: str) -> None:
    assert folded(unicodedata.normalize("NFC", text)) == folded(unicodedata.normalize("NFD", text))
    assert compact(unicodedata.normalize("NFC", text)) == compact(unicodedata.normalize("NFD", text))


def test_first_names_may_come_last() -> None:
    wanted = "garcíalópezmaríajosé"
    assert wanted in orders("María José García López")
    assert wanted in orders("García López, María José")
    assert orders("Ada Lovelace") == {"adalovelace", "lovelaceada"}
    assert orders(" , ") == set()


def test_accents_can_be_left_out() -> None:
    assert unmarked("José Núñez") == unmarked("jose nunez") == "josenunez"

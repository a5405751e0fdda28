import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.forms import Form, canvas_form, copied, moodle_form, resubmitted

_NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(str.strip)
_FILES = st.from_regex(r"[a-zA-Z0-9äß ._-]{0,20}[a-z]\.(py|ipynb)", fullmatch=True)
_IDS = st.integers(1, 10**9)


def _cleaned(text: str) -> str:
    """As Moodle's PARAM_FILE: without signs that some file systems lack (moodlelib.php)."""
    return re.sub(r"[\x00-\x1f&<>\"`|':\\/]", "", text)


def _by_moodle(name: str, number: int, kind: str) -> str:
    """As mod/assign/classes/downloader.php: underscores of the full name are spaces."""
    return _cleaned(f"{name.replace('_', ' ')}_{number}_assignsubmission_{kind}")


def _by_canvas(name: str, user: int, file: int, late: bool, handed: str) -> str:
    """As lib/content_zipper.rb: lower case, only word characters, parts joined by underscores."""
    known = re.sub(r"_(\d+)_", r"\1", name).lower()
    start = re.sub(r"\W", "", "_".join([known, *(["LATE"] if late else []), str(user)]))
    return f"{start}_{file}_" + re.sub(r'[\x00/\\:*?"<>|]+', "_", handed)


@given(_NAMES, _IDS, _FILES)
def test_what_moodle_writes_is_read_back(name: str, number: int, file: str) -> None:
    expected = _cleaned(name.replace("_", " ")).strip()
    if not expected:
        return
    assert moodle_form(_by_moodle(name, number, "file")) == Form(expected, str(number))
    assert moodle_form(_by_moodle(name, number, "file") + "_") == Form(expected, str(number))
    assert moodle_form(_by_moodle(name, number, f"file_{file}")) == Form(expected, str(number), file)
    typed = moodle_form(_by_moodle(name, number, "onlinetext_onlinetext.html"))
    assert typed == Form(expected, str(number), "onlinetext.html", typed=True)


@given(st.from_regex(r"[^\W\d_]+(, [^\W\d_]+){0,3}", fullmatch=True), _IDS, _IDS, st.booleans(), _FILES)
def test_what_canvas_writes_is_read_back(name: str, user: int, file: int, late: bool, handed: str) -> None:
    form = canvas_form(_by_canvas(name, user, file, late, handed))
    assert form == Form(re.sub(r"\W", "", name.lower()), str(user), handed, file, late)


@given(_IDS, st.booleans(), _FILES)
def test_hidden_names_of_canvas_are_read_back(file: int, late: bool, handed: str) -> None:
    name = "_".join([*(["LATE"] if late else []), "anon_aB3x9", str(file), handed])
    assert canvas_form(name) == Form("anon_aB3x9", "", handed, file, late)


def test_texts_typed_into_canvas_are_known() -> None:
    assert canvas_form("lovelaceada_LATE_1023_text.html") == Form("lovelaceada", "1023", late=True, typed=True)
    assert canvas_form("anon_aB3x9_link.html") == Form("anon_aB3x9", typed=True)


def test_groups_of_moodle_may_have_no_number() -> None:
    assert moodle_form("Default group_assignsubmission_file_") == Form("Default group")
    assert moodle_form("Team A_17_assignsubmission_file") == Form("Team A", "17")


@pytest.mark.parametrize(
    "name", ["ada", "lesson06_ada.py", "ada_1_file.py", "a_b_assignsubmission", "1_2_3", "_1_2_x", ""]
)
def test_other_names_are_neither(name: str) -> None:
    assert moodle_form(name) is None
    assert canvas_form(name) is None


@given(st.text(), st.integers(1, 99))
def test_what_canvas_adds_is_taken_off(stem: str, count: int) -> None:
    assert resubmitted(f"{stem}-{count}.py") == (f"{stem}.py", count)


@pytest.mark.parametrize(
    "name,expected",
    [
        ("lesson06.py", ("lesson06.py", 0)),
        ("lesson06 (1).py", ("lesson06.py", 1)),
        ("lesson06(12).ipynb", ("lesson06.ipynb", 12)),
        ("lesson06 - Copy.py", ("lesson06.py", 0)),
        ("lesson06 - Copy (3).py", ("lesson06.py", 3)),
        ("(1).py", (".py", 1)),
    ],
)
def test_marks_of_copies_are_taken_off(name: str, expected: tuple[str, int]) -> None:
    assert copied(name) == expected

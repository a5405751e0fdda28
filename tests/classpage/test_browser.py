"""The pages of a class as teachers meet them: in a browser, narrow and wide, light and dark, on paper, by keyboard."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from grader.classpage.pages import write_pages
from grader.classpage.twins import Twin
from grader.placed import Unplaced
from grader.standing import Class, Student
from tests.browsing import Visits, barriers, launched, needs_chromium, sideways, unfold

pytestmark = needs_chromium

PAGES = ["index.html", "lesson02.html"]
Open = Callable[..., Page]
MakeClass = Callable[..., Class]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def folder(make_class: MakeClass, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of a class with some of everything."""
    folder = tmp_path_factory.mktemp("class")
    _write(make_class(24, 2), folder)
    return folder


def _write(klass: Class, folder: Path) -> None:
    keys = [student.key for student in klass.students]
    pairs = [*itertools.combinations(keys[:-4], 2), (keys[-2], keys[-1])]
    twins = [Twin(lesson=each.id, first=one, second=two, share=0.9, first_lines=((1, 9),), second_lines=((3, 3),))
             for each in klass.lessons for one, two in pairs]  # fmt: skip
    unplaced = [Unplaced("class.zip/" + "folder/" * 30 + "x.py", "Nobody is known by this name.")]
    write_pages(
        klass, folder, reports=lambda student, lesson: f"{student.key}/{lesson}.html", twins=twins, unplaced=unplaced
    )


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Open]:
    """Opens a page; at the end nothing else may have been asked for, and the console must be silent."""
    wanted: list[str] = []
    visits = Visits(browser, lambda url: url in wanted)

    def open_page(name: str, width: int = 1280, *, within: Path = folder, **options: Any) -> Page:
        wanted.append((within / name).as_uri())
        return visits.open(wanted[-1], width, **options)

    yield open_page
    visits.close()
    assert visits.said == []
    assert visits.asked == wanted


def _sideways(page: Page) -> list[str]:
    """What reaches beyond the window; a wide table does so in its own box."""
    return sideways(page, 'part.parentElement.closest(".box, svg")')


def _column(page: Page, number: int) -> list[str]:
    return page.locator(f"#table tbody tr > :nth-child({number})").all_inner_texts()


def _numbers(texts: list[str]) -> list[float]:
    """The numbers among them; what comes after the first that is none must be none, too."""
    parts = [text.split() for text in texts]
    kept = [float(part[0].rstrip("✎")) for part in parts if part and part[0][0].isdigit()]
    assert all(part and part[0][0].isdigit() for part in parts[: len(kept)])
    return kept


@pytest.mark.parametrize("width, scheme", [(320, "light"), (1280, "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_and_withoutbarriers(opened: Open, name: str, width: int, scheme: str) -> None:
    page = opened(name, width, color_scheme=scheme)
    assert _sideways(page) == []
    unfold(page)
    assert _sideways(page) == []
    assert barriers(page) == []


def test_these_tests_see_a_barrier_where_there_is_one(opened: Open) -> None:
    page = opened("lesson02.html")
    page.evaluate("document.querySelector('.file').style.color = '#ccc'")
    page.evaluate("document.querySelector('h1').style.width = '1300px'")
    assert {name for name, _ in barriers(page)} == {"color-contrast"}
    assert [found[:4] for found in _sideways(page)] == ["page", "<h1 "]


HOSTILE = [
    "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>\"' onload='alert(1)'",
    "W" * 3000,
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u202e evil",
]


@pytest.mark.parametrize("text", HOSTILE, ids=["script", "long", "right to left"])
def test_hostile_names_run_nothing_and_move_nothing(
    make_class: MakeClass, tmp_path: Path, opened: Open, text: str
) -> None:
    klass = make_class(4, 2)
    named = {each.key: replace(each, name=text) for each in klass.students}
    standings = tuple(
        replace(each, student=named[each.student.key], fault=text, waiting=(text,), reasons=(text,))
        for each in klass.standings
    )
    _write(replace(klass, students=tuple(named.values()), standings=standings, title=text), tmp_path)
    for name in PAGES:
        page = opened(name, 320, within=tmp_path)
        unfold(page)
        assert _sideways(page) == []
        assert page.locator("script").count() == 1
    assert barriers(page) == []


def test_a_name_that_is_written_from_right_to_left_turns_nothing_else(
    make_class: MakeClass, tmp_path: Path, opened: Open
) -> None:
    klass = make_class(1, 1)
    student = Student(key="a", name="\u05d0\u05d1")
    standings = (replace(klass.standings[0], student=student),)
    write_pages(replace(klass, students=(student,), standings=standings), tmp_path, reports=lambda _s, _l: None)
    name = opened("index.html", within=tmp_path).locator("#table bdi")
    assert name.inner_text() == "\u05d0\u05d1"
    assert name.evaluate("element => getComputedStyle(element).unicodeBidi") == "isolate"


def test_five_hundred_rows_are_sorted_by_any_column_both_ways(
    make_class: MakeClass, tmp_path: Path, opened: Open
) -> None:
    klass = make_class(500, 2)
    write_pages(klass, tmp_path, reports=lambda _student, _lesson: None)
    page = opened("index.html", within=tmp_path)
    names = [str(student) for student in klass.students]
    assert _column(page, 1) == names
    heads = page.locator("#table thead th")
    finals = sorted(
        each.final for each in klass.standings if each.lesson == "lesson02_topic" and each.final is not None
    )
    for turn, expected in (("ascending", finals), ("descending", finals[::-1])):
        heads.nth(3).get_by_role("button").click()
        assert heads.nth(3).get_attribute("aria-sort") == turn
        assert page.locator("th[aria-sort]").count() == 1
        assert _numbers(_column(page, 4)) == pytest.approx(expected, abs=0.0051)  # shown with two decimals
    assert sorted(_column(page, 1)) == sorted(names)
    for expected_names in (sorted(names, key=_plain), sorted(names, key=_plain, reverse=True)):
        heads.nth(0).get_by_role("button").click()
        assert [_plain(name) for name in _column(page, 1)] == [_plain(name) for name in expected_names]


def _plain(name: str) -> str:
    """What a name is sorted by, as far as the invented ones go."""
    return name.casefold().translate(str.maketrans("łżé", "lze")).replace("'", "")


def test_the_table_is_sorted_and_filtered_by_keyboard(opened: Open, make_class: MakeClass) -> None:
    page = opened("lesson02.html")
    button = page.get_by_role("columnheader", name="Mark", exact=True).get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    status = page.get_by_role("status")
    assert status.inner_text() == "Sorted by Mark, ascending."
    page.keyboard.press("Space")
    assert status.inner_text() == "Sorted by Mark, descending."
    assert button.evaluate("element => element === document.activeElement")
    page.get_by_label("Find students").focus()
    page.keyboard.type("CHLOE")
    expected = {str(student) for student in make_class(24, 2).students if "Chloé" in student.name}
    assert expected
    assert set(page.locator("#table tbody tr:visible th").all_inner_texts()) == expected
    assert status.inner_text() == f"{len(expected)} of 24 students"
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    assert page.locator("#table tbody tr:visible").count() == 24


def test_without_script_the_tables_are_whole_and_nothing_idle_is_shown(opened: Open) -> None:
    for name in PAGES:
        page = opened(name, java_script_enabled=False)
        assert page.locator("#table tbody tr:visible").count() == 24
        assert page.get_by_role("button").count() == 0
        assert not page.get_by_label("Find students").is_visible()


def test_the_policy_stops_other_scripts(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "index.html").as_uri())
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: 'hacked = 1'}))")
    assert page.evaluate("typeof hacked") == "undefined"
    page.close()


def test_paper_shows_whole_tables_on_white(opened: Open) -> None:
    for name in PAGES:
        page = opened(name, 1040, color_scheme="dark")  # A4 on its side, without its margins
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        box = page.locator(".box.tall")
        assert box.evaluate("element => element.scrollHeight <= element.clientHeight")
        assert not page.get_by_label("Find students").is_visible()
        assert _sideways(page) == []
    assert [found for found in barriers(page) if found[0] != "target-size"] == []  # nobody points at paper


def test_a_screen_reader_is_told_what_the_marks_are(opened: Open, make_class: MakeClass) -> None:
    page = opened("lesson02.html")
    marks = [each.final for each in make_class(24, 2).standings if each.lesson == "lesson02_topic"]
    assert page.get_by_role("img", name="Marks").count() == 1
    page.get_by_text("In words: marks").click()
    passed = sum(mark is not None and mark >= 60 for mark in marks)
    told = page.locator("figure.picture p")
    assert told.is_visible()
    assert f"{passed} of {sum(mark is not None for mark in marks)} reach the pass mark" in told.inner_text()

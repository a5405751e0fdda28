"""The HTML report as people meet it: in a browser, narrow and wide, light and dark, on paper, by keyboard, unseen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from grader.model import Grade
from grader.report import html
from grader.report.overview import Overview
from tests.browsing import Visits, barriers, launched, needs_chromium, sideways, unfold

pytestmark = needs_chromium

WIDTHS = [320, 768, 1280]
HOSTILE = [
    "<script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>\"' onload='alert(1)'",
    "W" * 3000,
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u202e evil",
    "👩‍👩‍👧‍👦 🏳️‍🌈 " * 20,
    "\n" * 30 + "\t" * 30 + "end",
    "`" + "a_b" * 500 + "`",
]

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a report; at the end nothing else may have been asked for, and the console must be silent."""
    file = tmp_path / "report.html"
    visits = Visits(browser, lambda url: url.split("#")[0] == file.as_uri())

    def open_report(shown: Grade | Overview, width: int = 1280, **options: Any) -> Page:
        text = html.render_overview(shown) if isinstance(shown, Overview) else html.render(shown)
        file.write_text(text, "utf-8")
        return visits.open(file.as_uri(), width, **options)

    yield open_report
    visits.close()
    assert visits.said == []
    assert {url for url in visits.asked if not url.startswith("data:image/png;base64,")} == {file.as_uri()}


def _sideways(page: Page) -> list[str]:
    """What reaches beyond the window; code that scrolls in its own frame does not, nor what a drawing cuts off."""
    return sideways(page, 'part.closest("pre.output, svg") && !part.matches("pre.output, svg")')


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_real_report_is_whole_and_without_barriers(real: Grade, opened: Open, width: int, scheme: str) -> None:
    page = opened(real, width, color_scheme=scheme)
    assert _sideways(page) == []
    unfold(page)
    assert _sideways(page) == []
    assert barriers(page) == []
    assert page.locator("h1").inner_text() == "Stacked LSTMs"
    assert page.locator("article.card").count() == 9


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_report_with_everything_is_without_barriers(mixed: Grade, opened: Open, width: int, scheme: str) -> None:
    page = opened(mixed, width, color_scheme=scheme)
    unfold(page)
    assert _sideways(page) == []
    assert barriers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_overview_is_without_barriers(overview: Overview, opened: Open, width: int, scheme: str) -> None:
    page = opened(overview, width, color_scheme=scheme)
    unfold(page)
    assert _sideways(page) == []
    assert barriers(page) == []


def test_these_tests_see_a_barrier_where_there_is_one(mixed: Grade, opened: Open) -> None:
    page = opened(mixed)
    page.evaluate("document.querySelector('.file').style.color = '#ccc'")
    page.evaluate("document.querySelector('img').removeAttribute('alt')")
    unfold(page)
    assert {name for name, _ in barriers(page)} == {"color-contrast", "image-alt"}
    page.evaluate("document.querySelector('h1').style.width = '1300px'")
    assert _sideways(page) == ["page", '<h1 style="width: 1300px;">Stacked LSTMs</h1>']


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_runs_nothing_and_moves_nothing(
    mixed: Grade, poisoned: Callable[[Grade, str], Grade], opened: Open, text: str, width: int
) -> None:
    notebook = mixed.notebook  # its pictures are rebuilt before they get here
    page = opened(replace(poisoned(replace(mixed, notebook=()), text), notebook=notebook), width)
    unfold(page)
    assert _sideways(page) == []
    assert barriers(page) == []
    assert page.locator("script").count() == 0


def test_every_fold_opens_and_closes_by_keyboard(mixed: Grade, opened: Open) -> None:
    page = opened(mixed)
    folds = page.locator("details")
    count = folds.count()
    assert count > 8
    reached = 0
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") != "SUMMARY":
            if page.evaluate("document.activeElement === document.body"):
                break
            continue
        is_open = "document.activeElement.parentElement.open"
        assert page.evaluate(is_open) is False
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Space")
        assert page.evaluate(is_open) is True
        page.keyboard.press("Enter")
        assert page.evaluate(is_open) is False
        reached += 1
    assert reached == count


def test_the_strip_leads_to_each_criterion(mixed: Grade, opened: Open) -> None:
    page = opened(mixed)
    links = page.get_by_role("navigation").get_by_role("link")
    assert links.count() == len(mixed.rows)
    links.nth(5).focus()
    page.keyboard.press("Enter")
    card = page.locator("article:target")
    assert card.get_by_role("heading").inner_text() == mixed.rows[5].title


def test_what_a_screen_reader_says_at_the_top(mixed: Grade, opened: Open) -> None:
    tree = opened(mixed).locator("header.top").aria_snapshot()
    expected = [
        "Stacked LSTMs",
        "47.5",
        "not yet passed (60 % needed)",
        "The model stacks two LSTM layers: not yet right",
    ]
    for text in expected:
        assert text in tree
    for icon in "✓✗○◐":
        assert icon not in tree  # what it means stands beside it in words


def test_the_notebook_shows_its_pictures(mixed: Grade, opened: Open) -> None:
    page = opened(mixed)
    fold = page.get_by_text("Your notebook as it was run")
    picture = page.get_by_role("img", name="picture that cell 1 drew")
    assert not picture.is_visible()
    fold.click()
    assert picture.is_visible()
    assert picture.evaluate("image => [image.complete, image.naturalWidth]") == [True, 640]
    for state in ("ran", "stopped with an error", "was stopped, it took too long", "did not run"):
        assert page.locator(".cell .result").get_by_text(state, exact=True).first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_in_pictures_can_be_read_on_a_phone(mixed: Grade, opened: Open, scheme: str) -> None:
    page = opened(mixed, 320, color_scheme=scheme)
    heights = page.evaluate("""() => [...document.querySelectorAll("svg text")].map(text => {
        const matrix = text.getScreenCTM();
        return matrix.a * parseFloat(text.getAttribute("font-size"));
    })""")
    assert len(heights) > 30
    assert min(heights) >= 9
    cut_off = page.evaluate("""() => [...document.querySelectorAll("svg text")].filter(text => {
        const [inner, outer] = [text, text.closest("svg")].map(part => part.getBoundingClientRect());
        return inner.left < outer.left - 1 || inner.right > outer.right + 1
            || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
    }).map(text => text.textContent)""")
    assert cut_off == []
    page_text = page.evaluate("getComputedStyle(document.body).color")
    inks = page.evaluate("[...document.querySelectorAll('text.fill-ink')].map(text => getComputedStyle(text).fill)")
    assert set(inks) == {page_text}


def test_a_screen_reader_is_told_what_pictures_show(mixed: Grade, opened: Open) -> None:
    page = opened(mixed)
    for picture in mixed.pictures[:-1]:
        assert page.get_by_role("img", name=picture.title, exact=True).count() == 1
    fold = page.get_by_text("In words: Some bars")
    fold.click()
    assert (
        page.locator("#picture-2").locator("xpath=ancestor::figure").get_by_text(mixed.pictures[1].words).is_visible()
    )


def test_the_policy_stops_what_text_might_smuggle_in(mixed: Grade, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(html.render(mixed), "utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    blocked: list[str] = page.evaluate("""() => new Promise(resolve => {
        const seen = [];
        document.addEventListener("securitypolicyviolation", event => {
            seen.push(event.effectiveDirective);
            if (seen.length === 3) resolve([...seen.sort(), String(window.hacked)]);
        });
        const add = (tag, values) => document.body.append(Object.assign(document.createElement(tag), values));
        add("script", {textContent: "window.hacked = 1"});
        add("style", {textContent: "body { color: red }"});
        add("img", {src: "http://127.0.0.1:9/x.png"});
    })""")
    page.close()
    assert blocked == ["img-src", "script-src-elem", "style-src-elem", "undefined"]


def test_paper_shows_details_and_keeps_stronger_hints_closed(mixed: Grade, opened: Open) -> None:
    page = opened(mixed, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    card = page.locator("article.card").nth(1)
    assert card.get_by_text("ValueError: ndim=2").is_visible()
    assert card.get_by_text("Look at the arguments of LSTM").is_visible()
    assert not card.get_by_text("One of them is about sequences.").is_visible()
    assert barriers(page) == []
    page.set_viewport_size({"width": 718, "height": 1000})  # A4 without its margins
    assert _sideways(page) == []
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_text_can_be_twice_as_large(mixed: Grade, opened: Open) -> None:
    page = opened(mixed, 640)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    unfold(page)
    assert _sideways(page) == []

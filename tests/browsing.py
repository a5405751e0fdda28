"""Pages in a real browser: opened with an eye on what they ask for and say, and searched for barriers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

_CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
needs_chromium = pytest.mark.skipif(_CHROMIUM is None, reason="there is no Chromium here to read pages with")
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM)
        yield browser
        browser.close()


class Visits:
    """Opens pages; notes what they ask for, most of which they do not get, and what they say on the console."""

    def __init__(self, browser: Browser, is_wanted: Callable[[str], bool]) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self._browser = browser
        self._is_wanted = is_wanted
        self._contexts: list[BrowserContext] = []

    def open(self, address: str, width: int, **options: Any) -> Page:
        context = self._browser.new_context(viewport={"width": width, "height": 800}, **options)
        self._contexts.append(context)
        context.route("**/*", self._note)
        page = context.new_page()
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("dialog", lambda dialog: self.said.append(dialog.message))
        page.goto(address)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _note(self, route: Route) -> None:
        self.asked.append(route.request.url)
        route.continue_() if self._is_wanted(route.request.url) else route.abort()


def unfold(page: Page) -> None:
    """Opens all folds."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")


def sideways(page: Page, framed: str) -> list[str]:
    """What reaches beyond the window, but for each `part` that JavaScript says is framed, as it scrolls by itself."""
    found: list[str] = page.evaluate(f"""() => {{
        const wide = document.documentElement.scrollWidth > innerWidth ? ["page"] : [];
        for (const part of document.querySelectorAll("body *")) {{
            const box = part.getBoundingClientRect();
            const framed = {framed};
            if (!framed && (box.right > innerWidth + 0.5 || box.left < -0.5)) wide.push(part.outerHTML.slice(0, 80));
        }}
        return wide;
    }}""")
    return found


def barriers(page: Page) -> list[tuple[str, list[str]]]:
    """What axe-core finds, best practices included."""
    found = Axe().run(page, options={"resultTypes": ["violations"], "runOnly": _TAGS}).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found]

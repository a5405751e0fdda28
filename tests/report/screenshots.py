"""Makes the pictures of the README from real runs: `python tests/report/screenshots.py`, in a clone with Chromium."""

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright
from rich.console import Console

from grader.report.json_report import decode
from grader.report.terminal import print_grade

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / ".github" / "images"
#: Name of a picture, what is graded, colours, and the part of the page, in pixels.
RUNS: tuple[tuple[str, str, Literal["light", "dark"], tuple[int, int]], ...] = (
    ("failed", "rubrics/lesson06_stacked/reject/no_return_sequences.py", "light", (960, 1060)),
    ("passed", "solutions/lesson06_stacked.py", "dark", (960, 1460)),
)


def main() -> None:
    """Grades, opens each report in a browser and keeps what is to be seen."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    assert browser is not None, "there is no Chromium here"
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser)
        for name, submission, scheme, (width, height) in RUNS:
            report = Path(folder, f"{name}.html")
            command = [sys.executable, "-m", "grader.cli", "lesson06", submission, "--report", str(report)]
            subprocess.run([*command, "--exit-zero"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            page = chromium.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.route("http*://**", lambda route: route.abort())  # fonts that rich would fetch
            page.goto(report.as_uri())
            page.screenshot(path=IMAGES / f"{name}.png")
            if name == "failed":
                console = Console(record=True, width=84, file=io.StringIO(), force_terminal=True)
                print_grade(decode(report.with_suffix(".json").read_bytes()), console=console)
                page.set_viewport_size({"width": 1000, "height": 800})
                page.set_content(console.export_svg(title="grade lesson06"))
                page.locator("svg").screenshot(path=IMAGES / "terminal.png", omit_background=True)


if __name__ == "__main__":
    main()

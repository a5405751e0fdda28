import io

import pytest
from rich.console import Console

from grader.report.html import render_overview
from grader.report.overview import Overview, print_entry


def test_what_came_of_all_is_counted(overview: Overview) -> None:
    assert (overview.passed, overview.is_passed, overview.faults, overview.unread) == (1, False, 1, 1)
    assert overview.next is not None
    assert overview.next.name == "lesson03"
    assert Overview(overview.entries[:2]).is_passed
    assert Overview(overview.entries[:2]).next is None


def test_a_withheld_check_is_not_open(overview: Overview) -> None:
    assert "A forecast is close enough" in overview.entries[2].open  # skipped: it still has to be reached
    assert "New data are forecast" not in overview.entries[2].open


def test_the_page_tells_mark_open_criteria_next_step_and_links_the_reports(overview: Overview) -> None:
    page = render_overview(overview)
    assert page.count('href="lesson01.html"') == 1
    assert page.count('href="lesson03.html"') == 2  # the lesson, and the next step above all lessons
    assert 'href="lesson02.html"' not in page  # there is no such report
    for told in ("47.5 of 180 points", "The model stacks two LSTM layers", "disk on fire", "no file yet"):
        assert told in page
    assert page.count("Let the first LSTM return its whole sequence (line 14).") == 2
    assert "<strong>1</strong> of 5 lessons passed" in page


def test_the_page_needs_nothing_and_runs_nothing(overview: Overview) -> None:
    page = render_overview(overview)
    assert "default-src 'none'" in page
    assert not [name for name in ("<script", "http://", "https://", "src=") if name in page]


def test_texts_are_escaped(overview: Overview) -> None:
    nasty = "<script>alert(1)</script>\x1b[31m\"'"
    entries = tuple(entry._replace(title=nasty, theme=nasty, problem=entry.problem + nasty) for entry in overview[0])
    page = render_overview(Overview(entries))
    assert "<script" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_each_lesson_is_a_line_in_words(overview: Overview, encoding: str) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding)
    for entry in overview.entries:
        print_entry(entry._replace(title=f"{entry.title}\x1b[31m\n[red]é[/red]"), Console(file=file, width=60))
    file.seek(0)
    lines = file.read().splitlines()
    assert len(lines) == 5
    for line, told in zip(lines, ("passed", "no file yet", "not yet passed", "disk on fire", "a folder"), strict=True):
        assert told in line
        assert "\x1b" not in line

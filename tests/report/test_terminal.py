import io
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.model import Checked, Grade, Outcome
from grader.report.terminal import print_grade, print_hint

_NASTY = "<script>alert(1)</script>\x1b[31m\x9b2J\r\n\u202e\ud800[red]x[/red][/]:smile:\t日本"


def _printed(
    grade: Grade, width: int = 100, *, verbose: bool = False, report: Path | None = None, terminal: bool = False
) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, color_system="standard" if terminal else None)
    print_grade(grade, console=console, verbose=verbose, report=report)
    return file.getvalue()


def _in_order(text: str, within: str) -> bool:
    """Says whether all words of a text stand in another in this order; columns may part them."""
    rest = iter(within.split())
    return all(any(word in other for other in rest) for word in text.split())


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize("verbose", [False, True])
def test_everything_needed_is_said_at_every_width(mixed: Grade, width: int, verbose: bool) -> None:
    text = _printed(mixed, width, verbose=verbose)
    for row in mixed.rows:
        assert _in_order(row.title, text)
        finding = row.checked.finding
        if finding is not None:
            assert _in_order(finding.headline, text)
    for needed in ("47.5 of 180 points (26.4 %)", "not yet passed (60 % needed)", f"Next: {mixed.next_step}"):
        assert _in_order(needed, text)
    for note in mixed.notes:
        assert _in_order(note, text)


@pytest.mark.parametrize("width", [40, 60, 120, 200])
@pytest.mark.parametrize("text", ["", _NASTY, "x" * 500, "日本" * 200, "\t" * 50 + "y"])
def test_no_line_is_too_long(mixed: Grade, poisoned: Callable[[Grade, str], Grade], width: int, text: str) -> None:
    report = Path("/a/long/folder") / ("z" * 150 + ".html")
    printed = _printed(poisoned(mixed, text), width, verbose=True, report=report)
    assert max(cell_len(line) for line in printed.split("\n")) <= width


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_ends_in_blanks(real: Grade, width: int) -> None:
    lines = _printed(real, width, verbose=True).split("\n")
    assert [line for line in lines if line.endswith(" ") and "│" not in line] == []


def test_each_outcome_is_said_in_words(mixed: Grade) -> None:
    text = _printed(mixed)
    words = ["passed", "not yet right", "partly right", "not started yet", "skipped", "out of time"]
    for word in [*words, "out of memory", "crashed", "for the teacher"]:
        assert f" {word} " in text


def test_a_miss_is_explained_in_a_few_lines(mixed: Grade) -> None:
    grade = msgspec.structs.replace(mixed, rows=mixed.rows[1:2])
    text = _printed(grade)
    finding = grade.rows[0].checked.finding
    assert finding is not None
    assert "line 14: `model.add(LSTM(32, input_shape=(5, 1)))`" in text
    for shown in (finding.expected, finding.received, finding.hints[0]):
        assert shown in text
    for kept_back in (finding.why, *finding.hints[1:], "ValueError", "shape (None, 32)\n    │"):
        assert kept_back not in text


def test_verbose_adds_reason_hints_traceback_output_and_evidence(mixed: Grade) -> None:
    text = _printed(mixed, verbose=True)
    finding = mixed.rows[1].checked.finding
    assert finding is not None
    for shown in (finding.why, *finding.hints, "│ ValueError: ndim=2", "│ Epoch 1/2", "seed 2 0.0812 °C"):
        assert shown in text


def test_skipped_and_withheld_rows_take_one_line(mixed: Grade) -> None:
    for row in (mixed.rows[4], mixed.rows[9]):
        with_row = _printed(msgspec.structs.replace(mixed, rows=(mixed.rows[3], row)))
        without = _printed(msgspec.structs.replace(mixed, rows=(mixed.rows[3],)))
        assert with_row.count("\n") == without.count("\n") + 1


def test_checks_that_wait_together_take_one_line(mixed: Grade) -> None:
    first, waiting = mixed.rows[3], mixed.rows[4]
    grade = msgspec.structs.replace(mixed, rows=(first, waiting, waiting, waiting))
    text = _printed(grade)
    assert "skipped          3 checks that wait for the ones above" in text
    assert "0 of 60\n" in text
    assert waiting.title not in text
    assert _printed(grade, verbose=True).count(waiting.title) == 3


def test_the_next_step_is_said_once(mixed: Grade) -> None:
    finding = mixed.rows[1].checked.finding
    assert finding is not None
    grade = msgspec.structs.replace(mixed, rows=mixed.rows[1:2], next_step=f"Line 14: {finding.hints[0]}")
    assert _printed(grade).count(finding.hints[0]) == 1
    assert f"Next: Line 14: {finding.hints[0]}" in _printed(grade)
    assert _printed(grade, verbose=True).count(finding.hints[0]) == 2


@pytest.mark.parametrize("width", [80, 120])
def test_a_real_report_takes_some_twenty_lines(real: Grade, width: int) -> None:
    assert _printed(real, width, report=Path("report.html")).count("\n") <= 26


def test_uncertain_marks_are_said(mixed: Grade) -> None:
    text = " ".join(_printed(mixed).split())
    assert "The model is skilful (provisional, borderline)" in text
    assert "Provisional: 20 of these points" in text
    assert "near the threshold in 'The model is skilful'" in text


@pytest.mark.parametrize(
    "points,provisional,verdict",
    [
        (72.5, 0.0, "passed here, but your teacher checks more"),
        (72.5, 20.0, "passed provisionally"),
        (72.5, 12.5, "passed here, but your teacher checks more"),
        (59.9, 0.0, "not yet passed (60 % needed)"),
    ],
)
def test_the_verdict(mixed: Grade, points: float, provisional: float, verdict: str) -> None:
    grade = msgspec.structs.replace(
        mixed, points=points, provisional_points=provisional, max_points=100.0, percent=points, passed=points >= 60
    )
    assert f"{points} of 100 points, {verdict}\n" in _printed(grade)


def test_where_nothing_is_left_to_the_teacher_passed_is_passed(mixed: Grade) -> None:
    rows = tuple(row for row in mixed.rows if row.checked.outcome is not Outcome.WITHHELD)
    grade = msgspec.structs.replace(
        mixed, rows=rows, points=9, max_points=9, percent=100, provisional_points=0, passed=True
    )
    assert "9 of 9 points (100 %), passed\n" in _printed(grade)


def test_nothing_is_full_where_a_teacher_checks_more(mixed: Grade) -> None:
    grade = msgspec.structs.replace(mixed, points=9, max_points=9, percent=100, provisional_points=0, passed=True)
    assert "9 of 9 points, passed here, but your teacher checks more\n" in _printed(grade)


def test_a_fault_of_the_grader_is_no_mark(mixed: Grade) -> None:
    fault = msgspec.structs.replace(mixed.rows[0], points=0.0, checked=Checked(outcome=Outcome.FAULT))
    text = _printed(msgspec.structs.replace(mixed, rows=(fault,), passed=True))
    assert "no mark, the grader itself failed" in text
    assert "180 points" not in text


def test_plain_text_where_no_terminal_is(mixed: Grade, poisoned: Callable[[Grade, str], Grade]) -> None:
    text = _printed(poisoned(mixed, "\x1b[31m\x9b\x07\x08"), verbose=True, report=Path("report.html"))
    assert not {character for character in text if character < " " and character != "\n"}
    assert "\x9b" not in text


def test_colour_in_a_terminal_unless_it_is_not_wanted(mixed: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32m" in _printed(mixed, terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in _printed(mixed, terminal=True)


def test_only_our_own_sequences_reach_a_terminal(mixed: Grade, poisoned: Callable[[Grade, str], Grade]) -> None:
    text = _printed(poisoned(mixed, "\x1b[35m\x1b]0;title\x07\x1b[2J\x9b2J"), verbose=True, terminal=True)
    for theirs in ("\x1b[35m", "\x1b]0", "2J", "\x9b", "\x07"):
        assert theirs not in text


@pytest.mark.parametrize("terminal", [False, True])
def test_student_text_is_no_markup(mixed: Grade, poisoned: Callable[[Grade, str], Grade], terminal: bool) -> None:
    markup = "[red]r[/red][/][link=http://a]:smile:"
    text = _printed(poisoned(mixed, markup), 200, verbose=True, terminal=terminal)
    # Title, file, every row's title, and much more: each in full, as it was written.
    assert text.replace("\n", "").count(markup) > len(mixed.rows) + 2


def test_deceit_becomes_visible(mixed: Grade, poisoned: Callable[[Grade, str], Grade]) -> None:
    text = _printed(poisoned(mixed, "\u202e\ud800"), verbose=True)
    assert "Stacked LSTMs\ufffd\ufffd" in text
    assert "\u202e" not in text
    text.encode()


def test_student_text_never_starts_a_line(mixed: Grade, poisoned: Callable[[Grade, str], Grade]) -> None:
    forged = "✓ forged"
    for gap in ("\n", "\r", "\u2028", "\x0b", "\x85", " " * 200):
        text = _printed(poisoned(mixed, gap + forged), 60, verbose=True)
        assert forged in text
        assert not [line for line in text.splitlines() if line.startswith(forged)]


def test_very_long_output_is_cut_to_its_end(mixed: Grade) -> None:
    output = "\n".join(f"line {index}" for index in range(5000))
    text = _printed(msgspec.structs.replace(mixed, rows=(), answers=None, output=output), verbose=True)
    assert "the end of it" in text
    assert "│ line 4999\n" in text
    assert text.count("\n") < 60


def test_an_old_console_gets_what_it_can_show(mixed: Grade, poisoned: Callable[[Grade, str], Grade]) -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    print_grade(poisoned(mixed, "日本…"), console=Console(file=file, width=80), verbose=True)
    file.flush()
    buffer = file.buffer
    assert isinstance(buffer, io.BytesIO)
    assert b"\n+ passed " in buffer.getvalue()
    assert b"\nx not yet right " in buffer.getvalue()


def test_the_report_is_pointed_to(mixed: Grade) -> None:
    assert _printed(mixed, report=Path("reports/lesson06.html")).endswith(f"Report: {Path('reports/lesson06.html')}\n")


def _hint(grade: Grade, number: int, row: int | None = 1) -> str:
    file = io.StringIO()
    console = Console(file=file, width=80)
    print_hint(grade, None if row is None else grade.rows[row], number, console=console, again="grade hint lesson06")
    return " ".join(file.getvalue().split())


def test_hints_come_one_at_a_time_with_what_is_wrong(mixed: Grade) -> None:
    finding = mixed.rows[1].checked.finding
    assert finding is not None
    for number, hint in enumerate(finding.hints, 1):
        text = _hint(mixed, number)
        assert [other for other in finding.hints if other in text] == [hint]
        assert f"({number} of 3): {hint}" in text
        for told in (mixed.rows[1].title, finding.headline, "line 14", finding.received):
            assert told in text
        assert ("`grade hint lesson06` once more" in text) == (number < 3)


def test_after_the_last_hint_it_is_said_that_these_were_all(mixed: Grade) -> None:
    assert "These were all 3 hints" not in _hint(mixed, 3)
    for number in (4, 99):
        text = _hint(mixed, number)
        assert "These were all 3 hints. The strongest again:" in text
        assert "(3 of 3): return_sequences=True" in text


def test_without_hints_or_without_a_miss_that_is_said(mixed: Grade) -> None:
    assert "There is no hint for this." in _hint(mixed, 1, row=6)
    assert _hint(mixed, 0, row=None) == mixed.next_step

import hashlib
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from rich.console import Console

from grader.policy.points import credit
from grader.policy.records import Attempted, Decision, Filed, Subject, Verdict
from grader.policy.rules import Policy
from grader.policy.standing import standing_of
from grader.review.queue import Queue, Waiting, queue
from grader.review.walk import Walked, count_blanks, walk

HARNESS = Path(__file__).with_name("harness.py")


@pytest.fixture
def asked(tried: Callable[..., Attempted], filed: Callable[..., Filed], files: dict[str, bytes]) -> Queue:
    """Waiting: levels of ada (50 %), stacking of ada (100 %) and of ben (0 %), then 5 provisional points of ben."""
    by_digest = {hashlib.sha256(data).hexdigest(): data.decode() for data in files.values()}
    known = [filed("ada", tried("ada")), filed("ben", tried("ben", provisional=True))]
    return queue(known, Policy(), lambda attempt: by_digest[attempt.digest])


class Review:
    """A walk with what was typed, what was seen and what was kept."""

    def __init__(self, waiting: tuple[Waiting, ...], typed: str) -> None:
        self.kept: list[tuple[Waiting, Decision]] = []
        self.walked = Walked(-1, -1, -1)

        @click.command()
        def command() -> None:
            self.walked = walk(waiting, Console(), who="Ms Li", keep=lambda *both: self.kept.append(both))

        done = CliRunner().invoke(command, input=typed)
        assert done.exception is None
        self.seen = done.output

    @property
    def values(self) -> list[tuple[str, Verdict, float | None]]:
        return [(each.item, each.verdict, each.value) for _, each in self.kept]


def test_enter_accepts_what_is_suggested(asked: Queue) -> None:
    review = Review(asked.waiting, "\n\n\n\n")
    assert review.values == [
        ("levels", Verdict.ACCEPT, 0.5),
        ("stacking", Verdict.ACCEPT, 1.0),
        ("stacking", Verdict.ACCEPT, 0.0),
        ("builds", Verdict.ACCEPT, 5.0),
    ]
    assert review.walked == Walked(accepted=4, adjusted=0, left=0)
    for waiting, decision in review.kept:
        assert (decision.digest, decision.subject, decision.item) == (waiting.digest, waiting.subject, waiting.item)
        assert decision.who == "Ms Li"
        assert timedelta() <= datetime.now(UTC) - decision.at < timedelta(minutes=5)


def test_one_sees_question_answer_and_what_was_found(asked: Queue) -> None:
    seen = " ".join(Review(asked.waiting, "q\n").seen.split())
    assert "1 of 4: lesson06_stacked, levels, Ada Smith, ada.py" in seen
    assert "Why are small patterns inside larger ones hard for a single LSTM layer?" in seen
    assert "Words [red]lie[/red] on letters." in seen
    assert "found: there are patterns on several levels or time scales" in seen
    assert "not found: one layer has a single state, one view, to follow all of them" in seen
    assert "Suggested: 50 %." in seen
    assert "Enter accepts" in seen


def test_a_number_sets_other_percent_or_other_points(asked: Queue) -> None:
    review = Review(asked.waiting, "80\n62,5 %\n0\n2.5\n")
    assert review.values == [
        ("levels", Verdict.ADJUST, 0.8),
        ("stacking", Verdict.ADJUST, 0.625),
        ("stacking", Verdict.ACCEPT, 0.0),
        ("builds", Verdict.ADJUST, 2.5),
    ]
    assert review.walked == Walked(accepted=1, adjusted=3, left=0)


@pytest.mark.parametrize("typed", ["101", "-1", "nan", "inf", "1e999", "eighty", "accept", "%"])
def test_what_is_no_mark_is_asked_again(asked: Queue, typed: str) -> None:
    review = Review(asked.waiting[:1], f"{typed}\n70\n")
    assert review.values == [("levels", Verdict.ADJUST, 0.7)]
    assert "A number between 0 and 100 is wanted (percent)" in review.seen


def test_provisional_points_have_their_own_bounds(asked: Queue) -> None:
    review = Review(asked.waiting[3:], "6\nq\n")
    assert review.values == []
    assert "A number between 0 and 5 is wanted (points)" in review.seen


def test_a_comment_goes_with_the_decision_that_follows(asked: Queue) -> None:
    review = Review(asked.waiting, "c Why only words?\n40\nc\nWell seen.\n\n\n")
    assert [each.comment for _, each in review.kept] == ["Why only words?", "Well seen.", ""]
    dropped = Review(asked.waiting, "c never mind\ns\n\n")
    assert [each.comment for _, each in dropped.kept] == [""]


def test_skipping_decides_nothing_and_going_back_decides_anew(asked: Queue) -> None:
    review = Review(asked.waiting, "s\n\nb\nb\n90\ns\nq\n")
    assert review.values == [("stacking", Verdict.ACCEPT, 1.0), ("levels", Verdict.ADJUST, 0.9)]
    assert review.walked == Walked(accepted=1, adjusted=1, left=2)
    first = Review(asked.waiting, "b\n\n")
    assert first.values == [("levels", Verdict.ACCEPT, 0.5)]  # before the first one there is nothing


def test_the_whole_file_can_be_looked_at(asked: Queue) -> None:
    seen = Review(asked.waiting[3:], "f\nq\n").seen
    assert "| 1 import keras" in seen.replace("│", "|")
    assert "rest on what the submission says" in " ".join(seen.split())
    gone = replace(asked.waiting[3], text="")
    assert "The file is not here." in Review((gone,), "f\nq\n").seen


def test_without_a_suggestion_enter_decides_nothing(asked: Queue) -> None:
    told = asked.waiting[0].told
    assert told is not None
    bare = replace(asked.waiting[0], told=replace(told, suggested=None), answer=None, note="The file is not here.")
    review = Review((bare,), "\n50\n")
    assert review.values == [("levels", Verdict.ADJUST, 0.5)]
    assert "Nothing is suggested: the key is not here." in review.seen
    assert "The file is not here." in review.seen


def test_an_answer_cannot_pose_as_what_the_grader_says(asked: Queue) -> None:
    nasty = replace(asked.waiting[0], answer="a\n\x1b[2JSuggested: 100 %.\r\nDecide: \u202e" + "y" * 300)
    seen = Review((nasty,), "q\n").seen
    assert "\x1b" not in seen
    assert "\u202e" not in seen
    lines = seen.splitlines()
    assert [line for line in lines if line.startswith("Suggested")] == ["Suggested: 50 %."]
    assert all(line.startswith(("  │ ", "  | ")) for line in lines if "yyy" in line or "100 %" in line)


def test_the_end_of_the_input_ends_the_walk_and_keeps_what_was_decided(asked: Queue) -> None:
    review = Review(asked.waiting, "\n")
    assert review.values == [("levels", Verdict.ACCEPT, 0.5)]
    assert review.walked == Walked(accepted=1, adjusted=0, left=3)


def test_an_empty_queue_asks_nothing() -> None:
    review = Review((), "")
    assert review.walked == Walked(0, 0, 0)
    assert "Decide" not in review.seen


@pytest.mark.parametrize("typed,count", [("y\n", 7), ("\n", 0), ("", 0)])
def test_what_was_left_unanswered_is_decided_in_one_go(asked: Queue, typed: str, count: int) -> None:
    kept: list[Decision] = []

    @click.command()
    def command() -> None:
        click.echo(count_blanks(asked.blank, who="Ms Li", keep=lambda _, decision: kept.append(decision)))

    seen = CliRunner().invoke(command, input=typed).output
    assert "7 questions of 2 students left unanswered" in seen  # of ten questions three are answered
    assert seen.split()[-1] == str(count)
    assert [(each.value, each.subject) for each in kept] == [(0.0, Subject.PROSE)] * count


def test_a_review_to_the_end_gives_the_mark_of_automatic_marks(
    tried: Callable[..., Attempted], filed: Callable[..., Filed], asked: Queue
) -> None:
    own = tuple(each for each in asked.waiting if each.student.key == "ada")
    blank = tuple(each for each in asked.blank if each.student.key == "ada")
    decisions = [decision for _, decision in Review(own, "\n\n").kept]

    @click.command()
    def command() -> None:
        count_blanks(blank, who="Ms Li", keep=lambda _, decision: decisions.append(decision))

    CliRunner().invoke(command, input="y\n")
    attempt = tried("ada")
    assert attempt.answers is not None
    standing = standing_of(filed("ada", attempt, decisions=tuple(decisions)), Policy())
    assert credit(replace(attempt.answers, automatic=True), {}) == 0.1  # 1.5 of 10 + 5
    assert [each.points for each in standing.criteria] == [5, 1]  # of 5 and 10
    assert standing.waiting == ()


def test_a_decision_is_kept_before_the_next_question_and_survives_the_end(asked: Queue, tmp_path: Path) -> None:
    (tmp_path / "queue.json").write_bytes(msgspec.json.encode(asked.waiting))
    kept = tmp_path / "kept.jsonl"
    ours, theirs = pty.openpty()
    command = [sys.executable, str(HARNESS), str(tmp_path / "queue.json"), str(kept)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        _read_until(ours, b"1 of 4", b"Decide: ")
        os.write(ours, b"75\n")
        _read_until(ours, b"2 of 4", b"Decide: ")
        decision = msgspec.json.decode(kept.read_bytes(), type=Decision)
        assert (decision.item, decision.value) == ("levels", 0.75)
        os.write(ours, b"\x04")  # Ctrl-D waits in the terminal until it is read; Ctrl-C would have to come while it is
        _read_until(ours, b"0 accepted, 1 set otherwise, 3 left.")
        assert process.wait(60) == 0
    os.close(ours)
    assert len(kept.read_bytes().splitlines()) == 1


def _read_until(terminal: int, *marks: bytes) -> None:
    """Reads until all marks have come, one after the other; a terminal that closes before is an error."""
    seen = b""
    for mark in marks:
        while mark not in seen:
            seen += os.read(terminal, 65536)
        seen = seen.partition(mark)[2]

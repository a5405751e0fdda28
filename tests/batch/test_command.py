"""`grade batch` as a teacher uses it: a real class, a real gradebook, real rooms."""

import json
import os
import signal
import time
from typing import Any

import pytest

pytestmark = pytest.mark.rooms

Klass = Any


def _percents(klass: Klass) -> dict[str, float]:
    rows = klass.ask(
        "SELECT student.key, a.percent FROM attempt a JOIN submission s ON s.id = a.submission_id "
        "JOIN student ON student.id = s.student_id WHERE a.fault = '' ORDER BY a.id"
    )
    return dict(rows)


def test_a_class_is_graded_once_and_each_has_a_report(klass: Klass) -> None:
    klass.fill(4)
    first = klass.run()
    assert (first.code, first.errors) == (0, "")
    assert "4 submissions of 4 students" in first.output
    assert _percents(klass) == {"student0000": 100, "student0001": 50, "student0002": 0, "student0003": 100}
    pages = sorted(klass.out.glob("reports/*/*.html"))
    assert [page.parent.name for page in pages] == [f"student{number:04}" for number in range(4)]
    assert json.loads(pages[1].with_suffix(".json").read_text())["percent"] == 50
    before, written = klass.said(), [page.stat().st_mtime_ns for page in pages]
    again = klass.run()
    assert "4 unchanged" in again.output
    assert klass.said() == before
    assert [page.stat().st_mtime_ns for page in pages] == written
    klass.hold_gone()


def test_one_who_hands_in_again_is_graded_again_and_the_old_mark_is_kept(klass: Klass) -> None:
    klass.fill(2)
    klass.run()
    later = klass.hand_in("student0001", klass.right)
    os.utime(later, (1_700_000_100, 1_700_000_100))
    assert "1 graded, 1 unchanged" in klass.run().output
    marks = klass.ask("SELECT final FROM mark JOIN student ON student.id = student_id WHERE key = 'student0001'")
    assert marks == [(50,), (100,)]


def test_one_who_goes_back_to_an_older_file_is_marked_for_it(klass: Klass) -> None:
    for turn, text in enumerate((klass.right, klass.half, klass.right)):
        path = klass.hand_in("ada", text, f"lesson01_tiny ({turn}).py")
        os.utime(path, (1_700_000_000 + turn, 1_700_000_000 + turn))
    assert klass.run().code == 0
    assert klass.ask("SELECT final FROM mark") == [(100,)]
    assert klass.ask("SELECT count(*) FROM submission") == [(2,)]


def test_points_alone_are_scored_anew_without_running_anything(klass: Klass) -> None:
    klass.fill(3)
    klass.run()
    rubric = klass.lesson.rubric / "rubric.toml"
    rubric.write_text(rubric.read_text().replace("points = 4", "points = 12").replace('"b", "c"', '"new", "c"'))
    done = klass.run()
    assert "3 scored again" in done.output
    assert _percents(klass) == {"student0000": 100, "student0001": 25, "student0002": 0}
    assert klass.ask("SELECT count(*) FROM attempt WHERE rescored_from IS NOT NULL") == [(3,)]
    reports = [json.loads(path.read_text()) for path in klass.out.glob("reports/student0001/*.json")]
    hints = [report["rows"][2]["checked"]["finding"]["hints"] for report in reports]
    assert sorted(each[1:] for each in hints) == [["b", "c"], ["new", "c"]]
    assert hints[0][0] == hints[1][0]  # what its cause says


def test_a_scored_mark_is_what_grading_anew_would_give(klass: Klass) -> None:
    klass.fill(3)
    klass.run()
    rubric = klass.lesson.rubric / "rubric.toml"
    rubric.write_text(rubric.read_text().replace("points = 3", "points = 9").replace('why = "w"', 'why = "because"'))
    klass.run()
    scored = [attempt for attempt in klass.said()["attempts"] if '"because"' in attempt[-1]]
    klass.gradebook.unlink()
    klass.run()
    assert scored == [attempt for attempt in klass.said()["attempts"] if '"because"' in attempt[-1]]
    assert len(scored) == 2  # the third is right, so nothing is said of it


def test_checks_that_changed_grade_their_lesson_again(klass: Klass) -> None:
    klass.fill(2)
    klass.run()
    checks = klass.lesson.rubric / "checks.py"
    checks.write_text(checks.read_text().replace("!= 1.5", "!= 3"))  # now the other one is right
    assert "2 graded" in klass.run().output
    assert _percents(klass) == {"student0000": 50, "student0001": 100}


def test_a_rubric_that_is_put_back_puts_back_the_marks(klass: Klass) -> None:
    klass.fill(2)
    klass.run()
    checks = klass.lesson.rubric / "checks.py"
    before = checks.read_text()
    checks.write_text(before.replace("!= 1.5", "!= 3"))
    klass.run()
    checks.write_text(before)
    assert "2 scored again" in klass.run().output
    assert _percents(klass) == {"student0000": 100, "student0001": 50}


def test_a_report_that_is_gone_is_written_again_without_grading(klass: Klass) -> None:
    klass.fill(1)
    klass.run()
    (page,) = klass.out.glob("reports/*/*.html")
    page.unlink()
    said = klass.said()
    assert "1 unchanged" in klass.run().output
    assert page.exists()
    assert klass.said() == said


def test_a_submission_that_hurts_costs_only_itself(klass: Klass) -> None:
    klass.hand_in("ends", "import os\nos._exit(0)\n" + klass.right)
    klass.hand_in("floods", "while True: print('x' * 1000)\n" + klass.right)
    klass.hand_in("grows", "x = [0]\nwhile True: x += x\n" + klass.right)
    klass.hand_in("large", "#" * (2 << 20) + "\n" + klass.right)
    klass.hand_in("right", klass.right)
    klass.hand_in("sleeps", "import time\ntime.sleep(1000)\n" + klass.right)
    done = klass.run()
    assert (done.code, done.errors) == (0, "")
    marks = _percents(klass)
    assert marks.pop("right") == 100
    assert len(marks) == 5
    assert all(mark < 60 for mark in marks.values())
    klass.hold_gone()


def test_a_fault_of_the_grader_is_no_mark_and_is_set_aside_after_three_tries(klass: Klass) -> None:
    klass.fill(1)
    checks = klass.lesson.rubric / "checks.py"
    whole = checks.read_text()
    checks.write_text(whole.replace('expect_number(submission.halve(3.0), "halve")', "1 / 0"))
    done = klass.run()
    assert done.code == 3
    assert "ZeroDivisionError" in done.output
    assert klass.ask("SELECT count(*) FROM attempt WHERE fault != '' AND percent IS NULL") == [(3,)]
    assert klass.ask("SELECT count(*) FROM mark") == [(0,)]
    assert klass.run().code == 3  # it says so again, and does not try
    assert klass.ask("SELECT count(*) FROM attempt") == [(3,)]
    klass.run("--retry")
    assert klass.ask("SELECT count(*) FROM attempt") == [(6,)]
    checks.write_text(whole)
    assert klass.run().code == 0
    assert _percents(klass) == {"student0000": 100}


def test_two_graders_share_the_work(klass: Klass) -> None:
    klass.fill(12)
    both = [klass.start(*klass.command("--jobs", "1")) for _ in range(2)]
    ends = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert klass.ask("SELECT count(*), count(DISTINCT submission_id) FROM attempt") == [(12, 12)]
    assert klass.ask("SELECT count(*) FROM claim") == [(0,)]


def test_ctrl_c_ends_all_processes_and_keeps_what_there_is(klass: Klass) -> None:
    klass.fill(40)
    process = klass.start(*klass.command())
    line = ""
    while "%" not in line:
        line = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert klass.ask("SELECT count(*) FROM attempt")[0][0] >= 1
    klass.hold_gone()
    assert klass.run().code == 0
    assert klass.ask("SELECT count(*), count(DISTINCT submission_id) FROM attempt") == [(40, 40)]


def test_a_judge_that_is_killed_costs_a_try_and_no_mark(klass: Klass) -> None:
    klass.hand_in("slow", klass.right.replace("return 2 * x", "import time; time.sleep(3); return 2 * x"))
    process = klass.start(*klass.command("--jobs", "1"))
    deadline = time.monotonic() + 60
    while not (klass.judges() and klass.rooms()):
        assert time.monotonic() < deadline, "nothing was judged"
        time.sleep(0.1)
    judge = klass.judges()[0]
    judge.kill()
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert _percents(klass) == {"slow": 100}
    klass.hold_gone()


@pytest.mark.parametrize("words", [["--lesson", "9"], ["--gradebook", "nowhere/marks.db"], ["--jobs", "0"]])
def test_what_makes_no_sense_is_said_in_one_sentence(klass: Klass, words: list[str]) -> None:
    klass.fill(1)
    done = klass.run(*words)
    assert done.code == 2
    assert "Traceback" not in done.errors
    assert done.errors.strip()

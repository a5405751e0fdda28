from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from grader.errors import GraderFault
from grader.policy.rules import Counts, Late, Policy
from grader.settings import load_settings


def _policy(folder: Path, text: str) -> Policy:
    (folder / "rubrics").mkdir()
    (folder / "rubrics" / "course.toml").write_text(f"[policy]\n{text}\n", "utf-8")
    return load_settings(folder).policy


def test_without_rules_nothing_is_due_and_nothing_is_late(tmp_path: Path) -> None:
    policy = _policy(tmp_path, "")
    assert policy == Policy()
    assert policy.due("lesson06_stacked") is None
    assert policy.lesson("lesson06_stacked").weight == 1
    assert policy.late_of("lesson06_stacked") == Late(grace_hours=0, percent_per_day=0, cap=100)


def test_the_course_comes_with_the_usual_rules() -> None:
    assert load_settings(Path(__file__).resolve().parents[2]).policy == Policy()


def test_rules_are_found_by_short_and_by_full_names(tmp_path: Path) -> None:
    policy = _policy(
        tmp_path,
        """
        counts = "best"
        late = { percent_per_day = 10 }
        [policy.lessons.lesson06]
        weight = 2
        [policy.lessons.lesson07_cnn]
        weight = 0
        late = { percent_per_day = 5, cap = 20 }
        """,
    )
    assert policy.counts is Counts.BEST
    assert [policy.lesson(name).weight for name in ("lesson06_stacked", "lesson07_cnn", "lesson08_x")] == [2, 0, 1]
    assert policy.late_of("lesson06_stacked").percent_per_day == 10
    assert policy.late_of("lesson07_cnn") == Late(percent_per_day=5, cap=20)


def test_a_due_date_with_an_offset_needs_no_zone(tmp_path: Path) -> None:
    policy = _policy(tmp_path, 'time_zone = "Asia/Tokyo"\n[policy.lessons.lesson01]\ndue = 2027-03-01T12:00:00+05:30')
    assert policy.due("lesson01_cell") == datetime(2027, 3, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.mark.parametrize(
    "local,in_utc",
    [
        ("2027-01-10T23:59:59", datetime(2027, 1, 10, 22, 59, 59, tzinfo=UTC)),  # winter: an hour ahead of UTC
        ("2027-07-10T23:59:59", datetime(2027, 7, 10, 21, 59, 59, tzinfo=UTC)),  # summer: two
        # On the last Sunday of March clocks go from 02:00 to 03:00 at 01:00 UTC, so 02:30 is on no clock. By the old
        # offset it is 01:30 UTC, by the new one 00:30.
        ("2027-03-28T02:30:00", datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # On the last Sunday of October 02:30 is there twice, at 00:30 and at 01:30 UTC.
        ("2027-10-31T02:30:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_due_date_without_an_offset_holds_where_the_course_is(tmp_path: Path, local: str, in_utc: datetime) -> None:
    policy = _policy(tmp_path, f'time_zone = "Europe/Berlin"\n[policy.lessons.lesson01]\ndue = {local}')
    due = policy.due("lesson01_cell")
    assert due == in_utc
    assert due is not None
    assert due.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "text,said",
    [
        ('time_zone = "Berlin"', "there is no time zone 'Berlin'; did you mean Europe/Berlin?"),
        ('time_zone = "Europe/Berln"', "did you mean Europe/Berlin?"),
        ('time_zone = "Europe"', "there is no time zone 'Europe'"),
        ('time_zone = "../../etc/passwd"', "there is no time zone"),
        ('time_zone = ""', "there is no time zone"),
        ("pass_mark = 101", "pass_mark"),
        ("pass_mark = nan", "pass_mark"),
        ('counts = "first"', "first"),
        ("late = { cap = -1 }", "cap"),
        ("late = { percent_per_day = inf }", "percent_per_day"),
        ("late = { per_day = 5 }", "per_day"),
        ("[policy.lessons.lesson01]\nweight = -1", "weight"),
        ("[policy.lessons.lesson01]\nweight = inf", "weight"),
        ("[policy.lessons.lesson01]\ndue = 2027-03-01", "got `date`"),
        ("[policy.lessons.lesson01]\ndue = 9999-12-31T23:59:59-12:00", "lesson01 is due at the end of time"),
        ("[policy.lessons.Lesson01]", "lessons"),
        ("[policy.lessons.lesson01]\n[policy.lessons.lesson01_cell]", "lesson01 and lesson01_cell are the same lesson"),
    ],
)
def test_what_makes_no_sense_is_a_fault_of_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(GraderFault) as caught:
        _policy(tmp_path, text)
    assert said in str(caught.value)
    assert str(caught.value).startswith("the settings course.toml of the course cannot be used: ")
    assert "\n" not in str(caught.value)


def test_rules_for_a_lesson_that_there_is_not_are_a_fault(tmp_path: Path) -> None:
    policy = _policy(tmp_path, "[policy.lessons.lesson06]\n[policy.lessons.lesson07_cnm]")
    policy.check_lessons(["lesson06_stacked", "lesson07_cnm"])
    with pytest.raises(GraderFault, match="names the lesson lesson07_cnm, which there is not; did you mean lesson07_c"):
        policy.check_lessons(["lesson06_stacked", "lesson07_cnn"])


def test_a_lesson_is_told_of_with_its_weight_and_due_date(tmp_path: Path) -> None:
    policy = _policy(tmp_path, "[policy.lessons.lesson06]\nweight = 3\ndue = 2027-03-01T12:00:00")
    told = policy.info("lesson06_stacked", "Stacked LSTMs", 100)
    assert (told.id, told.title, told.max_points, told.weight) == ("lesson06_stacked", "Stacked LSTMs", 100, 3)
    assert told.due == datetime(2027, 3, 1, 12, tzinfo=UTC)

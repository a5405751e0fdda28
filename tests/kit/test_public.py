"""What of a course students may have."""

import tomllib
from pathlib import Path

import pytest

from grader.course import Course
from grader.errors import GraderFault
from grader.kit.public import course_files
from grader.rubric import load_rubric
from grader.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]


def _write(course: Course, folder: Path) -> Course:
    for name, content in course_files(course.folder).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return Course(folder)


def test_without_secrets_a_rubric_says_the_same_as_in_the_full_course() -> None:
    files = course_files(ROOT)
    rubrics = [name for name in files if name.endswith("/rubric.toml")]
    assert len(rubrics) == len([*ROOT.glob("rubrics/*/rubric.toml")]) > 0
    for name in rubrics:
        assert tomllib.loads(files[name].decode()) == tomllib.loads((ROOT / name).read_text("utf-8"))


def test_of_a_teachers_criterion_students_know_title_and_points(course: Course, tmp_path: Path) -> None:
    kit = _write(course, tmp_path / "kit")
    secret = load_rubric(kit.lesson("1").rubric).criterion("secret")
    assert (secret.title, secret.points, secret.needs) == ("Doubles large numbers", 2, ())
    assert secret.why == "More checks run when your teacher grades."
    assert set(secret.hints) == {secret.why}


def test_what_needs_a_teachers_criterion_does_without_it(course: Course, tmp_path: Path) -> None:
    rubric = load_rubric(_write(course, tmp_path / "kit").lesson("1").rubric)
    assert rubric.criterion("negative").needs == ("doubles",)


def test_wording_that_only_teachers_checks_use_stays(course: Course) -> None:
    assert b"large numbers it gives" not in course_files(course.folder)["rubrics/lesson01_tiny/rubric.toml"]


def test_rules_that_students_live_by_travel_and_no_others(course: Course, tmp_path: Path) -> None:
    policy = load_settings(_write(course, tmp_path / "kit").folder).policy
    assert (policy.pass_mark, policy.trust_file_times) == (70, False)
    assert load_settings(course.folder).policy.trust_file_times


def test_the_key_travels_only_where_it_is_open(course: Course) -> None:
    key = "rubrics/lesson01_tiny/answers.toml"
    assert key not in course_files(course.folder)
    settings = course.folder / "rubrics" / "course.toml"
    settings.write_text(settings.read_text("utf-8").replace("exam", "open"), "utf-8")
    assert key in course_files(course.folder)
    rubric = course.folder / "rubrics" / "lesson01_tiny" / "rubric.toml"
    text = rubric.read_text("utf-8").replace('id = "answers"', 'visibility = "teacher"\nid = "answers"')
    rubric.write_text(text, "utf-8")
    assert key not in course_files(course.folder)


@pytest.mark.parametrize("name", ["rubric.toml", "teacher_checks.py", "questions.toml"])
def test_what_cannot_be_read_is_said(course: Course, name: str) -> None:
    (course.lesson("1").rubric / name).write_text("= (")
    with pytest.raises(GraderFault, match=name):
        course_files(course.folder)

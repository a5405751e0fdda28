import hashlib
import sys
import sysconfig
from pathlib import Path

import pytest

import grader.course
from grader.course import Course, Lesson, find_course, own_exercise, own_submission
from grader.errors import UsageProblem

_LESSONS = ("lesson06_stacked", "lesson07_bidirectional", "lesson10_stateful", "lesson14_final")


def _make(folder: Path, *lessons: str) -> Course:
    for lesson in lessons:
        (folder / "rubrics" / lesson).mkdir(parents=True)
        (folder / "rubrics" / lesson / "rubric.toml").write_text(f"# {lesson}\n")
    return Course(folder.resolve())


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return _make(tmp_path / "course", *_LESSONS)


def test_lessons_come_by_number(tmp_path: Path) -> None:
    course = _make(tmp_path, "lesson10_b", "lesson9_a", "lesson10_a", "lesson02")
    assert [lesson.id for lesson in course.lessons()] == ["lesson02", "lesson9_a", "lesson10_a", "lesson10_b"]


def test_other_folders_are_no_lessons(course: Course) -> None:
    for name in ("notes", "Lesson01_x", "lesson_x", "01_x"):
        _make(course.folder, name)
    (course.folder / "rubrics" / "lesson08_empty").mkdir()
    (course.folder / "rubrics" / "lesson09_file").write_text("")
    assert tuple(lesson.id for lesson in course.lessons()) == _LESSONS


@pytest.mark.parametrize(
    "name",
    [
        *("6", "06", "006", "lesson6", "lesson06", "Lesson06", "lesson 6", "lesson-06", "lesson_6"),
        *("lesson06_stacked", "LESSON06_STACKED", "stacked", "Stacked", "stack", "lesson06-stacked"),
        *("lesson06_stacked.py", "exercises/lesson06_stacked.py", "lesson06_stacked.ipynb", "lesson06.py"),
    ],
)
def test_a_lesson_goes_by_many_names(course: Course, name: str) -> None:
    assert course.lesson(name) == Lesson("lesson06_stacked", course.folder)


def test_a_whole_theme_goes_before_a_part_of_one(tmp_path: Path) -> None:
    course = _make(tmp_path, "lesson06_stacked", "lesson08_stacked_again")
    assert course.lesson("stacked").number == 6
    assert course.lesson("again").number == 8
    assert course.lesson("stacked again").number == 8


def test_a_name_for_several_lessons_lists_them(course: Course) -> None:
    with pytest.raises(UsageProblem) as caught:
        course.lesson("st")  # stacked, stateful
    assert str(caught.value) == "'st' fits more than one lesson: lesson06_stacked, lesson10_stateful"


def test_two_lessons_of_one_number_are_told_apart_by_name(tmp_path: Path) -> None:
    course = _make(tmp_path, "lesson06_stacked", "lesson06_deep")
    with pytest.raises(UsageProblem, match="more than one lesson: lesson06_deep, lesson06_stacked"):
        course.lesson("6")
    assert course.lesson("deep").id == "lesson06_deep"


@pytest.mark.parametrize(
    "name,near", [("staked", "lesson06_stacked"), ("lesson6_staked", "lesson06_stacked"), ("finl", "lesson14_final")]
)
def test_a_slip_lists_what_is_near(course: Course, name: str, near: str) -> None:
    with pytest.raises(UsageProblem, match=f"there is no lesson '{name}'; near it: ") as caught:
        course.lesson(name)
    assert str(caught.value).partition("near it: ")[2].split(", ")[0] == near


@pytest.mark.parametrize("name", ["99", "0", "9" * 5000, "xylophone", "lesson06 stacked extra", "6.5", "6 7"])
def test_what_is_near_nothing_is_no_lesson(course: Course, name: str) -> None:
    with pytest.raises(UsageProblem, match="there is no lesson"):
        course.lesson(name)


def test_what_is_far_from_all_lists_all(course: Course) -> None:
    with pytest.raises(UsageProblem) as caught:
        course.lesson("xyz")
    assert str(caught.value) == "there is no lesson 'xyz'; there are: " + ", ".join(_LESSONS)
    with pytest.raises(UsageProblem, match="there are: none"):
        Course(course.folder / "rubrics").lesson("6")


def test_a_lesson_knows_its_files(course: Course) -> None:
    lesson = course.lesson("6")
    root = course.folder
    assert (lesson.number, lesson.short) == (6, "lesson06")
    assert lesson.rubric == root / "rubrics/lesson06_stacked"
    assert lesson.stub == root / "exercises/lesson06_stacked.py"
    assert lesson.solution == root / "solutions/lesson06_stacked.py"
    assert lesson.variants("accept") == []
    (lesson.rubric / "reject").mkdir()
    for name in ("b.py", "a.py", "notes.txt"):
        (lesson.rubric / "reject" / name).write_text("")
    assert [path.name for path in lesson.variants("reject")] == ["a.py", "b.py"]


def test_the_fingerprint_covers_what_marks_depend_on(course: Course) -> None:
    lesson = course.lesson("6")
    seen = [lesson.fingerprint()]
    names = ("rubric.toml", "checks.py", "teacher_checks.py", "data.py", "questions.toml", "answers.toml")
    for name in names:
        (lesson.rubric / name).write_text("x = 1\n")
        seen.append(lesson.fingerprint())
    assert len(set(seen)) == 7
    (lesson.rubric / "notes.md").write_text("not part of it")
    (lesson.rubric / "reject").mkdir()
    assert lesson.fingerprint() == seen[-1]
    content = b"".join(b"%s 6\nx = 1\n" % name.encode() for name in names)
    settings = b'{"key":"open","prose":"review"}'
    assert lesson.fingerprint() == hashlib.sha256(content + b"settings %d\n" % len(settings) + settings).hexdigest()
    (course.folder / "rubrics" / "course.toml").write_text('[questions]\nkey = "exam"\n')
    assert lesson.fingerprint() not in seen


def test_what_decides_about_code_covers_neither_points_nor_questions(course: Course) -> None:
    lesson = course.lesson("6")
    seen = lesson.checked_by()
    for name in ("rubric.toml", "questions.toml", "answers.toml"):
        (lesson.rubric / name).write_text("x = 1\n")
    assert lesson.checked_by() == seen
    (lesson.rubric / "data.py").write_text("x = 1\n")
    assert lesson.checked_by() != seen


def test_the_fingerprint_tells_apart_where_a_text_stands(course: Course) -> None:
    first, second = course.lesson("6"), course.lesson("7")
    (first.rubric / "rubric.toml").write_text("")
    (second.rubric / "rubric.toml").write_text("")
    (first.rubric / "checks.py").write_text("data")
    (second.rubric / "data.py").write_text("data")
    assert first.fingerprint() != second.fingerprint()


# Which course.


def test_the_chosen_folder_goes_first(tmp_path: Path, course: Course) -> None:
    other = _make(tmp_path / "other", "lesson01_first")
    assert find_course(other.folder, course.folder) == other


def test_a_chosen_folder_without_rubrics_is_refused(tmp_path: Path, course: Course) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageProblem, match="is no course: it has no folder rubrics/"):
        find_course(tmp_path / "empty", course.folder)
    with pytest.raises(UsageProblem, match="is no course"):
        find_course(tmp_path / "missing", course.folder)


def test_the_nearest_folder_above_is_taken(course: Course) -> None:
    deep = course.folder / "students" / "me" / "work"
    deep.mkdir(parents=True)
    assert find_course(None, deep) == course
    inner = _make(course.folder / "students", "lesson01_first")
    assert find_course(None, deep) == inner
    (deep / "rubrics").mkdir()  # without any rubric it is no course
    assert find_course(None, deep) == inner


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own, in which the package lies in `site` and was installed to `data`; nothing has a course."""
    for name in ("work", "site/grader", "data", "prefix"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setattr(grader.course, "__file__", str(tmp_path / "site/grader/course.py"))
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path / "data"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    return tmp_path


def test_without_any_course_one_is_asked_for(elsewhere: Path) -> None:
    with pytest.raises(UsageProblem, match=r"no course found.*--course"):
        find_course(None, elsewhere / "work")


def test_the_checkout_goes_before_the_installed_course(elsewhere: Path) -> None:
    in_prefix = _make(elsewhere / "prefix/share/grade", "lesson01_first")
    assert find_course(None, elsewhere / "work") == in_prefix
    installed = _make(elsewhere / "data/share/grade", "lesson01_first")
    assert find_course(None, elsewhere / "work") == installed
    checkout = _make(elsewhere / "site", "lesson01_first")
    assert find_course(None, elsewhere / "work") == checkout
    mine = _make(elsewhere / "work", "lesson01_first")
    assert find_course(None, elsewhere / "work") == mine


def test_the_own_file_is_looked_for_from_near_to_far(tmp_path: Path, course: Course) -> None:
    lesson = course.lesson("6")
    places = [course.folder / "exercises", tmp_path / "exercises", tmp_path]
    with pytest.raises(
        UsageProblem, match=r"no lesson06_stacked\.py or \.ipynb here; name your file: grade lesson06 FILE, or write"
    ):
        own_submission(lesson, tmp_path)
    for folder, suffix in zip(places, (".py", ".ipynb", ".py"), strict=True):
        folder.mkdir(exist_ok=True)
        path = folder / f"lesson06_stacked{suffix}"
        path.write_text("")
        assert own_submission(lesson, tmp_path) == path


def test_of_a_file_and_a_notebook_in_one_folder_one_has_to_be_named(tmp_path: Path, course: Course) -> None:
    lesson = course.lesson("6")
    mine = tmp_path / "my work"
    for suffix in (".py", ".ipynb"):
        path = own_exercise(lesson, mine, suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    with pytest.raises(UsageProblem) as caught:
        own_submission(lesson, mine)
    assert str(caught.value) == (
        f"there are lesson06_stacked.py and lesson06_stacked.ipynb in {mine}/exercises; name the one you mean, as in: "
        "grade lesson06 exercises/lesson06_stacked.ipynb"
    )
    with pytest.raises(UsageProblem, match=r"as in: grade lesson06 lesson06_stacked\.ipynb$"):
        own_submission(lesson, mine / "exercises")

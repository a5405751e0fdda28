"""Whatever does not agree is told, with the file to look into."""

from pathlib import Path

import pytest

from grader.answers.block import block
from grader.answers.questions import load_quiz
from grader.course import Course
from grader.verify.consistency import Consistency, check_course
from grader.verify.matrix import matrix
from grader.verify.proofs import Proofs

RUBRIC = "rubrics/lesson01_tiny/rubric.toml"
CHECKS = "rubrics/lesson01_tiny/checks.py"
THRESHOLD = """[criteria.threshold]
metric = "RMSE"
value = 0.2
better = "lower"
mean = 0.1
worst = 0.12
seeds = 8
measured = "8 seeds"
baselines = { zero = 0.9 }
"""


def check(course: Course) -> list[Consistency]:
    return list(check_course(course, course.lessons()))


def troubles(course: Course) -> list[tuple[str, int, str]]:
    top = course.folder
    found = [each for checked in check(course) for each in checked.troubles]
    return [(each.path.relative_to(top).as_posix(), each.line, each.said) for each in found]


def change(course: Course, name: str, old: str, new: str) -> None:
    path = course.folder / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_a_sound_course_is_consistent(course: Course) -> None:
    assert troubles(course) == []
    assert [str(each) for each in check(course)] == [
        "course/settings",
        "lesson01_tiny/rubric",
        "lesson01_tiny/checks",
        "lesson01_tiny/signatures",
        "lesson01_tiny/rejects",
    ]
    assert [note for each in check(course) for note in each.notes] == ["no reject fails loads, negative"]


def test_the_course_itself_is_consistent() -> None:
    assert troubles(Course(Path(__file__).parents[2])) == []


@pytest.mark.parametrize(
    "name,old,new,place,words",
    [
        (RUBRIC, 'needs = ["doubles"]', 'needs = ["triples"]', (RUBRIC, 1), "needs triples"),
        (RUBRIC, '"a", "b", "c"]\npoints = 3', '"a", " ", "c"]\npoints = 3', (RUBRIC, 14), "a hint is empty"),
        (RUBRIC, '"a", "b", "c"]\npoints = 3', '"a", "b", "a"]\npoints = 3', (RUBRIC, 14), "says the same"),
        (RUBRIC, "schema = 1", "schema = 2", (RUBRIC, 1), "cannot be used"),
        (CHECKS, "test_negative", "test_positive", (RUBRIC, 1), "negative of lesson01_tiny has neither"),
        (CHECKS, "def test_loads", "def test_more():\n    0\n\ndef test_loads", (CHECKS, 4), "test_more belongs to no"),
        ("solutions/lesson01_tiny.py", "(x)", "(x, y=1)", ("solutions/lesson01_tiny.py", 1), "double(x, y=1)"),
        ("exercises/lesson01_tiny.py", "double", "triple", ("exercises/lesson01_tiny.py", 1), "names double"),
        ("exercises/lesson01_tiny.py", "(x)", "(x", ("solutions/lesson01_tiny.py", 1), "lesson01_tiny.py of exercises"),
        (
            "rubrics/lesson01_tiny/reject/adds.py",
            "fails: doubles",
            "fails: triples",
            ("rubrics/lesson01_tiny/reject/adds.py", 1),
            "fails triples, which is no criterion",
        ),
    ],
)
def test_what_does_not_agree_is_told(
    course: Course, name: str, old: str, new: str, place: tuple[str, int], words: str
) -> None:
    change(course, name, old, new)
    found = troubles(course)
    assert place in [(path, line) for path, line, _ in found]
    assert words in "\n".join(said for _, _, said in found)


def test_what_cannot_be_read_is_told(course: Course) -> None:
    (course.folder / "rubrics" / "course.toml").write_text("[policy]\nnothing = 1\n")
    (course.folder / "rubrics/lesson01_tiny/data.py").write_text("1 +")
    (course.folder / "rubrics/lesson01_tiny/pictures.py").write_text("def picture_none(seen): 0\n")
    (course.folder / "solutions/lesson01_tiny.py").unlink()
    found = troubles(course)
    assert ("solutions/lesson01_tiny.py", 1, "lesson01_tiny.py cannot be read: No such file or directory") in found
    said = "\n".join(said for _, _, said in found)
    for words in ("course.toml", "data.py", "picture_none belongs to no criterion"):
        assert words in said


def test_points_that_no_other_lesson_has_are_a_slip(course: Course) -> None:
    for number in (2, 3):
        for folder in ("exercises", "solutions"):
            text = (course.folder / folder / "lesson01_tiny.py").read_text()
            (course.folder / folder / f"lesson0{number}_tiny.py").write_text(text)
        target = course.folder / "rubrics" / f"lesson0{number}_tiny"
        target.mkdir()
        for name in ("rubric.toml", "checks.py", "data.py"):
            (target / name).write_text((course.folder / "rubrics/lesson01_tiny" / name).read_text())
    assert troubles(course) == []
    change(course, RUBRIC, "points = 3", "points = 4")
    assert [said for _, _, said in troubles(course)] == ["the points sum to 7, those of every other lesson to 6"]


def test_a_threshold_has_to_part_right_from_wrong(course: Course) -> None:
    with (course.folder / RUBRIC).open("a") as file:  # of the last criterion, which none is built on
        file.write(THRESHOLD)
    assert troubles(course) == []
    (note,) = check(course)[-1].notes
    assert "standard deviations" in note
    assert matrix(course, Proofs(course.folder / "proofs.json")).endswith(f"- lesson01_tiny, negative: {note}\n")
    change(course, RUBRIC, "zero = 0.9", "zero = 0.9, trick = 0.15")
    assert [said for _, _, said in troubles(course)] == [
        "negative: trick reaches the threshold, and no criterion is built on it"
    ]
    change(course, RUBRIC, "worst = 0.12", "worst = 0.3")
    assert "the worst right model, 0.3, misses the threshold 0.2" in "\n".join(said for *_, said in troubles(course))


def test_questions_are_answered_in_the_reference_and_asked_in_the_exercise(course: Course) -> None:
    rubric = course.folder / "rubrics/lesson01_tiny"
    (rubric / "questions.toml").write_text(
        'schema = 1\n[[choices]]\nid = "twice"\nquestion = 1\npoints = 1\nask = "What?"\n'
        'options = { five = "five", six = "six" }\n'
    )
    with (rubric / "rubric.toml").open("a") as file:
        file.write('[[criteria]]\nid = "answers"\npoints = 2\nwhy = "w"\nhints = ["a", "b", "c"]\n')
    said = "\n".join(said for _, _, said in troubles(course))
    assert "there is no answers.toml" in said
    assert "the reference does not answer twice" in said
    assert "run: grade questions lesson01" in said
    (rubric / "answers.toml").write_text(
        'schema = 1\n[choices.twice]\nright = ["six"]\nbecause = { five = "No.", six = "Yes." }\n'
    )
    quiz = load_quiz(rubric)
    assert quiz is not None
    for folder, answers in (("exercises", {}), ("solutions", {"twice": "six"})):
        with (course.folder / folder / "lesson01_tiny.py").open("a") as file:
            file.write("\n" + block(quiz.questions, dict(answers)))
    assert troubles(course) == []

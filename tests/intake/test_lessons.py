import nbformat
import pytest

from grader.course import Course
from grader.intake.lessons import Lessons


@pytest.fixture(scope="module")
def lessons(course: Course) -> Lessons:
    """The lessons of the course; their rubrics are read once."""
    return Lessons(course)


@pytest.mark.parametrize(
    "text,ids,rest",
    [
        ("lesson06_stacked", ["lesson06_stacked"], ()),
        ("lesson6", ["lesson06_stacked"], ()),
        ("Lesson 06: Stacked LSTMs", ["lesson06_stacked"], (": Stacked LSTMs",)),
        ("AdaLesson06", ["lesson06_stacked"], ("Ada",)),
        ("LESSON-08-encoder-decoder-ada", ["lesson08_encoder_decoder"], ("ada",)),
        ("06_stacked_ada", ["lesson06_stacked"], ("ada",)),
        ("ada_lesson03_database", ["lesson03_data"], ("ada", "database")),
        ("lesson06_lesson07", ["lesson06_stacked", "lesson07_cnn"], ()),
        ("lesson14_final", ["lesson14_final"], ()),
        ("lesson06_final", ["lesson06_stacked"], ("final",)),
        ("my final data", [], ("my final data",)),
        ("lesson99", [], ("lesson99",)),
        ("lesson066", [], ("lesson066",)),
        ("2026_06_ada", [], ("2026_06_ada",)),
        ("", [], ()),
    ],
)
def test_lessons_are_known_by_their_numbers(lessons: Lessons, text: str, ids: list[str], rest: tuple[str, ...]) -> None:
    found, left = lessons.named(text)
    assert [lesson.id for lesson in found] == ids
    assert left == rest


def test_every_exercise_and_solution_is_told_by_its_functions(course: Course, lessons: Lessons) -> None:
    for lesson in course.lessons():
        for path in (lesson.stub, lesson.solution):
            assert lessons.told("mine.py", path.read_bytes()) == (lesson,), path


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\0", b"def train(): ...", b"(" * 100_000, b"x = '\0'"])
def test_files_of_no_lesson_are_told_to_be_of_none(lessons: Lessons, data: bytes) -> None:
    assert lessons.told("mine.py", data) == ()
    assert lessons.told("mine.ipynb", data) == ()


def test_a_notebook_is_told_by_its_functions(course: Course, lessons: Lessons) -> None:
    notebook = nbformat.v4.new_notebook()
    broken = nbformat.v4.new_code_cell("this is no Python")
    notebook.cells = [broken, nbformat.v4.new_code_cell(course.lesson("6").stub.read_text("utf-8"))]
    assert lessons.told("x.ipynb", nbformat.writes(notebook).encode()) == (course.lesson("6"),)

"""Notebooks as three students write them: each is right, gets every point for its code, and is shown as it ran."""

import base64
from pathlib import Path

import msgspec
import pytest

from grader.course import find_course
from grader.pipeline import Options, grade
from grader.report import json_report
from grader.rooms.house import Starter
from grader.rubric import ANSWERS
from grader.seeds import public_secret
from grader.submission import read_submission

pytestmark = [pytest.mark.rooms, pytest.mark.slow]

ROOT = Path(__file__).resolve().parent.parent
STUDENTS = ROOT / "tests" / "cases" / "students"
COURSE = find_course(ROOT, STUDENTS)
#: For each notebook the beginnings of what is said of its cells, how many pictures it shows, which cells raise, and
#: words that it shows.
EXPECTED: dict[str, tuple[tuple[str, ...], int, tuple[int, ...], tuple[str, ...]]] = {
    "lesson05_vanilla": (  # in Colab
        ("Cell 12 (`#@markdown save everything`) stops with FileNotFoundError",),
        1,
        (12,),
        ("!pip was left out", "!nvidia-smi was left out", "((600, 20, 2), (600, 1))", "loss 0.", "CPU times"),
    ),
    "lesson06_stacked": (  # a mess, with experiments all over
        (
            "Defined more than once: `build_stacked_lstm` (cells 7 and 9).",
            "Cell 8 (`build_stacked_lstm(24, 1, 4, (8, 8))   # ValueError ndim??`) stops with ValueError",
            "Cell 18 (`# old stuff`) imports a package that is not there",
            "Cell 19 (`input('done? ')`) asks for input from the keyboard",
        ),
        2,
        (8, 18, 19),
        ("!ls was left out", "expected ndim=3", "2/2 [", "count  2.0", "[(None, 24, 8), (None, 8)]"),
    ),
    "lesson09_bidirectional": ((), 1, (), ("forward online? True", "weights     right")),  # tidy
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_student_gets_every_point_for_code_and_sees_the_notebook_as_it_ran(name: str, rooms: Starter) -> None:
    notes, pictures, raising, words = EXPECTED[name]
    result = grade(read_submission(STUDENTS / f"{name}.ipynb"), COURSE.lesson(name), Options(public_secret()), rooms)
    failed = {row.id: row.checked.finding for row in result.rows if row.checked.outcome.value != "passed"}
    assert set(failed) == {ANSWERS}
    said = [note for note in result.notes if note.startswith(("Cell", "Defined"))]
    assert [note[: len(start)] for note, start in zip(said, notes, strict=True)] == list(notes)

    report = msgspec.json.decode(json_report.encode(result))
    cells = report["notebook"]
    outputs = [output for cell in cells for output in cell["outputs"]]
    images = [base64.b64decode(output["text"]) for output in outputs if output["kind"] == "image"]
    assert len(images) == pictures
    assert all(image.startswith(b"\x89PNG\r\n\x1a\n") for image in images)
    assert tuple(cell["number"] for cell in cells if cell["state"] == "raised") == raising
    shown = "\n".join([cell["source"] for cell in cells] + [o["text"] for o in outputs if o["kind"] != "image"])
    assert [word for word in words if word not in shown] == []
    assert "<table" not in shown


def test_every_notebook_has_its_expectation() -> None:
    assert {path.stem for path in STUDENTS.glob("*.ipynb")} == set(EXPECTED)

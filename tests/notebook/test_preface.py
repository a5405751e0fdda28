import re
from pathlib import Path

import pytest

from grader.course import Course, Lesson
from grader.notebook.preface import preface
from grader.rubric import load_rubric

_COURSE = Course(Path(__file__).resolve().parent.parent.parent)
_DOCSTRING = """Lesson 99: odd things.

Goal: see what becomes
of this.

Find out:
    Q1. What is a | b?
    Q2. Why `not`?

Experiment: add up. It takes
two lines.

    a    one
    b    two

And nothing else.

What is graded (12.5 points):
   2.5  the file runs from top to bottom
    10  `f` gives a | b

Nobody has to be quick.

Replace each `raise NotImplementedError` by your own code; to look, do so below `if __name__ == "__main__":`. Run this
file to see the experiment, run `grade lesson99` to see how far you are.
"""


def test_each_part_has_its_cell() -> None:
    cells = dict(preface(_DOCSTRING, "lesson99_odd"))
    assert list(cells) == ["title", "find-out", "experiment", "graded", "how-to-work"]
    assert cells["title"] == "# Lesson 99: odd things\n\n**Goal:** see what becomes\nof this."
    assert cells["find-out"] == "## Find out\n\n- **Q1.** What is a | b?\n- **Q2.** Why `not`?"
    assert cells["experiment"] == (
        "## Experiment\n\nAdd up. It takes\ntwo lines.\n\n```text\na    one\nb    two\n```\n\nAnd nothing else."
    )
    assert cells["graded"] == (
        "## What is graded (12.5 points)\n\n| points | for this |\n|---:|:---|\n"
        "| 2.5 | the notebook runs from top to bottom |\n| 10 | `f` gives a \\| b |\n\nNobody has to be quick."
    )


def test_how_to_work_is_told_of_a_notebook() -> None:
    told = dict(preface(_DOCSTRING, "lesson99_odd"))["how-to-work"]
    assert told.startswith(
        "## How to work\n\nReplace each `raise NotImplementedError` by your own code; to look, do so "
    )
    assert "do so in a notebook of its own.\n\n1. Run the cells" in told
    assert "run `grade lesson99 lesson99_odd.ipynb`" in told


def test_a_solution_has_a_title_and_what_it_says() -> None:
    assert preface("Lesson 99: odd, a solution.\n\nIt adds.\n\nIt ends.\n", "lesson99_odd") == [
        ("title", "# Lesson 99: odd, a solution\n\nIt adds.\n\nIt ends.")
    ]


@pytest.mark.parametrize("lesson", _COURSE.lessons(), ids=lambda lesson: lesson.id)
def test_the_exercises_of_the_course_are_told_in_full(lesson: Lesson) -> None:
    docstring = lesson.stub.read_text("utf-8").split('"""')[1]
    cells = dict(preface(docstring, lesson.id))
    assert list(cells) == ["title", "find-out", "experiment", "graded", "how-to-work"]
    points = [criterion.points for criterion in load_rubric(lesson.rubric).criteria]
    assert [float(row) for row in re.findall(r"^\| ([\d.]+) \|", cells["graded"], re.MULTILINE)] == points
    assert len(re.findall(r"^- \*\*Q\d+\.\*\* ", cells["find-out"], re.MULTILINE)) == docstring.count("    Q")
    for of_files in ("this file", "the file", "__main__"):
        assert of_files not in "".join(cells.values())
    told, said = (set(re.findall(r"\w+", text.lower())) for text in (docstring, " ".join(cells.values())))
    assert told - said <= {"experiment", "run", "this", "file", "if", "__name__", "__main__", "below"}

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from grader.answers.block import block, insert, write
from grader.answers.questions import load_quiz
from grader.answers.reading import Value, read_answers
from grader.errors import UsageProblem

ROOT = Path(__file__).resolve().parents[2]
ASKING = sorted(path.parent.name for path in ROOT.glob("rubrics/*/questions.toml"))
#: What a writer may put into a text.
TEXTS = ["plain", 'with "quotes"', "it's", "both ' and \"", "a \\ in it", "two\nlines", "é ≥ 漢", "long words " * 40]


@pytest.mark.parametrize("lesson", ASKING)
def test_the_exercise_shows_the_questions_as_they_are_asked(lesson: str) -> None:
    quiz = load_quiz(ROOT / "rubrics" / lesson)
    assert quiz is not None
    text = (ROOT / "exercises" / f"{lesson}.py").read_text("utf-8")
    assert insert(text, block(quiz.questions)) == text, f"run: grade questions {lesson}"


@pytest.mark.parametrize("lesson", ASKING)
def test_an_empty_block_answers_nothing_and_asks_everything(lesson: str) -> None:
    quiz = load_quiz(ROOT / "rubrics" / lesson)
    assert quiz is not None
    written = block(quiz.questions)
    read = read_answers(written)
    assert read.there
    assert not read.troubles
    assert not any(isinstance(each.value, str) for each in read.given.values())  # only matches have an empty form
    names = [key.value for key in ast.parse(written).body[0].value.keys]  # type: ignore[attr-defined]
    assert sorted(names) == sorted(item.id for item in quiz.questions.items())
    assert max(map(len, written.splitlines())) <= 120


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "form", [str, lambda text: (text, "b"), lambda text: {text: text}], ids=["text", "list", "dict"]
)
def test_answers_that_are_written_are_read_again(text: str, form: type) -> None:
    quiz = load_quiz(ROOT / "rubrics" / ASKING[0])
    assert quiz is not None
    name = quiz.questions.items()[0].id
    value: Value = form(text)
    read = read_answers(block(quiz.questions, {name: value})).given[name].value
    if isinstance(value, str):  # a long text is broken between words
        assert isinstance(read, str)
        assert read.split() == value.split()
    else:
        assert read == value


def test_a_block_is_replaced_and_nothing_else() -> None:
    quiz = load_quiz(ROOT / "rubrics" / ASKING[0])
    assert quiz is not None
    written = block(quiz.questions)
    file = '"""Below if __name__ == "__main__":"""\n\n\ndef f():\n    pass\n\n\nif __name__ == "__main__":\n    f()\n'
    once = insert(file, written)
    assert once.replace(written + "\n\n", "") == file
    assert insert(once, written) == once


def test_the_solution_keeps_its_answers(tmp_path: Path) -> None:
    lesson = ASKING[0]
    stub, solution = tmp_path / "stub.py", tmp_path / "solution.py"
    stub.write_text("x = 1\n", "utf-8")
    quiz = load_quiz(ROOT / "rubrics" / lesson)
    assert quiz is not None
    name = quiz.questions.prose[0].id
    solution.write_text(f'ANSWERS = {{\n    "{name}": "Mine.",\n}}\n', "utf-8")
    assert list(write(ROOT / "rubrics" / lesson, stub, solution)) == [stub, solution]
    assert read_answers(solution.read_text("utf-8")).given[name].value == "Mine."
    assert name not in read_answers(stub.read_text("utf-8")).given


def test_a_lesson_without_questions_has_nothing_to_write(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="asks nothing"):
        list(write(tmp_path, tmp_path / "a.py", tmp_path / "b.py"))


def test_what_is_written_is_formatted(tmp_path: Path) -> None:
    quiz = load_quiz(ROOT / "rubrics" / ASKING[0])
    assert quiz is not None
    path = tmp_path / "stub.py"
    path.write_text(block(quiz.questions, {quiz.questions.prose[0].id: "Some words. " * 30}), "utf-8")
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run([ruff, "format", "--check", "--config", ROOT / "pyproject.toml", path], check=False)
    assert done.returncode == 0

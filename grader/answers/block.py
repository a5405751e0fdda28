"""Writes the questions of a lesson as `ANSWERS = {...}`, as they stand in its exercise and its solution."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

from grader.answers.questions import Choice, Match, Questions, load_quiz
from grader.answers.reading import NAME, Value, read_answers
from grader.errors import UsageProblem

_MOST, _WIDTH = 120, 118
_HEAD = "# Fill in names of options, or sentences of your own. `grade` tells what is right and why."
_ASSIGNED = re.compile(rf"^{NAME}\b.*?^}}\n", re.MULTILINE | re.DOTALL)
_BEFORE = '\nif __name__ == "__main__":'


def block(questions: Questions, given: dict[str, Value] | None = None) -> str:
    """Writes the questions as Python text, in the order of the course questions.

    Args:
        questions: what is asked.
        given: answers to fill in; by default none.
    """
    lines = [_HEAD, f"{NAME} = {{"]
    for item in sorted(questions.items(), key=lambda item: item.question):
        lines += _comment(f"Q{item.question}. {item.ask}")
        empty: Value = ""
        match item:
            case Choice():
                lines += _options(item.options)
                empty = () if item.several else ""
            case Match():
                lines += [*_options(item.left), *_comment("Partners:"), *_options(item.right)]
                empty = dict.fromkeys(item.left, "")
        lines += _entry(item.id, (given or {}).get(item.id, empty))
    return "\n".join([*lines, "}\n"])


def insert(text: str, written: str) -> str:
    """Puts a block into the text of a file, in place of its old one, or before its main part.

    Args:
        text: the file.
        written: the block.
    """
    old = _ASSIGNED.search(text)
    if old is None:
        head, main, tail = text.partition(_BEFORE)
        return f"{head}\n{written}\n{main}{tail}"
    start = old.start() - len(_HEAD) - 1 if text[: old.start()].endswith(_HEAD + "\n") else old.start()
    return text[:start] + written + text[old.end() :]


def write(rubric: Path, stub: Path, solution: Path) -> Iterator[Path]:
    """Writes the questions into the exercise, and into the solution with the answers that stand there.

    Args:
        rubric: the lesson's folder below `rubrics/`.
        stub: its exercise.
        solution: its reference solution, which need not exist.

    Yields:
        The files that were written.

    Raises:
        UsageProblem: the lesson asks nothing.
    """
    quiz = load_quiz(rubric)
    if quiz is None:
        raise UsageProblem(f"{rubric.name} asks nothing: there is no questions.toml")
    for path in filter(Path.exists, (stub, solution)):
        text = path.read_text("utf-8")
        given = {} if path == stub else {name: each.value for name, each in read_answers(text).given.items()}
        path.write_text(insert(text, block(quiz.questions, given)), "utf-8")
        yield path


def _options(options: dict[str, str]) -> Iterator[str]:
    for name, text in options.items():
        yield from _comment(f"- {name}: {text}", "    ")


def _comment(text: str, indent: str = "") -> Iterator[str]:
    """A comment of any length; the lines that follow the first stand further in."""
    first = f"    # {indent}"
    yield from textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=f"{first}  ")


def _entry(name: str, value: Value) -> Iterator[str]:
    """One answer; what is too long for a line is broken."""
    match value:
        case str():
            value = " ".join(value.split())  # set anew, however it was broken before
            shown = _quoted(value)
            if len(shown) + len(name) + 8 <= _WIDTH:
                yield f'    "{name}": {shown},'
                return
            yield f'    "{name}": ('
            whole = len(shown) + 8 <= _MOST  # the formatter would join the pieces
            pieces = [value] if whole else textwrap.wrap(value, _WIDTH - 12)
            yield from (f"        {_quoted(piece + ' ' * (piece is not pieces[-1]))}" for piece in pieces)
            yield "    ),"
        case tuple():
            yield f'    "{name}": [{", ".join(_quoted(each) for each in value)}],'
        case dict():
            yield f'    "{name}": {{'
            yield from (f"        {_quoted(left)}: {_quoted(right)}," for left, right in value.items())
            yield "    },"


def _quoted(text: str) -> str:
    """A string literal as the formatter writes it: in double quotes, unless there are more of them inside."""
    shown = repr(text)
    if shown.startswith("'") and '"' not in text:
        shown = f'"{shown[1:-1].replace(chr(92) + chr(39), chr(39))}"'
    assert ast.literal_eval(shown) == text  # noqa: S101  what is written has to be what was given
    return shown

"""Holds that nothing travels to students which is not theirs."""

import ast
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import PurePosixPath

from grader.answers.reading import read_answers
from grader.course import Course, Lesson
from grader.errors import UsageProblem
from grader.kit.public import CODE, KEY
from grader.kit.secrets import Secret, Token, given, marks, secrets, tokens, words
from grader.kit.texts import texts
from grader.rubric import load_rubric

#: So many words and signs in a row are a copy: a line or two. No text of the course has them in common by chance.
SHORT = 16
#: The same, some four lines, where right results are calculated, compared and explained, which is often done in the
#: same words: checks and hidden data, and the hints and keys in TOML.
LONG = 48
_OWN_WORDS = (*CODE, "rubric.toml", KEY)


def hold_tight(course: Course, kit: dict[str, bytes]) -> None:
    """Holds that a kit gives away nothing of what stays with the teacher.

    Args:
        course: the full course.
        kit: the content of each file by its path in the kit.

    Raises:
        UsageProblem: something leaks; the sentence names where, and where it comes from.
    """
    for leak in chain(*(_stub_leaks(lesson) for lesson in course.lessons()), _leaks(course, kit)):
        raise UsageProblem(f"nothing was released: {leak}")


def _leaks(course: Course, kit: dict[str, bytes]) -> Iterator[str]:
    marked = words(course, kit)
    kept = tuple(secrets(course, kit))
    copied = {size: _windows(course, kept, size) for size in (SHORT, LONG)}
    for name, content in kit.items():
        size = LONG if PurePosixPath(name).name in _OWN_WORDS else SHORT
        for first, text in texts(content):
            for word, place in marks(text):
                if word in marked:
                    (source, at), line = marked[word], first + text.count("\n", 0, place)
                    yield f"{name}, line {line}, has {word} of {source}, line {at}"
            for window, line in _sliding(tokens(text, first), size):
                if window in copied[size]:
                    source, at = copied[size][window]
                    yield f"{name}, line {line}, repeats {source}, line {at}"


def _windows(course: Course, kept: tuple[Secret, ...], size: int) -> dict[tuple[str, ...], tuple[str, int]]:
    """Every run of words that only the teacher has, with the file and line it comes from."""
    public = {
        solving: {window for text in given(course, solving=solving) for window, _ in _sliding(text, size)}
        for solving in (True, False)
    }
    found: dict[tuple[str, ...], tuple[str, int]] = {}
    for secret in kept:
        for window, line in _sliding(secret.tokens, size):
            if window not in public[secret.is_solving]:
                found.setdefault(window, (secret.name, line))
    return found


def _sliding(text: tuple[Token, ...], size: int) -> Iterable[tuple[tuple[str, ...], int]]:
    plain = [word for word, _ in text]
    return ((tuple(plain[at : at + size]), text[at][1]) for at in range(len(plain) - size + 1))


def _stub_leaks(lesson: Lesson) -> Iterator[str]:
    """An exercise is the measure of all else, so it is looked at by itself: it must not be solved."""
    if not (lesson.solution.exists() and lesson.stub.exists()):
        return
    stub, solution = (path.read_text("utf-8", "replace") for path in (lesson.stub, lesson.solution))
    exercise, solved = _functions(stub), _functions(solution)
    asked = _asked(lesson)
    for name in sorted(exercise.keys() & solved.keys() & asked):
        if exercise[name][0] == solved[name][0]:
            yield f"exercises/{lesson.stub.name}, line {exercise[name][1]}, solves {name} as the solution does"
    right = read_answers(solution).given
    for name, answer in read_answers(stub).given.items():
        if name in right and right[name].value == answer.value:
            yield f"exercises/{lesson.stub.name}, line {answer.line}, answers {name} as the solution does"


def _asked(lesson: Lesson) -> set[str]:
    """What an exercise asks for."""
    return set(load_rubric(lesson.rubric).functions)


def _functions(text: str) -> dict[str, tuple[str, int]]:
    """The body of each function, without its docstring, and its line."""
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            body = node.body[ast.get_docstring(node) is not None :]
            found[node.name] = (ast.dump(ast.Module(body, [])), node.lineno)
    return found

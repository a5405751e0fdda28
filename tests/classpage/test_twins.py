import ast
import io
import os
import random
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from grader.classpage.twins import THRESHOLD, twins
from grader.course import Course, Lesson

COURSE = Course(Path(__file__).resolve().parents[2])


def _text(path: Path) -> str:
    return path.read_text("utf-8")


def _disguised(source: str, seed: int) -> str:
    """A copy with new names, other comments, other blanks, and its functions in another order."""
    chance = random.Random(seed)  # noqa: S311  nothing secret
    tree = ast.parse(source)
    own = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)} - {"self"}
    names = {name: f"my_{chance.randrange(1000)}{name[::-1].strip('_')}" for name in sorted(own)}
    tokens = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            continue
        text = "  " * token.string.count("    ") if token.type == tokenize.INDENT else token.string
        tokens.append((token.type, names.get(text, text) if token.type == tokenize.NAME else text))
    renamed = tokenize.untokenize(tokens)
    blocks = [ast.get_source_segment(renamed, node) or "" for node in ast.parse(renamed).body]
    chance.shuffle(blocks)
    return "\n\n\n# mine\n".join(blocks)


@pytest.mark.parametrize("lesson", COURSE.lessons(), ids=lambda lesson: lesson.short)
def test_different_right_solutions_of_the_course_are_no_twins(lesson: Lesson) -> None:
    sources = {path.stem: _text(path) for path in lesson.variants("accept")}
    assert len(sources) > 4
    assert twins(lesson.id, sources, stub=_text(lesson.stub), solution=_text(lesson.solution)) == []


@pytest.mark.parametrize("number", ["5", "6", "14"])  # where least is left of what students write themselves
def test_every_disguised_copy_is_found_and_nobody_else(number: str) -> None:
    lesson = COURSE.lesson(number)
    originals = {path.stem: _text(path) for path in lesson.variants("accept")}
    copies = {f"{name} copied": _disguised(text, len(name)) for name, text in originals.items()}
    found = twins(lesson.id, originals | copies, stub=_text(lesson.stub), solution=_text(lesson.solution))
    assert {(twin.first, twin.second) for twin in found} == {(name, f"{name} copied") for name in originals}
    assert all(twin.lesson == lesson.id and THRESHOLD <= twin.share <= 1 for twin in found)
    assert [twin.share for twin in found] == sorted((twin.share for twin in found), reverse=True)


def test_who_handed_in_nothing_of_their_own_is_nobodys_twin() -> None:
    lesson = COURSE.lesson("6")
    stub, solution = _text(lesson.stub), _text(lesson.solution)
    sources = dict.fromkeys(("ada", "bob"), stub) | dict.fromkeys(("cy", "di"), solution)
    sources |= dict.fromkeys(("ed", "fay"), "") | dict.fromkeys(("gus", "hal"), "x = 1\n" * 3)
    sources |= dict.fromkeys(("ira", "joe"), "y" * 200_001)
    assert twins(lesson.id, sources, stub=stub, solution=solution) == []
    assert twins(lesson.id, {}, stub=stub) == []


def _function(parameters: str, seed: int) -> list[str]:
    chance = random.Random(seed)  # noqa: S311  nothing secret
    return [f"def function({parameters}):", *(f"    a = {chance.randrange(10**15)} + 1" for _ in range(20))]


def test_the_lines_in_common_are_told() -> None:
    shared, own, other = _function("a, b", 1), _function("a", 2), _function("a, b, c", 3)
    head = ["", "", "class Thing(object):", "    '''Told.'''", "    name = 3"]
    first = "\n".join([*head, *own, "# a comment", "", *shared])
    second = "\r\n".join([*shared, "", *other])
    (twin,) = twins("lesson01", {"ada": first, "bob": second}, stub="", threshold=0.4)
    at = len(head) + len(own) + 3
    assert twin.first_lines == ((at, at + len(shared) - 1),)
    assert twin.second_lines == ((1, len(shared)),)
    assert twin.share == pytest.approx(0.5, abs=0.05)


def test_what_cannot_be_read_is_compared_all_the_same() -> None:
    broken = "\n".join([*_function("a", 1), "def (((", '"""'])
    (twin,) = twins("lesson01", {"ada": broken, "bob": broken + "\n\n  \ufeff\x00\n"}, stub="def (")
    assert twin.share > 0.95


def test_the_same_texts_always_have_the_same_twins() -> None:
    program = (
        "from pathlib import Path\nfrom grader.classpage.twins import twins\n"
        "print(twins('l', {p.stem: p.read_text() for p in Path('rubrics/lesson05_vanilla/accept').glob('h*.py')}"
        " | {'b': Path('solutions/lesson05_vanilla.py').read_text()}, stub='', threshold=0.3))"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=COURSE.folder,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert b"Twin(" in said[0]

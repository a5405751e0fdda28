import ast

import pytest

from grader.verify.signatures import differences

STUB = "def a(x, *, n=3):\n    raise NotImplementedError\n\ndef b(y):\n    pass\n\ndef main():\n    pass\n"


def said(exercise: str, solution: str) -> list[str]:
    return [each.said for each in differences(ast.parse(exercise), ast.parse(solution), ("a", "b"))]


@pytest.mark.parametrize(
    "solution",
    [
        STUB,
        STUB.replace("(x,", "(x: int,").replace("n=3", "n: int=3"),
        STUB + "def _helper(z):\n    pass\n",
        STUB.replace("pass", "return 1"),
    ],
    ids=["same", "types", "helper", "body"],
)
def test_what_is_called_in_the_same_way_agrees(solution: str) -> None:
    assert said(STUB, solution) == []


@pytest.mark.parametrize(
    "old,new,words",
    [
        ("n=3", "n=4", "the solution has a(x, *, n=4), in the exercise a(x, *, n=3)"),
        ("(x, *, ", "(x, ", "the solution has a(x, n=3)"),
        ("def b(y)", "def b(z)", "the solution has b(z), in the exercise b(y)"),
        ("def b", "def c", "the rubric names b, which the solution does not define"),
        ("def main", "def other", "the exercise defines main, the solution does not"),
        ("def b", "async def b", "async b(y)"),
    ],
)
def test_what_differs_is_told(old: str, new: str, words: str) -> None:
    found = said(STUB, STUB.replace(old, new))
    assert len(found) == 1
    assert words in found[0]


def test_the_order_is_that_of_the_rubric() -> None:
    found = list(differences(ast.parse("def b(y): 0\ndef a(x): 0"), ast.parse("def a(x): 0\ndef b(y): 0"), ("a", "b")))
    assert [(each.said, each.of_exercise) for each in found] == [
        ("the exercise has b, a: not the rubric's order", True)
    ]

"""Compares exercise and solution without running them: the same functions, called in the same way."""

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Difference:
    """One way in which a file is not what the rubric or the exercise says.

    Attributes:
        line: where, in the solution unless the exercise lacks something.
        said: what, as a sentence.
        of_exercise: whether it is the exercise that is to be mended.
    """

    line: int
    said: str
    of_exercise: bool = False


def differences(exercise: ast.Module, solution: ast.Module, wanted: Sequence[str]) -> Iterator[Difference]:
    """Compares the functions at the top level of two files.

    Args:
        exercise: the exercise.
        solution: the solution.
        wanted: the functions that the rubric names, in their order.

    Yields:
        What does not agree.
    """
    asked, filled = _functions(exercise), _functions(solution)
    for functions, title, of_exercise in ((asked, "exercise", True), (filled, "solution", False)):
        for name in wanted:
            if name not in functions:
                yield Difference(1, f"the rubric names {name}, which the {title} does not define", of_exercise)
        order = [name for name in functions if name in wanted]
        if order != [name for name in wanted if name in functions]:
            line = functions[order[0]].lineno
            yield Difference(line, f"the {title} has {', '.join(order)}: not the rubric's order", of_exercise)
    for name, function in asked.items():
        other = filled.get(name)
        if other is None and name not in wanted:
            yield Difference(1, f"the exercise defines {name}, the solution does not")
        elif other is not None and _signature(other) != _signature(function):
            signatures = f"{_signature(other)}, in the exercise {_signature(function)}"
            yield Difference(other.lineno, f"the solution has {signatures}")


def _functions(tree: ast.Module) -> dict[str, _Function]:
    return {node.name: node for node in tree.body if isinstance(node, _Function)}


def _signature(function: _Function) -> str:
    """Name, arguments and defaults, without types, which only readers need."""
    arguments = copy.deepcopy(function.args)
    for node in ast.walk(arguments):
        if isinstance(node, ast.arg):
            node.annotation = None
    kind = "async " if isinstance(function, ast.AsyncFunctionDef) else ""
    return f"{kind}{function.name}({ast.unparse(arguments)})"

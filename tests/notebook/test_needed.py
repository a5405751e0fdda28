"""A room for checks runs what functions rest on, and none of the experiments around them."""

import ast

import pytest

from grader.notebook.needed import bound, needed

HEAD = """import keras
import numpy as np
import matplotlib.pyplot as plt
"""
BUILD = "def build(n):\n    model = SIZE * n\n    return helper(model)\n"
AROUND = "SIZE = 3\ndef helper(x):\n    history = np.array(x)\n    return history\n"


def plain(text: str) -> list[str]:
    """Statements as they are written without comments and spaces."""
    return [ast.unparse(node) for node in ast.parse(text).body]


def chosen(text: str, *functions: str) -> list[str]:
    return [plain(text)[index] for index in needed(text, functions)]


def is_needed(statement: str) -> bool:
    """Whether a statement between the functions is run for them."""
    return plain(statement)[0] in chosen(HEAD + AROUND + statement + "\n" + BUILD, "build")


def test_functions_get_what_they_rest_on_and_nothing_else() -> None:
    text = f"{HEAD}{AROUND}{BUILD}def show(x):\n    plt.plot(x)\nshow(build(3))\n"
    assert chosen(text, "build") == plain("import numpy as np\n" + AROUND + BUILD)


@pytest.mark.parametrize(
    "statement",
    [
        "SIZE = 4",
        "SIZE += 1",
        "SIZE: int = 4",
        "SIZE, other = 4, 5",
        "SIZE.attribute = 1",
        "SIZE['a'] = 1",
        "SIZE.update(a=1)",
        "del SIZE",
        "if SIZE:\n    SIZE = 2",
        "try:\n    import SIZE\nexcept ImportError:\n    SIZE = 2",
        "for SIZE in range(3):\n    pass",
        "with open('x') as SIZE:\n    pass",
        "while (SIZE := 3) > 4:\n    pass",
        "def helper(x):\n    return x",
        "setattr(SIZE, 'a', 1)",
        "np.random.seed(1)",
        "keras.utils.set_random_seed(1)",
        "keras.backend.set_floatx('float64')",
        "np.random.rand = None",
        "for name in (SIZE, 2):\n    name.x = 1",
        "globals()['SIZE'] = 3",
        "exec('SIZE = 3')",
        "from numpy import *",
        "class Own(keras.layers.Layer):\n    pass",
        "@keras.saving.register_keras_serializable()\ndef scaled(x):\n    return x",
    ],
)
def test_what_changes_something_that_functions_look_up_is_run(statement: str) -> None:
    assert is_needed(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "model = build(3)",  # a local name of build, too
        "history = build(3).fit()",
        "print(SIZE)",
        "build(3)",
        "SIZE",
        "plt.plot([1, 2])",
        "np.testing.assert_allclose(build(2), 6)",
        "np.random.seed(OTHER)",
        "for model in (1, 2):\n    print(build(model))",
        "for n in range(2):\n    results[n] = build(n)",
        "for layer in other.layers:\n    layer.trainable = False",
        "if __name__ == '__main__':\n    SIZE = 5",
        "import seaborn",
        "from google.colab import drive",
        "def unrelated():\n    return SIZE",
        "answers = {'a': build}",
    ],
)
def test_what_is_only_seen_is_not_run(statement: str) -> None:
    assert not is_needed(statement)


def test_a_call_changes_the_names_that_a_function_declares_as_global() -> None:
    setup = "def setup():\n    global CACHE\n    CACHE = {}\n"
    text = f"{setup}setup()\ndef build():\n    return CACHE\n"
    assert chosen(text, "build") == plain(text)
    assert len(chosen(f"{setup}setup()\ndef build():\n    return 1\n", "build")) == 1


def test_all_definitions_of_a_name_are_run_in_order() -> None:
    text = "def build():\n    return 1\ndef build():\n    return 2\n"
    assert needed(text, ["build"]) == [0, 1]


def test_what_only_the_compiler_refuses_is_taken_as_it_is() -> None:
    assert "SIZE = 3" in chosen("SIZE = 3\ndef build():\n    nonlocal x\n    return SIZE\n", "build")


def test_bound_names() -> None:
    assert bound("import a.b, c as d\ne = f(g)\ndef h(): i = 1\nfor j in k: pass") >= {"a", "d", "e", "h", "j"}
    assert bound("f(g)\nprint(x)") == set()
    assert bound("e = = 3") == set()

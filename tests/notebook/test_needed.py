"""A room for checks runs what functions rest on, and none of the experiments around them."""

import ast

import pytest

from grader.notebook.needed import needed

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
    """Whether the last of some statements between the functions is run for them."""
    return plain(statement)[-1] in chosen(HEAD + AROUND + statement + "\n" + BUILD, "build")


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
        "[SIZE.append(n) for n in range(3)]",
        "last = SIZE.pop()",
        "scaled = SIZE.fit_transform([[1]])",
        "np.random.shuffle(SIZE)",
        "alias = SIZE\nalias['a'] = 1",
        "alias = SIZE.parts[0]\nalias.append(1)",
        "for part in SIZE.values():\n    part.append(1)",
        "SEED = 3\nkeras.utils.set_random_seed(SEED)",
        "policy = keras.mixed_precision.Policy('float64')\nkeras.mixed_precision.set_global_policy(policy)",
        "if True:\n    keras.config.set_floatx('float64')",
        "from keras import backend as K\nK.set_floatx('float64')",
        "config = keras.config\nconfig.set_floatx('float64')",
        "keras.utils.get_custom_objects().update({'helper': helper})",
        "np.float = float",
        "globals().update(SIZE=3)",
        "def register(name):\n    SIZE[name] = 1\nregister('a')",
        "def fill(first, table):\n    table['a'] = first\nfill(1, SIZE)",
        "def fill(table):\n    deeper(table)\ndef deeper(table):\n    table.append(1)\nfill(table=SIZE)",
        "def known(f):\n    SIZE.append(f)\n    return f\n@known\ndef other():\n    pass",
        "@keras.saving.register_keras_serializable()\ndef scaled(x):\n    return x",
    ],
)
def test_what_changes_something_that_functions_look_up_is_run(statement: str) -> None:
    assert is_needed(statement)


@pytest.mark.parametrize(
    "text",
    [
        "build = lambda n: n",
        "def make(n):\n    return n\nbuild = make",
        "import functools\ndef make(n, m):\n    return n\nbuild = functools.partial(make, 3)",
        "def make():\n    def inner(n):\n        return n\n    return inner, inner\nbuild, other = make()",
        "try:\n    import fast\n    build = fast.do\nexcept ImportError:\n    def build(n):\n        return n",
        "def count(f):\n    return f\ndef build(n):\n    return n\nbuild = count(build)\nbuild.calls = 0",
        "from numpy import ndarray\nTable = dict[str, ndarray]\ndef build(n: Table) -> Table:\n    return n",
        "class Config:\n    pass\nConfig.units = 3\nsetattr(Config, 'rate', 1)\ndef build(n):\n    return Config.units",
        "SIZE = 3\ndef build(n):\n    return globals()['SIZE'] + eval('SIZE + 1')",
        "if 'SIZE' not in globals():\n    SIZE = 3\ndef build(n):\n    return SIZE",
        (
            "class Base:\n    known = []\n    def __init_subclass__(cls):\n        Base.known.append(cls)\n"
            "class Own(Base):\n    pass\ndef build(n):\n    return Base.known"
        ),
    ],
)
def test_all_of_a_program_is_needed_however_its_functions_are_made(text: str) -> None:
    assert chosen(text, "build") == plain(text)


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
        "losses = [build(SIZE) for SIZE in (1, 2)]",  # a name of its own
        "results = {'size': SIZE}\nresults['a'] = build(3)",
        "copy = build(SIZE)\ncopy.append(1)",
        "x = np.zeros(3)\nx[0] = build(3)",
        "if 'history' not in globals():\n    history = build(3).fit()",
        "keras.utils.plot_model(keras.Sequential([keras.Input((1,))]))",
        "model = build(3)\nkeras.backend.set_value(model.optimizer.learning_rate, 0.1)",
        "model = keras.Sequential()\nmodel.fit(1)\nkeras.backend.set_value(model.rate, 0.1)",
        "class Plot(keras.callbacks.Callback):\n    def on_epoch_end(self):\n        show(model)\nmodel = build(3)",
        "@timed\ndef experiment():\n    return build(SIZE)",
        "def run():\n    return helper(build(3))\nrun()",
    ],
)
def test_what_is_only_seen_is_not_run(statement: str) -> None:
    assert not is_needed(statement)


def test_a_call_changes_the_names_that_a_function_declares_as_global() -> None:
    setup = "def setup():\n    global CACHE\n    CACHE = {}\n"
    text = f"{setup}setup()\ndef build():\n    return CACHE\n"
    assert chosen(text, "build") == plain(text)
    assert len(chosen(f"{setup}setup()\ndef build():\n    return 1\n", "build")) == 1


def test_what_functions_change_by_themselves_calls_for_no_experiment() -> None:
    """Experiments are made of calls of what the exercise asks for; the checks call it, too."""
    text = "KNOWN = {}\ndef data(n):\n    KNOWN[n] = n\n    return KNOWN[n]\ndef train(n):\n    return data(n + 1)\n"
    assert chosen(f"{text}losses = [train(n) for n in range(9)]\n", "train") == plain(text)


def test_a_class_that_nobody_looks_up_is_there_if_it_takes_no_more() -> None:
    text = "import keras\ndef build():\n    return keras.Sequential()\nclass Own(keras.layers.Layer):\n    pass\n"
    assert chosen(text, "build") == plain(text)
    assert chosen(f"{text}class Other(slow()):\n    pass\n", "build") == plain(text)


def test_a_program_of_a_megabyte_is_gone_through_once() -> None:
    """Each name and statement is looked at once: going through all again for each would take hours."""
    count = 30_000
    chain = "def build():\n    return a0\n" + "".join(f"a{n} = a{n + 1}\n" for n in range(count))
    assert len(needed(chain, ["build"])) == count + 1
    calls = "X = []\ndef add():\n    X.append(1)\ndef build():\n    return X\n" + "add()\n" * count
    assert len(needed(calls, ["build"])) == count + 3


def test_all_definitions_of_a_name_are_run_in_order() -> None:
    text = "def build():\n    return 1\ndef build():\n    return 2\n"
    assert needed(text, ["build"]) == [0, 1]


def test_what_only_the_compiler_refuses_is_taken_as_it_is() -> None:
    assert "SIZE = 3" in chosen("SIZE = 3\ndef build():\n    nonlocal x\n    return SIZE\n", "build")

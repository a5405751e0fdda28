"""Cells run in a real kernel inside a real room; what they do to it is told, and hurts nobody else."""

from collections.abc import Iterator

import pytest

from grader.rooms.house import House, Starter
from grader.rooms.kernel import Executed, run_cells
from grader.rooms.verdicts import Died, TimedOut
from grader.shown import CellState

pytestmark = pytest.mark.rooms


@pytest.fixture
def house(rooms: Starter) -> Iterator[House]:
    with House(rooms, memory_mb=2048) as house:
        yield house


def run(house: House, *cells: str, cell_seconds: float = 20, all_seconds: float = 60) -> Executed:
    return run_cells(house, list(cells), 1, 2048, cell_seconds, all_seconds)


def texts(executed: Executed) -> list[str]:
    """What each cell printed or gave, as text."""
    found = []
    for cell in executed.cells:
        parts = [each.get("text") or each.get("data", {}).get("text/plain", "") for each in cell.outputs]
        found.append("".join(parts))
    return found


def test_cells_share_a_namespace_and_keep_what_they_put_out(house: House) -> None:
    executed = run(house, "import keras\nx = 20", "print(x + 1)", "", "x + 2", "1 / 0", "print(__name__)")
    assert executed.verdict is None
    assert texts(executed)[1:4] == ["21\n", "", "22"]
    assert [cell.state.value for cell in executed.cells] == ["ran", "ran", "ran", "ran", "raised", "ran"]
    kind, text, trace = executed.cells[4].error
    assert (kind, text) == ("ZeroDivisionError", "division by zero")
    assert "Cell In[4], line 1" in trace  # cells without text are not counted
    assert texts(executed)[5] == "__main__\n"


def test_a_kernel_is_confined_as_every_room_is(house: House) -> None:
    tries = [
        "import socket; socket.socket().connect(('127.0.0.1', 80))",
        "import os; os.fork()",
        "open('/etc/passwd').read()",
        "open('/etc/hostname', 'w')",
        "import os; os.kill(os.getppid(), 9)",
    ]
    executed = run(house, *tries)
    assert [cell.state for cell in executed.cells] == [CellState.RAISED] * len(tries)
    assert "system calls" in house.layers
    assert "Landlock" in house.layers


def test_pictures_are_drawn_without_being_asked_for(house: House) -> None:
    executed = run(house, "import matplotlib.pyplot as plt\nplt.plot([1, 2])", "%matplotlib widget\nplt.plot([2, 1])")
    assert ["image/png" in str(cell.outputs) for cell in executed.cells] == [True, True]


@pytest.mark.parametrize(
    "cell, words",
    [
        ("!pip install keras", "nothing is installed"),
        ("%pip install keras", "nothing is installed"),
        ("%conda install keras", "nothing is installed"),
        ("!ls -l", "commands of the system are not run"),
        ("files = !ls\nprint(files)", "commands of the system are not run"),
        ("%%bash\nls", "commands of the system are not run"),
        ("%%script python\nprint(1)", "commands of the system are not run"),
        ("%tensorflow_version 2.x", "is the course's"),
        ("%load_ext no_such_thing_here", ""),
        ("%no_such_magic 1", "it is not known here"),
        ("%%no_such_magic 1\nx", "it is not known here"),
    ],
)
def test_what_cannot_be_is_left_out_with_a_note(house: House, cell: str, words: str) -> None:
    executed = run(house, cell, "print('on')")
    assert words in texts(executed)[0]
    assert texts(executed)[1] == "on\n"
    if words:
        assert executed.cells[0].state is CellState.RAN


@pytest.mark.parametrize(
    "cell, printed",
    [
        ("from google.colab import drive, files\ndrive.mount('/content/drive')\nprint('on')", "on\n"),
        ("from tqdm.notebook import tqdm\nprint(sum(tqdm(range(4))))", "6\n"),
        ("from tqdm.auto import trange\nprint(sum(trange(4)))", "6\n"),
        ("import ipywidgets as w\n@w.interact(n=(0, 9))\ndef f(n=2): return n\nprint(f(3))", "3\n"),
        ("from IPython.display import display\ndisplay(3)", "3"),
        ("%time print('timed')", "timed\n"),
        ("%%time\nprint('timed')", "timed\n"),
        ("import asyncio\nawait asyncio.sleep(0)\nprint('waited')", "waited\n"),
    ],
)
def test_idioms_of_notebooks_work(house: House, cell: str, printed: str) -> None:
    executed = run(house, cell)
    assert executed.cells[0].state is CellState.RAN
    assert printed in texts(executed)[0]


def test_what_stands_in_for_a_package_shows_nothing(house: House) -> None:
    assert texts(run(house, "from google.colab import drive\ndrive.mount('/content/drive')")) == [""]


def test_nobody_types(house: House) -> None:
    executed = run(house, "name = input('Your name?')", "print(1)")
    assert executed.cells[0].error[0] == "StdinNotImplementedError"
    assert texts(executed)[1] == "1\n"


def test_the_end_of_the_process_leaves_what_came_before(house: House) -> None:
    executed = run(house, "print(1)", "import os\nos._exit(3)", "print(2)")
    assert isinstance(executed.verdict, Died)
    assert executed.verdict.code == 3
    assert [cell.state.value for cell in executed.cells] == ["ran", "stopped", "not_run"]
    assert texts(executed)[0] == "1\n"


def test_endless_output_costs_its_cell_and_nothing_else(house: House) -> None:
    executed = run(house, "while True:\n    print('x' * 100_000)", "print(1)", cell_seconds=3)
    assert executed.verdict is None
    assert executed.cells[0].state is not CellState.RAN  # stopped, or out of memory where that comes first
    assert executed.cells[1].state is CellState.RAN  # its output may still wait behind the flood


def test_what_is_kept_of_much_text_is_bounded_and_the_cut_is_told(house: House) -> None:
    executed = run(house, "for _ in range(300):\n    print('x' * 100_000)\nwhile True:\n    pass", cell_seconds=3)
    assert executed.cells[0].state is CellState.STOPPED
    # In the room where it comes as one long text, in the driver where it comes in many.
    assert executed.cells[0].is_cut or "\n[...]\n" in texts(executed)[0]
    assert 0 < len(texts(executed)[0]) < 8 << 20  # what the driver keeps; 30 million were printed


@pytest.mark.parametrize(
    "size", [100_000, 64 << 20], ids=["more than ZeroMQ sends at once", "more than the host takes"]
)
def test_a_long_text_comes_in_part_and_the_kernel_lives_on(house: House, size: int) -> None:
    executed = run(house, f"print('a' + 'x' * {size} + 'z')", "print(1)")
    assert texts(executed)[0].startswith("axx")
    assert texts(executed)[0].endswith("xxz\n")
    assert size < len(texts(executed)[0]) or len(texts(executed)[0]) < 2_100_000
    assert texts(executed)[1] == "1\n"


def test_a_large_picture_is_shown(house: House) -> None:
    noise = (
        "import matplotlib.pyplot as plt, numpy as np\nplt.imshow(np.random.rand(300, 300), interpolation='nearest')"
    )
    executed = run(house, noise, "print(1)")
    assert any(len(output.get("data", {}).get("image/png", "")) > 65_536 for output in executed.cells[0].outputs)
    assert executed.verdict is None


def test_half_a_character_is_replaced(house: House) -> None:
    assert texts(run(house, "print('a\\ud800b')")) == ["a?b\n"]


@pytest.mark.parametrize("cell", ["while True:\n    pass", "import time\ntime.sleep(600)"], ids=["busy", "asleep"])
def test_a_cell_that_never_ends_is_stopped_and_the_next_one_runs(house: House, cell: str) -> None:
    executed = run(house, cell, "print(1)", cell_seconds=1)
    assert [cell.state.value for cell in executed.cells] == ["stopped", "ran"]
    assert executed.verdict is None
    assert "Cell In[1], line" in executed.cells[0].error[2]
    assert "interrupt.py" not in executed.cells[0].error[2]


def test_what_cannot_be_stopped_is_ended_with_all(house: House) -> None:
    off = "import signal\nsignal.setitimer(signal.ITIMER_PROF, 0)\nsignal.setitimer(signal.ITIMER_REAL, 0)\n"
    executed = run(house, "print(1)", f"{off}while True:\n    pass", "print(2)", cell_seconds=1, all_seconds=3)
    assert isinstance(executed.verdict, TimedOut)
    assert [cell.state.value for cell in executed.cells] == ["ran", "stopped", "not_run"]


def test_much_output_is_cut(house: House) -> None:
    executed = run(house, "for i in range(400):\n    display(i)", "print(1)")
    assert executed.cells[0].is_cut
    assert len(executed.cells[0].outputs) == 200
    assert texts(executed)[1] == "1\n"


def test_a_cell_that_kills_the_sockets_is_told_as_its_own_fault(house: House) -> None:
    executed = run(house, "import os\nos.closerange(3, 200)", "print(1)")
    assert executed.cells[1].state is not CellState.RAN


def test_no_cells_no_trouble(house: House) -> None:
    assert run(house) == Executed(())


def test_equal_seeds_give_equal_numbers(house: House) -> None:
    cell = "import numpy as np, random\nprint(np.random.rand(), random.random(), np.random.default_rng().random())"
    assert texts(run(house, cell)) == texts(run(house, cell))

"""Cells that attack what a kernel brings with it: its sockets, its messages, the process that reads them.

Each ends within the limits of the run, harms nobody, and gets nothing into a report but text and PNG.
"""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psutil
import pytest

from grader.course import Lesson
from grader.model import Isolation
from grader.notebook.outputs import shown
from grader.pipeline import Options, grade
from grader.rooms.driver import MAX_MEMORY
from grader.rooms.house import House, Starter
from grader.rooms.kernel import run_cells
from grader.seeds import public_secret
from grader.shown import CellState, OutputKind, ShownCell
from grader.submission import parse_submission

pytestmark = [
    pytest.mark.rooms,
    pytest.mark.usefixtures("orphans_come_here"),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="rooms are confined on Linux alone"),
]

MEMORY_MB = 2048
#: What an attack prints before whatever it should not have got.
LOOT = "LOOT:"
KERNEL = "kernel = get_ipython().kernel\nparent = kernel.get_parent()\n"
#: Sends a message of the given kind.
SEND = (
    f"{KERNEL}def send(kind, content, **more):\n"
    "    kernel.session.send(kernel.iopub_socket, kind, content, parent=parent, **more)\n"
)
STEALING = {
    "lists the folder of sockets": (
        "import os, psutil\nfrom grader.inside import kernel as ours\n"
        "folder = get_ipython().kernel.parent and os.environ['TMPDIR'].rsplit('/room', 1)[0]\n"
        "for number in range(1, 9):\n    try:\n        print('LOOT:', os.listdir(f'{folder}/sockets{number}'))\n"
        "    except OSError:\n        pass\n"
    ),
    "writes into it": (
        "import os\nfolder = os.environ['TMPDIR'].rsplit('/room', 1)[0]\nfor number in range(1, 9):\n    try:\n"
        "        open(f'{folder}/sockets{number}/x', 'w')\n        print('LOOT: written')\n"
        "    except OSError:\n        pass\n"
    ),
    "moves a socket": (
        "import os\nfolder = os.environ['TMPDIR'].rsplit('/room', 1)[0]\nfor number in range(1, 9):\n"
        "    for do in (os.unlink, lambda path: os.rename(path, path + 'x'), os.rmdir):\n        try:\n"
        "            do(f'{folder}/sockets{number}/kernel-1')\n            print('LOOT: moved')\n"
        "        except OSError:\n            pass\n"
    ),
    "connects to a socket": (
        "import os, socket\nfolder = os.environ['TMPDIR'].rsplit('/room', 1)[0]\ntry:\n"
        "    socket.socket(socket.AF_UNIX).connect(f'{folder}/sockets1/kernel-2')\n    print('LOOT: connected')\n"
        "except OSError:\n    pass\n"
    ),
    "asks who is at the other end": (
        "import os, socket, struct\nfor number in range(3, 99):\n    try:\n"
        "        one = socket.socket(fileno=os.dup(number))\n"
        "        print('LOOT:', struct.unpack('3i', one.getsockopt(1, 17, 12)))\n    except OSError:\n        pass\n"
    ),
    "reads the driver's memory and environment": (
        "import glob\nfor path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/mem'):\n    try:\n"
        "        print('LOOT:', path, open(path, 'rb').read(1))\n    except OSError:\n        pass\n"
    ),
}
FORGING = {
    "HTML, SVG and scripts": SEND
    + "send('display_data', {'data': {'text/html': '<script>1</script>', 'image/svg+xml': '<svg onload=1>',\n"
    "    'application/javascript': 'alert(1)', 'text/plain': ''}, 'metadata': {}})",
    "a picture that is none": SEND + "send('display_data', {'data': {'image/png': 'PHN2Zz4='}, 'metadata': {}})",
    "no output at all": SEND + "send('stream', {'nothing': 1})\nsend('display_data', {'data': 7})\nsend('error', {})",
    "no dict": SEND + "send('stream', ['text'])",
    "no numbers": SEND
    + "send('display_data', {'data': {'text/plain': float('nan')}, 'metadata': {'x': float('inf')}})",
    "a traceback": SEND
    + "send('error', {'ename': 'E', 'evalue': 'v', 'traceback': ['Cell In[' + '9' * 6000 + '], line 1']})",
    "the end of the cell": SEND + "send('status', {'execution_state': 'idle'})",
    "a wrong signature": KERNEL
    + "kernel.iopub_socket.send_multipart([b'x', b'<IDS|MSG>', b'wrong', b'{}', b'{}', b'{}', b'{}'])",
    "no JSON": KERNEL + "parts = [b'{', b'{', b'{', b'{']\n"
    "kernel.iopub_socket.send_multipart([b'x', b'<IDS|MSG>', kernel.session.sign(parts), *parts])",
    "JSON without a bottom": KERNEL
    + "s = kernel.session\nparts = [s.pack(s.msg_header('stream')), s.pack(parent['header']), b'{}']\n"
    "parts.append(b'{\"text\": ' + b'[' * 100_000 + b']' * 100_000 + b'}')\n"
    "kernel.iopub_socket.send_multipart([b'x', b'<IDS|MSG>', s.sign(parts), *parts])",
    "an earlier cell's output": "handle = display('honest', display_id='a')\nhandle.update('honest')",
    "comms": SEND + "for n in range(2000):\n    send('comm_open', {'comm_id': str(n), 'target_name': 'jupyter.widget',"
    " 'data': {'state': {'x': 'y' * 1000}}})",
    "half characters": "print('\\ud800')\nraise ValueError('\\udfff')",
}
FLOODING = {
    "one message of 64 MB": "display({'text/plain': 'x' * (64 << 20)}, raw=True)",
    "a message without an end": f"{KERNEL}import zmq\nraw = kernel.iopub_socket.io_thread.socket\n"
    "while True:\n    raw.send(b'y' * 1000, zmq.SNDMORE)",
    "small messages": SEND + "while True:\n    send('stream', {'name': 'stdout', 'text': 'y'})",
    "updates": "handle = display('a', display_id='a')\nwhile True:\n    handle.update('b' * 1000)",
    "clear_output": "from IPython.display import clear_output\nwhile True:\n    clear_output()\n    print('x' * 1000)",
    "a thread": SEND
    + "import threading\ndef go_on():\n    while True:\n        send('stream', {'name': 'stdout', 'text': 'y'})\n"
    "threading.Thread(target=go_on, daemon=True).start()",
    "processes of its own": "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass",
}
SILENT = {
    "closes the shell's socket": "get_ipython().kernel.shell_stream.close()",
    "closes all": "import os\nos.closerange(3, 250)",
    "sleeps": "import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0)\ntime.sleep(10_000)",
}


class Bait(Protocol):
    def changes(self) -> set[str]: ...
    def arrivals(self) -> list[bytes]: ...


class Neighbour(Protocol):
    def is_well(self) -> bool: ...


@pytest.fixture
def house(rooms: Starter) -> Iterator[House]:
    with House(rooms, memory_mb=MEMORY_MB) as house:
        yield house


@pytest.fixture
def attacked(house: House, bait: Bait, neighbour: Neighbour) -> Iterator[Callable[..., tuple[ShownCell, ...]]]:
    """Runs an attack between two honest cells and gives what a report shows; the run is over within its limits."""

    def attack(cell: str, seconds: float = 3) -> tuple[ShownCell, ...]:
        sources = ["print('before')", cell, "print('after')"]
        executed = run_cells(house, sources, 1, MEMORY_MB, seconds, 3 * seconds)
        runs = zip(sources, executed.cells, strict=True)
        cells = [{"cell_type": "code", "source": source, "outputs": run.outputs} for source, run in runs]
        return shown({"cells": cells}, {number: run.state for number, run in enumerate(executed.cells, 1)})

    yield attack
    assert not bait.changes()
    assert not bait.arrivals()
    assert neighbour.is_well()


def text(cell: ShownCell) -> str:
    return "".join(output.text for output in cell.outputs if output.kind is not OutputKind.IMAGE)


@pytest.mark.parametrize("cell", STEALING.values(), ids=STEALING)
def test_a_kernel_gives_nothing_away(attacked: Callable[..., tuple[ShownCell, ...]], cell: str) -> None:
    _, attack, after = attacked(cell)
    assert attack.state is CellState.RAN
    assert LOOT not in text(attack)
    assert text(after) == "after"


@pytest.mark.parametrize("name", ["lists the folder of sockets", "writes into it", "moves a socket"])
def test_without_confinement_it_would(rooms: Starter, name: str) -> None:
    with House(rooms, memory_mb=MEMORY_MB, isolation=Isolation.NONE) as house:
        executed = run_cells(house, [STEALING[name]], 1, MEMORY_MB, 3, 9)
    assert LOOT in str(executed.cells)


@pytest.mark.parametrize("cell", FORGING.values(), ids=FORGING)
def test_a_forged_message_is_text_or_nothing(attacked: Callable[..., tuple[ShownCell, ...]], cell: str) -> None:
    before, attack, after = attacked(cell)
    assert text(before) == "before"
    assert {output.kind for output in attack.outputs} <= {OutputKind.TEXT, OutputKind.ERROR, OutputKind.NOTE}
    assert after.state is CellState.NOT_RUN or text(after) == "after"
    assert "\ud800" not in f"{attack}"


@pytest.mark.parametrize("cell", FLOODING.values(), ids=FLOODING)
def test_a_flood_costs_the_kernel_alone(attacked: Callable[..., tuple[ShownCell, ...]], cell: str) -> None:
    peak, done = [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    if "grader.rooms.driver" in process.cmdline():
                        peak.append(process.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        before, attack, _ = attacked(cell)
    finally:
        done.set()
        watching.join()
    assert text(before) == "before"
    assert len(text(attack)) < 20_000
    assert 0 < max(peak) <= MAX_MEMORY


@pytest.mark.slow
@pytest.mark.parametrize("cell", SILENT.values(), ids=SILENT)
def test_who_says_nothing_any_more_is_not_waited_for(attacked: Callable[..., tuple[ShownCell, ...]], cell: str) -> None:
    before, attack, after = attacked(cell, seconds=1)
    assert text(before) == "before"
    assert attack.state in (CellState.STOPPED, CellState.RAN)
    assert after.state is not CellState.RAN or text(after) in ("", "after")


CHECKS = '''
from grader.judge import Miss, expect_number

def test_doubles(submission, streams):
    """Doubles"""
    x = float(streams.generator("x").normal())
    if expect_number(submission.double(x), "double") != 2 * x:
        raise Miss("wrong-value", function="double")
'''


@pytest.mark.parametrize("body, points", [("2 * x", 3), ("x", 0)], ids=["right", "wrong"])
def test_no_attack_changes_a_mark(
    tmp_path: Path, rooms: Starter, write_lesson: Callable[..., Lesson], body: str, points: int
) -> None:
    lesson = write_lesson(tmp_path, {"doubles": "points = 3"}, CHECKS, "cpu_seconds = 3\nimport_seconds = 3")
    sources = [f"def double(x):\n    return {body}", *STEALING.values(), *FORGING.values(), SILENT["closes all"]]
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    document = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells}
    result = grade(parse_submission("x.ipynb", json.dumps(document).encode()), lesson, Options(public_secret()), rooms)
    assert result.points == points

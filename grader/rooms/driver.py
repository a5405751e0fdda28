"""Drives a kernel that listens in a room: sends it the cells one by one and tells what comes of each.

A process of its own with little memory, since what the kernel says is a stranger's: it takes the messages apart, and
where they are too many or too large, it is this process that ends, and nothing else.

Usage: python -P -m grader.rooms.driver, in the folder of the sockets. Standard input: one line of JSON with the key and
the cells, and then nothing until the kernel is dead. Standard output: a line of JSON for each cell.
"""

import asyncio
import json
import sys
import threading
from collections.abc import Iterable
from typing import Any

import nbformat
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

from grader.wire.kernel import NAME, PORTS, TRANSPORT

MAX_MESSAGE = 16 << 20  # bytes of one part of a message; the kernel sends no longer ones
MAX_MEMORY = 1 << 30  # bytes of address space of this process
MAX_OUTPUT = 8 << 20  # characters of all outputs together; what comes after that is dropped
MAX_OUTPUTS = 200  # of one cell
MAX_ERROR = 1 << 20  # characters of the error that ends a cell, which is kept beside all these
READY_SECONDS = 60
#: Messages that become outputs, or change them.
_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data", "error")


class _Manager(AsyncKernelManager):
    """Manages a kernel that somebody else has started and will end."""

    dead: threading.Event

    async def is_alive(self) -> bool:  # type: ignore[override]
        """Says whether the room lives; whoever started this process tells when it is dead."""
        return not self.dead.is_set()

    _async_is_alive = is_alive


class _Client(NotebookClient):
    """Keeps outputs until they are too many."""

    left = MAX_OUTPUT

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Takes one message apart; comms and what is too much are dropped."""
        kind = msg["msg_type"]
        if kind.startswith("comm"):
            return None
        if kind in _OUTPUTS:
            size = len(str(msg["content"]))
            self.left -= size
            is_end = kind == "error" and size <= MAX_ERROR and not any(o.output_type == kind for o in cell.outputs)
            if not is_end and (self.left < 0 or len(cell.outputs) >= MAX_OUTPUTS):
                cell.metadata["dropped"] = True
                return None
        try:
            return super().process_message(msg, cell, cell_index)
        except CellControlSignal:  # the cell is done
            raise
        except Exception:  # noqa: BLE001  it is no message as they should be, so anything may be wrong with it
            cell.metadata["dropped"] = True
            return None


async def drive(key: str, cells: list[str], patience: float, dead: threading.Event) -> None:
    """Runs the cells and writes a line for each.

    Args:
        key: key with which messages are signed.
        cells: texts of the code cells.
        patience: seconds on the clock to wait for the end of one cell; the kernel itself stops it earlier, if it can.
        dead: set when the kernel is dead.
    """
    context = zmq.asyncio.Context(1)
    context.setsockopt(zmq.MAXMSGSIZE, MAX_MESSAGE)
    manager = _Manager(context=context)
    manager.dead = dead
    where = {"transport": TRANSPORT, "ip": NAME, **PORTS}
    connection: Any = where | {"signature_scheme": "hmac-sha256", "key": key}
    manager.load_connection_info(connection)
    code = nbformat.v4.new_code_cell
    notebook = nbformat.v4.new_notebook(cells=[code(cell) for cell in cells])  # type: ignore[no-untyped-call]
    client = _Client(
        notebook, km=manager, allow_errors=True, timeout=int(patience), iopub_timeout=10, on_cell_error=_keep_error
    )
    channels = AsyncKernelClient(parent=manager, context=context, session=manager.session)
    channels.load_connection_info(connection)
    channels.start_channels()
    channels.allow_stdin = False
    client.kc = channels
    try:
        await channels.wait_for_ready(timeout=READY_SECONDS)
        tell({"ready": True})
        for index, cell in enumerate(notebook.cells):
            tell({"begin": index})
            await client.async_execute_cell(cell, index)
            tell({"end": index, "outputs": _told(cell.outputs), "dropped": bool(cell.metadata.get("dropped"))})
    except (DeadKernelError, RuntimeError):  # the room's end is told by whoever watches it
        pass
    finally:
        channels.stop_channels()


def _keep_error(cell: Any, cell_index: int, execute_reply: dict[str, Any]) -> None:
    """Keeps the error of a cell where it comes with the reply alone: among too many outputs it may be lost."""
    del cell_index
    content = execute_reply["content"]
    if not any(output.output_type == "error" for output in cell.outputs) and len(str(content)) <= MAX_ERROR:
        error = {name: content.get(name) for name in ("ename", "evalue", "traceback")}
        cell.outputs.append({"output_type": "error", **error})


def _told(outputs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is told of outputs: texts, and by name whatever else they hold."""
    told = []
    for output in outputs:
        plain: dict[str, Any] = {name: value for name, value in output.items() if isinstance(value, str)}
        if isinstance(trace := output.get("traceback"), list):
            plain["traceback"] = [line for line in trace if isinstance(line, str)]
        if isinstance(data := output.get("data"), dict):
            plain["data"] = {str(form): value if isinstance(value, str) else "" for form, value in data.items()}
        told.append(plain)
    return told


def tell(line: dict[str, Any]) -> None:
    """Writes one line of JSON; half characters are replaced, which no strict reader takes."""
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    sys.stdout.flush()


def main() -> None:
    """Reads what to do, does it."""
    import resource  # noqa: PLC0415  there is none on Windows, where no room has a kernel

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    job = json.loads(sys.stdin.readline())
    dead = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.read()
        dead.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    asyncio.run(drive(job["key"], job["cells"], job["patience"], dead))


if __name__ == "__main__":
    main()

"""A real IPython kernel in a room, for notebooks: it listens before the room is closed, and runs cells in it."""

import os
import sys
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from grader.inside import shell
from grader.inside.interrupt import time_limit
from grader.wire.kernel import NAME, PORTS, TRANSPORT
from grader.wire.messages import Soft

#: Characters of one text that a cell puts out; what is longer is cut here, since the host refuses long messages.
MAX_TEXT = 2_000_000
_QUIET = 50  # logging.CRITICAL: what the kernel says of itself is nobody's output


class _RoomKernel(IPythonKernel):
    """Runs each cell within limits."""

    soft: Soft | None = None

    async def do_execute(self, *args: Any, **kwargs: Any) -> Any:
        assert self.soft is not None, "cells run once the room is told to serve"  # noqa: S101  a bug of ours
        with time_limit(self.soft):
            return await super().do_execute(*args, **kwargs)  # type: ignore[no-untyped-call]


class _RoomApp(IPKernelApp):
    """Writes no files: host and room know from the beginning where it listens."""

    def init_connection_file(self) -> None:
        """Has none."""

    def write_connection_file(self, **_: Any) -> None:
        """Has none."""

    def init_crash_handler(self) -> None:
        """Leaves errors to the room."""


class Kernel:
    """The kernel of one room."""

    def __init__(self, sockets: str, key: str) -> None:
        """Remembers where to listen.

        Args:
            sockets: folder for its sockets.
            key: key with which messages are signed.
        """
        self._sockets = sockets
        config = Config()
        config.Session.key = key.encode()
        # Messages that are not copied need a thread of ZeroMQ's with settings of its own, which a room may not make.
        config.Session.copy_threshold = sys.maxsize
        config.HistoryManager.enabled = False  # a thread and a database for what nobody asks
        config.InteractiveShell.colors = "nocolor"
        config.InteractiveShell.banner1 = ""
        config.IPKernelApp.matplotlib = None
        self._app = _RoomApp.instance(  # the one instance, since parts of IPython ask for it
            config=config, transport=TRANSPORT, ip=NAME, kernel_class=_RoomKernel, log_level=_QUIET, **PORTS
        )

    def bind(self) -> None:
        """Starts the kernel's threads and sockets; what it is asked waits until it serves."""
        here = os.getcwd()  # noqa: PTH109  text
        os.chdir(self._sockets)  # a socket's path may have some hundred characters only, so it is told from here
        os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
        os.environ["IPYTHONDIR"] = os.path.join(os.environ["TMPDIR"], "ipython")  # noqa: PTH118  text, as it goes there
        self._app.initialize([])  # type: ignore[no-untyped-call]
        serialize = self._app.session.serialize
        self._app.session.serialize = lambda msg, ident=None: serialize(
            {**msg, "content": _sent(msg["content"])}, ident
        )
        shell.prepare(self._app.shell)
        os.chdir(here)

    def serve(self, soft: Soft) -> None:
        """Runs cells until it is told to shut down.

        Args:
            soft: limits of each cell.
        """
        _RoomKernel.soft = soft
        self._app.start()  # type: ignore[no-untyped-call]


def _sent(value: Any) -> Any:
    """What of a message's content is sent: shorter texts, and no half characters, which cannot be."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            value = f"{value[: MAX_TEXT // 2]}\n[...]\n{value[-MAX_TEXT // 2 :]}"
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {key: _sent(part) for key, part in value.items()}
    return [_sent(part) for part in value] if isinstance(value, list | tuple) else value

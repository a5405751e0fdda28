"""One line in the terminal that tells how far a grading is; it goes when the grading ends."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.text import Text

from grader.text import encodable, one_line

if TYPE_CHECKING:
    from grader.judge.context import Follow
    from grader.model import Checked
    from grader.rubric import Criterion

_PER_SECOND = 4


def is_wanted() -> bool:
    """Says whether somebody sits at a terminal that can overwrite a line."""
    in_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return sys.stderr.isatty() and not in_ci and os.environ.get("TERM") not in ("dumb", "unknown")


class Line:
    """The line; `rich` draws it anew several times a second."""

    def __init__(self, *, shown: bool = False) -> None:
        """Shows nothing yet.

        Args:
            shown: whether to show it at all.
        """
        self._shown = shown
        self._title = ""
        self._began = 0.0
        self._ended = 0

    @contextmanager
    def following(self) -> Iterator["Follow | None"]:
        """Shows the line while a grading runs, on the channel for errors.

        Yields:
            What the grading is to tell of its criteria, or None where nothing is shown.
        """
        if not self._shown:
            yield None
            return
        self._title, self._began, self._ended = "starting Keras", time.monotonic(), 0
        with Live(
            get_renderable=self._text,
            console=Console(stderr=True),
            refresh_per_second=_PER_SECOND,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as live:

            def told(criterion: "Criterion", checked: "Checked | None") -> None:
                if checked is not None:
                    self._ended += 1
                    return
                self._title, self._began = criterion.title, time.monotonic()
                live.refresh()

            yield told

    def _text(self) -> Text:
        seconds = int(time.monotonic() - self._began)
        head = f"{self._ended} checked, now: " if self._ended else ""
        text = encodable(f"{head}{one_line(self._title)}, {seconds} s", sys.stderr.encoding)
        return Text(text, "dim", no_wrap=True, overflow="ellipsis")

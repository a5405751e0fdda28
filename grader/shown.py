"""A notebook as a report shows it after it was run: what each cell says and what came out of it, made harmless."""

import enum

from grader.records import Frozen


class OutputKind(enum.Enum):
    """What an output is."""

    TEXT = "text"
    ERROR = "error"  # a traceback
    IMAGE = "image"  # a PNG
    NOTE = "note"  # a sentence of the grader: what was cut, left out or refused


class CellState(enum.Enum):
    """What became of a cell."""

    TEXT = "text"  # Markdown, shown as it is written
    RAN = "ran"
    RAISED = "raised"
    STOPPED = "stopped"  # it took too long
    NOT_RUN = "not_run"


class ShownOutput(Frozen, frozen=True, kw_only=True):
    """One piece of what a cell put out.

    Attributes:
        kind: what it is.
        text: plain text without control characters, or a PNG in base64.
    """

    kind: OutputKind
    text: str


class ShownCell(Frozen, frozen=True, kw_only=True):
    """One cell.

    Attributes:
        number: number of the code cell, from 1; None for a cell of text.
        source: what stands in it.
        state: what became of it.
        outputs: what it put out.
    """

    number: int | None
    source: str
    state: CellState
    outputs: tuple[ShownOutput, ...] = ()

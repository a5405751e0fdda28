"""From what went wrong in a room to the cause that a student is told, and from a cause to its wording."""

import builtins
import re
import signal
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from grader.errors import GraderFault
from grader.judge.misses import Miss
from grader.judge.source import Source
from grader.model import Finding, Outcome
from grader.rooms.verdicts import BadReply, Died, OutOfMemory, RoomVerdict, StudentError, TimedOut
from grader.rubric import Cause, Criterion
from grader.wire.messages import Raised

#: More of a text than anybody reads.
_MAX_SAID = 2000
#: Errors are quoted up to this length in a headline; the details fold has the rest.
_MAX_QUOTE = 160
#: What a cause is called where it stops a cell and not a file.
_OF_CELLS = {
    "import-stopped": "cell-raised",
    "import-too-long": "cells-too-long",
    "import-died": "cell-died",
    "import-exits": "cell-exits",
    "import-memory": "cell-memory",
}
#: Keras prints its reasons in bold, TensorFlow puts the name of a graph node before them and an operation behind.
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m|\{\{function_node .{0,500}?\}\}\s*|\[Op:.*")


@cache
def general_causes() -> dict[str, Cause]:
    """The wording that all lessons share."""
    text = resources.files("grader.judge").joinpath("causes.toml").read_bytes()
    return msgspec.toml.decode(text, type=dict[str, Cause])


def miss_of(verdict: RoomVerdict, function: str, source: Source, causes: Mapping[str, Cause]) -> Miss:
    """Explains a room's verdict on a call.

    Args:
        verdict: what the room did instead of answering.
        function: the function that was called.
        source: the submission, for its lines.
        causes: the lesson's own causes; they are looked at first.

    Returns:
        The miss to raise.
    """
    match verdict:
        case StudentError():
            return _of_exception(verdict.raised, function, source, causes)
        case TimedOut():
            miss = _at(verdict.raised, "timed-out", function, source, Outcome.TIMED_OUT)
            miss.fields |= {
                "seconds": f"{verdict.seconds:g}",
                "clock": " on the clock" if verdict.on_clock else "",
            }
            return miss
        case OutOfMemory():
            miss = _at(verdict.raised, "out-of-memory", function, source, Outcome.OUT_OF_MEMORY)
            miss.fields["megabytes"] = verdict.memory_mb
            return miss
        case Died():
            return Miss("died", outcome=Outcome.CRASHED, function=function, how=how_it_died(verdict.code))
        case BadReply():
            return Miss("bad-reply", function=function, error=str(verdict))
    raise GraderFault(f"a room gave an unknown verdict: {type(verdict).__name__}")


def import_miss(verdict: RoomVerdict, miss: Miss, file: str, *, in_cells: bool = False) -> Miss:
    """Words a miss for loading, where it is the file as a whole that fails and not a function.

    Args:
        verdict: what the room did instead of loading.
        miss: its explanation as of a call.
        file: name of the file.
        in_cells: whether it is a notebook.
    """
    miss.fields |= {"file": file, "cell": miss.place.cell if miss.place else None}
    miss.quotes_room = False  # nothing hidden has been given to the room yet
    miss.outcome = Outcome.FAILED if isinstance(verdict, StudentError) else miss.outcome
    match verdict:
        case TimedOut():
            miss.cause = "import-too-long"
        case OutOfMemory():
            miss.cause = "import-memory"
        case Died():
            miss.cause = "import-died"
        case StudentError() if miss.cause == "exits":
            miss.cause = "import-exits"
        case StudentError() if miss.cause != "missing-package":
            miss.cause = "import-stopped"
            miss.fields |= {"type": verdict.raised.type_name, "error": quote(verdict.raised.message)}
    if in_cells:
        miss.cause = _OF_CELLS.get(miss.cause, miss.cause)
    return miss


def how_it_died(code: int | None) -> str:
    """Says how a process ended, in words."""
    if code is None:
        return "it had already ended"
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def _of_exception(raised: Raised, function: str, source: Source, causes: Mapping[str, Cause]) -> Miss:
    names = {raised.type_name, *raised.bases}
    if "NotImplementedError" in names and raised.lines:
        place = source.place(raised.lines[-1].line, raised.lines[-1].function)
        if "NotImplementedError" in place.text:
            return Miss("not-started", outcome=Outcome.NOT_STARTED, place=place, function=function)
    if "SystemExit" in names:
        return _at(raised, "exits", function, source, Outcome.FAILED)
    if "TypeError" in names and not raised.lines and f"{function}()" in raised.message:
        definition = source.signature(function) or function
        miss = Miss("wrong-signature", received=definition, details=raised.traceback, function=function)
        miss.quotes_room = True
        miss.place = source.function(function)
        return miss
    text = f"{raised.type_name}: {raised.message}"
    for code, cause in (*causes.items(), *general_causes().items()):
        if cause.error and re.search(cause.error, text):
            return _at(raised, code, function, source, Outcome.FAILED)
    return _at(raised, "raised", function, source, Outcome.FAILED)


def _at(raised: Raised | None, cause: str, function: str, source: Source, outcome: Outcome) -> Miss:
    """A miss that points at the innermost of the student's lines."""
    miss = Miss(cause, outcome=outcome, function=function)
    if raised is not None:
        miss.quotes_room = True
        miss.fields |= {"type": raised.type_name, "error": quote(raised.message) or raised.type_name}
        miss.details = raised.traceback
        if raised.lines:
            miss.place = source.place(raised.lines[-1].line, raised.lines[-1].function)
    return miss


def withhold(miss: Miss) -> Miss:
    """Takes out what a room may have made from hidden inputs: texts of exceptions, and names of their classes.

    Args:
        miss: what a check raised; it is changed.
    """
    if miss.quotes_room:
        miss.details = ""
        miss.fields["error"] = "its text is kept back, since it may quote hidden data"
        if miss.fields.get("type") not in dir(builtins):
            miss.fields["type"] = "an exception"
    return miss


def quote(message: str) -> str:
    """The telling line of an error's text, short enough for a headline."""
    lines = [line.strip() for line in _ESCAPES.sub("", message).splitlines() if line.strip()]
    if len(lines) > 1 and lines[0].startswith("Exception encountered when calling"):  # Keras tells the reason below
        lines = lines[1:]
    line = lines[0] if lines else ""
    return line if len(line) <= _MAX_QUOTE else line[: _MAX_QUOTE - 1] + "…"


class _Fields(dict[str, Any]):
    """Fields of a wording; one that the check forgot shows as its name, which a test finds."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def finding_of(miss: Miss, criterion: Criterion, causes: Mapping[str, Cause]) -> Finding:
    """Puts a miss into words.

    Args:
        miss: what a check raised.
        criterion: the criterion, for its reason and hints.
        causes: the lesson's own causes; they come before the general ones.

    Returns:
        The finding.

    Raises:
        GraderFault: there is no wording for this cause.
    """
    cause = causes.get(miss.cause) or general_causes().get(miss.cause)
    if cause is None:
        raise GraderFault(f"there is no wording for the cause {miss.cause} of {criterion.id}")
    fields = _Fields(miss.fields, expected=miss.expected, received=miss.received)
    hint = cause.hint.format_map(fields)
    return Finding(
        cause=miss.cause,
        headline=_short(_sentence(cause.headline.format_map(fields))),
        expected=miss.expected,
        received=_short(miss.received),
        why=cause.why or criterion.why,
        hints=(hint, *criterion.hints[1:]) if hint else criterion.hints,  # the cause says more than a nudge
        place=miss.place,
        details=miss.details,
    )


def _short(text: str) -> str:
    return text if len(text) <= _MAX_SAID else text[: _MAX_SAID - 1] + "…"


def _sentence(text: str) -> str:
    """Starts with a capital unless the first word is code, and ends with one full stop at most."""
    first = text.partition(" ")[0]
    if first.isalpha() and first.islower():
        text = text[:1].upper() + text[1:]
    return text[:-1] if text.endswith("..") else text

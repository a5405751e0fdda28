"""Makes text from a submission harmless before anybody sees it; and how numbers and names are written and compared."""

import re
import unicodedata

#: Every alternative matches whatever follows its first character, so no input makes this slower than linear.
_ESCAPES = re.compile(
    r"""
    (?:\x1b\[|\x9b) [0-?]* [ -/]* [@-~]?   # CSI: colours, cursor, erase
  | (?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f]) [^\x07\x1b\x9c\n]* (?:\x07|\x9c|\x1b\\)?   # OSC, DCS: title, links
  | \x1b [ -/]* [0-~]?   # all others
    """,
    re.VERBOSE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: What turns the writing direction, and halves of characters, which no encoding can write.
_DECEITFUL = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_BREAKS = re.compile("[\u2028\u2029]")
_BREAKS = re.compile(r"[\n\t]")


def clean(text: str) -> str:
    r"""Takes out of a text what could deceive its reader or drive a terminal.

    Terminal sequences and control characters go, except `\n` and `\t`. Of a line that `\r` overwrites, as
    progress bars do, only the last state stays. Marks that turn the writing direction and lone surrogates
    become U+FFFD, for a reader should see that something stood there.

    Args:
        text: any text.

    Returns:
        The text, safe to print and to encode.
    """
    text = _LINE_BREAKS.sub("\n", _ESCAPES.sub("", text))
    if "\r" in text:
        text = "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))
    return _DECEITFUL.sub("\ufffd", _CONTROLS.sub("", text))


def one_line(text: str, limit: int = 400) -> str:
    r"""Cleans a text and brings it to one line, so that no part of it can pose as a line of ours.

    What `\r` would overwrite stays too.

    Args:
        text: any text.
        limit: most characters; a longer text ends with an ellipsis.

    Returns:
        The text on one line.
    """
    pieces = (piece.strip() for piece in _BREAKS.split(clean(text.replace("\r", "\n"))))
    line = " ".join(piece for piece in pieces if piece)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def encodable(text: str, encoding: str) -> str:
    """Cleans a text and puts a question mark in place of what an encoding cannot write."""
    return clean(text).encode(encoding, "replace").decode(encoding)


def where(line: int, cell: int | None) -> str:
    """Names a line of a submission, e.g. "line 14" in a file or "cell 3, line 14" in a notebook."""
    return f"line {line}" if cell is None else f"cell {cell}, line {line}"


def number(value: float) -> str:
    """Writes points or percent: at most two decimals, none without need."""
    return f"{round(value, 2):.10g}"


def many(count: float, thing: str) -> str:
    """Says how many of something there are, e.g. "1 day" or "2 days"."""
    return f"{number(count)} {thing}{'s' * (count != 1)}"


def folded(text: str) -> str:
    """A text without its case and Unicode form, which differ from system to system."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).strip()

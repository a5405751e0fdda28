"""Shows a notebook as it ran: plain text and rebuilt pictures out of what hostile code put out."""

import base64
import binascii
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.notebook import png
from grader.shown import CellState, OutputKind, ShownCell, ShownOutput
from grader.text import clean

MAX_CELLS = 1_000
MAX_OUTPUTS = 20
#: Characters of the text that a cell puts out, of its source, and of all that is shown of a notebook.
MAX_TEXT = 10_000
MAX_SOURCE = 50_000
MAX_TOTAL = 4_000_000
#: Unpacked, all pictures together: drawing them costs a browser about as much memory.
MAX_PIXELS = 256 * 2**20
#: Of one output no more is read; progress bars write much of which little stays.
_MAX_RAW = 2_000_000
_CUT = "\n[... {} characters are left out here ...]\n"

_WIDGET = "application/vnd.jupyter.widget-view+json"
#: What is never shown, and what it is called.
_REFUSED = {
    _WIDGET: "A widget",
    "application/javascript": "JavaScript",
    "image/svg+xml": "An SVG picture",
    "text/latex": "LaTeX",
    "image/jpeg": "A JPEG picture",
    "image/gif": "A GIF picture",
    "application/pdf": "A PDF",
    "text/html": "HTML",
}
#: How IPython writes an object in plain text that is only worth showing in another form.
_EMPTY_FORM = "<IPython.core.display."


def shown(notebook: Mapping[str, Any], states: Mapping[int, CellState]) -> tuple[ShownCell, ...]:
    """Makes an executed notebook harmless.

    Args:
        notebook: nbformat 4 as plain data; nothing in it has to be as it should.
        states: what became of each code cell, by its number from 1; a cell that is not named did not run.

    Returns:
        Its cells in order: source, state, and what came out, as plain text and PNG pictures.
    """
    cells = [cell for cell in _list(notebook.get("cells")) if isinstance(cell, Mapping)]
    budget = _Budget()
    result: list[ShownCell] = []
    number = 0
    for cell in cells[:MAX_CELLS]:
        source = budget.text(_cut(_text(cell.get("source")), MAX_SOURCE))
        if cell.get("cell_type") != "code":
            result.append(ShownCell(number=None, source=source, state=CellState.TEXT))
            continue
        number += 1
        outputs = _outputs(_list(cell.get("outputs")), budget)
        state = states.get(number, CellState.NOT_RUN)
        result.append(ShownCell(number=number, source=source, state=state, outputs=outputs))
    if len(cells) > MAX_CELLS:
        left = _note(f"{len(cells) - MAX_CELLS} more cells are not shown.")
        result.append(ShownCell(number=None, source="", state=CellState.TEXT, outputs=(left,)))
    return tuple(result)


class _Budget:
    """How much of a notebook may still be shown."""

    def __init__(self) -> None:
        self._characters = MAX_TOTAL
        self._pixels = MAX_PIXELS

    def text(self, text: str) -> str:
        """Takes a text, or what still fits of it."""
        text = _cut(text, self._characters)
        self._characters -= len(text)
        return text

    def picture(self, data: bytes) -> str:
        """Takes a PNG and gives it in base64; it has to fit."""
        self._pixels -= png.pixel_bytes(data)  # a broken one costs as much time
        if self._pixels < 0:
            raise png.NoPicture("is one too many")
        text = base64.b64encode(png.rebuild(data)).decode()
        if len(text) > self._characters:
            raise png.NoPicture("is one too many")
        self._characters -= len(text)
        return text


def _outputs(outputs: Sequence[Any], budget: _Budget) -> tuple[ShownOutput, ...]:
    raw = [output for output in outputs if isinstance(output, Mapping)]
    errors = [output for output in raw if output.get("output_type") == "error"][:1]  # it ends a cell
    others = [output for output in raw if output.get("output_type") != "error"]
    made: list[ShownOutput] = []
    for piece in (piece for output in _joined(others) for piece in _output(output, budget)):
        if piece.kind is OutputKind.NOTE and piece in made:
            continue
        if len(made) == MAX_OUTPUTS - len(errors):
            made.append(_note("More outputs of this cell are not shown."))
            break
        made.append(piece)
    made += [piece for output in errors for piece in _output(output, budget)]
    shares = _shares([len(piece.text) if _is_text(piece) else 0 for piece in made], MAX_TEXT)
    return tuple(
        ShownOutput(kind=piece.kind, text=budget.text(_cut(piece.text, share))) if _is_text(piece) else piece
        for piece, share in zip(made, shares, strict=True)
    )


def _joined(outputs: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Joins what a stream wrote piece by piece, as Jupyter does; a progress bar is one text then."""
    name, pieces = None, list[str]()
    for output in outputs:
        is_stream = output.get("output_type") == "stream"
        if pieces and not (is_stream and output.get("name") == name):
            yield {"output_type": "stream", "text": pieces}
            pieces = []
        if is_stream:
            name = output.get("name")
            pieces.append(_raw(output.get("text")))
        else:
            yield output
    if pieces:
        yield {"output_type": "stream", "text": pieces}


def _output(output: Mapping[str, Any], budget: _Budget) -> Iterator[ShownOutput]:
    kind = output.get("output_type")
    if kind == "stream":
        yield from _plain(OutputKind.TEXT, _text(output.get("text")))
    elif kind == "error":
        lines = [_raw(line) for line in _list(output.get("traceback"))]
        headline = f"{_raw(output.get('ename'))}: {_raw(output.get('evalue'))}"
        yield from _plain(OutputKind.ERROR, _text("\n".join(lines) if any(lines) else headline))
    elif isinstance(data := output.get("data"), Mapping):
        yield from _display(data, budget)


def _display(data: Mapping[str, Any], budget: _Budget) -> Iterator[ShownOutput]:
    """Shows the picture among the forms of an object, else its plain text, and says what it has beside these."""
    if "image/png" in data:
        yield _picture(data["image/png"], budget)
        return
    text = _text(data.get("text/plain"))
    if not text.strip() or text.startswith(_EMPTY_FORM):
        text = _text(data.get("text/markdown"))
    if _WIDGET in data:
        text = ""  # its plain text lists its parts, of use to nobody
    yield from _plain(OutputKind.TEXT, text)
    if not text.strip():
        yield from (_note(f"{name} is not shown here.") for form, name in _REFUSED.items() if form in data)


def _picture(value: Any, budget: _Budget) -> ShownOutput:
    try:
        data = base64.b64decode("".join(_raw(value).split()), validate=True)
        return ShownOutput(kind=OutputKind.IMAGE, text=budget.picture(data))
    except (binascii.Error, ValueError) as problem:
        reason = problem if isinstance(problem, png.NoPicture) else "is no PNG"
        return _note(f"A picture is not shown here: it {reason}.")


def _plain(kind: OutputKind, text: str) -> Iterator[ShownOutput]:
    text = text.strip("\n")
    if text.strip():
        yield ShownOutput(kind=kind, text=text)


def _note(text: str) -> ShownOutput:
    return ShownOutput(kind=OutputKind.NOTE, text=text)


def _is_text(output: ShownOutput) -> bool:
    return output.kind in {OutputKind.TEXT, OutputKind.ERROR}


def _shares(lengths: Sequence[int], total: int) -> list[int]:
    """Divides a total fairly: who needs less than an equal share leaves the rest to the longer ones."""
    shares = [0] * len(lengths)
    for waiting, index in zip(
        range(len(lengths), 0, -1), sorted(range(len(lengths)), key=lengths.__getitem__), strict=True
    ):
        shares[index] = min(lengths[index], total // waiting)
        total -= shares[index]
    return shares


def _cut(text: str, limit: int) -> str:
    """Leaves out the middle of a text that is too long: what matters stands at its beginning or its end."""
    if len(text) <= limit:
        return text
    keep = max(limit - len(_CUT) - len(str(len(text))), 0)
    head = (keep + 1) // 2
    note = _CUT.format(len(text) - keep)
    return (text[:head] + note + text[len(text) - keep + head :])[:limit]


def _text(value: Any) -> str:
    return clean(_raw(value))


def _raw(value: Any) -> str:
    """Reads a text, which nbformat may hold in pieces."""
    text = value if isinstance(value, str) else "".join(piece for piece in _list(value) if isinstance(piece, str))
    return text if len(text) <= _MAX_RAW else f"{text[: _MAX_RAW // 2]}\n{text[-_MAX_RAW // 2 :]}"


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()

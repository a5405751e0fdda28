"""A model as boxes and arrows, from top to bottom."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from grader.pictured import Arrow, Diagram, Node
from grader.report.drawing.style import CARD, INK, MIDDLE, MISS, MUTED, OWN, SMALL, SUNK, TEXT, blank, new_figure
from grader.text import one_line

_LEFT, _BOX = 2.0, 190.0
_MIDDLE = _LEFT + _BOX / 2
_HIGH, _GAP, _END = 40.0, 32.0, 18.0
#: Arrows that pass layers by run beside the boxes, each in a lane of its own.
_LANE = 11.0
_MAX_LANES = 4


def draw(picture: Diagram) -> Figure:
    """Draws a model."""
    count = len(picture.nodes)
    tops = [_END + _GAP + at * (_HIGH + _GAP) for at in range(count)]
    end = tops[-1] + _HIGH + _GAP
    has_input = any(arrow.source < 0 for arrow in picture.arrows)
    has_output = any(arrow.target >= count for arrow in picture.arrows)
    shift = 0.0 if has_input else _END + _GAP - 4
    figure = new_figure((end + _END if has_output else end - _GAP + 4) - shift)
    canvas = blank(figure)
    places = [(-shift, _END - shift), *((top - shift, top - shift + _HIGH) for top in tops)]
    places.append((end - shift, end + _END - shift))  # each from top to bottom: the input, the layers, the output
    if has_input:
        canvas.text(_MIDDLE, places[0][0] + 12, "input", fontsize=TEXT, color=MUTED, ha="center")
    if has_output:
        canvas.text(_MIDDLE, places[-1][0] + 13, "output", fontsize=TEXT, color=MUTED, ha="center")
    for node, (top, _) in zip(picture.nodes, places[1:-1], strict=True):
        _node(canvas, node, top)
    past = [arrow for arrow in picture.arrows if arrow.target - arrow.source > 1][:_MAX_LANES]
    for arrow in picture.arrows:
        if arrow.target - arrow.source == 1:
            _down(canvas, arrow, places)
    for lane, arrow in enumerate(past):
        _past(canvas, arrow, places, lane, len(past))
    return figure


def _node(canvas: Axes, node: Node, top: float) -> None:
    shape = FancyBboxPatch(
        (_LEFT + 5, top + 5),
        _BOX - 10,
        _HIGH - 10,
        boxstyle="round,pad=5,rounding_size=7",
        facecolor=SUNK if node.is_recurrent else CARD,
        edgecolor=OWN if node.is_recurrent else MUTED,
        linewidth=1.8 if node.is_recurrent else 1.2,
    )
    canvas.add_patch(shape)
    name = top + (17 if node.detail else 24)
    canvas.text(_MIDDLE, name, one_line(node.name, 26), fontsize=TEXT + 1, color=INK, ha="center", fontweight="bold")
    canvas.text(_MIDDLE, top + 32, one_line(node.detail, 34), fontsize=SMALL, color=MUTED, ha="center")


def _down(canvas: Axes, arrow: Arrow, places: list[tuple[float, float]]) -> None:
    start, end = places[arrow.source + 1][1], places[arrow.target + 1][0]
    _arrow(canvas, arrow, Path([(_MIDDLE, start + 1), (_MIDDLE, end - 1)]))
    _label(canvas, arrow, _MIDDLE + 10, (start + end) / 2)


def _past(canvas: Axes, arrow: Arrow, places: list[tuple[float, float]], lane: int, lanes: int) -> None:
    side = _LEFT + _BOX
    x = side + 8 + _LANE * lane
    start = places[arrow.source + 1][1] - (12 + 3 * lane if arrow.source >= 0 else 5)
    end = places[arrow.target + 1][0] + 9 + 6 * (lane % 4)
    begin = side if arrow.source >= 0 else _MIDDLE + 20
    to = side + 1 if arrow.target + 1 < len(places) - 1 else _MIDDLE + 24
    _arrow(canvas, arrow, Path([(begin, start), (x, start), (x, end), (to, end)]))
    _label(canvas, arrow, side + 4 + _LANE * lanes, (start + end) / 2 + 14 * (lane % 2))  # beside all lanes


def _arrow(canvas: Axes, arrow: Arrow, path: Path) -> None:
    colour = MISS if arrow.is_wrong else INK
    patch = FancyArrowPatch(
        path=path,
        arrowstyle="-|>,head_length=5,head_width=3",
        color=colour,
        linewidth=2.6 if arrow.is_wrong else 1.3,
        linestyle=(0, (3, 2)) if arrow.is_indirect else "-",
        joinstyle="round",
    )
    canvas.add_patch(patch)


def _label(canvas: Axes, arrow: Arrow, x: float, y: float) -> None:
    text = f"✗ {one_line(arrow.shape, 24)}" if arrow.is_wrong else one_line(arrow.shape, 24)
    weight = "bold" if arrow.is_wrong else "normal"
    colour = MISS if arrow.is_wrong else INK
    canvas.text(x, y + MIDDLE, text, fontsize=TEXT, color=colour, fontweight=weight)

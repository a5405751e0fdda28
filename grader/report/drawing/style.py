"""How pictures look: sizes, and stand-ins for the colours that the style sheet chooses."""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from grader.pictured import Role

#: Width in the units of a picture; a phone shows it nearly as large, so a letter is as high there as it says here.
WIDTH = 300.0
TEXT, SMALL = 12.0, 11.0
#: How far the foot of a text lies below its middle; measured, it would depend on which letters there are.
MIDDLE = 4.0

#: Matplotlib wants colours; the page wants names of colours, which depend on light, dark and paper. So each of these
#: stands for a name and is replaced by a class once the picture is drawn.
NAMES = ("ink", "muted", "line", "own", "other", "second", "miss", "good", "card", "sunk")
COLOURS = {name: f"#{number:02x}{number:02x}{number:02x}" for number, name in enumerate(NAMES, start=1)}
INK, MUTED, LINE, OWN, OTHER, SECOND, MISS, GOOD, CARD, SUNK = (COLOURS[name] for name in NAMES)

#: Colour, dashes, width and marker of a line: no two are told apart by their colour alone.
LINES: dict[Role, dict[str, Any]] = {
    Role.TRUTH: {"color": INK, "linestyle": "-", "linewidth": 1.6},
    Role.OWN: {"color": OWN, "linestyle": "-", "linewidth": 1.8, "marker": "o", "markersize": 4},
    Role.OTHER: {"color": OTHER, "linestyle": (0, (6, 2)), "linewidth": 1.8, "marker": "s", "markersize": 3.5},
    Role.SECOND: {"color": SECOND, "linestyle": (0, (1.2, 1.6)), "linewidth": 2.2, "marker": "^", "markersize": 4},
    Role.PAST: {"color": MUTED, "linestyle": "-", "linewidth": 1.0},
}
#: Markers on many more points than this would hide the line, so then only some get one.
MARKED_POINTS = 36


def new_figure(height: float) -> Figure:
    """An empty figure, one unit of a picture to the point.

    Args:
        height: in the units of a picture.
    """
    return Figure(figsize=(WIDTH / 72, height / 72), dpi=72)


def place(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Axes at a place of a figure, in the units of a picture, from its upper left corner."""
    whole = figure.get_figheight() * 72
    return figure.add_axes((left / WIDTH, 1 - (top + height) / whole, width / WIDTH, height / whole))


def blank(figure: Figure) -> Axes:
    """Axes over a whole figure, in the units of a picture, y going down; nothing of them is seen."""
    height = figure.get_figheight() * 72
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(height, 0)
    return axes

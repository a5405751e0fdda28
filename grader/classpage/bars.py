"""Counts of marks as upright bars."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from grader.report.drawing.style import INK, LINE, MISS, MUTED, OWN, SMALL, TEXT, WIDTH, blank, new_figure
from grader.text import number

_LEFT, _TOP, _HIGH = 6.0, 36.0, 110.0
_WIDE = WIDTH - 2 * _LEFT


def draw(counts: Sequence[int], pass_mark: float) -> Figure:
    """Draws how many marks lie in each step from 0 to 100 %.

    Args:
        counts: how many, from the lowest step to the highest.
        pass_mark: where a line is drawn, in percent.
    """
    figure = new_figure(_TOP + _HIGH + 34)
    canvas = blank(figure)
    ground, wide, most = _TOP + _HIGH, _WIDE / len(counts), max(*counts, 1)
    for step, count in enumerate(counts):
        if count:
            left, high = _LEFT + step * wide, max(_HIGH * count / most, 1.5)
            canvas.add_patch(Rectangle((left + 2, ground - high), wide - 4, high, facecolor=OWN, linewidth=0))
            canvas.text(left + wide / 2, ground - high - 4, str(count), fontsize=TEXT, color=INK, ha="center")
    canvas.add_line(Line2D([_LEFT, _LEFT + _WIDE], [ground, ground], color=LINE, linewidth=1.2))
    for percent in (0, 20, 40, 60, 80, 100):
        side = {0: "left", 100: "right"}.get(percent, "center")
        x = _LEFT + _WIDE * percent / 100
        canvas.text(x, ground + 15, str(percent), fontsize=SMALL, color=MUTED, ha=side)
    canvas.text(_LEFT + _WIDE, ground + 29, "mark in percent", fontsize=SMALL, color=MUTED, ha="right")
    x = _LEFT + _WIDE * pass_mark / 100
    canvas.add_line(Line2D([x, x], [16, ground], color=MISS, linewidth=1.4, linestyle=(0, (3, 2))))
    left = pass_mark > 50  # noqa: PLR2004  the half
    text = f"pass mark {number(pass_mark)}"
    canvas.text(x - 4 if left else x + 4, 12, text, fontsize=TEXT, color=MISS, ha="right" if left else "left")
    return figure

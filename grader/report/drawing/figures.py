"""Pictures as figures: one function a kind."""

import math
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from grader.pictured import Bar, Bars, Diagram, Grid, Grids, Lines, Picture, Role
from grader.report import words
from grader.report.drawing import diagrams
from grader.report.drawing.style import (
    CARD,
    GOOD,
    INK,
    LINE,
    LINES,
    MARKED_POINTS,
    MIDDLE,
    MISS,
    MUTED,
    OTHER,
    OWN,
    SMALL,
    SUNK,
    TEXT,
    WIDTH,
    blank,
    new_figure,
    place,
)
from grader.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

_LEFT, _RIGHT = 38.0, 8.0
_SHADES = 8


def figure_of(picture: Picture) -> Figure:
    """Draws a picture.

    Raises:
        TypeError: it is a text, which needs no drawing.
    """
    makers: dict[type, Callable[[Any], Figure]] = {Lines: _lines, Bars: _bars, Grids: _grids, Diagram: diagrams.draw}
    maker = makers.get(type(picture))
    if maker is None:
        raise TypeError(f"{type(picture).__name__} is not drawn")
    return maker(picture)


# Lines.


def _lines(picture: Lines) -> Figure:
    styles = {(s.role, s.name): LINES[s.role] for panel in picture.panels for s in panel.series}
    rows = _legend_rows([name for _, name in styles])
    head, height = 16.0 * len(rows) + 22, 150.0 if len(picture.panels) == 1 else 104.0
    heads = [17.0 if panel.name or panel.steps else 4.0 for panel in picture.panels]
    figure = new_figure(head + sum(heads) + len(picture.panels) * (height + 16) + 22)
    canvas = blank(figure)
    _legend(canvas, rows, {name: style for (_, name), style in styles.items()})
    canvas.text(2, head - 9, one_line(picture.y_label, 48), fontsize=SMALL, color=MUTED)
    top = head
    for panel, above in zip(picture.panels, heads, strict=True):
        if panel.name:
            canvas.text(2, top + 12, one_line(panel.name, 36), fontsize=TEXT, color=INK, fontweight="bold")
        if panel.steps:  # what the upright lines are, at the end of the row, where they cannot be in the way
            name = one_line(panel.steps[0][1], 24)
            x = WIDTH - _RIGHT - 6.6 * len(name) - 6
            canvas.add_line(Line2D([x, x], [top + 2, top + 14], color=INK, linewidth=1, linestyle=(0, (2, 2))))
            canvas.text(x + 5, top + 12, name, fontsize=SMALL, color=MUTED)
        axes = place(figure, _LEFT, top + above, WIDTH - _LEFT - _RIGHT, height)
        _plain_axes(axes, is_log=picture.is_log)
        for one in panel.series:
            style = LINES[one.role] | {"markevery": 1 if len(one.y) <= MARKED_POINTS else len(one.y) // 9}
            y = [math.nan if value is None else value for value in one.y]
            axes.plot([math.nan if value is None else value for value in one.x], y, clip_on=False, **style)
        for step, _ in panel.steps:
            axes.axvline(step, color=INK, linewidth=1, linestyle=(0, (2, 2)), clip_on=False)
        top += above + height + 16
    canvas.text(WIDTH - _RIGHT, top + 10, one_line(picture.x_label, 48), fontsize=SMALL, color=MUTED, ha="right")
    return figure


def _plain_axes(axes: Axes, *, is_log: bool) -> None:
    axes.patch.set_visible(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=MUTED, pad=4)
    axes.grid(axis="y", color=LINE, linewidth=1)
    axes.set_axisbelow(True)
    axes.margins(x=0.015)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if is_log:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(lambda value, _: words.measured(value))
        axes.minorticks_off()
    else:
        axes.yaxis.set_major_locator(MaxNLocator(4))


def _legend_rows(names: list[str]) -> list[list[str]]:
    """Names by row, as many in each as fit."""
    rows: list[list[str]] = []
    used = WIDTH
    for name in (one_line(name, 46) for name in names):
        width = 42 + 7 * len(name)
        if used + width > WIDTH:
            rows.append([])
            used = 0
        rows[-1].append(name)
        used += width
    return rows


def _legend(canvas: Axes, rows: list[list[str]], styles: dict[str, dict[str, Any]]) -> None:
    shown = {one_line(name, 46): style for name, style in styles.items()}
    for number, row in enumerate(rows):
        x, y = 2.0, 8 + 16.0 * number
        for name in row:
            canvas.add_line(Line2D([x, x + 11, x + 22], [y, y, y], **shown[name]))
            canvas.text(x + 28, y + MIDDLE, name, fontsize=TEXT, color=INK)
            x += 42 + 7 * len(name)


# Bars.

_BAR, _NAME, _GAP = 12.0, 17.0, 9.0
#: Where lower is better, bars that reach further than so many thresholds are cut: else the others could not be seen.
_CUT = 8
_FILLS = {Role.OWN: OWN, Role.TRUTH: INK, Role.OTHER: MUTED, Role.SECOND: OTHER, Role.PAST: MUTED}


def _bars(picture: Bars) -> Figure:
    figure = new_figure(28 + len(picture.bars) * (_BAR + _NAME + _GAP))
    canvas = blank(figure)
    right = 2 + 0.82 * (WIDTH - 4)
    most = max(*(bar.value for bar in picture.bars), *(run for bar in picture.bars for run in bar.runs), 0.0)
    most = max(most, picture.threshold or 0.0) or 1.0
    if picture.threshold and picture.is_lower_better:
        most = min(most, _CUT * picture.threshold)
    unit = (right - 2) / most

    limit = None if picture.threshold is None else 2 + picture.threshold * unit
    for number, bar in enumerate(picture.bars):
        _bar(canvas, bar, 26 + number * (_BAR + _NAME + _GAP), unit, limit)
    if picture.threshold is not None and limit is not None:
        x = limit
        canvas.add_line(Line2D([x, x], [17, 23], color=MISS, linewidth=2))
        side = "right" if x > WIDTH / 2 else "left"
        arrow = "← better" if picture.is_lower_better else "better →"
        text = f"threshold {picture.threshold:g}, {arrow}"
        canvas.text(x if side == "right" else max(x - 2, 2), 12, text, fontsize=TEXT, color=MISS, ha=side)
    else:
        arrow = "shorter is better" if picture.is_lower_better else "longer is better"
        canvas.text(2, 12, f"{one_line(picture.x_label, 34)}, {arrow}", fontsize=SMALL, color=MUTED)
    return figure


def _bar(canvas: Axes, bar: Bar, top: float, unit: float, limit: float | None) -> None:
    weight = "bold" if bar.role is Role.OWN else "normal"
    canvas.text(2, top + 11, one_line(bar.name, 44), fontsize=TEXT, color=INK, fontweight=weight)
    end = 0.82 * (WIDTH - 4)
    y, length = top + _NAME, min(max(bar.value, 0.0) * unit, end)
    is_cut = bar.value * unit > end + 1
    is_open = bar.role is Role.TRUTH
    style: dict[str, Any] = {"facecolor": SUNK if is_open else _FILLS[bar.role], "edgecolor": _FILLS[bar.role]}
    alpha = 0.55 if bar.role in (Role.OTHER, Role.PAST) else 1
    canvas.add_patch(Rectangle((2, y), max(length, 1.5), _BAR, linewidth=1.2, alpha=alpha, **style))
    if is_cut:
        canvas.add_line(Line2D([2 + length - 14, 2 + length - 8], [y + _BAR + 2, y - 2], color=CARD, linewidth=4))
    ends = [2 + run * unit for run in bar.runs if run * unit <= end + 1]
    for end in ends:
        canvas.plot([end], [y + _BAR / 2], marker="D", markersize=4.5, color=INK, markeredgecolor=SUNK, clip_on=False)
    after, said = max([2 + length, *ends]) + 7, f"{bar.value:.3g}{' (cut)' * is_cut}"
    if limit is not None:
        canvas.add_line(Line2D([limit, limit], [y - 1, y + _BAR + 2], color=MISS, linewidth=2))
        if after - 6 < limit < after + 6.6 * len(said) + 4:  # nothing is written across the line
            after = limit + 5
    canvas.text(after, y + _BAR / 2 + MIDDLE, said, fontsize=TEXT, color=INK)


# Grids.


def _grids(picture: Grids) -> Figure:
    left = 6 + max([6.2 * len(one_line(n, 18)) for grid in picture.grids for n in grid.row_names], default=0)
    plans = []
    top = 4.0
    for grid in picture.grids:
        columns = max(len(row) for row in grid.rows)
        side = min((WIDTH - left - 4) / max(columns, 1), 26.0)
        high = max(side, 18.0) if grid.row_names else side
        plans.append((grid, top + 20, side, high))
        top += 20 + high * len(grid.rows) + 10
    figure = new_figure(top + (16 if picture.x_label else 0))
    canvas = blank(figure)
    for grid, at, side, high in plans:
        _grid(canvas, grid, (left, at), (side, high))
    if picture.x_label:
        canvas.text(left, top + 6, one_line(picture.x_label, 50), fontsize=SMALL, color=MUTED)
    return figure


def _grid(canvas: Axes, grid: Grid, at: tuple[float, float], cell: tuple[float, float]) -> None:
    (x, y), (side, high) = at, cell
    colour = {None: INK, True: GOOD, False: MISS}[grid.is_right]
    sign = {None: "", True: "✓ ", False: "✗ "}[grid.is_right]
    canvas.text(2, y - 6, sign + one_line(grid.name, 44), fontsize=TEXT, color=colour, fontweight="bold")
    shades: dict[int, list[Path]] = {}
    for row, values in enumerate(grid.rows):
        for column, value in enumerate(values):
            if value is not None:
                shade = round(_SHADES * min(max(value, 0.0), 1.0))
                shades.setdefault(shade, []).append(_box(x + column * side, y + row * high, side, high))
    for shade, boxes in sorted(shades.items()):
        style: dict[str, Any] = {"facecolor": OWN, "alpha": shade / _SHADES} if shade else {"facecolor": SUNK}
        canvas.add_patch(PathPatch(Path.make_compound_path(*boxes), linewidth=0, edgecolor="none", **style))
    for row, name in enumerate(grid.row_names):
        canvas.text(2, y + (row + 0.5) * high + MIDDLE, one_line(name, 18), fontsize=TEXT, color=INK)
    for row, column in grid.rings:
        corner = (x + column * side - 1, y + row * high + 1)
        canvas.add_patch(Rectangle(corner, side + 2, high - 2, fill=False, edgecolor=INK, linewidth=1.5))


def _box(x: float, y: float, width: float, height: float) -> Path:
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    return Path(corners, [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY])

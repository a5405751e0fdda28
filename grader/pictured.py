"""Pictures of a report as plain data: what is drawn, not how. `grader.report.pictures` draws them.

Sizes are capped where they are read: `held` gives back only what a report can show.
"""

import enum
from typing import Annotated

import msgspec

from grader.records import Frozen

_Words = Annotated[str, msgspec.Meta(max_length=120)]
_Sentences = Annotated[str, msgspec.Meta(max_length=1200)]
_Numbers = Annotated[tuple[float | None, ...], msgspec.Meta(max_length=400)]


class Role(enum.Enum):
    """What a line, a bar or a layer stands for; a report chooses colour, dashes and shape by it."""

    TRUTH = "truth"  # what really is
    OWN = "own"  # what the submission made
    OTHER = "other"  # what to compare it with
    SECOND = "second"  # another one to compare it with
    PAST = "past"  # what was known before


class Series(Frozen, frozen=True, kw_only=True):
    """One line.

    Attributes:
        name: what it is; lines of one name and role share an entry of the legend.
        role: what it stands for.
        x: places along the axis.
        y: values; None leaves a gap.
    """

    name: _Words
    role: Role
    x: _Numbers
    y: _Numbers


class Panel(Frozen, frozen=True, kw_only=True):
    """One set of axes.

    Attributes:
        name: what stands above it, or "".
        series: its lines.
        steps: places along the axis that are marked, by what they are.
    """

    name: _Words = ""
    series: Annotated[tuple[Series, ...], msgspec.Meta(min_length=1, max_length=8)]
    steps: Annotated[tuple[tuple[float, _Words], ...], msgspec.Meta(max_length=8)] = ()


class _Picture(Frozen, frozen=True, kw_only=True):
    """What all pictures have.

    Attributes:
        title: what it shows.
        note: what to look at in it, for everybody.
        words: the same picture in words and numbers, for who cannot see it.
        criterion: id of the criterion that it belongs to.
    """

    title: _Words
    note: _Sentences
    words: _Sentences
    criterion: str = ""


class Lines(_Picture, frozen=True, kw_only=True, tag="lines"):
    """Values along time or along training.

    Attributes:
        x_label: what the axis counts.
        y_label: what the values are.
        panels: from top to bottom.
        is_log: whether the values are shown as powers of ten.
    """

    x_label: _Words
    y_label: _Words
    panels: Annotated[tuple[Panel, ...], msgspec.Meta(min_length=1, max_length=4)]
    is_log: bool = False


class Bar(Frozen, frozen=True, kw_only=True):
    """One value to compare.

    Attributes:
        name: what has it.
        role: what it stands for.
        value: how long the bar is.
        runs: single measurements behind it, each a dot.
    """

    name: _Words
    role: Role
    value: float
    runs: Annotated[tuple[float, ...], msgspec.Meta(max_length=32)] = ()


class Bars(_Picture, frozen=True, kw_only=True, tag="bars"):
    """Values side by side.

    Attributes:
        x_label: what the values are.
        bars: from top to bottom.
        threshold: a value to reach, or None.
        is_lower_better: whether short bars are good.
    """

    x_label: _Words
    bars: Annotated[tuple[Bar, ...], msgspec.Meta(min_length=1, max_length=16)]
    threshold: float | None = None
    is_lower_better: bool


class Grid(Frozen, frozen=True, kw_only=True):
    """A table of shades.

    Attributes:
        name: what stands above it.
        rows: values from 0 (empty) to 1 (full); None is outside of the grid.
        row_names: a name for each row, or none.
        rings: cells (row, column) that are marked.
        is_right: whether what it shows is right; None where there is nothing to say.
    """

    name: _Words
    rows: Annotated[tuple[_Numbers, ...], msgspec.Meta(min_length=1, max_length=48)]
    row_names: tuple[_Words, ...] = ()
    rings: Annotated[tuple[tuple[int, int], ...], msgspec.Meta(max_length=64)] = ()
    is_right: bool | None = None


class Grids(_Picture, frozen=True, kw_only=True, tag="grids"):
    """Tables of shades, such as attention or frames of a clip.

    Attributes:
        x_label: what the columns are, or "".
        grids: from top to bottom.
    """

    x_label: _Words = ""
    grids: Annotated[tuple[Grid, ...], msgspec.Meta(min_length=1, max_length=4)]


class Line(Frozen, frozen=True, kw_only=True):
    """One line of a text.

    Attributes:
        parts: pieces of it, in order.
        wrong: which of them are wrong, by number.
        remark: what there is to say of it, or "".
        is_right: whether it is right.
    """

    parts: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=200)], ...], msgspec.Meta(max_length=40)]
    wrong: Annotated[tuple[int, ...], msgspec.Meta(max_length=40)] = ()
    remark: _Words = ""
    is_right: bool


class Text(_Picture, frozen=True, kw_only=True, tag="text"):
    """Text that a model wrote, with what is wrong in it.

    Attributes:
        lines: from top to bottom.
    """

    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=24)]


class Node(Frozen, frozen=True, kw_only=True):
    """One layer of a model.

    Attributes:
        name: what it is, such as "LSTM".
        detail: sizes and settings.
        is_recurrent: whether it goes step by step.
    """

    name: _Words
    detail: _Words = ""
    is_recurrent: bool = False


class Arrow(Frozen, frozen=True, kw_only=True):
    """What one layer hands to another.

    Attributes:
        source: number of the layer that it leaves, -1 for the input of the model.
        target: number of the layer that it enters; the number of layers stands for the output.
        shape: what goes along it.
        is_wrong: whether this is where it goes wrong.
        is_indirect: whether something that is no layer happens on the way.
    """

    source: int
    target: int
    shape: _Words
    is_wrong: bool = False
    is_indirect: bool = False


class Diagram(_Picture, frozen=True, kw_only=True, tag="diagram"):
    """A model, layer by layer.

    Attributes:
        nodes: layers in the order in which they are called.
        arrows: what goes where.
    """

    nodes: Annotated[tuple[Node, ...], msgspec.Meta(min_length=1, max_length=24)]
    arrows: Annotated[tuple[Arrow, ...], msgspec.Meta(max_length=64)]


Picture = Lines | Bars | Grids | Text | Diagram


def held(picture: Picture) -> Picture | None:
    """Gives back a picture that a report can show: within its sizes, of numbers and of text that can be written.

    Args:
        picture: a picture, perhaps with NaN where there may be a gap.

    Returns:
        The same with None for what is not finite; None if it breaks a rule.
    """
    try:
        read: Picture = msgspec.json.decode(msgspec.json.encode(picture), type=Picture)
    except (msgspec.MsgspecError, UnicodeError):
        return None
    return read

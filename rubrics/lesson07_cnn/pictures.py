"""Clips as the model sees them, and what it says of them."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import numbers
from grader.judge.seen import Seen
from grader.pictured import Bar, Bars, Grid, Grids, Picture, Role
from grader.seeds import Streams

SEES = ("predict_direction",)
NAMES = ("left", "right", "up", "down")


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Three clips, frame by frame, and how often each direction is told right."""
    rng = streams.generator("shape")
    shape = int(rng.integers(6, 8)), int(rng.integers(11, 14))
    X, y = data.drifting_bar(streams.generator("test"), 400, *shape)
    for call in seen.calls("predict_direction", None, X):
        told = np.asarray(call.returned).astype(int)
        right = told == y
        picked = [int(at) for at in (*np.flatnonzero(~right)[:1], *np.flatnonzero(right)[:2])]
        clips = [(f"moves {NAMES[y[row]]}, your model says {NAMES[told[row]]}", bool(right[row])) for row in picked]
        yield Grids(
            title="Clips and your answers",
            note=(
                "The frames of a clip from left to right. One frame shows whether the bar stands or lies; only the "
                "order of the frames shows where it goes. A wrong answer comes first, where there is one."
            ),
            words=f"{right.mean():.0%} of 400 clips are told right. The ones shown: " + "; ".join(n for n, _ in clips),
            x_label="frames in order of time",
            grids=tuple(
                Grid(name=name, rows=side_by_side(X[row, ..., 0]), is_right=is_right)
                for row, (name, is_right) in zip(picked, clips, strict=True)
            ),
        )
        shares = [float(right[y == number].mean()) for number in range(4)]
        mixed = [int(np.bincount(told[(y == number) & ~right], minlength=4).argmax()) for number in range(4)]
        lost = [
            f"{NAMES[n]} {share:.0%}" + (f" (else mostly {NAMES[mixed[n]]})" if share < 1 else "")
            for n, share in enumerate(shares)
        ]
        yield Bars(
            title="Right answers by direction",
            note=(
                "Left and right mixed up: the order of frames is lost. Left and up mixed up: the CNN does not see how "
                "the bar lies."
            ),
            words="; ".join(lost) + ".",
            x_label="share of right answers",
            bars=tuple(Bar(name=name, role=Role.OWN, value=share) for name, share in zip(NAMES, shares, strict=True)),
            is_lower_better=False,
        )
        return


def side_by_side(frames: np.ndarray) -> tuple[tuple[float | None, ...], ...]:
    """The frames of a clip [frames, rows, columns] as one table, a column apart; noise is left out."""
    shades = np.where(frames > 0.5, frames, 0)
    apart = np.full((*shades.shape[:2], 1), np.nan)
    table = np.concatenate([np.concatenate([shade, gap], axis=1) for shade, gap in zip(shades, apart, strict=True)], 1)
    return tuple(numbers(row) for row in table[:, :-1])

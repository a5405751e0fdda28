"""What a stack forecasts."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import by_error, series
from grader.judge.seen import Seen
from grader.pictured import Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("forecast",)


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Three unseen series with forecast and truth."""
    X, y = data.two_scale(streams.generator("test"), 400)
    ahead = range(data.N_STEPS, data.N_STEPS + data.N_OUT + 1)
    for call in seen.calls("forecast", None, X):
        told = np.asarray(call.returned)
        errors = np.sqrt(((told - y) ** 2).mean(axis=1))
        picked = by_error(errors)
        panels = tuple(
            Panel(
                name=name,
                series=(
                    series("what it was shown", Role.PAST, X[row]),
                    series("how it went on", Role.TRUTH, [X[row, -1, 0], *y[row]], ahead),
                    series("your forecast", Role.OWN, [X[row, -1, 0], *told[row]], ahead),
                ),
            )
            for name, row in picked
        )
        sizes = ", ".join(f"{errors[row]:.2g} ({name})" for name, row in picked)
        yield Lines(
            title="Your forecast and what came",
            note=(
                "A fast wave whose height follows a slow one: that is why the future of a series lies in both. Of 400 "
                "unseen series the one with the smallest error, a usual one and the one with the largest."
            ),
            words=f"Root of the mean squared error of each: {sizes}.",
            x_label="step",
            y_label="value",
            panels=panels,
        )
        return

"""What a vanilla LSTM finds in sequences that it has never seen."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import by_error, series
from grader.judge.seen import Seen
from grader.pictured import Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("predict",)


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Sequences with their flag, and prediction against truth."""
    n_steps = int(streams.generator("steps").integers(18, 23))
    X, y = data.flagged_value(streams.generator("test"), 400, n_steps)
    for call in seen.calls("predict", None, X):
        told = np.asarray(call.returned)
        picked = by_error(np.abs(told - y).ravel())
        panels = []
        for name, row in picked[1:]:
            flag = int(X[row, :, 1].argmax()) + 1
            end = [flag, n_steps + 1]
            panels.append(
                Panel(
                    name=name,
                    series=(
                        series("values", Role.PAST, X[row, :, 0]),
                        series("flagged value", Role.TRUTH, [y[row, 0]] * 2, end),
                        series("your prediction", Role.OWN, [told[row, 0]], [n_steps + 1]),
                    ),
                    steps=((float(flag), "flag"),),
                )
            )
        rows = [row for _, row in picked[1:]]
        pairs = ", ".join(f"{told[row, 0]:.3g} for {y[row, 0]:.3g}" for row in rows)
        yield Lines(
            title="One value to remember",
            note=(
                "The value at the flag has to be carried past all that follow, up to the end. A usual one of 400 "
                "unseen sequences, and the one with the largest error."
            ),
            words=f"Predicted and flagged value: {pairs}.",
            x_label="step",
            y_label="value",
            panels=tuple(panels),
        )
        some = np.argsort(y[:40, 0])
        slope = float(np.polyfit(y[:, 0], told[:, 0], 1)[0])
        yield Lines(
            title="Prediction against truth",
            note=(
                "40 unseen sequences, sorted by the flagged value. A model that has learned nothing predicts the mean: "
                "a level line."
            ),
            words=f"The predictions rise by {slope:.2f} where the truth rises by 1; 1 is right, 0 has learned nothing.",
            x_label="sequence, sorted",
            y_label="flagged value",
            panels=(
                Panel(
                    series=(
                        series("flagged value", Role.TRUTH, y[some]),
                        series("your prediction", Role.OWN, told[some]),
                    ),
                ),
            ),
        )
        return

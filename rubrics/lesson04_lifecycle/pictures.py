"""How a training went, and what came of it."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import by_error, series
from grader.judge.seen import PREDICTIONS, Seen
from grader.pictured import Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("fit_model", PREDICTIONS)


def picture_history(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """The losses that fit_model returned."""
    del data
    for call in seen.calls("fit_model", None, None, None, streams.seed("fit")):
        losses = {
            name: np.asarray(call.returned[name], "float64").ravel()
            for name in ("loss", "val_loss")
            if name in call.returned
        }
        loss = losses["loss"]
        best = int(np.nanargmin(loss)) + 1
        roles = {"loss": Role.OWN, "val_loss": Role.OTHER}
        validated = " Beside it the loss on validation data, which decides." if "val_loss" in losses else ""
        yield Lines(
            title="Your learning curve",
            note=(
                "Steep at first, then level: the training is done where nothing falls any more. Each step of the scale "
                f"is a factor of ten.{validated}"
            ),
            words=(
                f"{len(loss)} epochs. The loss is {loss[0]:.3g} after the first and {loss[-1]:.3g} after the last; it "
                f"is lowest in epoch {best}, {np.nanmin(loss):.3g}."
            ),
            x_label="epoch",
            y_label="loss",
            panels=(Panel(series=tuple(series(name, roles[name], curve) for name, curve in losses.items())),),
            is_log=True,
        )
        return


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Three unseen series and the value that was predicted for each."""
    n_steps = int(streams.generator("steps").integers(18, 23))
    X, y = data.windows(data.damped_sines(streams.generator("test"), 400, n_steps + 1))
    for call in seen.calls(PREDICTIONS, None, X):
        told = np.asarray(call.returned)[:, :1]
        panels = []
        for name, row in by_error(np.abs(told - y).ravel()):
            last, first = n_steps + 1, n_steps - 9
            panels.append(
                Panel(
                    name=name,
                    series=(
                        series("what it was shown", Role.PAST, X[row, first - 1 :], range(first, last)),
                        series("the next value", Role.TRUTH, [X[row, -1, 0], y[row, 0]], [n_steps, last]),
                        series("your prediction", Role.OWN, [X[row, -1, 0], told[row, 0]], [n_steps, last]),
                    ),
                )
            )
        rows = [row for _, row in by_error(np.abs(told - y).ravel())]
        pairs = ", ".join(f"{told[row, 0]:.3g} for {y[row, 0]:.3g}" for row in rows)
        yield Lines(
            title="One value ahead",
            note=(
                "The end of three of 400 unseen series: the one with the smallest error, a usual one and the one with "
                "the largest."
            ),
            words=f"Predicted and true value, from the best to the worst of the three: {pairs}.",
            x_label="step",
            y_label="value",
            panels=tuple(panels),
        )
        return

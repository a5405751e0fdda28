"""A series before and after it was prepared."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import series
from grader.judge.seen import Seen
from grader.pictured import Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("prepare",)


def picture_prepare(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """The first feature in its own units, scaled, and as one sample."""
    task = data.task(streams.generator("prepare"))
    for call in seen.calls("prepare", task.series):
        mask, told = call.args[4], call.returned
        places, scaled = {}, {}
        for name, begin in (("train", 0), ("test", task.n_train)):
            _, y = data.frames(task.rows[name], task.n_in, task.n_out)
            kept = np.flatnonzero(~np.isnan(y).any(axis=(1, 2)))
            last = np.asarray(told[f"X_{name}"], "float64")[:, -1, 0]
            places[name] = begin + kept + task.n_in - 1
            scaled[name] = np.where(np.isclose(last, mask), np.nan, last)
        at = len(places["train"]) // 2
        X, y = (np.asarray(told[f"{part}_train"], "float64")[at, :, 0] for part in "Xy")
        first = int(places["train"][at]) - task.n_in + 1
        window = np.where(np.isclose(X, mask), np.nan, X)
        border = ((float(task.n_train), "test begins"),)
        low, high = (f"{np.nanmin(scaled[name]):.2g} to {np.nanmax(scaled[name]):.2g}" for name in ("train", "test"))
        yield Lines(
            title="From a series to samples",
            note=(
                "The first feature. Its scale comes from the training rows alone, so test values may lie outside of "
                "it: that is right, the future is not known yet. A sample is a window and what follows it."
            ),
            words=(
                f"{len(task.series)} rows, the first {task.n_train} for training. Scaled, the training values go from "
                f"{low}, the test values from {high}. The sample below has {task.n_in} steps of input, from row "
                f"{first + 1} on, and {task.n_out} of output."
            ),
            x_label="row",
            y_label="value",
            panels=(
                Panel(
                    name="as it was measured",
                    series=(series("measured", Role.PAST, task.series[:, 0], range(len(task.series))),),
                    steps=border,
                ),
                Panel(
                    name="as you have scaled it",
                    series=(
                        series("training set", Role.OWN, scaled["train"], places["train"]),
                        series("test set", Role.OTHER, scaled["test"], places["test"]),
                    ),
                    steps=border,
                ),
                Panel(
                    name="one sample of the training set",
                    series=(
                        series("input X", Role.TRUTH, window, range(first, first + task.n_in)),
                        series("output y", Role.SECOND, y, range(first + task.n_in, first + task.n_in + task.n_out)),
                    ),
                ),
            ),
        )
        return

"""The held-back rows and what the final model predicted for them."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import series
from grader.judge.seen import Seen
from grader.pictured import Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("predict_next",)
BEFORE = 30


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Predictions in the units of the series, after the rows that were known."""
    task = data.task(streams.generator("series"))
    histories, truth = task.ahead(task.n_test)
    calls = [next(seen.calls("predict_next", None, history), None) for history in histories]
    told = np.array([float(np.ravel(call.returned)[0]) if call else np.nan for call in calls])
    if np.isnan(told).all():
        return
    known, n = task.known[-BEFORE:], len(task.known)
    ahead = range(n + 1, n + 1 + len(truth))
    error = float(np.sqrt(np.nanmean((told - truth) ** 2)))
    yield Lines(
        title="Rows that the final model has never seen",
        note=(
            "Each prediction looks one step ahead, in the units of the series. The season goes on as it was, so a "
            "final model should follow it; a level line would be the mean, a line one step late the last value again."
        ),
        words=(
            f"{len(truth)} held-back rows between {truth.min():.4g} and {truth.max():.4g}; predictions between "
            f"{np.nanmin(told):.4g} and {np.nanmax(told):.4g}. RMSE {error:.3g}."
        ),
        x_label="row",
        y_label="value",
        panels=(
            Panel(
                series=(
                    series("known rows", Role.PAST, known, range(n - BEFORE + 1, n + 1)),
                    series("what came", Role.TRUTH, truth, ahead),
                    series("your prediction", Role.OWN, told, ahead),
                ),
                steps=((n + 0.5, "held back"),),
            ),
        ),
    )

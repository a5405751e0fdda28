"""The old model and the updated ones on the new cycle."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import series
from grader.judge.seen import PREDICTIONS, Seen
from grader.pictured import Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = (PREDICTIONS,)
MODELS = {
    "fit_initial": ("never updated", Role.OTHER),
    "update_finetune": ("fine-tuned", Role.OWN),
    "update_refit": ("fitted anew", Role.SECOND),
}
SHOWN = 32


def picture_old(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Predictions on the last block, and their errors step by step."""
    task = data.Task(streams.generator("series"))
    X, y = task.last()
    truth = y.ravel()
    found = {}
    for function, (name, role) in MODELS.items():
        call = next(seen.calls(PREDICTIONS, function, X), None)
        told = np.asarray(call.returned, "float64").ravel() if call else np.zeros(0)
        if told.shape == truth.shape:
            found[name] = (role, told)
    if not found:
        return
    errors = {name: float(np.sqrt(np.mean((told - truth) ** 2))) for name, (_, told) in found.items()}
    begin = task.start + 2 * task.block + 1
    steps = range(begin, begin + SHOWN)
    yield Lines(
        title="After the world has changed",
        note=(
            "The cycle of the series changed, then two blocks of new rows came, and after each of them an update. A "
            "model that is not updated goes on as if the old cycle held. Below: how far off each one is, step by step."
        ),
        words="RMSE on the last block: " + ", ".join(f"{name} {error:.3g}" for name, error in errors.items()) + ".",
        x_label="row of the series",
        y_label="value",
        panels=(
            Panel(
                name="what came, and what was predicted",
                series=(
                    series("what came", Role.TRUTH, truth[:SHOWN], steps),
                    *(series(name, role, told[:SHOWN], steps) for name, (role, told) in found.items()),
                ),
            ),
            Panel(
                name="how far off",
                series=tuple(
                    series(name, role, np.abs(told - truth)[:SHOWN], steps) for name, (role, told) in found.items()
                ),
            ),
        ),
    )

"""What the latch of a submission does, step by step."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import series
from grader.judge.seen import Seen
from grader.pictured import Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("latch_weights",)


def picture_latch(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Gates and states over one sequence."""
    for call in seen.calls("latch_weights"):
        cell = data.Cell(*(np.asarray(weight, "float64") for weight in call.returned))
        X, signs = data.flagged_noise(streams.generator("picture"), 1, 60, flags=3, within=45)
        h, c = np.zeros((1, 1)), np.zeros((1, 1))
        rows = []
        for x in X[0]:
            gates = cell.gates(x[None], h)
            h, c = cell.step(x[None], h, c)
            rows.append([*(gates[part].item() for part in data.PARTS), h.item(), c.item()])
        i, f, _, _, outputs, cells = np.array(rows).T
        flagged = [int(at) + 1 for at in np.flatnonzero(X[0, :, 1])]
        steps = tuple((float(at), "flag") for at in flagged)
        sign = "plus" if signs[0] > 0 else "minus"
        yield Lines(
            title="How your latch remembers",
            note=(
                "Three values are flagged, all others are noise. A latch opens its input gate at a flag alone, and "
                "keeps what it has the rest of the time: the input gate near 0, the forget gate near 1."
            ),
            words=(
                f"Flags at steps {', '.join(map(str, flagged))}; the last flagged value has the sign {sign}. The input "
                f"gate is {np.mean(i[X[0, :, 1] == 1]):.2g} at flags and {np.mean(i[X[0, :, 1] == 0]):.2g} elsewhere "
                f"on average, the forget gate {np.mean(f[X[0, :, 1] == 1]):.2g} and {np.mean(f[X[0, :, 1] == 0]):.2g}. "
                f"After 60 steps the cell state is {cells[-1]:.3g}, the output {outputs[-1]:.3g}."
            ),
            x_label="step",
            y_label="value",
            panels=(
                Panel(name="what comes in", series=(series("value", Role.PAST, X[0, :, 0]),), steps=steps),
                Panel(
                    name="the gates",
                    series=(series("input gate", Role.OWN, i), series("forget gate", Role.OTHER, f)),
                    steps=steps,
                ),
                Panel(
                    name="what is remembered",
                    series=(series("cell state", Role.SECOND, cells), series("output", Role.TRUTH, outputs)),
                    steps=steps,
                ),
            ),
        )
        return

"""How far a gradient reaches back, and what a trained model makes of a long sequence in pieces."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import series
from grader.judge.seen import Seen
from grader.pictured import Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("gradient_profile", "predict_stateful")


def picture_profile(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Gradients of a plain RNN and of an LSTM, by how many steps they have gone back."""
    del streams, data
    found = {}
    for call in seen.calls("gradient_profile"):
        kind = "LSTM" if '"LSTM"' in call.args[0].config else "plain RNN"
        found[kind] = np.asarray(call.returned, "float64")[::-1]
    if len(found) < 2:
        return
    shares = {kind: profile / profile[0] for kind, profile in found.items()}
    told = "; ".join(
        f"{kind}: {share[-1]:.2g} of the gradient is left {len(share) - 1} steps back" for kind, share in shares.items()
    )
    roles = {"LSTM": Role.OWN, "plain RNN": Role.OTHER}
    yield Lines(
        title="How far a gradient reaches back",
        note=(
            "Your `gradient_profile`, divided by its value at the last step. What falls by the same factor at each "
            "step is a straight line here: so gradients vanish. An LSTM whose forget gate is open lets them pass."
        ),
        words=f"{told}.",
        x_label="steps back from the end",
        y_label="share of the gradient that is left",
        panels=(
            Panel(
                series=tuple(series(kind, roles[kind], share, range(len(share))) for kind, share in shares.items()),
            ),
        ),
        is_log=True,
    )


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """One sequence with an alarm, piece by piece."""
    del streams, data
    for call in seen.calls("predict_stateful"):
        X, k = np.asarray(call.args[1]), int(call.args[2])
        truth, told = np.maximum.accumulate(X, axis=1), np.asarray(call.returned)
        if X.shape[1] < 3 * k or told.shape != truth.shape:  # of another check
            continue
        onset = X[:, :, 0].argmax(axis=1)
        rows = np.flatnonzero((X[:, :, 0].max(axis=1) > 0) & (onset > k // 2) & (onset < 2 * k))
        row = int(rows[np.abs(told - truth)[rows].mean(axis=(1, 2)).argmax()])
        right = float(np.mean((told[row] > 0.5) == (truth[row] > 0.5)))
        borders = tuple((float(at) + 0.5, "next piece") for at in range(k, X.shape[1], k))[:6]
        yield Lines(
            title="An alarm through several pieces",
            note=(
                "The spike stands in one piece, the alarm has to stay on in all that follow: only the state that is "
                "carried over knows of it. This is the sequence of its kind with the largest error."
            ),
            words=(
                f"{X.shape[1]} steps in pieces of {k}. The spike comes at step {onset[row] + 1}; {right:.0%} of the "
                f"steps are right. The last value told is {told[row, -1, 0]:.2g}."
            ),
            x_label="step",
            y_label="alarm: 1 is on",
            panels=(
                Panel(
                    series=(
                        series("as it should be", Role.TRUTH, truth[row]),
                        series("your model", Role.OWN, told[row]),
                    ),
                    steps=borders,
                ),
            ),
        )
        return

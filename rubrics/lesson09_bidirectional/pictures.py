"""What each direction can know, and what the bidirectional model knows."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import series
from grader.judge.seen import Seen
from grader.pictured import Bar, Bars, Lines, Panel, Picture, Role
from grader.seeds import Streams

SEES = ("predict_labels",)


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Right answers at each step, beside the best that one direction can do, and their means."""
    n_steps = int(streams.generator("length").integers(11, 14))
    X, y = data.balance_point(streams.generator("test"), 400, n_steps)
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    for call in seen.calls("predict_labels", None, X):
        shares = {
            "forward alone, at best": (Role.OTHER, ((so_far > 0) == y).mean(axis=(0, 2))),
            "backward alone, at best": (Role.SECOND, ((to_come < 0) == y).mean(axis=(0, 2))),
            "your bidirectional model": (Role.OWN, (np.asarray(call.returned) == y).mean(axis=(0, 2))),
        }
        ends = "; ".join(
            f"{name}: {share[0]:.2f} at the first step, {share[-1]:.2f} at the last"
            for name, (_, share) in shares.items()
        )
        yield Lines(
            title="Who knows what, and when",
            note=(
                "Who reads forward knows nothing of what is still to come, so the first steps are hard; who reads "
                "backward, the last ones. Both together know all at each step. The best that one direction can do is "
                "calculated: it takes the side that it sees and nothing for the other."
            ),
            words=f"Share of right answers. {ends}.",
            x_label="step",
            y_label="share of right answers",
            panels=(Panel(series=tuple(series(name, role, share) for name, (role, share) in shares.items())),),
        )
        means = {name: (role, float(share.mean())) for name, (role, share) in shares.items()}
        yield Bars(
            title="Forward, backward, both",
            note="Means over all steps. What one direction lacks is not a matter of training: it is not there to see.",
            words="; ".join(f"{name}: {mean:.3f}" for name, (_, mean) in means.items()) + ".",
            x_label="share of right answers",
            bars=tuple(Bar(name=name, role=role, value=mean) for name, (role, mean) in means.items()),
            is_lower_better=False,
        )
        return

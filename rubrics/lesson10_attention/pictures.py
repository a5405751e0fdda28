"""Where the trained model looks."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.picturing import numbers
from grader.judge.seen import Seen
from grader.pictured import Grid, Grids, Picture
from grader.seeds import Streams

SEES = ("predict_symbols", "attention_weights")
N_SYMBOLS, N_OUT = 8, 2


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Attention over the steps of three unseen sequences, the places of the symbols marked."""
    n_steps = int(streams.generator("length").integers(57, 63))
    X, y = data.echo(streams.generator("test"), 400, n_steps, N_SYMBOLS, N_OUT)
    symbols = next(seen.calls("predict_symbols", None, X)).returned
    weights = np.asarray(next(seen.calls("attention_weights", None, X)).returned, "float64")
    right = (np.asarray(symbols) == y).all(axis=1)
    rows = [int(at) for at in (*np.flatnonzero(~right)[:1], *np.flatnonzero(right)[:3])][:3]
    grids, told = [], []
    for row in rows:
        places = np.flatnonzero(X[row])
        near = [float(weights[row, at, place : place + data.BEHIND + 1].sum()) for at, place in enumerate(places)]
        answers = " and ".join(str(int(symbol)) for symbol in np.ravel(symbols[row]))
        name = f"symbols {' and '.join(map(str, y[row]))}, told {answers}"
        told.append(f"{name}: {' and '.join(f'{share:.0%}' for share in near)} of the attention near them")
        grids.append(
            Grid(
                name=name,
                rows=tuple(numbers(shares / max(shares.max(), 1e-9)) for shares in weights[row]),
                row_names=tuple(f"output {at + 1}" for at in range(N_OUT)),
                rings=tuple((at, int(place)) for at, place in enumerate(places)),
                is_right=bool(right[row]),
            )
        )
    yield Grids(
        title="Where your model looks",
        note=(
            "One row for each output, one column for each step; the more shade, the more attention. A frame marks "
            "the step at which the symbol stands. An LSTM may look some steps later, where it still holds the symbol."
        ),
        words="; ".join(told) + ".",
        x_label=f"{n_steps} steps in order of time",
        grids=tuple(grids),
    )

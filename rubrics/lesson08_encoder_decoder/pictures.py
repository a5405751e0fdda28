"""Strings that went in and what came out."""

from collections.abc import Iterator
from types import ModuleType

import numpy as np

from grader.judge.seen import Seen
from grader.pictured import Line, Picture, Text
from grader.seeds import Streams

SEES = ("predict_strings",)
N_OUT, SHOWN = 3, 8


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Unseen strings, the wrong answers first, with the wrong characters marked."""
    rng = streams.generator("alphabet")
    rng.integers(6, 8)
    alphabet = data.an_alphabet(rng, 8)
    for call in seen.calls("predict_strings", None, None, alphabet):
        letters = np.array(list(alphabet))[np.asarray(call.args[1]).argmax(axis=-1)]
        sources = ["".join(row) for row in letters]
        targets = [source[::-1][:N_OUT] for source in sources]
        told = [str(text) for text in call.returned]
        right = [one == other for one, other in zip(told, targets, strict=True)]
        order = sorted(range(len(told)), key=lambda row: right[row])
        wrong = right.count(False)
        shown = order[: min(wrong, SHOWN - 3)] + order[wrong : wrong + SHOWN - min(wrong, SHOWN - 3)]
        said = [f"{sources[row]} gives {told[row][:40] or 'nothing'}, right is {targets[row]}" for row in shown]
        lines = tuple(a_line(sources[row], told[row], targets[row]) for row in shown)
        yield Text(
            title="What your model writes",
            note=(
                "The last three letters, backwards: the first letter out is the last one in. So nothing can be written "
                f"before all is read. {len(told) - wrong} of {len(told)} strings are right; wrong ones come first."
            ),
            words="; ".join(said),
            lines=lines,
        )
        return


def a_line(source: str, told: str, target: str) -> Line:
    """One string, its answer letter by letter."""
    letters = told[:40] or "·"
    wrong = tuple(at + 1 for at, letter in enumerate(letters) if target[at : at + 1] != letter)
    is_right = told == target
    remark = "" if is_right else f"should be {target}"
    return Line(parts=(f"{source} → ", *letters)[:40], wrong=wrong, remark=remark, is_right=is_right)

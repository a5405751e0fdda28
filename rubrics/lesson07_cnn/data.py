"""Hidden data of lesson 07: the stub's public generator with secret entropy and other sizes."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: Numbers of the classes: left and right are drifts of a bar that stands, up and down of one that lies.
LEFT, RIGHT, UP, DOWN = range(4)


def drifting_bar(rng: np.random.Generator, n: int, n_frames: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Clips of a bar that drifts by a pixel a frame and comes back in on the other side.

    Args:
        rng: source of randomness.
        n: number of clips.
        n_frames: frames of each.
        size: rows and columns of a frame.

    Returns:
        X [n, n_frames, size, size, 1] and y [n] of 0 … 3.
    """
    y = rng.integers(0, 4, n)
    lengths = rng.integers(3, size // 2 + 1, n)
    starts, places = rng.integers(0, size - lengths + 1), rng.integers(0, size, n)
    X = np.stack([drift(*one, n_frames, size) for one in zip(y, lengths, starts, places, strict=True)])
    return (X + rng.normal(0, 0.1, X.shape)).astype("float32"), y


def drift(direction: int, length: int, start: int, place: int, n_frames: int, size: int) -> np.ndarray:
    """One clip without noise, [n_frames, size, size, 1]."""
    step = 1 if direction in (RIGHT, DOWN) else -1
    clip = np.zeros((n_frames, size, size, 1), "float32")
    for at, frame in enumerate(clip):
        bar = (slice(start, start + length), (place + at * step) % size)
        frame[bar if direction in (LEFT, RIGHT) else bar[::-1]] = 1
    return clip


def bars(size: int) -> np.ndarray:
    """Frames with a bar that stands at every place of a row, at four heights one after the other: [4 * size, ...]."""
    return np.concatenate([drift(RIGHT, 4, start, 0, size, size) for start in range(2, 6)])


def accuracy(told: np.ndarray, truth: np.ndarray) -> float:
    """Share of clips whose direction is told right."""
    return float(np.mean(told == truth))


def lies(directions: np.ndarray) -> np.ndarray:
    """Whether the bar of a clip lies, which a single frame shows."""
    return np.asarray(directions >= UP)


@dataclass
class Scores:
    """Stands in for `fit_and_score`; notes its calls and makes up a score that differs for each of them.

    Attributes:
        offset: what is added to all scores.
        runs: (clips, seed, score) of each call, by kind.
    """

    offset: float
    runs: dict[str, list[tuple[int, int, float]]] = field(default_factory=lambda: {"cnn_lstm": [], "flat": []})

    def score(self, kind: Any, n_clips: Any, seed: Any) -> float:
        if kind not in self.runs or np.size(n_clips) != 1 or np.size(seed) != 1:
            raise ValueError('score takes "cnn_lstm" or "flat", a number of clips, and a seed')
        clips, number = int(np.ravel(n_clips)[0]), int(np.ravel(seed)[0])
        made_up = 0.6 + self.offset + 0.0003 * clips + 0.003 * number**0.5 + 0.02 * len(self.runs[kind])
        made_up += 0.05 if kind == "flat" else 0.0  # the better one need not be the CNN-LSTM
        self.runs[kind].append((clips, number, made_up))
        return made_up

    def unfair(self, n_clips: int, seeds: tuple[int, ...]) -> tuple[str, dict[str, str]] | None:  # noqa: PLR0911  one line a cause
        """What makes the comparison unfair: the cause and its fields, or None.

        Args:
            n_clips: the clips that both kinds should be trained on.
            seeds: the seeds that both should be scored with.
        """
        missing = [kind for kind, made in self.runs.items() if not made]
        if len(missing) == len(self.runs):
            return "not-scored", {"expected": "a call for each kind and seed", "received": "no call"}
        if missing:
            return "not-both", {"missing": missing[0], "expected": "both kinds", "received": "one"}
        for kind, made in self.runs.items():
            if len(made) < len(seeds):
                told = {1: "once", 2: "twice"}.get(len(made), f"{len(made)} times")
                return "too-few-runs", {"kind": kind, "expected": f"{len(seeds)} times", "received": told}
        one, other = ([sorted(part) for part in list(zip(*made, strict=True))[:2]] for made in self.runs.values())
        if one[1] != other[1]:
            return "uneven-seeds", {"expected": "the same seeds for both", "received": "different ones"}
        if one[1] != sorted(seeds):
            return "other-seeds", {"expected": "the seeds in `seeds`, each once", "received": "others"}
        if one[0] != other[0]:
            return "uneven-clips", {"expected": "as many clips for both", "received": "different numbers"}
        if set(one[0]) != {n_clips}:
            return "other-clips", {"expected": "`n_clips` clips", "received": "another number"}
        return None

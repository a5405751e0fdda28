"""Hidden data of lesson 13: the stub's public generator with secret entropy and other sizes, and planted models."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.wire import arrays, messages

#: Rounding that the order of a calculation may make in a prediction.
ROUNDING = 1e-3
SCHEMES = ("none", "finetune", "refit")


def drifting(rng: np.random.Generator, n_old: int, n_new: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    """A series whose cycle changes, and what would have come had it not changed.

    Args:
        rng: source of randomness.
        n_old: number of values of the old cycle.
        n_new: number of values of the new one.
        noise: standard deviation of the noise.

    Returns:
        The series [n_old + n_new], and the old cycle going on [n_old + n_new].
    """
    old_period, new_period = rng.uniform(14, 20), rng.uniform(6, 9)
    old_phase, new_phase = rng.uniform(0, 2 * np.pi, 2)
    old = np.sin(2 * np.pi * np.arange(n_old + n_new) / old_period + old_phase)
    wave = np.sin(2 * np.pi * np.arange(n_new) / new_period + new_phase)
    new = 0.8 + 0.6 * np.sign(wave) * np.sqrt(np.abs(wave))
    shaken, other = noise * rng.normal(size=(2, n_old + n_new))
    return np.concatenate([old[:n_old], new]) + shaken, old + np.concatenate([shaken[:n_old], other[n_old:]])


def windows(series: np.ndarray, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows [n - n_steps, n_steps, 1] of a series, each with the value that follows, [n - n_steps, 1]."""
    cut = np.lib.stride_tricks.sliding_window_view(series.astype("float32"), n_steps + 1)
    return cut[:, :-1, None].copy(), cut[:, -1:].copy()


def rmse(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Root of the mean squared error over all values."""
    return float(np.sqrt(np.mean((predicted.astype("float64") - truth) ** 2)))


class Task:
    """A series in the form of the exercise: an old cycle, and three blocks of a new one.

    Attributes:
        series: all values.
        start: number of values before the change.
        block: values in a block.
        n_steps: values in a window.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.start, self.block = int(rng.integers(230, 251)), int(rng.integers(48, 53))
        self.n_steps = int(rng.integers(11, 14))
        self.series, self._unchanged = drifting(rng, self.start, 3 * self.block, noise=0.05)

    def known(self, blocks: int) -> tuple[np.ndarray, np.ndarray]:
        """All windows that are known after some blocks."""
        return windows(self.series[: self.start + blocks * self.block], self.n_steps)

    def last(self) -> tuple[np.ndarray, np.ndarray]:
        """The windows of the last block, which comes after two updates."""
        return windows(self.series[self.start + 2 * self.block - self.n_steps :], self.n_steps)

    def old_goes_on(self) -> tuple[np.ndarray, np.ndarray]:
        """Unseen windows of the old cycle, as if it had gone on."""
        return windows(self._unchanged[self.start - self.n_steps :], self.n_steps)


def planted_kernels(rng: np.random.Generator, weights: list[np.ndarray]) -> list[np.ndarray]:
    """The same weights with the entries of each matrix in another order: no training and no initializer makes them."""
    return [rng.permutation(w.ravel()).reshape(w.shape) if w.ndim > 1 else w for w in weights]


def likeness(weights: list[np.ndarray], others: list[np.ndarray]) -> float:
    """Correlation of the matrices of two models: near 1 after few steps of training, near 0 for fresh ones."""
    one, other = (np.concatenate([[0.0], *(w.ravel() for w in each if w.ndim > 1)]) for each in (weights, others))
    with np.errstate(invalid="ignore"):
        return float(np.nan_to_num(np.corrcoef(one, other)[0, 1]))


def have_grown(weights: list[np.ndarray], others: list[np.ndarray]) -> bool:
    """Whether the matrices of a model are far larger than those of another: steps of training that are too large."""
    one, other = (np.concatenate([w.ravel() for w in each if w.ndim > 1]) for each in (weights, others))
    return bool(one.std() > 1.6 * other.std())


@dataclass
class Update:
    """One call of `update`, as the walk made it.

    Attributes:
        model: what was given as the model.
        X: windows, one a row.
        y: what follows each.
        n_new: how many are said to be new.
    """

    model: Any
    X: np.ndarray
    y: np.ndarray
    n_new: int


@dataclass
class Walk:
    """A series of random values, a planted model for each block, and the calls of `update` that a walk makes.

    A planted model is linear in its window, so NumPy can tell what it predicts.

    Attributes:
        series: the values.
        n_steps: values in a window.
        start: where the walk begins.
        block: values in a block.
        updates: the calls so far.
    """

    series: np.ndarray
    n_steps: int
    start: int
    block: int
    updates: list[Update] = field(default_factory=list)
    weights: list[list[np.ndarray]] = field(default_factory=list)

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> "Walk":
        """A walk of four blocks, the last of which is shorter."""
        n_steps, block = int(rng.integers(5, 7)), int(rng.integers(8, 11))
        start = int(rng.integers(17, 23))
        series = rng.normal(size=start + 3 * block + int(rng.integers(2, 4)))  # the rest is no n_steps
        walk = cls(series, n_steps, start, block)
        for _ in range(walk.blocks + 1):
            kernel = rng.choice([-1.0, 1.0], (n_steps, 1)) * rng.uniform(0.4, 1.5, (n_steps, 1))
            walk.weights.append([kernel.astype("float32"), rng.normal(size=1).astype("float32")])
        return walk

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-(len(self.series) - self.start) // self.block)

    def end(self, number: int) -> int:
        """Where a block ends."""
        return min(self.start + (number + 1) * self.block, len(self.series))

    def model(self, number: int) -> messages.Built:
        """The planted model of a block; the last one again for blocks that there are not."""
        inputs = ("InputLayer", {"batch_shape": [None, self.n_steps, 1], "dtype": "float32", "name": "window"})
        layers = [inputs, ("Flatten", {}), ("Dense", {"units": 1})]
        stack = [_record("keras.layers", *layer) for layer in layers]
        config = json.dumps(_record("keras", "Sequential", {"name": f"planted_{number}", "layers": stack}))
        return messages.Built(config, [arrays.pack(weight) for weight in self.planted(number)])

    def planted(self, number: int) -> list[np.ndarray]:
        """Its weights."""
        return self.weights[min(number, self.blocks)]

    def update(self, model: Any, X: Any, y: Any, n_new: Any) -> messages.Built:
        """Stands in for an update scheme: notes what it is given and returns the model of the next block."""
        rows, targets = np.asarray(X), np.asarray(y)
        if rows.dtype.kind not in "fiu" or targets.dtype.kind not in "fiu" or np.size(n_new) != 1:
            raise ValueError("update takes the model, X, y and n_new")
        width = rows.size // len(rows) if rows.ndim > 1 and len(rows) else 0
        if width != self.n_steps or targets.size != len(rows):
            raise ValueError("update takes X of shape (n, n_steps, 1), y of shape (n, 1), and n_new, a number")
        self.updates.append(Update(model, rows.reshape(len(rows), -1), targets.ravel(), int(np.ravel(n_new)[0])))
        return self.model(len(self.updates))

    def predictions(self, model_of: Callable[[int], int], shift: int = 0, recursive: bool = False) -> np.ndarray:
        """What a walk predicts.

        Args:
            model_of: gives the number of the model that predicts a block; in a right walk that of the block.
            shift: how far the windows are moved from where they belong.
            recursive: whether windows hold earlier predictions of the block instead of true values.
        """
        made: list[float] = []
        for number in range(self.blocks):
            kernel, bias = self.planted(max(model_of(number), 0))
            seen = self.series.copy()
            for at in range(self.start + number * self.block, self.end(number)):
                window = seen[at - self.n_steps + shift : at + shift]
                made.append(float(window @ kernel[:, 0] + bias[0]))
                if recursive:
                    seen[at] = made[-1]
        return np.array(made)


def why_wrong(walk: Walk, told: np.ndarray) -> str:
    """Says what went wrong where predictions are wrong, by doing the same mistakes."""
    mistakes = {
        "learned-first": walk.predictions(lambda block: block + 1),
        "update-dropped": walk.predictions(lambda _: 0),
        "model-before": walk.predictions(lambda block: block - 1),
        "sees-target": walk.predictions(lambda block: block, shift=1),
        "too-old": walk.predictions(lambda block: block, shift=-1),
        "own-predictions": walk.predictions(lambda block: block, recursive=True),
    }
    for cause, made in mistakes.items():
        if np.allclose(told, made, atol=ROUNDING):
            return cause
    near = np.isclose(told, walk.predictions(lambda block: block), atol=ROUNDING)
    if near[np.arange(len(told)) % walk.block >= walk.n_steps].all():  # only the beginnings of blocks are wrong
        return "border-made-up"
    return "other-predictions"


def rows_of(windows: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which window of the series each given one is; -1 for a strange one."""
    alike = np.isclose(windows[:, None], known[None], atol=1e-5).all(axis=-1)
    return np.where(alike.any(axis=1), alike.argmax(axis=1), -1)


def what_lacks(rows: np.ndarray, begin: int, end: int, n_steps: int) -> str:
    """Which of the known windows an update lacks."""
    lacking = np.setdiff1d(np.arange(end), rows)
    if not len(lacking):
        return "unordered-rows"
    if np.isin(np.arange(begin, end), lacking).all():
        return "new-rows-missing"
    if lacking.min() >= begin - n_steps * (begin > 0) and lacking.max() < begin + n_steps:
        return "border-rows-missing"
    return "old-rows-missing"


def _record(module: str, name: str, config: dict[str, Any]) -> dict[str, Any]:
    """A Keras object as Keras writes it down."""
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


@dataclass
class Scores:
    """Stands in for `fit_and_score`; notes its calls and makes up a score that differs for each of them.

    Attributes:
        offset: a part of every score.
        runs: (seed, score) of each call, by scheme.
    """

    offset: float
    runs: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: {name: [] for name in SCHEMES})

    def score(self, scheme: Any, seed: Any) -> float:
        if scheme not in SCHEMES or np.size(seed) != 1:
            raise ValueError('score takes "none", "finetune" or "refit", and a seed')
        number = int(np.ravel(seed)[0])
        made_up = 0.2 + self.offset + 0.31 * SCHEMES.index(scheme) + 0.013 * number**0.5 * (1 + SCHEMES.index(scheme))
        self.runs[scheme].append((number, made_up))
        return made_up

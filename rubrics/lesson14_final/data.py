"""Hidden data of lesson 14: the stub's public generator with secret entropy, and with sizes of its own."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

#: Amplitude of the season as in the exercise; the threshold is in its units, so it does not change.
AMPLITUDE = 80.0


def seasonal(rng: np.random.Generator, n: int, period: int, level: float, noise: float) -> np.ndarray:
    """A series with a season.

    Args:
        rng: source of randomness.
        n: number of values.
        period: steps after which the season repeats.
        level: about its mean.
        noise: standard deviation of the noise.

    Returns:
        The series, [n].
    """
    t = np.arange(n)
    phase, second = rng.uniform(0, 2 * np.pi), rng.uniform(0.2, 0.5)
    season = np.sin(2 * np.pi * t / period + phase) + second * np.sin(4 * np.pi * t / period + 2 * phase)
    return level + AMPLITUDE * season + noise * rng.normal(size=n)


@dataclass
class Task:
    """A series whose last rows are held back.

    Attributes:
        series: all rows, [n].
        n_test: how many are held back.
        n_steps: how many a prediction looks back; more than a season.
    """

    series: np.ndarray
    n_test: int
    n_steps: int

    @property
    def known(self) -> np.ndarray:
        """The rows before those held back."""
        return self.series[: -self.n_test]

    @property
    def held_back(self) -> np.ndarray:
        """The last rows."""
        return self.series[-self.n_test :]

    def ahead(self, count: int) -> tuple[list[np.ndarray], np.ndarray]:
        """Histories that end just before each of the first held-back rows, and these rows."""
        ends = range(len(self.known), len(self.known) + count)
        return [self.series[end - self.n_steps : end] for end in ends], self.series[ends.start : ends.stop]

    def narrowed(self) -> np.ndarray:
        """A history that covers a smaller range than the series, away from its middle."""
        history = self.known[-self.n_steps :]
        return history.mean() + 25 + 0.3 * (history - history.mean())


def task(rng: np.random.Generator) -> Task:
    """A series in the form of the exercise, with sizes, season, level and noise of its own."""
    n, period = int(rng.integers(230, 261)), int(rng.integers(10, 15))
    series = seasonal(rng, n, period, rng.uniform(350, 450), rng.uniform(3, 4.5))
    return Task(series, n_test=24, n_steps=period + int(rng.integers(3, 7)))


def rmse(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Root of the mean squared error over all values."""
    return float(np.sqrt(np.mean((predicted - truth) ** 2)))


def stacked_model(rng: np.random.Generator) -> tuple[str, list[np.ndarray], np.ndarray]:
    """A model that no submission can guess: its serialized structure, its weights, and an input batch for it."""
    steps, features, out = (int(rng.integers(low, low + 3)) for low in (5, 2, 2))
    units = rng.permutation([3, 4, 5, 6, 7])[:2].tolist()
    layers = [("InputLayer", {"batch_shape": [None, steps, features], "dtype": "float32", "name": "steps"})]
    layers += [("LSTM", {"units": units[0], "return_sequences": True, "name": "lower"})]
    layers += [("LSTM", {"units": units[1], "name": "upper"})]
    layers += [("Dense", {"units": out, "activation": "tanh", "name": "outputs"})]
    config = {"name": "given", "layers": [record("keras.layers", *layer) for layer in layers]}
    shapes: list[tuple[int, ...]] = []
    for size, below in zip(units, (features, units[0]), strict=True):
        shapes += [(below, 4 * size), (size, 4 * size), (4 * size,)]
    shapes += [(units[1], out), (out,)]
    weights = [rng.normal(0, 0.5, shape).astype("float32") for shape in shapes]
    return (
        json.dumps(record("keras", "Sequential", config)),
        weights,
        rng.normal(size=(4, steps, features)).astype("float32"),
    )


def record(module: str, name: str, config: dict[str, object]) -> dict[str, object]:
    """A Keras object as Keras writes it down."""
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


def wrong_units(predicted: np.ndarray, truth: np.ndarray, from_scaled: np.ndarray) -> str | None:
    """Why predictions for raw histories lie where they do; `from_scaled` are those for scaled histories."""
    if follows(from_scaled, truth) and from_scaled.std() > 10 * predicted.std():
        return "raw-history"
    if follows(predicted, truth):
        return "not-inverted" if np.abs(predicted).max() < 0.1 * truth.min() else "far-off"
    return None


def follows(predicted: np.ndarray, truth: np.ndarray) -> bool:
    """Whether predictions go up and down with the truth, in whatever units."""
    return bool(predicted.std() > 0 and np.corrcoef(predicted, truth)[0, 1] > 0.7)


def equal_weights(before: list[list[np.ndarray]], after: list[list[np.ndarray]]) -> bool:
    """Whether models have the same weights."""
    pairs = [(b, a) for one, other in zip(before, after, strict=False) for b, a in zip(one, other, strict=False)]
    same = [len(weights) for weights in before] == [len(weights) for weights in after]
    return same and all(b.shape == a.shape and np.allclose(b, a, rtol=1e-6) for b, a in pairs)


class Calls:
    """Stands in for `fit_final` and `forecast`; notes what it is called with and makes numbers up."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._made_up = 400 + 60 * rng.normal(size=100)
        self.fits: list[np.ndarray] = []
        self.forecasts: list[tuple[int, np.ndarray, np.ndarray]] = []

    def fit(self, series: Any, n_steps: Any, seed: Any = 0) -> str:
        del n_steps, seed
        self.fits.append(np.asarray(series, "float64").reshape(-1))
        return f"bundle {len(self.fits) - 1}"

    def forecast(self, bundle: Any, history: Any, n: Any) -> np.ndarray:
        names = [f"bundle {number}" for number in range(len(self.fits))]
        count = float(n)
        if bundle not in names or not 0 < count <= len(self._made_up):
            raise ValueError("forecast takes the bundle that fit returned, a history, and how many values to forecast")
        told = self._made_up[: int(count)]
        self.forecasts.append((names.index(bundle), np.asarray(history, "float64").reshape(-1), told))
        return told

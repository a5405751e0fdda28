"""Hidden data of lesson 03: walks of values that occur once each, and the same tasks solved in another way.

A value that occurs once tells by itself where it comes from, so a leak or a window that is one step late can be named.
"""

import json
from dataclasses import dataclass

import numpy as np

#: Every two values of a series lie at least this far apart.
_APART = 1e-3


def walk(rng: np.random.Generator, n: int, n_features: int) -> np.ndarray:
    """Random walks whose values all differ, [n, n_features]."""
    values = rng.normal(size=(n, n_features)).cumsum(axis=0)
    order = values.ravel().argsort().argsort().reshape(values.shape)  # rank of each value
    return values + _APART * order


def log(rng: np.random.Generator, n: int, n_features: int = 2) -> np.ndarray:
    """Walks in units as far apart as those of temperature and pressure, [n, n_features]."""
    units = 10.0 ** rng.permutation([-2, 0, 2, 3])[:n_features] * rng.uniform(0.5, 2, n_features)
    return units * (walk(rng, n, n_features) + rng.choice([-40, 40], n_features))


def with_gaps(rng: np.random.Generator, series: np.ndarray, count: int) -> np.ndarray:
    """A copy with short gaps in single features and one in all of them, NaN; none of them at the ends."""
    series = series.copy()
    for start in rng.integers(1, len(series) - 4, count):
        series[start : start + rng.integers(1, 4), rng.integers(series.shape[1])] = np.nan
    start = int(rng.integers(1, len(series) - 4))
    series[start : start + 2] = np.nan
    return series


def words(rng: np.random.Generator, count: int) -> list[str]:
    """Made-up words, all different and in no order."""
    pairs = [first + second for first in "bdfklmnprst" for second in "aeiou"]
    return ["".join(rng.choice(pairs, 2)) + str(number) for number in rng.permutation(count)]


def frames(series: np.ndarray, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Samples of a series by indices: X [samples, n_in, n_features] and y [samples, n_out, n_features]."""
    starts = np.arange(len(series) - n_in - n_out + 1)[:, None]
    return series[starts + np.arange(n_in)], series[starts + n_in + np.arange(n_out)]


def pieces(x: np.ndarray, length: int, step: int, first: int) -> np.ndarray:
    """Pieces of a sequence, [pieces, length, n_features].

    Args:
        x: the sequence, [n, n_features].
        length: steps of a piece.
        step: from the beginning of one piece to that of the next.
        first: where the first piece begins.
    """
    starts = np.arange(first, len(x) - length + 1, step)[:, None]
    return x[starts + np.arange(length)]


def padded(sequences: list[np.ndarray], maxlen: int, padding: str, truncating: str, value: float) -> np.ndarray:
    """Sequences of differing length in one array, [n, maxlen, n_features]."""
    rows = []
    for sequence in sequences:
        kept = sequence[-maxlen:] if truncating == "pre" else sequence[:maxlen]
        lack = maxlen - len(kept)
        rows.append(np.pad(kept, ((lack, 0) if padding == "pre" else (0, lack), (0, 0)), constant_values=value))
    return np.stack(rows)


def ragged(rng: np.random.Generator, lengths: list[int], n_features: int) -> list[np.ndarray]:
    """Sequences of these lengths, [length, n_features] each, of values between 0 and 1."""
    values = walk(rng, sum(lengths), n_features)
    values = 0.02 + 0.96 * (values - values.min()) / np.ptp(values)
    return np.split(values, np.cumsum(lengths)[:-1])


@dataclass
class Origins:
    """Where in a series numbers come from.

    Attributes:
        time: row of each number; -1 for one that does not stand in the series.
        feature: its column.
    """

    time: np.ndarray
    feature: np.ndarray

    @classmethod
    def of(cls, numbers: np.ndarray, series: np.ndarray) -> "Origins":
        """Looks numbers up in a series of values that all differ."""
        known = series.ravel()
        order = known.argsort()
        right = np.clip(np.searchsorted(known[order], numbers), 1, known.size - 1)
        left = right - 1
        nearer = np.abs(known[order][left] - numbers) < np.abs(known[order][right] - numbers)
        at = order[np.where(nearer, left, right)]
        found = np.abs(known[at] - numbers) < _APART / 4
        n_features = series.shape[1]
        return cls(np.where(found, at // n_features, -1), np.where(found, at % n_features, -1))


@dataclass
class Lines:
    """A straight line for each feature, scaled = slope * value + shift.

    Attributes:
        slope: one a feature.
        shift: one a feature.
    """

    slope: np.ndarray
    shift: np.ndarray

    @classmethod
    def through(cls, values: np.ndarray, scaled: np.ndarray) -> "Lines":
        """The lines that fit best; arrays [..., n_features], gaps in `values` left out."""
        fitted = []
        for x, z in zip(columns(values), columns(scaled), strict=True):
            known = ~np.isnan(x)
            middle = x[known].mean()
            slope = np.sum((x[known] - middle) * (z[known] - z[known].mean())) / np.sum((x[known] - middle) ** 2)
            fitted.append((slope, z[known].mean() - slope * middle))
        slope, shift = np.array(fitted).T
        return cls(slope, shift)

    def fit(self, values: np.ndarray, scaled: np.ndarray) -> bool:
        """Whether all numbers lie on them, gaps left out."""
        expected = self.slope * values + self.shift
        allowed = 1e-3 * (1e-9 + np.abs(self.slope) * spread(values))
        return bool((np.isnan(values) | (np.abs(expected - scaled) <= allowed)).all())

    def equal(self, other: "Lines") -> bool:
        """Whether these are the same lines as others."""
        return np.allclose(self.slope, other.slope, rtol=1e-3) and np.allclose(self.shift, other.shift, rtol=1e-3)


def columns(array: np.ndarray) -> np.ndarray:
    """One row a feature, whatever axes come before it."""
    return array.reshape(-1, array.shape[-1]).T


def spread(values: np.ndarray) -> np.ndarray:
    """Largest less smallest value of each feature, gaps left out."""
    return np.nanmax(columns(values), axis=1) - np.nanmin(columns(values), axis=1)


@dataclass
class Task:
    """A series with gaps that is to become a training set and a test set.

    Attributes:
        series: [n, n_features], NaN for a gap.
        n_train: number of training rows.
        n_in: steps of input.
        n_out: steps of output.
    """

    series: np.ndarray
    n_train: int
    n_in: int
    n_out: int

    @property
    def rows(self) -> dict[str, np.ndarray]:
        """The rows of each set."""
        return {"train": self.series[: self.n_train], "test": self.series[self.n_train :]}

    def other_test(self) -> np.ndarray:
        """The same series with other rows after the training rows, far from those before."""
        series = self.series.copy()
        series[self.n_train :] = 3 * series[self.n_train :] - 40 * np.nanstd(series, axis=0)
        return series

    def samples(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The samples of one set in their own units, NaN for gaps in X; those with gaps in y are left out."""
        X, y = frames(rows, self.n_in, self.n_out)
        complete = ~np.isnan(y).any(axis=(1, 2))
        return X[complete], y[complete]

    def counts(self, name: str) -> dict[int, str]:
        """Which mistake leads to how many samples of a set."""
        rows = self.rows[name]
        X, y = frames(rows, self.n_in, self.n_out)
        gaps_in_x, gaps_in_y = np.isnan(X).any(axis=(1, 2)), np.isnan(y).any(axis=(1, 2))
        without = int((~np.isnan(rows).any(axis=1)).sum())
        reaching = self.series[self.n_train - self.n_in :]
        return {
            without - self.n_in - self.n_out + 1: "rows-dropped",
            int((~gaps_in_y & ~gaps_in_x).sum()): "samples-dropped",
            len(self.samples(reaching)[0]): "sets-overlap",
            len(y): "gap-targets",
        }


def task(rng: np.random.Generator) -> Task:
    """A task with sizes, units and gaps of its own, and with gaps in both sets."""
    n_train, n_test = int(rng.integers(80, 110)), int(rng.integers(50, 70))
    series = log(rng, n_train + n_test, int(rng.integers(2, 4)))
    series[:n_train] = with_gaps(rng, series[:n_train], 3)
    series[n_train:] = with_gaps(rng, series[n_train:], 2)
    made = Task(series, n_train, n_in=int(rng.integers(5, 9)), n_out=int(rng.integers(2, 4)))
    for name, rows in made.rows.items():
        if len({len(made.samples(rows)[0]), *made.counts(name)}) < 5:  # each mistake leads to a count of its own
            return task(rng)
    return made


def masking_model(rng: np.random.Generator, n_features: int, mask_value: float) -> tuple[str, list[np.ndarray]]:
    """A Keras model that skips masked steps: its serialized structure and its weights."""
    units = 4
    layers = [
        ("InputLayer", {"batch_shape": [None, None, n_features], "dtype": "float32", "name": "steps"}),
        ("Masking", {"mask_value": mask_value, "name": "masking"}),
        ("LSTM", {"units": units, "name": "lstm"}),
    ]
    config = {"name": "given", "layers": [_record("keras.layers", *layer) for layer in layers]}
    shapes = [(n_features, 4 * units), (units, 4 * units), (4 * units,)]
    weights = [rng.normal(0, 0.5, shape).astype("float32") for shape in shapes]
    return json.dumps(_record("keras", "Sequential", config)), weights


def _record(module: str, name: str, config: dict[str, object]) -> dict[str, object]:
    """A Keras object as Keras writes it down."""
    return {"module": module, "class_name": name, "config": config, "registered_name": None}

"""Hidden data of lesson 05: the stub's public generator with secret entropy, and with sizes of its own."""

from typing import Any

import numpy as np


def flagged_value(rng: np.random.Generator, n: int, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of values, one of them flagged in each.

    Args:
        rng: source of randomness.
        n: number of sequences.
        n_steps: their length.

    Returns:
        X [n, n_steps, 2], a value and a flag each step, and y [n, 1], the value at the flagged step.
    """
    values = rng.uniform(-1, 1, (n, n_steps))
    flagged = rng.integers(0, n_steps, n)
    flags = np.zeros((n, n_steps))
    flags[np.arange(n), flagged] = 1
    X = np.stack([values, flags], axis=-1)
    return X.astype("float32"), values[np.arange(n), flagged][:, None].astype("float32")


def rmse(guess: Any, truth: np.ndarray) -> float:
    """Root of the mean squared error over all values; shapes are broadcast, as NumPy does it."""
    return float(np.sqrt(np.mean((np.asarray(guess, "float64") - truth) ** 2)))


class Calls:
    """Stands in for `fit` and `predict`; knows each sequence again, and makes the predictions up.

    Attributes:
        X, y: the data of the experiment.
        told: the made-up prediction of each sequence.
        fitted: sequences that `fit` was called with the last time it was called, or None.
        targets: the targets that came with them.
        predicted: sequences that `predict` was called with.
        strange: whether there were sequences that are none of X.
    """

    def __init__(self, rng: np.random.Generator, n: int, n_steps: int, n_test: int) -> None:
        self.X, _ = flagged_value(rng, n, n_steps)
        # The later sequences lie higher, so that a mean over the wrong ones shows.
        self.X[-n_test:, :, 0] += 0.6
        self.y = (self.X[:, :, :1] * self.X[:, :, 1:]).sum(axis=1)
        self.told = self.y + rng.normal(0, 0.3, (n, 1))
        self.fitted: list[int] | None = None
        self.targets = np.zeros(0)
        self.predicted: list[int] = []
        self.strange = False
        self._numbers = {row.tobytes(): number for number, row in enumerate(self.X)}

    def fit(self, X: Any, y: Any, seed: Any = 0) -> str:
        del seed
        self.fitted, self.targets = self._known(X), np.asarray(y, "float64").reshape(-1)
        if len(self.fitted) != len(self.targets):
            raise ValueError(f"fit takes as many targets as sequences, not {len(self.targets)} and {len(self.fitted)}")
        return "model"

    def predict(self, model: Any, X: Any) -> np.ndarray:
        if self.fitted is None or not isinstance(model, str) or model != "model":
            raise ValueError("predict takes the model that fit returned, and sequences")
        rows = self._known(X)
        self.predicted += rows
        return np.array([self.told[row] if row >= 0 else [0.0] for row in rows]).reshape(-1, 1)

    def _known(self, X: Any) -> list[int]:
        """Numbers of the sequences, -1 for those that are none of X."""
        rows = np.asarray(X, "float32")
        if rows.shape[1:] != self.X.shape[1:]:
            raise ValueError(f"sequences have shape (n, n_steps, 2), not {rows.shape}")
        numbers = [self._numbers.get(np.ascontiguousarray(row).tobytes(), -1) for row in rows]
        self.strange |= -1 in numbers
        return numbers

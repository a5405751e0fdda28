"""Hidden data of lesson 04: the stub's public generator with secret entropy, and with sizes of its own."""

from typing import Any

import numpy as np


def damped_sines(rng: np.random.Generator, n: int, n_values: int) -> np.ndarray:
    """Series that swing and die away.

    Args:
        rng: source of randomness.
        n: number of series.
        n_values: their length.

    Returns:
        The series, [n, n_values].
    """
    pace, phase, damping = rng.uniform([[0.3], [0.0], [0.0]], [[1.0], [2 * np.pi], [0.06]], (3, n))[:, :, None]
    t = np.arange(n_values)
    return (np.exp(-damping * t) * np.sin(pace * t + phase)).astype("float32")


def windows(series: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Input and target of each series: X [n, n_values - 1, 1] and y [n, 1]."""
    return series[:, :-1, None], series[:, -1:]


def negative_targets(rng: np.random.Generator, n: int, n_values: int) -> tuple[np.ndarray, np.ndarray]:
    """X and y of series that all end below zero: there a loss for classes falls below zero, an error never does."""
    series = damped_sines(rng, 20 * n, n_values)
    return windows(series[series[:, -1] < -0.15][:n])


def rmse(guess: Any, truth: np.ndarray) -> float:
    """Root of the mean squared error over all values; shapes are broadcast, as NumPy does it."""
    return float(np.sqrt(np.mean((np.asarray(guess, "float64") - truth) ** 2)))


class Calls:
    """Stands in for the five steps; knows each series again, and makes the results up.

    Attributes:
        series: the data of the experiment.
        X, y: input and target of each.
        sizes: what `define_model` was called with, each time.
        fits: series, targets and seed that `fit_model` was called with, each time.
        evaluations: series, targets and made-up error of each call of `evaluate_model`.
        predictions: window and made-up value of each call of `predict_next`.
        strange: whether there were inputs that belong to no series.
        whole: whether there were inputs that hold their own target.
        too_early: the step that was taken before the model was fitted, if any.
    """

    def __init__(self, rng: np.random.Generator, n: int, n_values: int) -> None:
        self._rng = rng
        self.series = damped_sines(rng, n, n_values)
        self.series[-n // 3 :] *= 0.6  # an error over the wrong series shows
        self.X, self.y = windows(self.series)
        self.sizes: list[tuple[Any, Any]] = []
        self.fits: list[tuple[list[int], np.ndarray, Any]] = []
        self.evaluations: list[tuple[list[int], np.ndarray, float]] = []
        self.predictions: list[tuple[np.ndarray, float]] = []
        self.strange = self.whole = False
        self.too_early = ""
        self._compiled: set[str] = set()
        self._fitted: set[str] = set()
        self._numbers = {row.tobytes(): number for number, row in enumerate(self.X)}

    def define_model(self, n_steps: Any, n_features: Any) -> str:
        self.sizes.append((n_steps, n_features))
        return f"model {len(self.sizes)}"

    def compile_model(self, model: Any) -> str:
        self._compiled.add(self._model(model, "compile_model"))
        return str(model)

    def fit_model(self, model: Any, X: Any, y: Any, seed: Any = None) -> dict[str, list[float]]:
        if self._model(model, "fit_model") not in self._compiled:
            raise ValueError("You must call `compile()` before using the model.")
        self._fitted.add(str(model))
        self.fits.append((*self._pairs(X, y, "fit_model"), seed))
        return {"loss": [0.2, 0.1]}

    def evaluate_model(self, model: Any, X: Any, y: Any) -> float:
        self._expect_fitted(model, "evaluate_model")
        told = float(self._rng.uniform(0.01, 0.2))
        self.evaluations.append((*self._pairs(X, y, "evaluate_model"), told))
        return told

    def predict_next(self, model: Any, window: Any) -> float:
        self._expect_fitted(model, "predict_next")
        values = np.asarray(window, "float32")
        if values.ndim != 1:
            raise ValueError(f"predict_next takes one window of shape (n_steps,), not {values.shape}")
        self.predictions.append((values, float(self._rng.uniform(-0.9, 0.9))))
        return self.predictions[-1][1]

    def _model(self, model: Any, step: str) -> str:
        if model not in [f"model {number + 1}" for number in range(len(self.sizes))]:
            raise ValueError(f"{step} takes the model that define_model returned")
        return str(model)

    def _expect_fitted(self, model: Any, step: str) -> None:
        if self._model(model, step) not in self._fitted:
            self.too_early = self.too_early or step

    def _pairs(self, X: Any, y: Any, step: str) -> tuple[list[int], np.ndarray]:
        """Numbers of the series, -1 for those that are none, and the targets beside them."""
        rows, targets = np.asarray(X, "float32"), np.asarray(y, "float64").reshape(-1)
        if rows.ndim != 3 or rows.shape[2] != 1:
            raise ValueError(f"{step} takes X of shape (n, n_steps, 1), not {rows.shape}")
        if len(rows) != len(targets):
            raise ValueError(f"{step} takes as many targets as series, not {len(targets)} and {len(rows)}")
        self.whole |= rows.shape[1] == self.series.shape[1]
        numbers = [self._numbers.get(np.ascontiguousarray(row).tobytes(), -1) for row in rows]
        self.strange |= -1 in numbers
        return numbers, targets

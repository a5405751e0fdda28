"""Hidden data of lesson 06: the stub's public generator with secret entropy and other sizes."""

import numpy as np

#: Sizes for probes of structure: small, and never those of the exercise.
N_STEPS, N_OUT = 24, 4


def two_scale(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Series of a fast wave whose height follows a slow wave.

    Args:
        rng: source of randomness.
        n: number of series.

    Returns:
        X [n, 24, 1] and y [n, 4].
    """
    t = np.arange(N_STEPS + N_OUT)[None, :]
    fast = rng.uniform(0.15, 0.25, (n, 1))
    slow = rng.uniform(0.01, 0.04, (n, 1))
    phase = rng.uniform(0, 2 * np.pi, (n, 2))
    height = 0.6 + 0.4 * np.sin(2 * np.pi * slow * t + phase[:, 1:])
    series = (np.sin(2 * np.pi * fast * t + phase[:, :1]) * height).astype("float32")
    return series[:, :N_STEPS, None], series[:, N_STEPS:]


def rmse(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Root of the mean squared error over all values."""
    return float(np.sqrt(np.mean((predicted - truth) ** 2)))


def lstm_weights(units: tuple[int, ...], n_features: int = 1) -> int:
    """Number of weights of a stack of LSTM layers: 4 u (u + f + 1) each, f the size of what it receives."""
    sizes = (n_features, *units)
    return sum(4 * u * (u + f + 1) for f, u in zip(sizes, units, strict=False))

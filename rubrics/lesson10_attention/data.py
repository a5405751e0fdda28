"""Hidden data of lesson 10: the stub's public generator with secret entropy and other sizes, and what is right."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: An LSTM may hold on to a symbol for some steps, so these steps behind it count as its neighbourhood, too.
BEHIND = 3


def echo(rng: np.random.Generator, n: int, n_steps: int, n_symbols: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences that are empty but for a few symbols in their first three quarters.

    Args:
        rng: source of randomness.
        n: number of sequences.
        n_steps: length of each.
        n_symbols: how many symbols there are; 0 is neutral.
        n_out: how many stand in each sequence.

    Returns:
        X [n, n_steps] and y [n, n_out], the symbols in their order.
    """
    X, y = np.zeros((n, n_steps), dtype="int32"), rng.integers(1, n_symbols + 1, (n, n_out))
    for row in range(n):
        X[row, np.sort(rng.choice(n_steps * 3 // 4, n_out, replace=False))] = y[row]
    return X, y


def attended(queries: np.ndarray, states: np.ndarray, axis: str = "steps") -> tuple[np.ndarray, np.ndarray]:
    """What dot-product attention gives, worked out for each output on its own.

    Args:
        queries: [n, outputs, units].
        states: [n, steps, units].
        axis: what shares the weights; "outputs" is a well-known mistake, "none" leaves the scores as they are, and
            "scaled" divides them by the root of the units first.

    Returns:
        Contexts [n, outputs, units] and weights [n, outputs, steps].
    """
    scores = np.einsum("nou,nsu->nos", queries, states)
    if axis == "scaled":
        scores = scores / queries.shape[-1] ** 0.5
    weights = scores
    if axis != "none":
        along = 1 if axis == "outputs" else 2
        powers = np.exp(scores - scores.max(along, keepdims=True))
        weights = powers / powers.sum(along, keepdims=True)
    return np.einsum("nos,nsu->nou", weights, states), weights


def nearness(weights: np.ndarray, X: np.ndarray) -> float:
    """How many times the weight that even shares would give lies near the symbols.

    Each output may look near its own symbol, or all of them near any symbol; the better of both counts.

    Args:
        weights: [n, outputs, steps].
        X: [n, steps], with as many symbols a row as there are outputs.
    """
    n, n_out, n_steps = weights.shape
    places = np.nonzero(X)[1].reshape(n, n_out, 1)
    steps = np.arange(n_steps)
    own = (steps >= places) & (steps <= places + BEHIND)  # [n, outputs, steps]
    any_symbol = np.broadcast_to(own.any(axis=1, keepdims=True), own.shape)
    return max(float((weights * near).sum(axis=-1).mean() / near.mean()) for near in (own, any_symbol))


KINDS = ("plain", "attention")


@dataclass
class Scores:
    """Stands in for `fit_and_score`; notes its calls and makes up a score that differs for each of them.

    Attributes:
        runs: the (length, seed) of each call, by kind.
    """

    offset: float
    runs: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def score(self, kind: Any, n_steps: Any, seed: Any) -> float:
        if kind not in KINDS or np.size(n_steps) != 1 or np.size(seed) != 1:
            raise ValueError('score takes "plain" or "attention", a number of steps, and a seed')
        length, number = int(np.ravel(n_steps)[0]), int(np.ravel(seed)[0])
        self.runs[kind].append((length, number))
        return self.made_up(kind, length, number)

    def made_up(self, kind: str, length: int, seed: int) -> float:
        """A score that tells from which call it came."""
        return 0.4 + self.offset + 0.13 * KINDS.index(kind) + 0.0017 * length + 0.003 * seed**0.5

    def means(self, kind: str, lengths: tuple[int, ...], seeds: tuple[int, ...]) -> list[float]:
        """What `compare` should tell of one kind."""
        return [float(np.mean([self.made_up(kind, length, seed) for seed in seeds])) for length in lengths]

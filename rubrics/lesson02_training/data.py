"""Hidden data of lesson 02: networks, layers, sequences, and what typical mistakes make of their gradients.

Right gradients are found by complex steps, straight from the definition of a derivative: f(x + ih) = f(x) + ih f'(x).
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

#: Names of the gradients in the order in which they are asked for.
GRADIENTS = ("dWx", "dWh", "db", "dWo")
#: How far from the right value a gradient may be, relative to the largest; 32-bit floats are some 100 times nearer.
NEAR = 1e-4
_TINY = 1e-30


def is_near(told: np.ndarray, right: np.ndarray) -> bool:
    """Whether two arrays hold the same values but for rounding."""
    return told.shape == right.shape and bool(np.abs(told - right).max() <= NEAR * max(np.abs(right).max(), 1e-3))


# Backpropagation through time.


@dataclass
class Network:
    """A recurrent network, a sequence and a target.

    Attributes:
        x: [timesteps, features].
        y: the target.
        weights: Wx [features, units], Wh [units, units], b [units], Wo [units].
    """

    x: np.ndarray
    y: float
    weights: tuple[np.ndarray, ...]

    @property
    def arguments(self) -> tuple[object, ...]:
        """As `bptt_gradients` takes them."""
        return (self.x, self.y, *self.weights)

    def states(self, weights: tuple[np.ndarray, ...]) -> list[np.ndarray]:
        """The empty state and those after each step."""
        Wx, Wh, b, _ = weights
        h = [np.zeros(len(b))]
        for step in self.x:
            h.append(np.tanh(step @ Wx + h[-1] @ Wh + b))
        return h

    def loss(self, weights: tuple[np.ndarray, ...], k: int | None = None) -> complex:
        """The loss with other weights in the last k steps, where k is given, or in all."""
        Wx, Wh, b, Wo = weights
        first = 0 if k is None else max(len(self.x) - k, 0)
        h = self.states(self.weights)[first]
        for step in self.x[first:]:
            h = np.tanh(step @ Wx + h @ Wh + b)
        return complex((h @ Wo - self.y) ** 2 / 2)

    def gradients(self, k: int | None = None) -> list[np.ndarray]:
        """The right gradients, truncated after k steps where k is given."""
        found = []
        for number, weight in enumerate(self.weights):
            gradient = np.zeros(weight.shape)
            for at in np.ndindex(weight.shape):
                moved = [each.astype(complex) for each in self.weights]
                moved[number][at] += 1j * _TINY
                gradient[at] = self.loss(tuple(moved), k).imag / _TINY
            found.append(gradient)
        return found

    def from_empty(self, k: int) -> list[np.ndarray]:
        """Gradients of the last k steps alone, as if nothing had been before them."""
        return Network(self.x[-k:], self.y, self.weights).gradients()

    def slope(self, directions: tuple[np.ndarray, ...]) -> float:
        """How fast the loss changes when all weights move at once."""
        moved = tuple(w + 1j * _TINY * d for w, d in zip(self.weights, directions, strict=True))
        return self.loss(moved).imag / _TINY

    def shares(
        self,
        error: float,
        slope: Callable[[np.ndarray], np.ndarray] = lambda h: 1 - h**2,
        transposed: bool = False,
        new_state: bool = False,
        through_tanh: bool = True,
    ) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """What each step adds to the gradients of Wx, Wh and b, the last step first, with a mistake or without.

        Args:
            error: that of the prediction.
            slope: of tanh, from its value.
            transposed: whether the error goes back through Wh the wrong way round.
            new_state: whether the gradient of Wh takes the state after the step.
            through_tanh: whether the error also goes through the slope on its way to the step before.
        """
        _, Wh, _, Wo = self.weights
        h, dh = self.states(self.weights), error * Wo
        for t in reversed(range(len(self.x))):
            dz = dh * slope(h[t + 1])
            yield np.outer(self.x[t], dz), np.outer(h[t + 1 if new_state else t], dz), dz
            back = dz if through_tanh else dh
            dh = back @ Wh if transposed else Wh @ back

    def mistaken(self) -> Iterator[tuple[str, list[np.ndarray]]]:
        """What typical mistakes give: cause and gradients."""
        last = self.states(self.weights)[-1]
        error = float(last @ self.weights[3] - self.y)
        dWo = error * last
        right = list(self.shares(error))

        def total(shares: list[tuple[np.ndarray, ...]]) -> list[np.ndarray]:
            nothing = [np.zeros_like(weight) for weight in self.weights[:3]]  # where no step is left
            return [np.sum([nothing[part], *(share[part] for share in shares)], axis=0) for part in range(3)]

        yield "one-step-only", [*total(right[:1]), dWo]
        yield "first-step-missing", [*total(right[:-1]), dWo]
        yield "not-added-up", [*right[-1], dWo]
        yield "averaged", [*(part / len(right) for part in total(right)), dWo]
        yield "no-slope", [*total(list(self.shares(error, slope=np.ones_like))), dWo]
        yield "slope-of-argument", [*total(list(self.shares(error, slope=lambda h: 1 - np.arctanh(h) ** 2))), dWo]
        yield "slope-of-argument", [*total(list(self.shares(error, slope=lambda h: 1 - np.tanh(h) ** 2))), dWo]
        yield "sigmoid-slope", [*total(list(self.shares(error, slope=lambda h: h * (1 - h)))), dWo]
        yield "slope-skipped", [*total(list(self.shares(error, through_tanh=False))), dWo]
        yield "wh-transposed", [*total(list(self.shares(error, transposed=True))), dWo]
        wrong = [*total(list(self.shares(error, new_state=True))), dWo]
        yield "state-after-step", wrong
        yield "sign", [-part for part in [*total(right), dWo]]
        yield "twice", [2 * part for part in [*total(right), dWo]]
        without = [*total(list(self.shares(1.0))), last]
        yield "no-error", without


def network(rng: np.random.Generator, timesteps: int, features: int, units: int) -> Network:
    """A network whose error reaches all steps, and whose recurrent weights are not symmetric."""
    weights = (
        rng.normal(0, 0.5, (features, units)),
        rng.normal(0, 0.9 * units**-0.5, (units, units)),
        rng.normal(0, 0.3, units),
        rng.normal(0, 1, units),
    )
    return Network(rng.normal(size=(timesteps, features)), float(rng.uniform(3, 4)), weights)


# Profiles of gradients.


@dataclass
class Recurrent:
    """A recurrent layer of Keras with given weights.

    Attributes:
        kind: "SimpleRNN" or "LSTM".
        weights: kernel, recurrent kernel and bias, as Keras keeps them.
    """

    kind: str
    weights: list[np.ndarray]

    @property
    def config(self) -> str:
        """The layer as Keras writes it down."""
        features, units = len(self.weights[0]), len(self.weights[1])
        layer = {"module": "keras.layers", "class_name": self.kind, "config": {"units": units}, "registered_name": None}
        return json.dumps(layer | {"build_config": {"input_shape": [None, None, features]}})

    def last_output(self, X: np.ndarray) -> np.ndarray:
        """The output after the last step, [n, units]."""
        kernel, recurrent, bias = (weight.astype("float64") for weight in self.weights)
        h = c = np.zeros((len(X), len(recurrent)))
        for t in range(X.shape[1]):
            z = X[:, t] @ kernel + h @ recurrent + bias
            if self.kind == "LSTM":
                i, f, g, o = np.split(z, 4, axis=1)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
            else:
                h = np.tanh(z)
        return h

    def gradient(self, X: np.ndarray) -> np.ndarray:
        """Gradient of the sum of all outputs with respect to X, of the shape of X."""
        found = np.zeros(X.shape)
        for t, feature in np.ndindex(X.shape[1:]):
            moved = X.astype(complex)
            moved[:, t, feature] += 1j * _TINY  # in all sequences at once: none feels another
            found[:, t, feature] = self.last_output(moved).imag.sum(axis=1) / _TINY
        return found


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Between 0 and 1; written with tanh, which takes complex numbers."""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def plain_layer(rng: np.random.Generator, features: int, units: int) -> Recurrent:
    """A plain recurrent layer in which gradients vanish."""
    recurrent = 0.6 * np.linalg.qr(rng.normal(size=(units, units)))[0]
    weights = rng.normal(0, 0.5, (features, units)), recurrent, rng.normal(0, 0.2, units)
    return Recurrent("SimpleRNN", [weight.astype("float32") for weight in weights])


def open_layer(rng: np.random.Generator, features: int, units: int) -> Recurrent:
    """An LSTM in which gradients last."""
    bias = rng.normal(0, 0.2, 4 * units)
    bias[units : 2 * units] += 4
    weights = rng.normal(0, 0.3, (features, 4 * units)), rng.normal(0, 0.1, (units, 4 * units)), bias
    return Recurrent("LSTM", [weight.astype("float32") for weight in weights])


def profile(gradient: np.ndarray) -> np.ndarray:
    """The norm at each step."""
    return np.asarray(np.sqrt((gradient**2).sum(axis=(0, 2))))


def mistaken_profiles(gradient: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """What typical mistakes give: cause and profile."""
    right = profile(gradient)
    yield "reversed", right[::-1]
    yield "no-root", right**2
    yield "no-norm", np.abs(gradient).sum(axis=(0, 2))
    yield "no-norm", np.abs(gradient.sum(axis=(0, 2)))
    yield "no-norm", gradient.sum(axis=(0, 2))
    yield "no-norm", np.abs(gradient).max(axis=(0, 2))
    yield "no-norm", np.abs(gradient).mean(axis=(0, 2))
    yield "each-sequence", np.sqrt((gradient**2).sum(axis=2)).mean(axis=0)
    yield "each-sequence", np.sqrt((gradient**2).sum(axis=2)).sum(axis=0)
    yield "each-sequence", np.sqrt((gradient[0] ** 2).sum(axis=1))


def same_profile(told: np.ndarray, right: np.ndarray) -> bool:
    """Whether two profiles agree at each step, however small they are there."""
    return bool(np.allclose(told, right, rtol=1e-3, atol=1e-6 * np.abs(right).max()))


# Clipping.


def clipped(grads: list[np.ndarray], max_norm: float) -> list[np.ndarray]:
    """Gradients with a global norm of at most max_norm."""
    norm = np.sqrt(sum(float((grad**2).sum()) for grad in grads))
    return [grad * min(1.0, max_norm / max(norm, _TINY)) for grad in grads]


def mistaken_clips(grads: list[np.ndarray], max_norm: float) -> Iterator[tuple[str, list[np.ndarray]]]:
    """What typical mistakes in clipping give: cause and gradients."""
    norms = [float(np.sqrt((grad**2).sum())) for grad in grads]
    yield "not-clipped", grads
    yield "each-clipped", [clipped([grad], max_norm)[0] for grad in grads]
    yield "values-clipped", [np.clip(grad, -max_norm, max_norm) for grad in grads]
    yield "norms-added", [grad * min(1.0, max_norm / sum(norms)) for grad in grads]
    largest = max(float(np.abs(grad).max()) for grad in grads)
    yield "largest-number", [grad * min(1.0, max_norm / largest) for grad in grads]
    yield "clip-no-root", [grad * min(1.0, max_norm / sum(norm**2 for norm in norms)) for grad in grads]
    yield "norm-divided", [grad / np.sqrt(sum(norm**2 for norm in norms)) for grad in grads]


# Sequences.


def pieces(X: np.ndarray, k: int) -> list[np.ndarray]:
    """Sequences cut into pieces of k steps; the last one may be shorter."""
    return [X[:, start : start + k] for start in range(0, X.shape[1], k)]


def alarm(rng: np.random.Generator, n: int, timesteps: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of which half have a spike, and whether there has been one.

    Args:
        rng: source of randomness.
        n: number of sequences.
        timesteps: their length.

    Returns:
        X and y, [n, timesteps, 1] each.
    """
    X = np.zeros((n, timesteps, 1), "float32")
    rows = rng.permutation(n)[: n // 2]
    X[rows, rng.integers(0, timesteps, len(rows)), 0] = 1
    return X, np.maximum.accumulate(X, axis=1)


def accuracy(told: np.ndarray, truth: np.ndarray) -> float:
    """Share of steps at which the alarm is right."""
    return float(np.mean((told > 0.5) == (truth > 0.5)))

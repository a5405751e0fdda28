"""Hidden data of lesson 09: the stub's public generator with secret entropy and other sizes, and models to judge."""

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np


def balance_point(rng: np.random.Generator, n: int, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of weights, and where those up to a step outweigh those that follow.

    Args:
        rng: source of randomness.
        n: number of sequences.
        n_steps: length of each.

    Returns:
        X [n, n_steps, 1] and y [n, n_steps, 1] of 0 and 1.
    """
    X = rng.uniform(-1, 1, (n, n_steps, 1))
    so_far = X.cumsum(axis=1)
    to_come = X.sum(axis=1, keepdims=True) - so_far
    return X.astype("float32"), (so_far > to_come).astype("float32")


def accuracy(told: np.ndarray, truth: np.ndarray) -> float:
    """Share of steps that are answered right."""
    return float(np.mean(told == truth))


def merged(forward: np.ndarray, backward: np.ndarray, merge_mode: str) -> np.ndarray:
    """What Keras's Bidirectional makes of the outputs of its two layers, step by step.

    Args:
        forward: [n, steps, units] in the order of time.
        backward: [n, steps, units] in the order in which the layer reads.
        merge_mode: "concat", "sum", "mul" or "ave".

    Returns:
        [n, steps, 2 * units] for "concat", else [n, steps, units].
    """
    pairs = [(forward[:, at], backward[:, -1 - at]) for at in range(forward.shape[1])]
    merge = {
        "concat": lambda one, other: np.concatenate((one, other), axis=1),
        "sum": lambda one, other: one + other,
        "mul": lambda one, other: one * other,
        "ave": lambda one, other: 0.5 * (one + other),
    }[merge_mode]
    return np.stack([merge(one, other) for one, other in pairs], axis=1)


@dataclass
class Given:
    """A model that is handed to `usable_online`.

    Attributes:
        config: its serialized structure.
        is_online: whether no answer needs a later step.
        words: what it is, for the student.
    """

    config: str
    is_online: bool
    words: str


def given_models(rng: np.random.Generator, n_steps: int, n_features: int) -> list[Given]:
    """Models whose layers do not tell by their names whether they wait for later steps."""
    units = int(rng.integers(3, 6))
    lstm = ("LSTM", {"units": units, "return_sequences": True})
    backward = ("LSTM", {"units": units, "return_sequences": True, "go_backwards": True})
    both = ("Bidirectional", {"layer": record("keras.layers", *lstm), "merge_mode": "sum"})
    look_back = ("Conv1D", {"filters": units, "kernel_size": 3, "padding": "causal"})
    look_round = ("Conv1D", {"filters": units, "kernel_size": 3, "padding": "same"})
    models = [
        ([lstm], True, "an LSTM that reads forward"),
        ([both], False, "a bidirectional LSTM"),
        ([look_back], True, "a convolution that looks at earlier steps only"),
        ([look_round, lstm], False, "a forward LSTM on top of a convolution, which looks one step ahead"),
        ([backward], False, "an LSTM with go_backwards=True"),
    ]
    return [Given(sequential(layers, n_steps, n_features), online, words) for layers, online, words in models]


def sequential(layers: list[tuple[str, dict[str, Any]]], n_steps: int, n_features: int) -> str:
    """The serialized structure of a Sequential model with a Dense layer on top."""
    inputs = ("InputLayer", {"batch_shape": [None, n_steps, n_features], "dtype": "float32", "name": "steps"})
    head = ("Dense", {"units": 1, "activation": "sigmoid"})
    stack = [record("keras.layers", *layer) for layer in (inputs, *layers, head)]
    return json.dumps(record("keras", "Sequential", {"name": "given", "layers": stack}))


def record(module: str, name: str, config: dict[str, Any]) -> dict[str, Any]:
    """A Keras object as Keras writes it down."""
    return {"module": module, "class_name": name, "config": config, "registered_name": None}


#: Directions of the comparison, and how many LSTM layers read in each.
LAYERS = {"forward": 1, "backward": 1, "bidirectional": 2}


def lstm_weights(direction: str, units: int, n_features: int = 1) -> int:
    """Number of LSTM weights of a model of one direction."""
    return LAYERS[direction] * 4 * units * (units + n_features + 1)


@dataclass
class Scores:
    """Stands in for `fit_and_score`; notes its calls and makes up a score that differs for each of them.

    Attributes:
        runs: (units, seed, score) of each call, by direction.
    """

    offset: float
    runs: dict[str, list[tuple[int, int, float]]] = field(default_factory=lambda: {name: [] for name in LAYERS})

    def score(self, direction: Any, units: Any, seed: Any) -> float:
        if direction not in LAYERS or np.size(units) != 1 or float(np.ravel(units)[0]) < 1:
            raise ValueError('score takes "forward", "backward" or "bidirectional", a number of units, and a seed')
        size, number = int(np.ravel(units)[0]), int(seed)
        made_up = 0.6 + self.offset + 0.07 * list(LAYERS).index(direction) + 0.0007 * size + 0.003 * number**0.5
        self.runs[direction].append((size, number, made_up))
        return made_up

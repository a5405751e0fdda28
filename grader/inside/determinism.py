"""Makes a room compute the same bits each time: every source of randomness that learners use is seeded."""

import itertools
import random

import numpy as np

from grader.inside.absent import loaded_keras

#: First value of the entropy that unseeded generators get; any number does, as long as it stays.
_FIRST = 0x5EED


def fix_entropy() -> None:
    """Gives unseeded generators (`default_rng()`, `random.Random()`) fixed entropy instead of the system's.

    Each further unseeded generator gets another value, in the order in which they are made.
    """
    counter = itertools.count(_FIRST)
    seeded = random.Random.seed

    def seed(self: random.Random, a: object = None, version: int = 2) -> None:
        seeded(self, next(counter) if a is None else a, version)  # type: ignore[arg-type]

    def randbits(bits: int) -> int:
        return next(counter) & ((1 << bits) - 1)

    random.Random.seed = seed  # type: ignore[method-assign]
    random.seed = random._inst.seed  # noqa: SLF001  bound before the line above
    # NumPy's SeedSequence draws its entropy from this name.
    np.random.bit_generator.randbits = randbits  # type: ignore[attr-defined]


def reseed(seed: int) -> None:
    """Seeds Python, NumPy, Keras and TensorFlow before a call.

    Keras 3 draws the seeds of its initializers from Python's `random`, so NumPy's and TensorFlow's seeds alone
    would not do.
    """
    keras = loaded_keras()
    if keras is not None:
        keras.utils.set_random_seed(seed)
    else:  # a room with NumPy alone
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002  learners use it

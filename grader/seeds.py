"""Streams of randomness for hidden data, each derived from one secret.

Every stream is HMAC-SHA256(secret, lesson, purpose, repeat), cut to 128 bits (RFC 2104): nothing that a room
is given helps to predict another stream.
"""

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageProblem

if TYPE_CHECKING:
    import numpy as np

_PUBLIC = b"public"
_MIN_SECRET_BYTES = 16


@dataclass(frozen=True)
class Secret:
    """What all hidden data of a grading derive from.

    Attributes:
        key: the secret itself; it never leaves the host.
        label: what reports call it: "public", or a fingerprint.
    """

    key: bytes
    label: str

    @property
    def is_public(self) -> bool:
        """Whether anybody can derive the same data."""
        return self.label == "public" or self.label.startswith("seed ")

    def bits(self, lesson: str, purpose: str, repeat: int = 0) -> int:
        """Derives 128 bits for one purpose of one lesson."""
        message = "\0".join((lesson, purpose, str(repeat))).encode()
        return int.from_bytes(hmac.digest(self.key, message, hashlib.sha256)[:16], "big")


def public_secret() -> Secret:
    """The secret that is none: everybody who grades without a seed gets the same data."""
    return Secret(_PUBLIC, "public")


def numbered_secret(seed: int) -> Secret:
    """A secret for trying other data, named in the report: `--seed N`."""
    return Secret(b"seed:%d" % seed, f"seed {seed}")


def secret_from_file(path: Path) -> Secret:
    """Reads a teacher's secret.

    Raises:
        UsageProblem: the file cannot be read or is shorter than 16 bytes.
    """
    try:
        key = path.read_bytes().strip()
    except OSError as problem:
        raise UsageProblem(f"the seed file {path} cannot be read: {problem.strerror}") from problem
    if len(key) < _MIN_SECRET_BYTES:
        raise UsageProblem(f"the seed file {path} holds {len(key)} bytes; a secret needs at least {_MIN_SECRET_BYTES}")
    label = hmac.digest(key, b"seed id", hashlib.sha256).hex()[:12]
    return Secret(key, f"secret {label}")


@dataclass(frozen=True)
class Streams:
    """The streams of one lesson, as its checks use them."""

    secret: Secret
    lesson: str

    def generator(self, purpose: str, repeat: int = 0) -> "np.random.Generator":
        """A NumPy generator for one purpose, e.g. "train" or "test"."""
        import numpy as np  # noqa: PLC0415  the command line starts without NumPy

        return np.random.default_rng(self.secret.bits(self.lesson, purpose, repeat))

    def seed(self, purpose: str, repeat: int = 0) -> int:
        """A seed in 0 … 2³¹-1, as functions of the exercises take it."""
        return self.secret.bits(self.lesson, purpose, repeat) & 0x7FFFFFFF

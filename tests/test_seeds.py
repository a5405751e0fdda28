import hashlib
import hmac
import itertools
import os
from pathlib import Path

import numpy as np
import pytest

from grader.errors import UsageProblem
from grader.seeds import Secret, Streams, numbered_secret, public_secret, secret_from_file

_KEY = b"sixteen bytes or more of it"


def _digest(key: bytes, message: bytes) -> int:
    """HMAC-SHA256 as RFC 2104 defines it, cut to its first 128 bits."""
    padded = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()
    return int.from_bytes(outer[:16], "big")


@pytest.mark.parametrize(
    "lesson,purpose,repeat,message",
    [
        ("lesson06_stacked", "train", 0, b"lesson06_stacked\0train\x000"),
        ("lesson06_stacked", "test", 12, b"lesson06_stacked\0test\x0012"),
        ("lektion_ä", "room é", 3, b"lektion_\xc3\xa4\0room \xc3\xa9\x003"),
    ],
)
def test_bits_are_an_hmac_of_lesson_purpose_and_repeat(lesson: str, purpose: str, repeat: int, message: bytes) -> None:
    expected = _digest(_KEY, message)
    assert expected == int(hmac.new(_KEY, message, "sha256").hexdigest()[:32], 16)
    assert Secret(_KEY, "x").bits(lesson, purpose, repeat) == expected


def test_streams_differ_by_secret_lesson_purpose_and_repeat() -> None:
    secrets = [Secret(_KEY, "a"), public_secret(), numbered_secret(0), numbered_secret(1)]
    lessons = ["lesson06_stacked", "lesson07_bidirectional"]
    purposes = ["train", "test", "rain"]
    streams = list(itertools.product(secrets, lessons, purposes, range(4)))
    bits = {secret.bits(lesson, purpose, repeat) for secret, lesson, purpose, repeat in streams}
    assert len(bits) == 4 * 2 * 3 * 4
    assert max(bits) < 2**128
    firsts = {Streams(secret, lesson).seed(purpose, repeat) for secret, lesson, purpose, repeat in streams}
    assert len(firsts) == len(bits)


def test_names_do_not_run_together() -> None:
    secret = Secret(_KEY, "x")
    assert secret.bits("lesson1", "1train") != secret.bits("lesson11", "train")
    assert secret.bits("a", "b1", 1) != secret.bits("a", "b", 11)


def test_a_generator_is_numpys_of_the_streams_bits() -> None:
    streams = Streams(Secret(_KEY, "x"), "lesson06_stacked")
    expected = np.random.default_rng(_digest(_KEY, b"lesson06_stacked\0train\x002")).normal(size=5)
    assert streams.generator("train", 2).normal(size=5).tolist() == expected.tolist()
    assert streams.generator("train", 2).normal(size=5).tolist() == expected.tolist()


def test_numbers_of_two_streams_are_not_correlated() -> None:
    streams = Streams(public_secret(), "lesson06_stacked")
    train, test, again = (streams.generator(*of).normal(size=2000) for of in (("train",), ("test",), ("train", 1)))
    for one, other in ((train, test), (train, again), (test, again)):
        assert abs(np.corrcoef(one, other)[0, 1]) < 0.1  # 4.5 standard deviations


def test_a_seed_is_the_last_31_bits() -> None:
    streams = Streams(Secret(_KEY, "x"), "l")
    for repeat in range(50):
        seed = streams.seed("p", repeat)
        assert seed == _digest(_KEY, b"l\0p\0%d" % repeat) % 2**31


def test_the_public_secret_and_numbered_ones_are_named() -> None:
    assert public_secret().label == "public"
    assert public_secret().is_public
    assert numbered_secret(3).label == "seed 3"
    assert numbered_secret(3).is_public
    assert numbered_secret(3) == numbered_secret(3)
    assert numbered_secret(3) != numbered_secret(4)


def test_a_file_holds_a_secret_that_its_label_does_not_tell(tmp_path: Path) -> None:
    path = tmp_path / "seed"
    path.write_bytes(_KEY + b"\n")
    secret = secret_from_file(path)
    assert secret.key == _KEY
    assert not secret.is_public
    assert secret.label.startswith("secret ")
    shown = secret.label.removeprefix("secret ")
    assert len(shown) == 12
    assert _KEY.decode() not in secret.label
    assert _KEY.hex()[:12] not in secret.label
    assert hashlib.sha256(_KEY).hexdigest()[:12] != shown  # no plain hash, which could be looked up
    path.write_bytes(b"\n " + _KEY + b" \r\n")
    assert secret_from_file(path) == secret  # an editor's line end changes nothing
    path.write_bytes(_KEY + b"!")
    assert secret_from_file(path).label != secret.label


def test_a_label_is_no_prefix_of_any_stream(tmp_path: Path) -> None:
    path = tmp_path / "seed"
    path.write_bytes(_KEY)
    secret = secret_from_file(path)
    shown = secret.label.removeprefix("secret ")
    for lesson, purpose in itertools.product(["", "seed id", "lesson06_stacked"], ["", "train", "seed id"]):
        assert not f"{secret.bits(lesson, purpose):032x}".startswith(shown)


@pytest.mark.parametrize("content,length", [(b"", 0), (b"short\n", 5), (b" " * 100, 0), (b"x" * 15 + b"\n\n\n", 15)])
def test_a_short_file_is_refused(tmp_path: Path, content: bytes, length: int) -> None:
    path = tmp_path / "seed"
    path.write_bytes(content)
    with pytest.raises(UsageProblem, match=f"holds {length} bytes; a secret needs at least 16"):
        secret_from_file(path)


def test_sixteen_bytes_are_enough(tmp_path: Path) -> None:
    path = tmp_path / "seed"
    path.write_bytes(bytes(range(100, 116)))
    assert secret_from_file(path).key == bytes(range(100, 116))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot be read"):
        secret_from_file(tmp_path / "missing")
    with pytest.raises(UsageProblem, match=f"cannot be read: {os.strerror(21)}"):
        secret_from_file(tmp_path)

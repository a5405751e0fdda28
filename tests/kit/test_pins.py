"""A student hears of it where other versions run here than those that the course is graded with."""

from pathlib import Path

import msgspec
import pytest
from packaging.requirements import Requirement

from grader.kit.pins import pin, remarks
from grader.model import Versions

PINNED = Versions(grade="0.1.0", python="3.11.2", keras="3.15.1", tensorflow="2.21.0", numpy="2.4.6")


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    for name, content in pin(PINNED).items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_pip_reads_the_pins(kit: Path) -> None:
    lines = [line for line in (kit / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    pinned = {each.name: str(each.specifier) for each in map(Requirement, lines)}
    assert pinned == {"grade-lstm": "==0.1.0", "keras": "==3.15.1", "tensorflow": "==2.21.0", "numpy": "==2.4.6"}


@pytest.mark.parametrize("python", ["3.11.2", "3.11.9"])
def test_the_same_versions_are_not_remarked(kit: Path, python: str) -> None:
    assert remarks(kit, msgspec.structs.replace(PINNED, python=python)) == ()


def test_other_versions_are_one_sentence(kit: Path) -> None:
    (said,) = remarks(kit, msgspec.structs.replace(PINNED, python="3.12.1", keras="3.15.2"))
    assert "grades with Python 3.11, Keras 3.15.1" in said
    assert "here runs Python 3.12, Keras 3.15.2" in said
    assert "NumPy" not in said
    assert "constraints.txt" in said


def test_a_course_without_pins_says_nothing(tmp_path: Path) -> None:
    assert remarks(tmp_path, PINNED) == ()


@pytest.mark.parametrize("content", [b"", b"\xff", b"{}", b'{"keras": 3}', b"[" * 100_000])
def test_pins_that_cannot_be_read_are_one_sentence(kit: Path, content: bytes) -> None:
    (kit / "pins.json").write_bytes(content)
    (said,) = remarks(kit, PINNED)
    assert "pins.json" in said

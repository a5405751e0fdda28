"""The versions that a course is graded with, so that "passes here, fails there" has an explanation."""

from pathlib import Path

import msgspec

from grader.model import Versions

FILE, CONSTRAINTS = "pins.json", "constraints.txt"
_NAMES = {"grade": "grade", "python": "Python", "keras": "Keras", "tensorflow": "TensorFlow", "numpy": "NumPy"}


def pin(versions: Versions) -> dict[str, bytes]:
    """Writes versions down, once for programs and once for pip.

    Args:
        versions: what the course is graded with.

    Returns:
        The content of each file by its name.
    """
    lines = [
        f"# What this course is graded with, under Python {_series(versions.python)}.",
        f"grade-lstm=={versions.grade}",
        f"keras=={versions.keras}",
        f"tensorflow=={versions.tensorflow}",
        f"numpy=={versions.numpy}",
    ]
    pins = msgspec.json.format(msgspec.json.encode(versions), indent=2) + b"\n"
    return {FILE: pins, CONSTRAINTS: "".join(f"{line}\n" for line in lines).encode()}


def remarks(course: Path, running: Versions) -> tuple[str, ...]:
    """Says where the versions that run here are not those that a course is graded with.

    Args:
        course: the folder of the course; without pins in it there is nothing to say.
        running: what runs here.
    """
    path = course / FILE
    if not path.exists():
        return ()
    try:
        pinned = msgspec.json.decode(path.read_bytes(), type=Versions)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        return (
            f"The file {FILE} of this course cannot be read, so nobody knows whether your teacher's versions differ.",
        )
    differing = [
        (name, there, here)
        for field, name in _NAMES.items()
        if (there := _told(pinned, field)) != (here := _told(running, field))
    ]
    if not differing:
        return ()
    theirs = ", ".join(f"{name} {there}" for name, there, _ in differing)
    ours = ", ".join(f"{name} {here}" for name, _, here in differing)
    said = f"Your teacher grades with {theirs}, but here runs {ours}: what passes here may fail there"
    return (f"{said}, so install what {CONSTRAINTS} says.",)


def _told(versions: Versions, field: str) -> str:
    version: str = getattr(versions, field)
    return _series(version) if field == "python" else version


def _series(python: str) -> str:
    """The part of Python's version that matters: 3.11 for 3.11.2."""
    return ".".join(python.split(".")[:2])

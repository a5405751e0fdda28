"""What a format is asked for and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from grader.standing import Class


class Order(NamedTuple):
    """What is to be exported.

    Attributes:
        klass: the class, with no lessons but those that are asked for.
        template: what was downloaded from the other system; of use where the format asks for it.
    """

    klass: Class
    template: Path = Path()


class Made(NamedTuple):
    """What a format made.

    Attributes:
        content: bytes of the file, or of each file of a folder by its path in there.
        notes: sentences for the teacher, on all that did not go as they may expect.
    """

    content: bytes | Mapping[str, bytes]
    notes: list[str]


@dataclass(frozen=True)
class Format:
    """How standings are written for one system.

    Attributes:
        title: what it is, for a person.
        target: usual name of what is written.
        make: makes it; raises UsageProblem where it cannot.
        template: what has to be downloaded from the system first, or empty.
        anonymous: whether it makes sense without names.
    """

    title: str
    target: str
    make: Callable[[Order], Made]
    template: str = ""
    anonymous: bool = False

"""What a submission's functions were asked and what they answered, kept for the pictures of a report.

A picture shows what the mark rests on: nothing is computed again for it. Only functions that a lesson's pictures name
are kept, and nothing at all where data are secret. Rooms whose models were altered on purpose do not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

#: The name under which predictions in the clean room are kept; their arguments are the function that the model came
#: from, and the inputs.
PREDICTIONS = "a model's predictions"
_MAX_CALLS = 256


@dataclass(frozen=True)
class Call:
    """One call.

    Attributes:
        args: what was given.
        returned: what came back.
    """

    args: tuple[Any, ...]
    returned: Any


@dataclass
class Seen:
    """The calls of one grading.

    Attributes:
        wanted: names of the functions that are kept.
    """

    wanted: frozenset[str] = frozenset()
    _calls: list[tuple[str, Call]] = field(default_factory=list)

    def note(self, name: str, args: tuple[Any, ...], returned: Any) -> None:
        """Keeps a call, if it is wanted."""
        if name in self.wanted and len(self._calls) < _MAX_CALLS:
            self._calls.append((name, Call(args, returned)))

    def calls(self, name: str, *args: Any) -> Iterator[Call]:
        """Calls of a function, in the order in which they were answered.

        Args:
            name: the function.
            *args: what its first arguments were; None for any.
        """
        for noted, call in list(self._calls):
            if noted == name and len(call.args) >= len(args) and all(map(_same, args, call.args)):
                yield call


def _same(wanted: Any, given: Any) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, np.ndarray) or isinstance(given, np.ndarray):
        return isinstance(given, np.ndarray) and np.array_equal(wanted, given, equal_nan=given.dtype.kind == "f")
    return bool(wanted == given)

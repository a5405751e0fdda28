"""Groups of submissions that are nearly the same: a text that went round is one group, not a heap of pairs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.classpage.twins import Twin


@dataclass(frozen=True)
class Group:
    """Students whose submissions are nearly the same, each as that of at least one other of them.

    Attributes:
        members: their keys.
        pairs: which of them are nearly the same, those that have most in common first.
    """

    members: tuple[str, ...]
    pairs: tuple[Twin, ...]

    @property
    def least(self) -> float:
        """The least share of a pair."""
        return min(pair.share for pair in self.pairs)

    @property
    def most(self) -> float:
        """The greatest share of a pair."""
        return max(pair.share for pair in self.pairs)

    @property
    def possible(self) -> int:
        """How many pairs there would be if each were nearly the same as each."""
        return len(self.members) * (len(self.members) - 1) // 2


def groups(twins: Iterable[Twin], order: Sequence[str]) -> tuple[Group, ...]:
    """Puts together what is connected by pairs.

    Args:
        twins: the pairs of one lesson.
        order: keys of all students, in the order in which they are told.

    Returns:
        The groups, the largest first, then those that have most in common.
    """
    parts: list[tuple[set[str], list[Twin]]] = []
    for twin in twins:
        members, pairs = {twin.first, twin.second}, [twin]
        apart = []
        for part in parts:
            if part[0] & members:
                members |= part[0]
                pairs += part[1]
            else:
                apart.append(part)
        parts = [*apart, (members, pairs)]
    found = [
        Group(
            members=tuple(key for key in order if key in members),
            pairs=tuple(sorted(pairs, key=lambda pair: (-pair.share, pair.first, pair.second))),
        )
        for members, pairs in parts
    ]
    return tuple(sorted(found, key=lambda group: (-len(group.members), -group.most, group.members)))

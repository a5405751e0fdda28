"""Submissions that are nearly the same, once what the exercise itself gives is taken away."""

import bisect
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.records import Frozen
from grader.report.code import MAX_LENGTH
from grader.report.drawing.svg import hush
from grader.text import clean

if TYPE_CHECKING:
    from copydetect import CodeFingerprint

#: Characters of a fingerprint, of code without names, comments and blanks.
_LENGTH = 10
#: So many fingerprints of one's own, some 15 lines, say something; fewer say nothing.
_FEWEST = 100
#: Share of the fingerprints from which on two submissions are nearly the same; see `twins` for what it rests on.
THRESHOLD = 0.8
#: Matching lines that are so near to each other are told as one range.
_NEAR = 2
#: Where a function or a class begins in code whose names are replaced: which of them follows which is no matter.
_BEGIN = re.compile(r"def(?=F)|class(?=O)|@[a-z]|if__name__")
#: Imports say nothing. No quote may be in the line: it would open or close a text.
_IMPORT = re.compile(r"\s*(?:import|from\s+[\w.]+\s+import)\s[\w.,*() ]+")
#: Long stretches of blanks cost Pygments the square of their length.
_BLANKS = re.compile(r"[ \t\f]{9,}")

Lines = tuple[tuple[int, int], ...]


class Twin(Frozen, frozen=True, kw_only=True):
    """Two submissions that are nearly the same.

    Attributes:
        lesson: id of the lesson.
        first: key of one student.
        second: key of the other.
        share: how much of the fuller one is in the other, too, from 0 to 1.
        first_lines: first and last lines of what they have in common, in the first one's text.
        second_lines: the same in the second one's.
    """

    lesson: str
    first: str
    second: str
    share: float
    first_lines: Lines
    second_lines: Lines


def twins(
    lesson: str, sources: Mapping[str, str], *, stub: str, solution: str = "", threshold: float = THRESHOLD
) -> list[Twin]:
    """Finds pairs of submissions that are nearly the same.

    Each text becomes a set of fingerprints, as copydetect makes them: every stretch of 10 characters of its code, in
    which Pygments has replaced names and texts by one letter each and left out comments and blanks. Stretches from
    one function into the next and imports are left out, too. So new names, comments, blanks and another order of the
    functions change nearly nothing. Every fingerprint is kept (winnowing with a window of one), for which ones a wider
    window keeps depends on Python's salt for `hash`. Those of the stub and of the solution are taken away: what they
    hold, everybody may come to by themselves. How alike two texts are is the share of the larger set that is in the
    other one, too.

    Measured on the course's 14 lessons, stub and solution taken away: among the 333 pairs of different right
    submissions of a lesson (`rubrics/*/accept`) the share is 0.21 in the middle, 0.62 for the top hundredth and 0.72
    at most. For 99 copies with new names, functions in another order, other comments and blanks it is 0.996 in the
    middle and 0.815 at least. Hence 0.8. Of copies that were also written anew from their syntax tree, with `self`
    renamed, 73 % are found. Without the solution at hand, the 432 pairs reach 0.78 and the copies 0.83 at least.

    Args:
        lesson: id of the lesson, for the pairs.
        sources: text of each student's submission by the student's key; for a notebook that of its program. Texts of
            more than 200 000 characters are left out.
        stub: the exercise as students receive it.
        solution: the reference solution, where it is at hand.
        threshold: the least share that is told.

    Returns:
        The pairs, those that have most in common first.
    """
    given = _fingerprint(stub).hashes | _fingerprint(solution).hashes
    texts = {key: _Text(text, given) for key, text in sources.items() if len(text) <= MAX_LENGTH}
    keys = sorted(key for key, text in texts.items() if len(text.print.hashes) >= _FEWEST)
    found = []
    for one, other, share in _alike([texts[key].print.hashes for key in keys], threshold):
        first, second = keys[one], keys[other]
        lines = _common_lines(texts[first], texts[second])
        found.append(
            Twin(lesson=lesson, first=first, second=second, share=share, first_lines=lines[0], second_lines=lines[1])
        )
    return sorted(found, key=lambda twin: (-twin.share, twin.first, twin.second))


class _Text:
    """A submission's fingerprints, without those that are given, and where its lines begin."""

    def __init__(self, text: str, given: set[int]) -> None:
        self.print = _fingerprint(text)
        self.print.hashes -= given
        for known in given:
            self.print.hash_idx.pop(known, None)
        self.numbers = [number for number, line in enumerate(_lines(text), start=1) if line]
        self.starts = [0, *(found.end() for found in re.finditer("\n", self.print.raw_code))]

    def lines(self, slices: Any) -> Lines:
        """The lines of stretches of characters, near ones put together."""
        merged: list[tuple[int, int]] = []
        for start, end in sorted(zip(*slices.astype(int).tolist(), strict=True)):
            first, last = self._line(start), self._line(max(start, end - 1))
            if merged and first - merged[-1][1] <= _NEAR:
                first, last = merged[-1][0], max(last, merged.pop()[1])
            merged.append((first, last))
        return tuple(merged)

    def _line(self, at: int) -> int:
        return self.numbers[min(bisect.bisect(self.starts, at), len(self.numbers)) - 1]


def _fingerprint(text: str) -> "CodeFingerprint":
    hush()
    from copydetect import CodeFingerprint  # noqa: PLC0415  it imports Matplotlib, which takes long

    text = "\n".join(line for line in _lines(text) if line)
    made = CodeFingerprint("", _LENGTH, 1, language="python", fp=io.StringIO(text))
    code = made.filtered_code
    across = {at for found in _BEGIN.finditer(code) for at in range(found.start() - _LENGTH + 1, found.start())}
    inside = {known: [at for at in places if at not in across] for known, places in made.hash_idx.items()}
    made.hash_idx = {known: places for known, places in inside.items() if places}
    made.hashes = set(made.hash_idx)
    # Offsets grow along the text; copydetect 0.5.0 notes a wrong one, too small, at the name of a class.
    made.offsets[:, 1] = np.maximum.accumulate(made.offsets[:, 1])
    return made


def _lines(text: str) -> list[str]:
    """Lines that Pygments takes as they are; empty ones are left out of what it gets, so that lines can be counted."""
    lines = [line.rstrip() for line in clean(text.replace("\r\n", "\n")).split("\n")]
    return ["" if _IMPORT.fullmatch(line) else _BLANKS.sub(" " * 8, line) for line in lines]


def _alike(prints: Sequence[set[int]], threshold: float) -> list[tuple[int, int, float]]:
    """Pairs of sets that share enough; from an index of who has which, so that nothing is compared pair by pair."""
    owners: defaultdict[int, list[int]] = defaultdict(list)
    for number, hashes in enumerate(prints):
        for each in hashes:
            owners[each].append(number)
    shared = np.zeros((len(prints), len(prints)), dtype=np.int32)
    for who in owners.values():
        if len(who) > 1:
            shared[np.ix_(who, who)] += 1
    sizes = np.array([len(hashes) for hashes in prints], dtype=np.int32)
    shares = np.triu(shared / np.maximum.outer(sizes, sizes), k=1) if len(prints) else np.zeros((0, 0))
    return [(int(one), int(other), float(shares[one, other])) for one, other in np.argwhere(shares >= threshold)]


def _common_lines(first: _Text, second: _Text) -> tuple[Lines, Lines]:
    from copydetect import compare_files  # noqa: PLC0415  as above

    _, _, (one, other) = compare_files(first.print, second.print)
    return first.lines(one), second.lines(other)

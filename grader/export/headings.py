"""Finds the assignment of another system that a lesson is."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from grader.errors import UsageProblem
from grader.standing import LessonInfo

_WORD = re.compile(r"[^\W\d_]+|\d+")
#: Words that any assignment of the course may carry.
_COMMON = {"lstm", "keras"}
#: One word alone, such as "final", fits too much.
_ENOUGH = 2


class Found(NamedTuple):
    """Where lessons go.

    Attributes:
        places: for each lesson that was found the number of its title.
        missing: lessons that were not found.
    """

    places: dict[LessonInfo, int]
    missing: list[LessonInfo]


def assigned(lessons: Sequence[LessonInfo], titles: Sequence[str], where: str, advice: str = "") -> Found:
    """Finds the assignments of lessons by their titles.

    A title fits if it is the lesson's id or title; else if it has the lesson's number, as in "Lesson 6: deeper"; else
    if it has the lesson's theme and no strange word, as in "LSTM stacked".

    Args:
        lessons: the lessons.
        titles: titles of all assignments.
        where: what they stand in, for an error.
        advice: how to choose one, to end the error with.

    Returns:
        Where the lessons go.

    Raises:
        UsageProblem: more than one title fits a lesson, more than one lesson fits a title, or no lesson is found.
    """
    places: dict[LessonInfo, int] = {}
    for lesson in lessons:
        hits = _hits(lesson, titles)
        if len(hits) > 1:
            fitting = ", ".join(f'"{titles[hit]}"' for hit in hits)
            raise UsageProblem(f"more than one assignment of {where} fits {lesson.id}: {fitting}{advice}")
        if hits and hits[0] in places.values():
            raise UsageProblem(f'"{titles[hits[0]]}" of {where} fits more than one lesson; choose one with --lesson')
        if hits:
            places[lesson] = hits[0]
    if not places:
        wanted = ", ".join(lesson.id for lesson in lessons)
        there = ", ".join(f'"{title}"' for title in titles) or "none"
        raise UsageProblem(f"no assignment of {where} fits {wanted}; it has: {there}{advice}")
    return Found(places, [lesson for lesson in lessons if lesson not in places])


def _hits(lesson: LessonInfo, titles: Sequence[str]) -> list[int]:
    prefix, number, *theme = _words(lesson.id)
    name = _words(lesson.title)
    known = {*theme, *name, *_COMMON, prefix, number}
    split = [_words(title) for title in titles]
    alike = [words in (_words(lesson.id), name) for words in split]
    numbered = [(prefix, number) in pairwise(words) for words in split]
    themed = [len(words) >= _ENOUGH and {*theme} <= {*words} <= known for words in split] if theme else []
    ways = ([place for place, fits in enumerate(way) if fits] for way in (alike, numbered, themed))
    return next((hits for hits in ways if hits), [])


def _words(text: str) -> list[str]:
    """The words of a text in lower case, without the s of plurals and the zeros before a number."""
    words = (word.casefold() for word in _WORD.findall(text))
    return [word.lstrip("0") if word.isdecimal() else word.removesuffix("s") for word in words]

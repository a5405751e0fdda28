"""Looks for ideas in sentences: which are there, which are missing, which are wrong; and suggests a mark.

A phrase of the key is found where its words stand near each other in one sentence, in any order and with any
endings. What is denied is not found. The suggested mark is a help for a teacher and counts for nothing by itself.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from msgspec import structs

from grader.answered import Assessment, Spotted
from grader.answers.language import DENIES, GAP, MAX_CHARS, Token, Vocabulary, tokens
from grader.answers.questions import Prose, ProseKey
from grader.answers.suspicion import own_words, suspect_content, suspect_copy, suspect_form

#: Words that may stand between those of a phrase.
SLACK = 5
#: The most that an answer with a misconception is suggested to be worth.
WITH_MISCONCEPTION = 0.5


def unanswered(question: Prose, *notes: str) -> Assessment:
    """What is made of a question that is not answered.

    Args:
        question: what was asked.
        *notes: sentences about what stands there instead.
    """
    return Assessment(id=question.id, question=question.question, ask=question.ask, answered=False, notes=notes)


def assess(text: str, question: Prose, key: ProseKey | None = None, *, texts: tuple[str, ...] = ()) -> Assessment:
    """Assesses an answer in sentences.

    Args:
        text: the answer; its first `MAX_CHARS` characters are read.
        question: what was asked.
        key: what is looked for, or None in an exam: then only the form is judged.
        texts: other texts of the lesson that nobody should copy, such as the options of its choices.
    """
    notes = (f"Only the first {MAX_CHARS} characters were read.",) if len(text) > MAX_CHARS else ()
    text = text[:MAX_CHARS]
    read = tokens(text)
    form = suspect_form(text, read)
    result = structs.replace(unanswered(question), answered=bool(read), suspicion=form, notes=notes)
    if key is None:
        return structs.replace(result, suspicion=form or suspect_copy(read, question.ask, texts))
    needed = tuple(concept.name for concept in key.concepts if concept.needed)
    if form:
        return structs.replace(result, missing=needed, suggested=0.0 if read else None)
    compiled = _compile(key, question.ask)
    places = _Places(read, compiled.vocabulary)
    states = [idea.look(places) for idea in compiled.concepts]
    found = tuple(concept.name for concept, state in zip(key.concepts, states, strict=True) if state is True)
    wrong = tuple(
        Spotted(name=misconception.name, reply=misconception.reply)
        for misconception, idea in zip(key.misconceptions, compiled.misconceptions, strict=True)
        if idea.holds(places)
    )
    denied = sum(state is False for state in states) or int(not wrong and places.all_denied(compiled.terms))
    suspicion = suspect_copy(read, question.ask, texts, found=len(found)) or suspect_content(
        text, read, found=len(found), denied=denied, wrong=len(wrong)
    )
    share = 0.0 if suspicion else min(1.0, len(found) / len(needed))
    return structs.replace(
        result,
        found=found,
        missing=tuple(name for name in needed if name not in found),
        misconceptions=wrong,
        suspicion=suspicion,
        suggested=round(min(share, WITH_MISCONCEPTION) if wrong else share, 2),
    )


class _Places:
    """Where each stem that matters stands in an answer."""

    def __init__(self, read: Sequence[Token], vocabulary: Vocabulary) -> None:
        self.of: dict[str, list[int]] = {}
        self.stem: dict[int, str] = {}
        self.denied: set[int] = set()
        self.denies: list[int] = []
        self.refused: set[int] = set()
        meant: dict[str, str] = {}
        for token in read:
            if token.glue:
                continue
            if token.word not in meant:
                meant[token.word] = vocabulary.meant(token)
            self.of.setdefault(meant[token.word], []).append(token.place)
            self.stem[token.place] = meant[token.word]
            if token.denied:
                self.denied.add(token.place)
            if token.denies:
                self.denies.append(token.place)
            if token.refused:
                self.refused.add(token.place)
        self.nots = self.of.get("not", [])

    def any_of(self, stems: Iterable[str]) -> list[int]:
        """Where one of several stems stands."""
        return sorted(place for each in stems for place in self.of.get(each, ()))

    def denying(self, match: Sequence[int]) -> bool:
        """Says whether a "not" denies what was matched."""
        nots = [place for place in match if self.stem[place] == "not"]
        if nots:  # the phrase wants a "not", so only another one before it counts
            return any(place in self.denied for place in nots)
        if len(match) == 1 and match[0] in self.refused:
            return True
        return any(place in self.denied for place in match) or _within(self.denies, min(match), max(match))

    def all_denied(self, stems: frozenset[str]) -> bool:
        """Says whether some of the stems stand here, each of them denied."""
        there = [place for place, stem in self.stem.items() if stem in stems and stem != "not"]
        return bool(there) and all(place in self.denied or place in self.refused for place in there)

    def doubting(self, match: Sequence[int]) -> bool:
        """Says whether any "not", even one of "not only", goes with what was matched."""
        if any(self.stem[place] == "not" for place in match):
            return self.denying(match)
        return _within(self.nots, min(match) - DENIES, max(match))


def _within(places: Sequence[int], first: int, last: int) -> bool:
    return bisect_left(places, first) < bisect_right(places, last)


@dataclass(frozen=True)
class _Phrase:
    """Words that have to stand near each other; each is a set of stems."""

    words: tuple[frozenset[str], ...]

    def matches(self, places: _Places) -> list[tuple[int, ...]]:
        """Where the words stand near each other."""
        lists = [places.any_of(word) for word in self.words]
        if not all(lists):
            return []
        lists.sort(key=len)  # the rarest word first: the others are looked for around it
        reach = len(self.words) + SLACK
        found = []
        for anchor in lists[0]:
            taken = [anchor]
            for others in lists[1:]:
                near = others[bisect_left(others, anchor - reach) : bisect_right(others, anchor + reach)]
                free = [place for place in near if place not in taken]
                if not free:
                    break
                taken.append(min(free, key=lambda place: (abs(place - anchor), place)))
            if len(taken) == len(lists) and max(taken) - min(taken) <= reach and places.stem[max(taken)] != "not":
                found.append(tuple(taken))
        return found


@dataclass(frozen=True)
class _Idea:
    """The phrases of an idea, those that spoil it, and words that alone are no idea."""

    phrases: tuple[_Phrase, ...]
    spoils: tuple[_Phrase, ...] = ()
    own: frozenset[str] = frozenset()

    def look(self, places: _Places) -> bool | None:
        """True: it is there. False: it is there, but denied. None: it is not there."""
        spoilt = [match[0] for phrase in self.spoils for match in phrase.matches(places)]
        state: bool | None = None
        for phrase in self.phrases:
            for match in phrase.matches(places):
                if all(places.stem[place] in self.own for place in match):
                    continue
                if any(abs(place - match[0]) < GAP // 2 for place in spoilt):
                    continue
                if not places.denying(match):
                    return True
                state = False
        return state

    def holds(self, places: _Places) -> bool:
        """Says whether it is there without any "not"."""
        return any(not places.doubting(match) for phrase in self.phrases for match in phrase.matches(places))


@dataclass(frozen=True)
class _Compiled:
    concepts: tuple[_Idea, ...]
    misconceptions: tuple[_Idea, ...]
    vocabulary: Vocabulary
    terms: frozenset[str]  # the words of its ideas that the question has not


@lru_cache(maxsize=128)
def _compile(key: ProseKey, ask: str) -> _Compiled:
    """Prepares the phrases of a key; words of the question alone never make an idea."""
    own = own_words(ask)
    concepts = tuple(
        _Idea(
            tuple(_phrase(text) for text in concept.any),
            tuple(_phrase(text) for text in concept.not_with),
            own,
        )
        for concept in key.concepts
    )
    wrong = tuple(_Idea(tuple(_phrase(text) for text in each.any)) for each in key.misconceptions)
    phrases = [phrase for idea in (*concepts, *wrong) for phrase in (*idea.phrases, *idea.spoils)]
    stems = (stem for phrase in phrases for word in phrase.words for stem in word)
    terms = {stem for idea in concepts for phrase in idea.phrases for word in phrase.words for stem in word}
    return _Compiled(concepts, wrong, Vocabulary(stems), frozenset(terms - own))


def _phrase(text: str) -> _Phrase:
    """Reads a phrase of the key; glue is left out unless there is nothing else."""
    read = [tokens(word.replace("|", " ")) for word in text.split(" ")]
    content = [each for each in read if not all(token.glue for token in each)]
    return _Phrase(tuple(frozenset(token.stem for token in each) for each in content or read if each))

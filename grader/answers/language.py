"""Plain English, read without much ado: words, stems, sentences, slips of spelling, and what is denied.

Everything here is bounded: a text is cut before anything looks at it, and no expression can run away.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from pathlib import Path

import msgspec
from rapidfuzz import process
from rapidfuzz.distance import OSA
from snowballstemmer.english_stemmer import EnglishStemmer

from grader.records import Frozen

#: Characters of an answer that are read; some three pages.
MAX_CHARS = 6000
#: Letters of one word that are looked at.
MAX_WORD = 40
#: How many words after a "not" it may deny.
DENIES = 6
#: Places between two sentences, so that words of both are never near each other.
GAP = 1000

_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|;|\n\s*\n|\n\s*[-*•]")
_PARTS = re.compile(r"[^\W_]+(?:[_.][^\W_]+)*|[,:()+\n]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018`\u00b4", "'"))


class Words(Frozen, frozen=True, kw_only=True):
    """The lists of `words.toml`; what they are for is said there."""

    glue: str
    little: str
    verbs: str
    deny: str
    lack: str
    not_only: str
    condition: str
    helping: str
    turn: str
    fillers: str
    dont_know: tuple[str, ...]
    spellings: dict[str, str]
    same: dict[str, str]
    lookalikes: dict[str, str]
    languages: dict[str, str]


class Token(Frozen, frozen=True, kw_only=True):
    """One word of a text.

    Attributes:
        word: the word in small letters.
        stem: its stem; words that mean the same have the same.
        place: where it stands; words of different sentences are at least `GAP` apart.
        glue: whether it is left out where words are to be near each other.
        denied: whether a "not" before it denies it.
        denies: whether it is such a "not".
        refused: whether a "not" follows at once: "the memory is not kept".
        ends: whether its sentence ends after it.
    """

    word: str
    stem: str
    place: int
    glue: bool
    denied: bool
    denies: bool
    refused: bool
    ends: bool


@cache
def words() -> Words:
    """The word lists."""
    return msgspec.toml.decode(Path(__file__).with_name("words.toml").read_bytes(), type=Words)


@cache
def listed(name: str) -> frozenset[str]:
    """One of the word lists as a set."""
    return frozenset(getattr(words(), name).split())


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The stem of a word in small letters; words that mean the same in this course share one."""
    bare = _bare(word)
    return _same().get(bare, bare)


def _bare(word: str) -> str:
    # A stemmer of its own each time: it keeps its word in itself, and threads must not share that.
    return str(EnglishStemmer().stemWord(word[:MAX_WORD]))


@cache
def _same() -> dict[str, str]:
    """Maps stems to the stem that stands for them."""
    table = {}
    for first, others in words().same.items():
        for word in (first, *others.split()):
            table[_bare(word)] = _bare(first)
    return table


@cache
def _plain() -> frozenset[str]:
    """Stems of words that are never taken for misspelt others."""
    lists = (*(listed(name) for name in ("glue", "little", "verbs", "fillers", "deny", "lack", "turn")),)
    texts = (word for text in words().lookalikes.values() for word in text.split())
    return frozenset(_bare(word) for word in (*texts, *(word for each in lists for word in each)))


def tidy(text: str) -> str:
    """Cuts a text to `MAX_CHARS` and gives all kinds of letters and apostrophes one form."""
    text = unicodedata.normalize("NFKC", text[:MAX_CHARS])[: 2 * MAX_CHARS]
    text = text.translate(_APOSTROPHES)
    return re.sub(r"\b([ei])\.\s?([ge])\.", r"\1\2", text)


def tokens(text: str) -> tuple[Token, ...]:
    """Splits a text into words, sentence by sentence; of a long text its first `MAX_CHARS` characters."""
    found: list[Token] = []
    place = 0
    for sentence in _SENTENCE_END.split(_CAMEL.sub(" ", tidy(text)).replace("n't", " not")):
        made = _sentence(_spelt(sentence.lower()), place)
        if made:
            found += made
            place = made[-1].place + GAP
    return tuple(found)


def _spelt(sentence: str) -> list[str]:
    """The words and signs of a sentence, joined and short forms written out."""
    table = words().spellings
    written: list[str] = []
    for raw in _PARTS.findall(sentence):
        pieces = re.split(r"[_.]", raw)
        for piece in pieces:
            written += table.get(piece, piece[:MAX_WORD]).split(" ")
        if len(pieces) > 1:  # a name in code is a word of its own, too: save_weights is more than "save weights"
            written.append("".join(pieces)[:MAX_WORD])
    return written


def _sentence(parts: list[str], place: int) -> list[Token]:
    """Makes tokens of one sentence and follows what is denied in it."""
    made: list[Token] = []
    left = 0  # words that the last "not" can still deny
    odd = False  # whether what follows is denied; "not true that ... not" denies nothing
    number = 0
    for index, word in enumerate(parts):
        if not word[0].isalnum():
            if word != "\n":  # a line may end within a sentence
                left, odd = 0, False
            continue
        if word in listed("turn"):
            left, odd = 0, False
        glue = word in listed("glue")
        number += not glue
        denies = word in listed("deny") and not _harmless(parts, index)
        token = Token(
            word=word,
            stem="not" if word in listed("deny") or word in listed("lack") else stem(word),
            place=place + number,
            glue=glue,
            denied=odd and left > 0,
            denies=denies,
            refused=_refused(parts, index),
            ends=False,
        )
        made.append(token)
        left -= 1
        if denies:
            # "not true that they have no memory" says that they have; "cannot add and never drops" denies twice.
            odd = not (odd and left > 0 and "that" in parts[max(0, index - DENIES) : index])
            left = DENIES
    if made:
        made[-1] = msgspec.structs.replace(made[-1], ends=True)
    return made


def _refused(parts: list[str], index: int) -> bool:
    """Says whether only helping verbs stand between a word and a "not" after it."""
    after = index + 1
    while after < len(parts) and after - index < DENIES and parts[after] in listed("helping"):
        after += 1
    return index + 1 < after < len(parts) and parts[after] in listed("deny") and not _harmless(parts, after)


def _harmless(parts: list[str], index: int) -> bool:
    """Says whether a "not" denies nothing: "not only ...", "if it is not ..."."""
    after = parts[index + 1] if index + 1 < len(parts) else ""
    before = parts[max(0, index - 5) : index]
    return after in listed("not_only") or any(word in listed("condition") for word in before)


class Vocabulary:
    """The stems that matter, and which of them a word stands for, slips of spelling allowed."""

    def __init__(self, stems: Iterable[str]) -> None:
        """Prepares the stems.

        Args:
            stems: stems as `stem` gives them.
        """
        self.stems = frozenset(stems)
        table = _same()
        forms = {bare: first for bare, first in table.items() if first in self.stems}
        forms.update({each: each for each in self.stems})
        self._forms = dict(sorted(forms.items()))
        self._by_letter: dict[str, list[str]] = {}
        for form in self._forms:
            self._by_letter.setdefault(form[:1], []).append(form)

    def meant(self, token: Token) -> str:
        """The stem that a word stands for: its own, or the one it is a slip of."""
        if token.stem in self.stems or token.denies:
            return token.stem
        bare = _bare(token.word)
        if bare in _plain():
            return token.stem
        near = _nearest_form(bare, self._by_letter.get(bare[:1], []))
        return self._forms[near] if near else token.stem


def _nearest_form(bare: str, forms: list[str]) -> str | None:
    best: tuple[int, str] | None = None
    for form in forms:
        allowed = slips(len(form))
        if not allowed or abs(len(form) - len(bare)) > allowed:
            continue
        distance = OSA.distance(bare, form, score_cutoff=allowed)
        if distance <= allowed and (best is None or (distance, form) < best):
            best = (distance, form)
    return best[1] if best else None


def slips(length: int) -> int:
    """How many slips of spelling a word of that length may hold and still be known."""
    if length < 5:  # noqa: PLR2004 - too many short words differ by one letter
        return 0
    return 1 if length < 8 else 2  # noqa: PLR2004


def equal(word: str, other: str) -> bool:
    """Says whether two words are the same, but for their endings and slips of spelling."""
    one = Token(word=word, stem=stem(word), place=0, glue=False, denied=False, denies=False, refused=False, ends=False)
    return Vocabulary([stem(other)]).meant(one) == stem(other)


def nearest(name: str, names: Collection[str]) -> str | None:
    """The name that was probably meant, or None where none is near."""
    hit = process.extractOne(name[:100], names, scorer=OSA.normalized_similarity, score_cutoff=0.6)
    return hit[0] if hit else None

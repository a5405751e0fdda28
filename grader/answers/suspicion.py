"""Recognises what only looks like an answer, and says so kindly: each sentence is for the learner."""

import re
from collections.abc import Sequence
from itertools import pairwise

from grader.answered import Suspect, Suspicion
from grader.answers.language import Token, Vocabulary, listed, stem, tidy, tokens, words

_LATIN = re.compile(r"[A-Za-zÀ-ÿ]")
_CODE = re.compile(r"[(=_]|\w\.\w")
_SENTENCES = {
    Suspect.EMPTY: "There are no words in this answer.",
    Suspect.OTHER_LANGUAGE: "This does not look like English, which is all that is read here; a teacher may read it.",
    Suspect.TOO_SHORT: "One word explains little: write a sentence, as you would tell it to a colleague.",
    Suspect.DONT_KNOW: "Not knowing is fine. Look at the exercise once more and write down a first guess.",
    Suspect.SALAD: "These are terms without sentences: say who does what with what.",
    Suspect.COPY: "This repeats words that stand in the questions: say it in words of your own.",
    Suspect.NEGATED: "What you deny here may well hold: read your answer once more, “not” by “not”.",
    Suspect.EMPTY_TALK: "This could be said of many things: say what is special about the one that was asked.",
}


def suspicion(kind: Suspect) -> Suspicion:
    """The suspicion of a kind, with its sentence."""
    return Suspicion(kind=kind, text=_SENTENCES[kind])


def suspect_form(text: str, read: Sequence[Token]) -> Suspicion | None:
    """Looks at the form of an answer, whatever it says.

    Args:
        text: the answer.
        read: its words.
    """
    if not read:
        return suspicion(Suspect.EMPTY)
    if _foreign(tidy(text), read):
        return suspicion(Suspect.OTHER_LANGUAGE)
    if len(read) < 5 and _knows_not(text):  # noqa: PLR2004 - nothing else can stand there
        return suspicion(Suspect.DONT_KNOW)
    if len(read) < 2:  # noqa: PLR2004 - one word
        return suspicion(Suspect.TOO_SHORT)
    if not _is_code(text) and (_heap(read) or _shuffled(read) or _repeats(read)):
        return suspicion(Suspect.SALAD)
    return None


def suspect_copy(read: Sequence[Token], ask: str, texts: Sequence[str] = (), *, found: int = 0) -> Suspicion | None:
    """Looks whether an answer repeats its question, or is one of the texts that stand in the lesson.

    Args:
        read: the words of the answer.
        ask: the question.
        texts: other texts that could be copied.
        found: ideas that were found; an answer that holds some may use the words of the question.
    """
    if any(_same_text(read, tokens(other)) for other in texts) or (not found and _only_repeats(read, tokens(ask))):
        return suspicion(Suspect.COPY)
    return None


def suspect_content(text: str, read: Sequence[Token], *, found: int, denied: int, wrong: int) -> Suspicion | None:
    """Looks at what an answer says, once its ideas are counted.

    Args:
        text: the answer.
        read: its words.
        found: ideas that were found.
        denied: ideas that stand there, denied.
        wrong: misconceptions that were found.
    """
    if denied > found:
        return suspicion(Suspect.NEGATED)
    if found:
        return None
    if _knows_not(text):
        return suspicion(Suspect.DONT_KNOW)
    fillers = sum(token.word in listed("fillers") for token in read)
    if not wrong and fillers > 1:
        return suspicion(Suspect.EMPTY_TALK)
    return None


def _foreign(text: str, read: Sequence[Token]) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    if sum(_LATIN.match(sign) is None for sign in letters) * 2 > len(letters):
        return True
    english = sum(_is_little(token) for token in read)
    lists = (frozenset(each.split()) for each in words().languages.values())
    other = max(sum(token.word in each for token in read) for each in lists)
    return other > 1 and other >= 2 * english and other / len(read) >= 0.15  # noqa: PLR2004


def _is_little(token: Token) -> bool:
    return token.glue or token.word in listed("little") or token.word in listed("deny")


def _is_code(text: str) -> bool:
    """Says whether at least half of the answer is code, which has no little words."""
    chunks = tidy(text).split()
    return sum(len(chunk) for chunk in chunks if _CODE.search(chunk)) * 2 >= sum(map(len, chunks))


def _heap(read: Sequence[Token]) -> bool:
    """Terms side by side: hardly a little word or a plain verb among them."""
    joints = sum(_is_little(token) or token.word in listed("verbs") for token in read)
    if len(read) > 8 and not any(token.glue or token.word in listed("verbs") for token in read):  # noqa: PLR2004
        return True
    return len(read) > 5 and joints / len(read) < 0.15  # noqa: PLR2004


def _shuffled(read: Sequence[Token]) -> bool:
    """Words in no order: "the" before "of", "to" before "is", "a" at the end."""
    articles = {"a", "an", "the"}
    closed = {"of", "to", "and", "is", "in", "from", "for", "by", "with", "it", "or", "are", "was", "a", "an", "the"}
    before = {"of", "to", "from", "by", "with"}
    bad = sum(token.ends and token.word in {*articles, "of", "and"} for token in read)
    for token, after in pairwise(read):
        bad += not token.ends and (
            (token.word in articles and after.word in closed)
            or (token.word in before and after.word in {"is", "are", "of", "was", "and"})
        )
    return bad > 1 and bad / len(read) > 0.06  # noqa: PLR2004


def _repeats(read: Sequence[Token]) -> bool:
    """The same few words again and again."""
    pieces = [read[start : start + 60] for start in range(0, len(read), 60)]
    pieces = [piece for piece in pieces if len(piece) >= 15]  # noqa: PLR2004 - the rest of a long text says little
    shares = [len({token.word for token in piece}) / len(piece) for piece in pieces]
    if shares and sum(shares) / len(shares) < 0.42:  # noqa: PLR2004
        return True
    distinct = len({token.word for token in read})
    return len(read) > 200 and distinct / len(read) < 0.12  # noqa: PLR2004 - one page, pasted many times


def _knows_not(text: str) -> bool:
    said = " " + " ".join(token.word for token in tokens(text)) + " "
    return any(f" {phrase} " in said for phrase in words().dont_know)


def _content(read: Sequence[Token]) -> list[Token]:
    return [token for token in read if not _is_little(token)]


def _only_repeats(read: Sequence[Token], asked: Sequence[Token]) -> bool:
    """Says whether an answer has next to nothing that the question has not."""
    vocabulary = Vocabulary(token.stem for token in asked)
    content = _content(read)
    known = sum(vocabulary.meant(token) in vocabulary.stems for token in content)
    return known > 1 and known / len(content) >= 0.75  # noqa: PLR2004


def _same_text(read: Sequence[Token], other: Sequence[Token]) -> bool:
    """Says whether two texts are the same but for a word or two."""
    one, two = {token.stem for token in _content(read)}, {token.stem for token in _content(other)}
    return len(two) > 3 and len(one & two) >= 0.85 * max(len(one), len(two))  # noqa: PLR2004


def own_words(ask: str) -> frozenset[str]:
    """The stems of a question: to repeat them is no idea yet."""
    return frozenset(stem(token.word) for token in tokens(ask))

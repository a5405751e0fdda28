"""Hidden data of lesson 11: the stub's pseudo-language with secret entropy, and what texts and models are held against.

`Form` is how a submission writes windows and answers down: windows as one-hot vectors or as indices, answers as
indices or one-hot, one for each window or one for each of its places. All of them are right.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Lexicon = dict[str, list[str]]
Vocabulary = tuple[dict[str, int], dict[int, str]]


# The language.


def make_lexicon(rng: np.random.Generator) -> Lexicon:
    """Invents the words of a language: two determiners, for one thing and for several, and words of two syllables."""
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    words = [first + second for first in syllables for second in syllables]
    words = [words[number] for number in rng.choice(len(words), 15, replace=False)]
    determiners = [syllables[number] for number in rng.choice(len(syllables), 2, replace=False)]
    return {"determiners": determiners, "adjectives": words[:4], "nouns": words[4:10], "verbs": words[10:]}


def write_corpus(rng: np.random.Generator, n: int, lexicon: Lexicon) -> str:
    """Writes n sentences, one a line; determiner, noun and verb agree in number, whatever stands between them."""
    lines = []
    for _ in range(n):
        many = int(rng.integers(2))
        adjectives = [str(rng.choice(lexicon["adjectives"])) for _ in range(rng.integers(3))]
        noun = str(rng.choice(lexicon["nouns"])) + ("x" if many else "")
        verb = str(rng.choice(lexicon["verbs"])) + ("" if many else "q")
        lines.append(" ".join([lexicon["determiners"][many], *adjectives, noun, verb]) + ".\n")
    return "".join(lines)


def is_sentence(line: str, lexicon: Lexicon) -> bool:
    """Whether a line follows all rules of the language."""
    words = line.removesuffix(".").split(" ")
    if not line.endswith(".") or len(words) not in (3, 4, 5) or words[0] not in lexicon["determiners"]:
        return False
    many = words[0] == lexicon["determiners"][1]
    nouns = [noun + ("x" if many else "") for noun in lexicon["nouns"]]
    verbs = [verb + ("" if many else "q") for verb in lexicon["verbs"]]
    return words[-2] in nouns and words[-1] in verbs and all(word in lexicon["adjectives"] for word in words[1:-2])


@dataclass(frozen=True)
class Quality:
    """What a generated text is worth; all are shares between 0 and 1.

    Attributes:
        valid: lines that are sentences of the language.
        distinct: lines that differ from each other.
        novel: of the sentences, those that the corpus does not have.
        known: words that the corpus has.
    """

    valid: float
    distinct: float
    novel: float
    known: float


def quality(text: str, corpus: str, lexicon: Lexicon) -> Quality:
    """Judges the whole lines of a text; its first and last line may be parts."""
    lines = text.split("\n")[1:-1]
    if len(lines) < 5:
        return Quality(0.0, 0.0, 0.0, known_words(text, corpus))
    old = set(corpus.split("\n"))
    valid = [line for line in lines if is_sentence(line, lexicon)]
    novel = float(np.mean([line not in old for line in valid])) if valid else 0.0
    return Quality(len(valid) / len(lines), len(set(lines)) / len(lines), novel, known_words(text, corpus))


def known_words(text: str, corpus: str) -> float:
    """Share of a text's words that the corpus has, full stops apart."""
    known = set(corpus.replace(".", " ").split())
    words = text.replace(".", " ").split()[1:-1]
    return float(np.mean([word in known for word in words])) if words else 0.0


# Characters and windows.


def vocabulary_of(text: str) -> Vocabulary:
    """The characters of a text, numbered in sorted order, both ways."""
    characters = dict(enumerate(sorted(set(text))))
    return {character: index for index, character in characters.items()}, characters


def numbering(forward: dict[str, Any], text: str) -> str:
    """Names the way in which a text's characters are numbered, where it is not the right one."""
    order = sorted(forward, key=lambda character: int(forward[character]))
    if order == sorted(order):
        return "not-from-zero"
    if order == list(dict.fromkeys(text)):
        return "by-appearance"
    counts = [text.count(character) for character in order]
    return "by-frequency" if counts == sorted(counts, reverse=True) else "set-order"


def random_text(rng: np.random.Generator, characters: str, n: int) -> str:
    """A text without any rule, in which all of the characters occur."""
    return "".join(rng.permutation([*characters, *rng.choice(list(characters), n - len(characters))]))


@dataclass(frozen=True)
class Form:
    """How windows and answers are written down.

    Attributes:
        one_hot: whether windows are one-hot vectors instead of indices.
        each_place: whether there is an answer for each place of a window.
        answers: "index", "column" (indices with a last axis of 1) or "one_hot".
        dtypes: of windows and of answers.
    """

    one_hot: bool
    each_place: bool
    answers: str
    dtypes: tuple[str, str]

    def windows(self, indices: np.ndarray, n_chars: int) -> np.ndarray:
        """Writes windows, given as indices, [n, length]."""
        return (np.eye(n_chars)[indices] if self.one_hot else indices).astype(self.dtypes[0])

    def targets(self, indices: np.ndarray, n_chars: int) -> np.ndarray:
        """Writes the answers for windows and the character behind them, given as indices, [n, length + 1]."""
        right = indices[:, 1:] if self.each_place else indices[:, -1]
        written = {"index": right, "column": right[..., None], "one_hot": np.eye(n_chars)[right]}
        return written[self.answers].astype(self.dtypes[1])

    def output_shape(self, length: int, n_chars: int) -> tuple[int, ...]:
        """What a model puts out for one window."""
        return (length, n_chars) if self.each_place else (n_chars,)


def form_of(X: np.ndarray, y: np.ndarray, length: int, n_chars: int) -> Form | None:
    """Tells the form of windows and answers by their shapes; None for one that no model could be trained with."""
    if X.ndim not in (2, 3) or X.shape[1] != length or X.shape[2:] not in ((), (n_chars,)):
        return None
    known = {
        (): (False, "index"),
        (1,): (False, "column"),
        (n_chars,): (False, "one_hot"),
        (length,): (True, "index"),
        (length, 1): (True, "column"),
        (length, n_chars): (True, "one_hot"),
    }
    if y.ndim == 0 or y.shape[1:] not in known:
        return None
    each_place, answers = known[y.shape[1:]]
    return Form(X.ndim == 3, each_place, answers, (X.dtype.name, y.dtype.name))


def windows_of(text: str, char_to_index: dict[str, int], length: int, step: int) -> np.ndarray:
    """Windows and the character behind each of them, as indices, [n, length + 1]."""
    indices = np.array([char_to_index[character] for character in text])
    return np.stack([indices[start : start + length + 1] for start in range(0, len(indices) - length, step)])


# Drawing.

#: Chi-square per degree of freedom that right draws practically never reach.
UNLIKELY = 9.0


def tempered(probs: np.ndarray, temperature: float) -> np.ndarray:
    """Probabilities, [..., n_chars], at a temperature, by the definition."""
    logits = np.log(np.maximum(probs.astype("float64"), 1e-300)) / temperature
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def oddness(counts: np.ndarray, probs: np.ndarray) -> float:
    """The chi-square statistic of counts against probabilities, divided by its degrees of freedom; about 1 is usual.

    Values of which fewer than three are expected are taken together.
    """
    expected = probs * counts.sum()
    rare = expected < 3
    seen = np.append(counts[~rare], counts[rare].sum())
    wanted = np.append(expected[~rare], max(expected[rare].sum(), 1.0))
    return float(((seen - wanted) ** 2 / wanted).sum() / max(len(seen) - 1, 1))


def rule_of(counts: np.ndarray, probs: np.ndarray, temperature: float) -> str | None:
    """Names the wrong rule by which values seem to be drawn."""
    if np.count_nonzero(counts) == 1:
        return "no-chance"
    exact = probs.astype("float64")
    rules = {
        "temperature-unused": exact,
        "temperature-inverted": tempered(exact, 1 / temperature),
        "no-logarithm": tempered(np.exp(exact), temperature),  # softmax of probs / temperature
        "evenly": np.full(len(exact), 1 / len(exact)),
    }
    fits = {name: oddness(counts, rule) for name, rule in rules.items()}
    best = min(fits, key=lambda name: fits[name])
    return best if fits[best] < UNLIKELY else None


def surprise(probs: np.ndarray, chosen: np.ndarray, temperature: float) -> float:
    """How far drawn characters are from what probabilities propose, in standard deviations.

    Each draw has a logarithm of its probability; their sum has a mean and a variance that can be computed exactly.
    Positive: what is likely was drawn too often.
    """
    logs = np.log(np.maximum(probs.astype("float64"), 1e-12))  # [n, n_chars]
    drawn = tempered(probs, temperature)
    mean = (drawn * logs).sum(axis=1)
    variance = (drawn * logs**2).sum(axis=1) - mean**2
    total = logs[np.arange(len(chosen)), chosen].sum() - mean.sum()
    return float(total / np.sqrt(max(variance.sum(), 1e-9)))


def follows(probs: np.ndarray, chosen: np.ndarray) -> bool:
    """Whether each chosen character is (nearly) the likeliest one, as it must be at a temperature near 0."""
    logs = np.log(np.maximum(probs.astype("float64"), 1e-30))
    return bool((logs[np.arange(len(chosen)), chosen] > logs.max(axis=1) - 0.8).all())


def planted(rng: np.random.Generator, weights: list[np.ndarray]) -> list[np.ndarray]:
    """Weights of the same shapes with which the next character depends strongly on those before it.

    Biases and the scales of normalizations, which have one axis, stay as they are.
    """
    return [rng.normal(0, 1.5, w.shape).astype(w.dtype) if w.ndim > 1 and w.dtype.kind == "f" else w for w in weights]


def weakened(weights: list[np.ndarray]) -> list[np.ndarray]:
    """Planted weights, made smaller."""
    return [w * w.dtype.type(0.6) if w.ndim > 1 and w.dtype.kind == "f" else w for w in weights]


#: What a model may be asked for the next character: the contexts of a text that begins with `length` given characters.
Contexts = Callable[[np.ndarray, int], list[np.ndarray]]
RIGHT: dict[str, Contexts] = {
    "window": lambda text, length: [text[at - length : at] for at in range(length, len(text))],
    "all": lambda text, length: [text[:at] for at in range(length, len(text))],
}
WRONG: dict[str, Contexts] = {
    "one-character": lambda text, length: [text[at - 1 : at] for at in range(length, len(text))],
    "seed-only": lambda text, length: [text[:length]] * (len(text) - length),
    "one-behind": lambda text, length: [text[max(0, at - length - 1) : at - 1] for at in range(length, len(text))],
    "first-place": lambda text, length: [text[at - length : at - length + 1] for at in range(length, len(text))],
    "reversed": lambda text, length: [text[at - length : at][::-1] for at in range(length, len(text))],
}

"""Hidden data of lesson 08: the stub's public generator with secret entropy, alphabets and sizes of its own."""

from collections import Counter
from typing import Any

import numpy as np

LETTERS = "abcdefghijklmnopqrstuvwxyz"
Pair = tuple[str, str]


def an_alphabet(rng: np.random.Generator, n_letters: int) -> str:
    """Some letters and the blank, in no order that anybody could guess."""
    letters = [str(letter) for letter in rng.choice(list(LETTERS), n_letters, replace=False)]
    letters.insert(int(rng.integers(1, n_letters)), " ")  # neither first nor last
    return "".join(letters)


def reversed_tails(rng: np.random.Generator, n: int, n_in: int, n_out: int, alphabet: str) -> list[Pair]:
    """Pairs of a random string and its last letters, written backwards.

    Args:
        rng: source of randomness.
        n: number of pairs.
        n_in: letters of each source.
        n_out: letters of each target.
        alphabet: the letters; the blank is left out.
    """
    sources = ["".join(row) for row in rng.choice(list(alphabet.replace(" ", "")), (n, n_in))]
    return [(source, source[::-1][:n_out]) for source in sources]


def ragged_strings(rng: np.random.Generator, n: int, length: int, alphabet: str) -> list[str]:
    """Strings of at most `length` characters: some with blanks in them, one with a blank first, none at the end."""
    letters = list(alphabet.replace(" ", ""))
    strings = []
    for number in range(n):
        size = length if number == 0 else int(rng.integers(3, length))  # the first one fills all steps
        string = [str(letter) for letter in rng.choice(letters, size)]
        if number % 2:
            string[int(rng.integers(0, size - 1))] = " "
        strings.append("".join(string))
    strings[1] = " " + strings[1][1:-1] + letters[0]
    return strings


def one_hot(strings: list[str], alphabet: str, length: int) -> np.ndarray:
    """One-hot steps of strings, filled up with blanks at the end: [n, length, characters]."""
    steps = np.zeros((len(strings), length, len(alphabet)), "float32")
    for row, string in enumerate(strings):
        for step, character in enumerate(string.ljust(length)):
            steps[row, step, alphabet.index(character)] = 1
    return steps


def shares(rng: np.random.Generator, steps: np.ndarray) -> np.ndarray:
    """Probabilities as a model may put them out, with the largest where the one-hot steps have their 1."""
    noise = rng.uniform(0, 1, steps.shape)
    mixed = noise / noise.sum(axis=-1, keepdims=True) + steps * rng.uniform(0.5, 2, (*steps.shape[:2], 1))
    return (mixed / mixed.sum(axis=-1, keepdims=True)).astype("float32")


def exact(predicted: list[str], true: list[str]) -> float:
    """Share of strings that are right as a whole."""
    return float(np.mean([one == other for one, other in zip(predicted, true, strict=True)]))


def per_character(predicted: list[str], true: list[str]) -> float:
    """Share of characters that are right, each at its place."""
    hits = [one == other for pair in zip(predicted, true, strict=True) for one, other in zip(*pair, strict=False)]
    return float(np.mean(hits)) if hits else 0.0


def slips_in_encoding(strings: list[str], alphabet: str, truth: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """What comes out of `encode_text` with each of the usual mistakes, by its cause."""
    length = truth.shape[1]
    is_end = (np.arange(length) >= np.array([len(string) for string in strings])[:, None])[..., None]
    columns = np.eye(len(alphabet))
    return [
        ("filled-in-front", one_hot([string.rjust(length) for string in strings], alphabet, length)),
        ("not-filled", np.where(is_end, 0, truth)),
        ("not-filled", truth * (np.array(list(alphabet)) != " ")),
        ("other-columns", one_hot(strings, "".join(sorted(alphabet)), length)),
        ("filled-with-first", np.where(is_end, columns[0], truth)),
        ("filled-with-first", np.where(is_end, columns[-1], truth)),
        ("turned-around", truth[:, ::-1]),
        ("turned-around", one_hot([string[::-1] for string in strings], alphabet, length)),
    ]


def slips_in_decoding(strings: list[str], alphabet: str, steps: np.ndarray) -> list[tuple[str, list[str]]]:
    """What comes out of `decode` with each of the usual mistakes, by its cause."""
    length, in_order = steps.shape[1], "".join(sorted(alphabet))
    over_time = ["".join(alphabet[at % len(alphabet)] for at in row) for row in steps.argmax(axis=1)]
    taken_for = ["".join(in_order[alphabet.index(letter)] for letter in string.ljust(length)) for string in strings]
    return [
        ("blanks-left", [string.ljust(length) for string in strings]),
        ("all-blanks-gone", [string.replace(" ", "") for string in strings]),
        ("first-blanks-gone", [string.strip() for string in strings]),
        ("other-columns", taken_for),
        ("other-columns", [string.rstrip() for string in taken_for]),
        ("turned-around", [string.ljust(length)[::-1] for string in strings]),
        ("turned-around", [string[::-1] for string in strings]),
        ("over-time", over_time),
        ("over-time", [string.rstrip() for string in over_time]),
        ("cut-at-blank", [string.partition(" ")[0] for string in strings]),
    ]


def half_right(rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """Strings told and true: some right, others wrong in one character, too short, or at another's place."""
    letters = an_alphabet(rng, 5).replace(" ", "")
    true = [target for _, target in reversed_tails(rng, 40, 5, 4, letters)]
    told = list(true)
    for row in range(9, 40):
        first = letters[(letters.index(true[row][0]) + 1) % len(letters)]
        told[row] = [first + true[row][1:], first + true[row][:3], true[row][:3], true[row - 1]][row % 4]
    return told, true


def slips_in_matching(told: list[str], true: list[str]) -> list[tuple[str, float]]:
    """What comes out of `exact_match` with each of the usual mistakes, by its cause."""
    share = exact(told, true)
    joined = zip("".join(told), "".join(true), strict=False)
    return [
        ("per-character", per_character(told, true)),
        ("per-character", float(np.mean([one == other for one, other in joined]))),
        ("a-count", share * len(true)),
        ("percent", share * 100),
        ("share-wrong", 1 - share),
        ("anywhere", float(np.mean([one in true for one in told]))),
        ("anywhere", len(set(told) & set(true)) / len(set(true))),
        ("anywhere", len(set(told) & set(true)) / len(true)),
        ("beginning-only", float(np.mean([two.startswith(one) for one, two in zip(told, true, strict=True)]))),
        ("any-order", float(np.mean([sorted(one) == sorted(two) for one, two in zip(told, true, strict=True)]))),
    ]


def slips_in_guessing(train: list[Pair], test: list[Pair]) -> dict[str, float]:
    """What comes out as 'guess' with each of the usual mistakes, by its cause."""
    favourite = Counter(target for _, target in train).most_common(1)[0][0]
    targets = [target for _, target in test]
    return {
        "guess-on-training": exact([favourite] * len(train), [target for _, target in train]),
        "guess-per-character": per_character([favourite] * len(test), targets),
        "guess-by-chance": 1 / len({target for _, target in train}),
    }


def guess_of(train: list[Pair], test: list[Pair]) -> float:
    """Exact match of always giving the target that is most frequent in training."""
    favourite = Counter(target for _, target in dict.fromkeys(train)).most_common(1)[0][0]
    return exact([favourite] * len(test), [target for _, target in test])


class Scores:
    """Stands in for `fit_and_score`; notes its calls and makes up a score that differs for each seed.

    Attributes:
        pairs: the pairs of the experiment, some of them several times.
        n_test: how many are to be held back.
        calls: (training pairs, test pairs, seed, score) of each call.
    """

    WORDS = {  # noqa: RUF012  never changed
        "exact_match": "the mean of the scores",
        "worst": "the smallest of the scores",
        "guess": "the exact match of the target that is most frequent in training",
    }

    def __init__(self, rng: np.random.Generator) -> None:
        letters = "abcdefg"  # of the exercise, so that who trains instead of calling back can do so
        n, self.n_test = int(rng.integers(85, 100)), int(rng.integers(21, 28))
        different = list(dict.fromkeys(reversed_tails(rng, 2 * n, 6, 3, letters)))[:n]
        tail = different[0][0][-3:]
        # A third of the sources end alike, so that one target is the most frequent one whatever is held back.
        many = [(source[:3] + tail, tail[::-1]) for source, _ in different[: n // 3]]
        self.different = list(dict.fromkeys([*many, *different[n // 3 :]]))
        self.different = [self.different[at] for at in rng.permutation(len(self.different))]
        again = [self.different[at] for at in rng.choice(len(self.different), 40)]
        pairs = self.different + again
        self.pairs = [pairs[at] for at in rng.permutation(len(pairs))]
        self.calls: list[tuple[list[Pair], list[Pair], int, float]] = []
        self._offset = float(rng.uniform(0, 0.01))

    def wrong_split(self, train: list[Pair], test: list[Pair]) -> tuple[str, str, str] | None:
        """Cause, what was expected and what came, where the pairs are not parted as they should be."""
        different, shared = set(self.different), set(train).intersection(test)
        if not different.issuperset([*train, *test]):
            return "strange-pairs", "the pairs as they are", "others"
        if shared:
            received = f"{len(shared)} of the {len(set(test))} held back are in the training, too"
            return "overlap", "no pair on both sides", received
        if len(test) != self.n_test or len(set(test)) != len(test):
            received = f"{len(test)} pairs, {len(set(test))} of them different"
            return "not-n-test", f"{self.n_test} different pairs", received
        if len(set(train)) < len(different) - self.n_test:
            return "part-only", f"{len(different) - self.n_test}", f"{len(set(train))}"
        return None

    def numbers(self) -> list[tuple[str, float, dict[str, float]]]:
        """What `run_experiment` should tell: key, value, and what comes out with each of the usual mistakes."""
        train, test = self.calls[0][:2]
        made = [score for _, _, _, score in self.calls]
        slips = {"best-only": max(made), "last-only": made[-1]}
        return [
            ("exact_match", float(np.mean(made)), slips),
            ("worst", min(made), slips),
            ("guess", guess_of(train, test), slips_in_guessing(train, test)),
        ]

    def score(self, train_pairs: Any, test_pairs: Any, seed: Any) -> float:
        train, test = as_pairs(train_pairs), as_pairs(test_pairs)
        number = as_seed(seed)
        made_up = 0.6 + self._offset + 0.1 * float(np.cos(number))
        self.calls.append((train, test, number, made_up))
        return made_up


def as_pairs(told: Any) -> list[Pair]:
    """Reads pairs of strings as a submission may pass them: lists, tuples, arrays of text."""
    rows = told.tolist() if isinstance(told, np.ndarray) else told
    pairs = [tuple(str(text) for text in row) if isinstance(row, list | tuple) else () for row in rows]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise ValueError("score takes two lists of pairs (source, target), neither of them empty, and a seed")
    return [(source, target) for source, target in pairs]


def as_seed(seed: Any) -> int:
    """Reads a whole number."""
    if np.size(seed) != 1 or isinstance(seed, str):
        raise ValueError("score takes two lists of pairs and a whole number as seed")
    return int(np.ravel(seed)[0])

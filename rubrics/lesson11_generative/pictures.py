"""What the model writes, and which rules of the language it breaks."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from grader.judge.seen import Seen
from grader.pictured import Line, Picture, Text
from grader.seeds import Streams

SEES = ("generate",)
SHOWN, MOST_WRONG = 12, 6


def picture_skill(seen: Seen, streams: Streams, data: ModuleType) -> Iterator[Picture]:
    """Lines of the generated text, those that break a rule with the word that does."""
    rng = streams.generator("corpus")
    lexicon = data.make_lexicon(rng)
    corpus = data.write_corpus(rng, int(rng.integers(390, 421)), lexicon)
    vocabulary = data.vocabulary_of(corpus)
    for call in seen.calls("generate", None, None, None, None, vocabulary):
        judged = [judge(line, lexicon, data) for line in str(call.returned).split("\n")[1:-1]]
        wrong = [at for at, line in enumerate(judged) if not line.is_right]
        right = [at for at, line in enumerate(judged) if line.is_right]
        some = wrong[:MOST_WRONG]
        shown = sorted(some + right[: SHOWN - len(some)])
        one, many = lexicon["determiners"]
        reasons = "; ".join(f"{''.join(judged[at].parts)} ({judged[at].remark})" for at in some)
        yield Text(
            title="What your model writes",
            note=(
                f"The rules: {one} goes with a noun without x and a verb with q at its end, {many} with a noun with x "
                f"and a verb without q, whatever stands between. {len(right)} of {len(judged)} lines follow them. Such "
                "rules over several words are what the state has to remember."
            ),
            words=f"Lines that break a rule: {reasons or 'none'}."[:1190],
            lines=tuple(judged[at] for at in shown),
        )
        return


def judge(line: str, lexicon: dict[str, list[str]], data: ModuleType) -> Line:
    """One line, cut at its spaces, with the words that break a rule."""
    if not line:
        return Line(parts=("(an empty line)",), wrong=(0,), remark="no words", is_right=False)
    words = line.removesuffix(".").split(" ")
    wrong, remark = faults(words, line, lexicon)
    parts: list[str] = []
    for number, word in enumerate(words):
        parts += [" ", word] if number else [word]
    end = "." if line.endswith(".") else ""
    return Line(
        parts=tuple(part[:60] for part in (*parts, end))[:40],
        wrong=tuple(2 * number for number in wrong if number < 20),
        remark=remark,
        is_right=bool(data.is_sentence(line, lexicon)),
    )


def faults(words: list[str], line: str, lexicon: Any) -> tuple[list[int], str]:
    """Which words break a rule, by number, and which rule; the first one counts."""
    last = len(words) - 1
    if not line.endswith("."):
        return [last], "no full stop"
    if words[0] not in lexicon["determiners"]:
        return [0], "no sentence begins with this word"
    if not 3 <= len(words) <= 5:
        return list(range(3, last - 1)) or list(range(len(words))), f"{len(words)} words, not 3 to 5"
    many = words[0] == lexicon["determiners"][1]
    strange = [at for at in range(1, last - 1) if words[at] not in lexicon["adjectives"]]
    if strange:
        return strange, "this is no adjective of the language"
    number = "several" if many else "one"
    for at, kind, is_marked, mark in ((last - 1, "noun", many, "x"), (last, "verb", not many, "q")):
        word, known = words[at], lexicon[f"{kind}s"]
        if word not in [each + mark * is_marked for each in known]:
            other = word in [each + mark * (not is_marked) for each in known]
            said = f"the {kind} does not agree: {words[0]} is for {number}"
            return [0, at] if other else [at], said if other else f"this is no {kind} of the language"
    return [], ""

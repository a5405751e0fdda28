"""What a lesson asks and what is right: `questions.toml` and `answers.toml` beside the rubric.

What is asked travels to every student, the key only where students grade themselves; so a quiz can be without its key.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from grader.errors import GraderFault
from grader.records import Frozen

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, msgspec.Meta(pattern=r"\w", max_length=2000)]
#: Words of an idea; `a|b` are two words for the same thing.
Phrase = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+([ |][a-z0-9]+)*$", max_length=400)]
Number = Annotated[int, msgspec.Meta(ge=1, le=99)]
Points = Annotated[float, msgspec.Meta(gt=0)]
Schema = Annotated[int, msgspec.Meta(ge=1, le=1)]

_Record = TypeVar("_Record")


class Item(Frozen, frozen=True, kw_only=True):
    """What all questions have.

    Attributes:
        id: its name among the answers.
        question: number of the course question that it belongs to.
        ask: the question.
    """

    id: Name
    question: Number
    ask: Text


class Choice(Item, frozen=True, kw_only=True):
    """A question with options.

    Attributes:
        points: its weight among the graded items.
        options: the options by name, in the order they are shown.
        several: whether more than one option may be right, and the answer is a list.
    """

    points: Points
    options: Annotated[dict[Name, Text], msgspec.Meta(min_length=2, max_length=12)]
    several: bool = False


class Match(Item, frozen=True, kw_only=True):
    """A question that asks which things belong together.

    Attributes:
        points: its weight among the graded items.
        left: what a partner is looked for.
        right: the partners to choose from.
    """

    points: Points
    left: Annotated[dict[Name, Text], msgspec.Meta(min_length=2, max_length=12)]
    right: Annotated[dict[Name, Text], msgspec.Meta(min_length=2, max_length=12)]


class Prose(Item, frozen=True, kw_only=True):
    """A question that is answered in sentences."""


class Questions(Frozen, frozen=True, kw_only=True):
    """Everything that a lesson asks.

    Attributes:
        schema: version of this schema.
        choices: questions with options.
        matches: questions with pairs.
        prose: questions for sentences.
    """

    schema: Schema
    choices: tuple[Choice, ...] = ()
    matches: tuple[Match, ...] = ()
    prose: tuple[Prose, ...] = ()

    def items(self) -> tuple[Item, ...]:
        """All questions, of whatever kind."""
        return (*self.choices, *self.matches, *self.prose)


class ChoiceKey(Frozen, frozen=True, kw_only=True):
    """What is right in a question with options.

    Attributes:
        right: names of the right options.
        because: for each option, why it is right or wrong.
    """

    right: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
    because: dict[Name, Text]


class MatchKey(Frozen, frozen=True, kw_only=True):
    """What belongs together.

    Attributes:
        pairs: for each name on the left the one on the right.
        because: for each name on the left, why.
    """

    pairs: dict[Name, Name]
    because: dict[Name, Text]


class Concept(Frozen, frozen=True, kw_only=True):
    """An idea that an answer in sentences should hold.

    Attributes:
        name: the idea, as it is told to a learner.
        needed: whether it is asked for; one that is not can stand in for one that is missing.
        any: phrases, one of which is enough.
        not_with: phrases that spoil it in the same sentence.
    """

    name: Text
    needed: bool = True
    any: Annotated[tuple[Phrase, ...], msgspec.Meta(min_length=1)]
    not_with: tuple[Phrase, ...] = ()


class Misconception(Frozen, frozen=True, kw_only=True):
    """A wrong idea that is known to occur.

    Attributes:
        name: the wrong idea.
        any: phrases, one of which is enough.
        reply: what is said to the learner.
    """

    name: Text
    any: Annotated[tuple[Phrase, ...], msgspec.Meta(min_length=1)]
    reply: Text


class ProseKey(Frozen, frozen=True, kw_only=True):
    """What is looked for in an answer in sentences.

    Attributes:
        concepts: the ideas.
        misconceptions: the wrong ideas.
    """

    concepts: Annotated[tuple[Concept, ...], msgspec.Meta(min_length=1)]
    misconceptions: tuple[Misconception, ...] = ()


class Key(Frozen, frozen=True, kw_only=True):
    """The key to all questions of a lesson, by their names.

    Attributes:
        schema: version of this schema.
        choices: keys of the questions with options.
        matches: keys of the questions with pairs.
        prose: keys of the questions for sentences.
    """

    schema: Schema
    choices: dict[Name, ChoiceKey] = msgspec.field(default_factory=dict)
    matches: dict[Name, MatchKey] = msgspec.field(default_factory=dict)
    prose: dict[Name, ProseKey] = msgspec.field(default_factory=dict)


class Quiz(Frozen, frozen=True, kw_only=True):
    """The questions of a lesson, with their key where it is here.

    Attributes:
        questions: what is asked.
        key: what is right, or None (an exam).
    """

    questions: Questions
    key: Key | None = None


def load_quiz(folder: Path, *, with_key: bool = True) -> Quiz | None:
    """Reads the questions of a lesson and, where it is there and wanted, their key.

    Args:
        folder: the lesson's folder below `rubrics/`.
        with_key: False leaves the key unread, as in an exam.

    Returns:
        The quiz, or None where the lesson asks nothing.

    Raises:
        GraderFault: a file cannot be read, or the two do not fit together.
    """
    asked, right = folder / "questions.toml", folder / "answers.toml"
    if not asked.exists():
        return None
    questions = _read(asked, Questions)
    key = _read(right, Key) if with_key and right.exists() else None
    for trouble in _contradictions(questions, key):
        raise GraderFault(f"the questions of {folder.name} cannot be used: {trouble}")
    return Quiz(questions=questions, key=key)


def _read(path: Path, kind: type[_Record]) -> _Record:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as problem:
        raise GraderFault(f"{path.name} of {path.parent.name} cannot be used: {problem}") from problem


def _contradictions(questions: Questions, key: Key | None) -> Iterator[str]:
    for identifier, times in Counter(item.id for item in questions.items()).items():
        if times > 1:
            yield f"{identifier} is asked {times} times"
    if key is None:
        return
    yield from _differ("choices", [each.id for each in questions.choices], key.choices)
    yield from _differ("matches", [each.id for each in questions.matches], key.matches)
    yield from _differ("prose", [each.id for each in questions.prose], key.prose)
    for choice in questions.choices:
        if choice.id in key.choices:
            yield from _choice(choice, key.choices[choice.id])
    for match in questions.matches:
        if match.id in key.matches:
            yield from _match(match, key.matches[match.id])
    for prose_id, prose in key.prose.items():
        if not any(concept.needed for concept in prose.concepts):
            yield f"no idea of {prose_id} is needed"


def _differ(where: str, asked: Iterable[str], answered: Iterable[str]) -> Iterator[str]:
    """Names what stands in one of two collections only."""
    asked, answered = list(asked), list(answered)
    for name in asked:
        if name not in answered:
            yield f"{where}: the key says nothing about {name}"
    for name in answered:
        if name not in asked:
            yield f"{where}: the key has {name}, which is not asked"


def _choice(choice: Choice, key: ChoiceKey) -> Iterator[str]:
    right = set(key.right)
    if right - set(choice.options):
        yield f"the right option {min(right - set(choice.options))} of {choice.id} is no option"
    if len(right) < len(key.right):
        yield f"{choice.id} names a right option twice"
    if not choice.several and len(right) > 1:
        yield f"{choice.id} has {len(right)} right options but does not say `several = true`"
    if right >= set(choice.options):
        yield f"all options of {choice.id} are right"  # then ticking all could not be told from knowing
    yield from _differ(f"because of {choice.id}", choice.options, key.because)


def _match(match: Match, key: MatchKey) -> Iterator[str]:
    yield from _differ(f"pairs of {match.id}", match.left, key.pairs)
    yield from _differ(f"because of {match.id}", match.left, key.because)
    for left, right in key.pairs.items():
        if right not in match.right:
            yield f"{match.id} pairs {left} with {right}, which is not among the partners"

"""What was made of a student's answers to the questions of a lesson: frozen records, part of a grade."""

import enum

from grader.records import Frozen
from grader.text import where


class State(enum.Enum):
    """How far an item is answered."""

    MISSING = "missing"  # not answered
    UNCLEAR = "unclear"  # something is there that is no answer to this item
    PART = "part"  # answered, but not all of it
    COMPLETE = "complete"


class ItemScore(Frozen, frozen=True, kw_only=True):
    """What came of one graded item.

    Attributes:
        id: the item.
        question: number of the course question.
        ask: the question.
        points: its weight.
        state: how far it is answered.
        credit: share of the points, or None where the key is not here.
        feedback: sentences for the learner.
    """

    id: str
    question: int
    ask: str
    points: float
    state: State
    credit: float | None
    feedback: tuple[str, ...] = ()


class Suspect(enum.Enum):
    """What an answer looks like."""

    EMPTY = "empty"
    OTHER_LANGUAGE = "other_language"
    TOO_SHORT = "too_short"
    DONT_KNOW = "dont_know"
    SALAD = "salad"
    COPY = "copy"
    NEGATED = "negated"
    EMPTY_TALK = "empty_talk"


class Suspicion(Frozen, frozen=True, kw_only=True):
    """Why an answer may be none.

    Attributes:
        kind: what it looks like.
        text: one sentence for the learner.
    """

    kind: Suspect
    text: str


class Spotted(Frozen, frozen=True, kw_only=True):
    """A misconception that an answer holds.

    Attributes:
        name: the wrong idea.
        reply: what is said to the learner.
    """

    name: str
    reply: str


class Assessment(Frozen, frozen=True, kw_only=True):
    """What was made of an answer in sentences.

    Attributes:
        id: the question.
        question: number of the course question.
        ask: the question.
        answered: whether there is an answer.
        found: ideas that are there.
        missing: ideas that are needed and not there.
        misconceptions: wrong ideas that are there.
        suspicion: why it may be no answer at all.
        suggested: a mark between 0 and 1 for a teacher to accept or change; None where the key is not here.
        notes: sentences about how it was read.
    """

    id: str
    question: int
    ask: str
    answered: bool
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    misconceptions: tuple[Spotted, ...] = ()
    suspicion: Suspicion | None = None
    suggested: float | None = None
    notes: tuple[str, ...] = ()


class Trouble(Frozen, frozen=True, kw_only=True):
    """What could not be read.

    Attributes:
        line: the line, from 1, in the file or in the notebook cell.
        text: one sentence for the student.
        cell: number of the notebook's code cell, from 1; None in a .py file.
    """

    line: int
    text: str
    cell: int | None = None

    def __str__(self) -> str:
        """Says where, and what."""
        return f"{where(self.line, self.cell).capitalize()}: {self.text}"


class Sheet(Frozen, frozen=True, kw_only=True):
    """What came of the questions of a lesson.

    Attributes:
        items: the graded items, choices before matches, in the order they are asked.
        prose: feedback on sentences.
        credit: share of the points, or None where the key is not here.
        is_explained: whether what is right may be told.
        troubles: what could not be read or belongs to no question, with its line.
    """

    items: tuple[ItemScore, ...]
    prose: tuple[Assessment, ...]
    credit: float | None
    is_explained: bool = True
    troubles: tuple[Trouble, ...] = ()

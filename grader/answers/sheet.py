"""All answers of a file against all questions of a lesson."""

from grader.answers.items import ItemScore, score_choice, score_match
from grader.answers.language import nearest
from grader.answers.prose import Assessment, assess
from grader.answers.questions import Prose, Quiz
from grader.answers.reading import Answers, Given, Trouble
from grader.model import Frozen

#: Names of no question that are told; more of them are no slips.
MAX_NOTES = 10


class Sheet(Frozen, frozen=True, kw_only=True):
    """What came of the questions of a lesson.

    Attributes:
        items: the graded items, choices before matches, in the order they are asked.
        prose: feedback on sentences; it never counts by itself.
        credit: share of the items' points, or None where the key is not here.
        troubles: what could not be read or belongs to no question, with its line.
    """

    items: tuple[ItemScore, ...]
    prose: tuple[Assessment, ...]
    credit: float | None
    troubles: tuple[Trouble, ...] = ()


def mark(quiz: Quiz, answers: Answers) -> Sheet:
    """Marks the answers of a file.

    Args:
        quiz: what is asked, and what is right where that may be known here.
        answers: what was answered.
    """
    asked, key = quiz.questions, quiz.key
    given = {name: each.value for name, each in answers.given.items()}
    items = [score_choice(each, key.choices[each.id] if key else None, given.get(each.id)) for each in asked.choices]
    items += [score_match(each, key.matches[each.id] if key else None, given.get(each.id)) for each in asked.matches]
    texts = tuple(text for choice in asked.choices for text in choice.options.values())
    prose = tuple(_prose(each, quiz, answers.given.get(each.id), texts) for each in asked.prose)
    total = sum(item.points for item in items)
    credit = sum(item.points * (item.credit or 0.0) for item in items) / total if total else 0.0
    return Sheet(
        items=tuple(items),
        prose=prose,
        credit=None if key is None else round(credit, 6),
        troubles=(*answers.troubles, *_strangers(quiz, answers)),
    )


def _prose(question: Prose, quiz: Quiz, given: Given | None, texts: tuple[str, ...]) -> Assessment:
    if given is None:
        return Assessment(id=question.id, question=question.question, answered=False)
    if not isinstance(given.value, str):
        note = "Sentences are wanted here, as one text."
        return Assessment(id=question.id, question=question.question, answered=False, notes=(note,))
    return assess(given.value, question, quiz.key.prose[question.id] if quiz.key else None, texts=texts)


def _strangers(quiz: Quiz, answers: Answers) -> tuple[Trouble, ...]:
    """Answers to what is not asked."""
    ids = [item.id for item in quiz.questions.items()]
    troubles = []
    for name, given in answers.given.items():
        if name not in ids:
            near = nearest(name, ids)
            meant = f"; did you mean {near}?" if near else f"; there are: {', '.join(ids)}."
            troubles.append(Trouble(line=given.line, text=f"there is no question {name}{meant}"))
    return tuple(troubles[:MAX_NOTES])

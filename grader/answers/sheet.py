"""All answers of a file against all questions of a lesson."""

from collections.abc import Iterator

from grader.answered import Assessment, ItemScore, Sheet, Trouble
from grader.answers.items import score_choice, score_match
from grader.answers.language import nearest
from grader.answers.prose import assess, unanswered
from grader.answers.questions import Key, Prose, Quiz
from grader.answers.reading import Answers, Given
from grader.settings import KeyUse, ProseUse, QuestionSettings

#: Names of no question that are told; more of them are no slips.
MAX_NOTES = 10
_USUAL = QuestionSettings()


def mark(quiz: Quiz, answers: Answers, settings: QuestionSettings = _USUAL) -> Sheet:
    """Marks the answers of a file.

    Args:
        quiz: what is asked, and what is right where that may be known here.
        answers: what was answered.
        settings: what may be told, and whether suggested marks for sentences count; each counts as one point then.
    """
    items, prose = _look_at(quiz, answers, quiz.key)
    marks = [(item.points, item.credit or 0.0) for item in items]
    if settings.prose is ProseUse.AUTOMATIC:
        marks += [(1.0, each.suggested or 0.0) for each in prose]
    total = sum(points for points, _ in marks)
    credit = sum(points * share for points, share in marks) / total if total else 0.0
    is_explained = settings.key is KeyUse.OPEN
    if not is_explained:  # what may not be told is not even in the sheet, so that no report can tell it
        items, prose = _look_at(quiz, answers, None)
    return Sheet(
        items=items,
        prose=prose,
        credit=None if quiz.key is None else round(credit, 6),
        is_explained=is_explained,
        troubles=(*answers.troubles, *_strangers(quiz, answers)),
    )


def _look_at(quiz: Quiz, answers: Answers, key: Key | None) -> tuple[tuple[ItemScore, ...], tuple[Assessment, ...]]:
    """Scores every item and assesses every answer in sentences, with the key or without."""
    asked = quiz.questions
    given = {name: each.value for name, each in answers.given.items()}
    items = [score_choice(each, key.choices[each.id] if key else None, given.get(each.id)) for each in asked.choices]
    items += [score_match(each, key.matches[each.id] if key else None, given.get(each.id)) for each in asked.matches]
    texts = tuple(text for choice in asked.choices for text in choice.options.values())
    prose = [_prose(each, key, answers.given.get(each.id), texts) for each in asked.prose]
    return tuple(items), tuple(prose)


def _prose(question: Prose, key: Key | None, given: Given | None, texts: tuple[str, ...]) -> Assessment:
    if given is None:
        return unanswered(question)
    if not isinstance(given.value, str):
        return unanswered(question, "Sentences are wanted here, as one text.")
    return assess(given.value, question, key.prose[question.id] if key else None, texts=texts)


def _strangers(quiz: Quiz, answers: Answers) -> Iterator[Trouble]:
    """Answers to what is not asked."""
    ids = [item.id for item in quiz.questions.items()]
    strange = [(name, given.line) for name, given in answers.given.items() if name not in ids]
    for name, line in strange[:MAX_NOTES]:
        near = nearest(name, ids)
        meant = f"; did you mean {near}?" if near else f"; there are: {', '.join(ids)}."
        yield Trouble(line=line, text=f"there is no question {name}{meant}")

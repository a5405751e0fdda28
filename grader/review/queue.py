"""What waits for a teacher, question by question over all students, with everything that is needed to decide."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from grader.answered import Assessment
from grader.answers.questions import Quiz
from grader.answers.reading import read_answers
from grader.answers.sheet import mark
from grader.policy.decided import undecided
from grader.policy.records import Attempted, Filed, Subject
from grader.policy.rules import Policy
from grader.policy.standing import standing_of
from grader.records import Frozen
from grader.standing import State, Student

_PROVISIONAL = (
    "The model could not be brought to a process of the grader's own, so these points rest on what the submission "
    "says about it. Does its code look honest?"
)
_NOT_HERE = "The file is not here, so the answer cannot be shown."


class Waiting(Frozen, frozen=True, kw_only=True):
    """One thing that a teacher has to decide.

    Attributes:
        student: whose it is.
        lesson: id of the lesson.
        attempt: number of the grading.
        file: name of the file, or empty where it is hidden.
        digest: SHA-256 of the file; the decision belongs to it.
        subject: an answer in sentences, or provisional points.
        item: the question, or the criterion.
        place: its place among the questions, or the criteria, of the lesson.
        ask: the question, or what the criterion asks.
        answer: what the student wrote; None where that cannot be shown, and for provisional points.
        note: why the answer cannot be shown, or why the points are provisional.
        told: what was found in the answer and what was not, with the suggested share; None for provisional points.
        points: provisional points.
        max_points: points that the criterion is worth.
        text: text of the whole file, for a notebook that of its program; empty where it is not here.
    """

    student: Student
    lesson: str
    attempt: int
    file: str
    digest: str
    subject: Subject
    item: str
    place: int
    ask: str
    answer: str | None = None
    note: str = ""
    told: Assessment | None = None
    points: float = 0.0
    max_points: float = 0.0
    text: str = ""

    @property
    def suggested(self) -> float | None:
        """What is accepted: a share of the question, or points; None where nothing is suggested."""
        return self.points if self.told is None else self.told.suggested


@dataclass(frozen=True)
class Queue:
    """All that waits.

    Attributes:
        waiting: what has to be decided one by one.
        blank: questions for sentences that were left unanswered; they count for nothing until they are decided, too.
    """

    waiting: tuple[Waiting, ...]
    blank: tuple[Waiting, ...]


def queue(
    files: Iterable[Filed],
    policy: Policy,
    read: Callable[[Attempted], str | None],
    quizzes: Mapping[str, Quiz] | None = None,
) -> Queue:
    """Collects what waits in the tries that count.

    Args:
        files: what is known of each student in each lesson.
        policy: the rules, which say what try counts.
        read: gives the text of the program of a try, or None where it is not here.
        quizzes: questions and keys by lesson; they suggest marks in an exam, whose records hold none.

    Returns:
        All of it, one question after the other with all answers to it.
    """
    found = [each for filed in files for each in _of(filed, policy, read, (quizzes or {}).get(filed.lesson.id))]
    found.sort(key=lambda each: (*_question(each), each.student.key))
    is_blank = [each.told is not None and not each.told.answered for each in found]
    return Queue(
        waiting=tuple(each for each, blank in zip(found, is_blank, strict=True) if not blank),
        blank=tuple(each for each, blank in zip(found, is_blank, strict=True) if blank),
    )


def anonymous(waiting: Iterable[Waiting], names: Mapping[str, str]) -> tuple[Waiting, ...]:
    """Hides whose an answer is, in the queue and its order; what stands in the answer itself stays.

    Args:
        waiting: the queue.
        names: what to call students by their keys, in the order in which to show them.
    """
    order = {key: place for place, key in enumerate(names)}
    hidden = [
        replace(each, student=Student(key=each.student.key, name=names[each.student.key]), file="") for each in waiting
    ]
    return tuple(sorted(hidden, key=lambda each: (*_question(each), order[each.student.key])))


def _question(each: Waiting) -> tuple[str, bool, int, str]:
    return each.lesson, each.subject is Subject.PROVISIONAL, each.place, each.item


def _of(filed: Filed, policy: Policy, read: Callable[[Attempted], str | None], quiz: Quiz | None) -> Iterator[Waiting]:
    """What waits in the try that counts; a file is read only where something does."""
    standing = standing_of(filed, policy)
    attempt = next((each for each in filed.attempts if each.number == standing.attempt), None)
    if attempt is None or standing.state is not State.GRADED:
        return
    provisional = [(place, each) for place, each in enumerate(standing.criteria) if each.provisional]
    open_ = {each.id for each in undecided(filed, attempt)}
    if not provisional and not open_:
        return
    text = read(attempt)
    waits = partial(
        Waiting,
        student=filed.student,
        lesson=filed.lesson.id,
        attempt=attempt.number,
        file=attempt.file,
        digest=attempt.digest,
        text=text or "",
    )
    yield from _prose(attempt, open_, text, quiz, waits)
    for place, each in provisional:
        yield waits(
            subject=Subject.PROVISIONAL,
            item=each.id,
            place=place,
            ask=each.title,
            note=_PROVISIONAL,
            points=each.points,
            max_points=each.max_points,
        )


def _prose(
    attempt: Attempted, open_: set[str], text: str | None, quiz: Quiz | None, waits: Callable[..., Waiting]
) -> Iterator[Waiting]:
    """The answers in sentences that wait, with what was answered."""
    if attempt.answers is None:
        return
    given = read_answers(text or "").given
    for place, told in enumerate(_suggested(attempt.answers.prose, text or "", quiz)):
        if told.id in open_:
            value = given[told.id].value if told.id in given else None
            answer = value if isinstance(value, str) else None
            note = _NOT_HERE if text is None else ""
            yield waits(
                subject=Subject.PROSE, item=told.id, place=place, ask=told.ask, answer=answer, note=note, told=told
            )


def _suggested(prose: tuple[Assessment, ...], text: str, quiz: Quiz | None) -> tuple[Assessment, ...]:
    """Assesses anew what an exam kept silent about."""
    if quiz is None or not text or all(each.suggested is not None or not each.answered for each in prose):
        return prose
    anew = {each.id: each for each in mark(quiz, read_answers(text)).prose}
    return tuple(each if each.suggested is not None else anew.get(each.id, each) for each in prose)

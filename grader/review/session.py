"""`grade review`: from the gradebook to the queue, and each decision back at once."""

from dataclasses import dataclass

from rich.console import Console

from grader.answers.questions import load_quiz
from grader.course import Course, Lesson
from grader.gradebook.database import Database
from grader.gradebook.filing import add_decision, read_filed
from grader.gradebook.handing import read_aliases
from grader.gradebook.keeping import sources
from grader.gradebook.standings import lesson_info, load_policy, read_class, settle
from grader.policy.records import Decision, Filed
from grader.review.queue import Queue, Waiting, anonymous, queue
from grader.review.walk import Walked, count_blanks, walk


@dataclass(frozen=True)
class Review:
    """What to walk through.

    Attributes:
        database: the gradebook.
        course: the course.
        lessons: its lessons that are looked at.
        who: who decides.
        anonymous: whether to hide whose an answer is.
    """

    database: Database
    course: Course
    lessons: tuple[Lesson, ...]
    who: str
    anonymous: bool = False

    def run(self, console: Console) -> Walked:
        """Walks through what waits; each decision is in the gradebook as soon as it is taken.

        Args:
            console: where it is shown.

        Raises:
            GraderFault: the gradebook or a rubric cannot be read.
        """
        found = self._queue()
        if not found.waiting and not found.blank:
            console.print("Nothing waits for you.")
            return Walked(0, 0, 0)
        waiting = anonymous(found.waiting, self._names()) if self.anonymous else found.waiting
        try:
            walked = walk(waiting, console, who=self.who, keep=self._keep)
            count_blanks(found.blank, who=self.who, keep=self._keep)
        finally:
            settle(self.database, read_class(self.database, self.course, self.lessons).standings)
        return walked

    def _keep(self, waiting: Waiting, decision: Decision) -> None:
        add_decision(self.database, waiting.student.key, waiting.lesson, decision)

    def _queue(self) -> Queue:
        policy = load_policy(self.course)
        with self.database.reading() as connection:
            filed = read_filed(connection, [lesson_info(lesson, policy) for lesson in self.lessons])
        texts = sources(self.database, _numbers(filed))
        quizzes = {lesson.id: quiz for lesson in self.lessons if (quiz := load_quiz(lesson.rubric)) is not None}
        return queue(filed, policy, lambda attempt: texts.get(attempt.number), quizzes)

    def _names(self) -> dict[str, str]:
        with self.database.reading() as connection:
            aliases = read_aliases(connection)
        return dict(sorted(aliases.items(), key=lambda each: each[1]))


def _numbers(filed: list[Filed]) -> set[int]:
    """The gradings of which something may wait: those with answers in sentences, or provisional points."""
    return {
        attempt.number
        for each in filed
        for attempt in each.attempts
        if attempt.answers is not None or any(criterion.provisional for criterion in attempt.criteria)
    }

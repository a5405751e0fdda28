"""The way of one submission, top to bottom: read, judge, score. Nothing here prints or writes."""

import platform
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msgspec.structs import replace

import grader
from grader.answered import Sheet
from grader.answers.questions import load_quiz
from grader.answers.reading import read_answers
from grader.answers.sheet import mark as mark_answers
from grader.course import Lesson
from grader.errors import GraderFault, MachineBusy
from grader.judge.answering import check_answers
from grader.judge.context import Context, Follow
from grader.judge.notebook import running
from grader.judge.run import run_checks
from grader.judge.source import Source
from grader.model import Grade, GradingKey, Isolation, Outcome, Run, Scored, Versions
from grader.notebook.program import Program
from grader.rooms.house import House, Starter
from grader.rooms.layers import lacking
from grader.rubric import ANSWERS, Rubric, load_rubric
from grader.scoring import first_miss, percent, score
from grader.seeds import Secret, Streams
from grader.submission import Submission

#: How often a grading is tried when the machine is too busy.
ATTEMPTS = 3


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        secret: what hidden data derive from.
        isolation: how strongly to confine.
        cpu_seconds: budget of one call, or None for the rubric's.
        pass_mark: percent needed.
        hidden: files and folders beside the course that no submission may read: other submissions, the gradebook.
        follow: is told of each criterion when its check begins and when it has ended; it changes no mark.
    """

    secret: Secret
    isolation: Isolation = Isolation.AUTO
    cpu_seconds: float | None = None
    pass_mark: float = 100.0
    hidden: tuple[Path, ...] = ()
    follow: Follow | None = None


def grade(submission: Submission, lesson: Lesson, options: Options, rooms: Starter) -> Grade:
    """Grades a submission.

    Args:
        submission: the student's file.
        lesson: the lesson to grade it against.
        options: how to grade.
        rooms: what starts rooms.

    Returns:
        The grade. Equal `key`s give equal marks.

    Raises:
        GraderFault: a fault of ours, or too little confinement; there is no mark then.
    """
    rubric = load_rubric(lesson.rubric)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _try(submission, lesson, rubric, options, rooms, attempt)
        except MachineBusy:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _try(
    submission: Submission, lesson: Lesson, rubric: Rubric, options: Options, rooms: Starter, attempt: int
) -> Grade:
    started, began = datetime.now(UTC), time.monotonic()
    with House(
        rooms,
        isolation=options.isolation,
        memory_mb=rubric.limits.memory_mb,
        hidden=(lesson.course, *options.hidden),
    ) as house:
        context = Context(
            house=house,
            submission=submission,
            source=Source(submission.text, submission.program),
            rubric=rubric,
            streams=Streams(options.secret, lesson.id),
            cpu_seconds=options.cpu_seconds,
            follow=options.follow,
        )
        with running(context) as notebook:
            checked = run_checks(lesson, context)
            cells, cell_notes = notebook()
    sheet = _sheet(lesson, submission)
    if rubric.asks:
        checked[ANSWERS] = check_answers(sheet, rubric.criterion(ANSWERS), context.source)
    rows = score(rubric, checked)
    mark = percent(rows)
    return Grade(
        lesson=lesson.id,
        title=rubric.title,
        file=submission.name,
        points=round(sum(row.points for row in rows), 2),
        provisional_points=round(sum(row.points for row in rows if row.checked.provisional), 2),
        max_points=round(sum(row.max_points for row in rows), 2),
        percent=mark,
        pass_mark=options.pass_mark,
        passed=mark >= options.pass_mark,
        rows=rows,
        next_step=_next_step(rows),
        answers=_by_cell(sheet, submission.program),
        notes=(*_notes(rows, house), *cell_notes),
        output=context.loading.output,
        notebook=cells,
        pictures=tuple(context.pictures),
        key=grading_key(submission, lesson, options.secret),
        run=Run(
            started=started.isoformat(timespec="seconds"),
            wall_seconds=round(time.monotonic() - began, 2),
            cpu_seconds=round(house.cpu_seconds, 2),
            attempts=attempt,
            layers=house.layers,
            missing=house.missing,
        ),
    )


def _sheet(lesson: Lesson, submission: Submission) -> Sheet | None:
    """Marks the answers of a file; None where it cannot be read, or where the lesson asks nothing."""
    quiz = load_quiz(lesson.rubric)
    if quiz is None or submission.unreadable is not None:
        return None
    return mark_answers(quiz, read_answers(submission.text), lesson.question_settings)


def grading_key(submission: Submission, lesson: Lesson, secret: Secret) -> GradingKey:
    """What the mark of a submission is a function of, as things are now."""
    return GradingKey(
        submission=submission.digest, rubric=lesson.fingerprint(), seed_id=secret.label, versions=versions()
    )


def _by_cell(sheet: Sheet | None, program: Program | None) -> Sheet | None:
    """Tells by cell where in a notebook an answer could not be read."""
    if sheet is None or program is None:
        return sheet
    troubles = []
    for trouble in sheet.troubles:
        cell, line = program.place(trouble.line)
        troubles.append(replace(trouble, cell=cell, line=line))
    return replace(sheet, troubles=tuple(troubles))


def versions() -> Versions:
    """The versions that marks depend on; rooms run in this same environment."""
    return Versions(
        grade=grader.__version__,
        python=platform.python_version(),
        keras=_installed("keras"),
        tensorflow=_installed("tensorflow"),
        numpy=_installed("numpy"),
    )


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError as problem:
        raise GraderFault(f"the package {package} is not installed") from problem


def _next_step(rows: tuple[Scored, ...]) -> str:
    """The one thing to do next: what helps with the first criterion that failed by itself."""
    miss = first_miss(rows)
    finding = miss.checked.finding if miss else None
    if finding is not None:
        where = f"{finding.place}: ".capitalize() if finding.place else ""
        return where + (finding.hints[0] if finding.hints else finding.headline)
    if any(row.checked.outcome is Outcome.WITHHELD for row in rows):
        return "Everything that is checked here is right. More checks run when your teacher grades."
    return "Everything is right. On to the next lesson."


def _notes(rows: tuple[Scored, ...], house: House) -> tuple[str, ...]:
    notes = []
    if house.layers and lacking(house.layers):
        notes.append(
            f"The submission ran with weak confinement (missing: {', '.join(house.missing)}). That is fine for your "
            "own code, not for other people's. `grade doctor` tells more."
        )
    elif house.missing:
        notes.append(
            f"The submission was confined, but without: {', '.join(house.missing)}. `grade doctor` tells what that "
            "means."
        )
    if any(row.checked.outcome is Outcome.WITHHELD for row in rows):
        notes.append("More checks run when your teacher grades; they do not count here.")
    return tuple(notes)

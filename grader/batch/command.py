"""`grade batch`, from what a teacher has to a gradebook and pages: the story, top to bottom."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from grader.batch.grading import Grading, Tally, find
from grader.batch.judging import Terms
from grader.batch.local import LocalEngine
from grader.batch.machine import usual_jobs
from grader.batch.pages import Pages, caller
from grader.batch.plan import Task, Todo, plan, that_count
from grader.batch.progress import Bar, tell_intake, tell_tally
from grader.batch.publishing import publish
from grader.batch.reach import Reach
from grader.course import Course, Lesson
from grader.errors import UsageProblem
from grader.gradebook.database import Database, shown
from grader.gradebook.handing import enter
from grader.gradebook.keeping import known
from grader.gradebook.running import Running, running
from grader.gradebook.standings import load_policy, read_class, settle
from grader.intake.taking import take_in
from grader.model import Isolation
from grader.placed import Unplaced
from grader.rooms.folder import Folder
from grader.seeds import Secret
from grader.settings import ProseUse, load_settings

if TYPE_CHECKING:
    from grader.batch.cluster.engine import ClusterEngine


@dataclass(frozen=True)
class Order:
    """What a teacher asks for.

    Attributes:
        source: folder or zip with submissions.
        course: the course.
        lesson: the lesson that all submissions are for, or None where each says so itself.
        roster: CSV file with the students of the class, or None.
        gradebook: file or address of the gradebook.
        out: folder for the pages.
        secret: what hidden data derive from.
        seed_file: the file that it was read from, which no submission may read; or None.
        isolation: how strongly to confine.
        jobs: gradings at a time, or None for as many as the machine has room for.
        cluster: how to reach the cluster that grades, or None for this machine.
        retry: whether to try again what the grader failed on too often.
        anonymous: whether pages are to hide who is who.
    """

    source: Path
    course: Course
    lesson: Lesson | None
    roster: Path | None
    gradebook: str
    out: Path
    secret: Secret
    seed_file: Path | None
    isolation: Isolation
    jobs: int | None
    cluster: Reach | None
    retry: bool
    anonymous: bool


def batch(order: Order, console: Console) -> tuple[Tally, Sequence[Unplaced]]:
    """Grades what is due of a class.

    Args:
        order: what is asked for.
        console: where to tell of it.

    Returns:
        What came of the run, and what could not be placed.

    Raises:
        UsageProblem: there is nothing to grade, or no place to write to.
        GraderFault: submissions cannot be confined here, or the gradebook fails.
    """
    policy = load_policy(order.course)
    database = Database(order.gradebook)
    with closing(Folder()) as scratch, running(database) as run:
        intake = take_in(order.source, order.course, lesson=order.lesson, roster=order.roster, scratch=scratch.path)
        found, unread = find(intake.placed)
        unplaced = (*intake.unplaced, *unread)
        if not found and not unplaced:
            raise UsageProblem(f"there are no submissions in {order.source}")
        entries = enter(database, intake.students, found)
        tell_intake(console, intake, unplaced)
        chosen = that_count(entries, policy.counts)
        lessons = {entry.found.placed.lesson for entry in chosen}
        tasks = plan(chosen, known(database, lessons), order.course, order.secret, retry=order.retry)
        pages = Pages(order.out, caller(database, anonymous=order.anonymous))
        pages.hold_writable()
        hidden = _hidden(order, database, scratch.path)
        terms = Terms(
            order.course.folder, order.secret, order.isolation, policy.pass_mark, hidden, anonymous=order.anonymous
        )
        tally = _grade(database, run, tasks, pages, terms, order, console)
        klass = read_class(database, order.course)
        settle(database, klass.standings)
        index = publish(database, klass, order.course, pages, unplaced, anonymous=order.anonymous)
    database.close()
    tell_tally(console, tally, unplaced, gradebook=shown(database.url), index=index)
    return tally, unplaced


def _grade(
    database: Database, run: Running, tasks: list[Task], pages: Pages, terms: Terms, order: Order, console: Console
) -> Tally:
    """Does what is to be done; judges are started only where there is something to judge."""
    automatic = load_settings(order.course.folder).questions.prose is ProseUse.AUTOMATIC
    with Bar(console, tasks) as bar:
        grading = Grading(database, run, pages, automatic=automatic, follow=bar)
        work = grading.due(tasks)
        if work:
            with _engine(order, terms, len(work), bar) as engine:
                if any(task.todo is Todo.GRADE for task in work):
                    engine.hold_confined()
                grading.grade(work, engine)
        return grading.tally


def _engine(order: Order, terms: Terms, most: int, bar: Bar) -> "LocalEngine | ClusterEngine":
    if order.cluster is None:
        return LocalEngine(terms, min(order.jobs or usual_jobs(), most))
    if order.jobs is not None:
        raise UsageProblem("--jobs is for this machine; on a cluster each worker grades one submission at a time")
    try:
        from grader.batch.cluster.engine import ClusterEngine  # noqa: PLC0415  an extra that few need
    except ModuleNotFoundError as problem:
        raise UsageProblem(f"--scheduler needs {problem.name}: pip install 'grade-lstm[cluster]'") from problem
    return ClusterEngine(terms, order.cluster, bar.tell)


def _hidden(order: Order, database: Database, scratch: Path) -> tuple[Path, ...]:
    """What no submission may read: the others, the roster, the gradebook, the pages and the secret."""
    paths = [order.source, order.out, scratch, order.roster, order.seed_file, database.file]
    return tuple(path.resolve() for path in paths if path is not None)

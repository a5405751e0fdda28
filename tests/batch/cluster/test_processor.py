from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import select

from grader.batch.grading import Grading, find
from grader.batch.judging import Job, Judged, Terms, judge
from grader.batch.pages import Pages
from grader.batch.plan import plan
from grader.batch.progress import Bar
from grader.course import Course
from grader.gradebook.database import Database
from grader.gradebook.handing import enter
from grader.gradebook.keeping import processor
from grader.gradebook.running import running
from grader.gradebook.tables import ATTEMPT
from grader.placed import Placed
from grader.rooms.house import Starter
from grader.standing import Clock, Student

pytestmark = pytest.mark.rooms


class Far:
    """An engine on a machine of another type."""

    def __init__(self, terms: Terms, rooms: Starter) -> None:
        self._terms, self._rooms = terms, rooms

    def judge_all(self, jobs: Iterable[Job | None]) -> Iterator[Judged]:
        for job in jobs:
            if job is not None:
                judged = judge(job, self._terms, self._rooms)
                assert judged.processor == processor()
                yield replace(judged, processor="riscv64 Far")


def test_the_gradebook_says_what_type_of_processor_graded(
    terms: Terms, jobs: list[Job], rooms: Starter, tmp_path: Path
) -> None:
    job = jobs[0]
    ada, now = Student(key="ada"), datetime(2026, 1, 1, tzinfo=UTC)
    placed = Placed(ada, job.lesson, job.name, "ada", now, Clock.STATED, job.size, lambda most: job.data[:most])
    database = Database(str(tmp_path / "gradebook.db"))
    entries = enter(database, (ada,), find([placed])[0])
    tasks = plan(entries, {}, Course(terms.course), terms.secret)
    pages = Pages(tmp_path / "pages", str)
    with running(database) as run, Bar(Console(quiet=True), tasks) as bar:
        Grading(database, run, pages, automatic=False, follow=bar).grade(tasks, Far(terms, rooms))
    with database.reading() as connection:
        assert connection.execute(select(ATTEMPT.c.processor, ATTEMPT.c.percent)).all() == [("riscv64 Far", 100)]
    database.close()

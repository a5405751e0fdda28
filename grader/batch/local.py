"""Judges in processes of this machine, as many as it has room for; one that dies costs just what it was judging."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Self

from pebble import ProcessPool

from grader.batch.judging import Job, Judged, Terms, hold_confined, judge
from grader.batch.rooms import reach_rooms, rooms_for_all
from grader.rooms.house import Starter
from grader.rooms.process import hide_memory

#: Seconds between two looks at whether the host still lives.
_LOOK_SECONDS = 0.5
#: Jobs that wait at each judge, so that none is idle while the host writes.
_AHEAD = 2


class LocalEngine:
    """Grades on this machine; a context manager that leaves no process."""

    def __init__(self, terms: Terms, jobs: int) -> None:
        """Starts what starts rooms, and the judges.

        Args:
            terms: what holds for all submissions.
            jobs: how many to grade at a time.
        """
        hide_memory()
        self.jobs = jobs
        self._terms = terms
        self._stack = ExitStack()
        self._address = self._stack.enter_context(rooms_for_all())
        self._pool = ProcessPool(
            jobs,
            initializer=_begin,
            initargs=(self._address, terms, os.getpid()),
            context=multiprocessing.get_context("spawn"),
        )

    def __enter__(self) -> Self:
        """Is ready at once."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends all judges and rooms."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        self._stack.close()

    def hold_confined(self) -> None:
        """Starts a room and holds that it is confined as is asked, before anything is graded.

        Raises:
            GraderFault: it is not.
        """
        with closing(reach_rooms(self._address)) as rooms:
            hold_confined(self._terms, rooms)

    def judge_all(self, jobs: Iterable[Job | None]) -> Iterator[Judged]:
        """Grades submissions, several at a time.

        Args:
            jobs: the submissions, asked for one by one as judges come free; None says that there is none just now.

        Yields:
            What came of each, as soon as it is known.
        """
        coming = iter(jobs)
        open_jobs: dict[Future[Judged], Job] = {}
        is_over = False
        while not is_over or open_jobs:
            while not is_over and len(open_jobs) < self.jobs * _AHEAD:
                try:
                    job = next(coming)
                except StopIteration:
                    is_over = True
                    break
                if job is None:
                    break
                open_jobs[self._pool.schedule(_judge_here, args=(job,))] = job
            if not open_jobs:
                time.sleep(_LOOK_SECONDS)
                continue
            done, _ = wait(open_jobs, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                yield _result(future, open_jobs.pop(future))


def _result(future: Future[Judged], job: Job) -> Judged:
    problem = future.exception()
    if problem is None:
        return future.result()
    return Judged(job.number, fault=f"the process that judged it ended: {problem}")


_terms: Terms | None = None
_rooms: Starter | None = None


def _begin(address: str, terms: Terms, host: int) -> None:
    """Makes this process a judge, once."""
    global _terms, _rooms
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the host hears of Ctrl-C and ends its judges
    threading.Thread(target=_end_with, args=(host,), daemon=True).start()
    _terms, _rooms = terms, reach_rooms(address)


def _judge_here(job: Job) -> Judged:
    assert _terms is not None  # noqa: S101  a bug of ours
    assert _rooms is not None  # noqa: S101  as above
    return judge(job, _terms, _rooms)


def _end_with(host: int) -> None:
    """Ends this judge when its host was killed, so that nothing goes on that nobody waits for."""
    while os.getppid() == host:
        time.sleep(_LOOK_SECONDS)
    os._exit(1)

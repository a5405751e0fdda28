"""Judges on the workers of a Dask cluster; one that dies costs just what it was judging."""

import logging
import secrets
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from distributed import Client, wait

from grader.batch.cluster.crew import Crew
from grader.batch.cluster.parcel import digest, pack
from grader.batch.cluster.security import hold_private, security
from grader.batch.cluster.worker import Given
from grader.batch.judging import Job, Judged, Terms
from grader.batch.reach import Reach
from grader.errors import GraderFault
from grader.text import one_line

#: Seconds without any worker that can grade, after which a run gives up.
PATIENCE = 60.0
#: Seconds between two looks at who is there.
_LOOK_SECONDS = 0.5
#: Seconds for an answer of the scheduler, and how often it is asked before it counts as gone.
_ANSWER_SECONDS, _TRIES = 2, 30
_CLOSE_SECONDS = 5


class ClusterEngine:
    """Grades on a cluster; a context manager after which its workers hold nothing of the run."""

    def __init__(self, terms: Terms, reach: Reach, tell: Callable[[str], None], patience: float = PATIENCE) -> None:
        """Connects to the scheduler.

        Args:
            terms: what holds for all submissions.
            reach: how the cluster is reached.
            tell: is told who comes and goes.
            patience: seconds without any worker that can grade, after which a run gives up.

        Raises:
            UsageProblem: others could read along, or certificates are missing.
            GraderFault: the scheduler cannot be reached, or the course cannot be read.
        """
        _quieten()
        parcel = pack(terms.course)
        sent = replace(terms, course=Path(), hidden=())
        given = Given(f"grade-{secrets.token_hex(8)}", parcel, digest(parcel), sent)
        self._address = hold_private(reach.address)
        self._client = _connect(self._address, security(reach))
        self._crew = Crew(self._client, given, tell, patience)
        self._next_look = 0.0

    def __enter__(self) -> Self:
        """Is ready at once."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Lets go of all workers, which then end their rooms and remove the course."""
        self._crew.dismiss()
        with suppress(Exception):  # it may be gone
            self._client.close(timeout=_CLOSE_SECONDS)

    def hold_confined(self) -> None:
        """Waits for a worker that is confined as is asked.

        Raises:
            GraderFault: none comes, or the scheduler is gone.
        """
        while not self._crew.is_ready:
            for _ in self._listen():
                raise AssertionError("nothing was given")

    def judge_all(self, jobs: Iterable[Job | None]) -> Iterator[Judged]:
        """Grades submissions, as many at a time as there are workers.

        Args:
            jobs: the submissions, asked for one by one as workers come free; None says that there is none just now.

        Yields:
            What came of each, as soon as it is known.

        Raises:
            GraderFault: nobody can grade any more, or the scheduler is gone.
        """
        coming = iter(jobs)
        while self._hand_out(coming) or self._crew.is_busy:
            yield from self._listen()

    def _hand_out(self, coming: Iterator[Job | None]) -> bool:
        """Gives out submissions as far as there are workers for them; returns whether there may be more."""
        waiting = self._crew.waiting
        while True:
            if not waiting:
                try:
                    job = next(coming)
                except StopIteration:
                    return False
                if job is None:
                    return True
                waiting.append(job)
            hand = self._crew.free()
            if hand is None:
                return True
            with self._reaching():
                self._crew.give(hand, waiting.popleft())

    def _listen(self) -> Iterator[Judged]:
        """Waits until something has come, not for long, and looks who is there from time to time."""
        with self._reaching():
            if time.monotonic() >= self._next_look:
                yield from self._crew.meet(self._workers())
                self._next_look = time.monotonic() + _LOOK_SECONDS
            if coming := self._crew.waited_for():
                with suppress(TimeoutError), self._client.as_current():
                    wait(coming, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
            else:
                time.sleep(_LOOK_SECONDS)
            yield from self._crew.hear()

    def _workers(self) -> dict[str, Any]:
        scheduler: Any = self._client.scheduler
        for _ in range(_TRIES):
            if self._client.status != "running":  # it tries to connect again, but all that was given is lost
                break
            with suppress(TimeoutError):
                found = self._client.sync(scheduler.identity, n_workers=-1, callback_timeout=_ANSWER_SECONDS)
                return dict(found["workers"])
        raise CancelledError

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Turns into a sentence what happens when the scheduler is gone."""
        try:
            yield
        except (OSError, CancelledError) as problem:
            raise GraderFault(
                f"the scheduler {self._address} is gone; what has its mark keeps it, and the same command goes on"
            ) from problem


def _connect(address: str, secured: Any) -> Client:
    try:
        return Client(address, security=secured, set_as_default=False, name="grade")
    except (OSError, RuntimeError) as problem:
        raise GraderFault(f"the scheduler {address} cannot be reached: {one_line(str(problem))}") from problem


def _quieten() -> None:
    """Keeps Dask from writing on the terminal: what matters is told in our own words."""
    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    warnings.filterwarnings("ignore", module=r"distributed\.")

"""The workers of a cluster as the host sees them: who may work, who may not and why, who is gone."""

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from distributed import Client, Future

from grader.batch.cluster.security import hold_private
from grader.batch.cluster.worker import Given, Ready, describe, get_ready, judge_here
from grader.batch.judging import Job, Judged
from grader.errors import GraderFault, UsageProblem
from grader.pipeline import versions
from grader.text import one_line

#: Submissions at a worker: one that is judged and one that waits, so that it is never idle.
_AHEAD = 2
#: Seconds that a worker may take to get ready: it may be busy, and imports Keras from a cold disk.
_READY_SECONDS = 300.0
#: Seconds for fetching a result; reports are small.
_FETCH_SECONDS = 10
_MOST_REASONS = 4

_decode = msgspec.msgpack.Decoder(Judged).decode


@dataclass(eq=False)
class Hand:
    """A worker that is there.

    Attributes:
        address: where it listens.
        since: when it was first seen.
        asked: its answer to what it is, and later to whether it is ready; None once it is.
        held: what keeps it ready for this run.
        jobs: what it is judging, first what it began with.
    """

    address: str
    since: float
    asked: Future[Any] | None
    held: Future[Ready] | None = None
    jobs: dict[Future[bytes], Job] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether it may judge."""
        return self.held is not None and self.asked is None


class Crew:
    """All workers of a run.

    Attributes:
        waiting: submissions that no worker has yet, or has any more.
    """

    def __init__(self, client: Client, given: Given, tell: Callable[[str], None], patience: float) -> None:
        """Knows nobody yet.

        Args:
            client: the connection to the scheduler.
            given: what workers need to grade.
            tell: is told who comes and goes.
            patience: seconds without any worker that can grade, after which there is no hope.
        """
        self._client, self._given = client, given
        self._tell, self._patience = tell, patience
        self._versions = msgspec.structs.asdict(versions())
        self._numbers = itertools.count()
        self._hands: dict[str, Hand] = {}
        self._refused: dict[str, str] = {}
        self._hopeful = time.monotonic()
        self.waiting: deque[Job] = deque()

    @property
    def is_ready(self) -> bool:
        """Whether anybody may judge."""
        return any(hand.is_ready for hand in self._hands.values())

    @property
    def is_busy(self) -> bool:
        """Whether anything is still to come."""
        return bool(self.waiting) or any(hand.jobs for hand in self._hands.values())

    def free(self) -> Hand | None:
        """The worker that has least to do, if it may have more."""
        able = [hand for hand in self._hands.values() if hand.is_ready and len(hand.jobs) < _AHEAD]
        return min(able, key=lambda hand: len(hand.jobs), default=None)

    def give(self, hand: Hand, job: Job) -> None:
        """Gives a worker a submission."""
        hand.jobs[self._submit(hand.address, judge_here, hand.held, job)] = job

    def waited_for(self) -> list[Future[Any]]:
        """All that is still to come."""
        hands = self._hands.values()
        return [*(hand.asked for hand in hands if hand.asked), *(future for hand in hands for future in hand.jobs)]

    def meet(self, there: Mapping[str, Mapping[str, Any]]) -> Iterator[Judged]:
        """Learns who is there now.

        Args:
            there: what the scheduler knows of its workers, by their addresses.

        Yields:
            A fault for each submission that was judged on a worker that is gone.

        Raises:
            GraderFault: nobody can grade, and nobody has come for too long.
        """
        for address in self._hands.keys() - there.keys():
            yield from self._lose(self._hands.pop(address))
        for address in self._refused.keys() - there.keys():
            del self._refused[address]
        for address in there.keys() - self._hands.keys() - self._refused.keys():
            if reason := _unfit(address, there[address]):
                self._refuse(address, reason)
            else:
                asked = self._submit(address, describe)
                self._hands[address] = Hand(address, time.monotonic(), asked)
        self._hold_hope()

    def hear(self) -> Iterator[Judged]:
        """Takes what has come.

        Yields:
            What came of submissions.
        """
        for hand in list(self._hands.values()):
            if hand.asked is not None and hand.asked.done():
                self._hear_of(hand, hand.asked)
            for future in [future for future in hand.jobs if future.done()]:
                try:
                    judged = _result(future)
                except TimeoutError:
                    continue  # its worker may just be gone, which is noticed at the next look
                job = hand.jobs.pop(future)
                yield Judged(job.number, fault=judged) if isinstance(judged, str) else _decode(judged)

    def dismiss(self) -> None:
        """Lets go of everybody."""
        self._hands.clear()

    def _hear_of(self, hand: Hand, asked: Future[Any]) -> None:
        try:
            said = _result(asked)
        except TimeoutError:
            return
        if isinstance(said, dict):
            if differences := _differences(said, self._versions):
                self._refuse(hand.address, differences)
            else:
                hand.asked = hand.held = self._submit(hand.address, get_ready, self._given)
        elif isinstance(said, str) or said.problem:
            self._refuse(hand.address, said if isinstance(said, str) else said.problem)
        else:
            hand.asked = None
            without = f"; it lacks {', '.join(said.missing)}" if said.missing else ""
            self._tell(f"{hand.address} grades: {said.processor}{without}")

    def _lose(self, hand: Hand) -> Iterator[Judged]:
        """The submission that it was judging may be why it is gone, so that is a fault; the other goes elsewhere."""
        self._tell(f"{hand.address} is gone")
        if hand.jobs:
            judging, *others = hand.jobs.values()
            self.waiting.extend(others)
            yield Judged(judging.number, fault=f"the worker {hand.address} was lost while it judged")

    def _refuse(self, address: str, reason: str) -> None:
        self._hands.pop(address, None)
        self._refused[address] = one_line(reason)
        self._tell(f"{address} gets no work: {reason}")

    def _hold_hope(self) -> None:
        now = time.monotonic()
        if any(hand.is_ready or now < hand.since + _READY_SECONDS for hand in self._hands.values()):
            self._hopeful = now
        elif now > self._hopeful + self._patience:
            silent = dict.fromkeys(self._hands, "it does not answer; it may be busy with other work")
            raise GraderFault(_why_nobody(self._refused | silent, self._patience))

    def _submit(self, address: str, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        return self._client.submit(
            function,
            *arguments,
            key=f"{self._given.run}-{next(self._numbers)}",
            workers=[address],
            pure=False,
            fifo_timeout=0,  # a worker judges in the order in which it was given
        )


def _result(future: Future[Any]) -> Any:
    """What came of a task; why it failed as text.

    Raises:
        TimeoutError: it cannot be fetched now.
    """
    if future.status == "error":
        problem = future.exception(timeout=_FETCH_SECONDS)
        return f"{type(problem).__name__}: {problem}"
    return future.result(timeout=_FETCH_SECONDS)


def _unfit(address: str, worker: Mapping[str, Any]) -> str:
    """Why a worker cannot have work whatever it says, or ""."""
    try:
        hold_private(address)
    except UsageProblem as problem:
        return str(problem)
    if worker["nthreads"] != 1:
        return f"it has {worker['nthreads']} threads, and grades in one; start it with --nthreads 1, and --nworkers N"
    return ""


def _differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    return "; ".join(
        f"it has {name} {theirs.get(name)} where {version} is needed"
        for name, version in ours.items()
        if theirs.get(name) != version
    )


def _why_nobody(reasons: Mapping[str, str], seconds: float) -> str:
    if not reasons:
        return f"no worker has come to the scheduler for {seconds:.0f} s; start some, e.g. dask worker … --nthreads 1"
    told: dict[str, list[str]] = {}
    for address, reason in reasons.items():
        told.setdefault(reason, []).append(address)
    lines = [
        f"{first}{f' and {len(others)} more' if others else ''}: {reason}" for reason, (first, *others) in told.items()
    ]
    more = f"; and {len(lines) - _MOST_REASONS} other reasons" if len(lines) > _MOST_REASONS else ""
    return f"no worker of the cluster can grade: {'; '.join(lines[:_MOST_REASONS])}{more}"

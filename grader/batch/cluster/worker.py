"""What runs on a worker: it says what it is, gets ready for a run, judges, and leaves nothing when the run is over."""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from distributed import Worker, get_worker
from distributed.diagnostics.plugin import WorkerPlugin
from distributed.utils import sync

from grader.batch.cluster.parcel import unpack
from grader.batch.judging import Job, Terms, hold_confined, judge
from grader.batch.rooms import reach_rooms, rooms_for_all
from grader.gradebook.keeping import processor
from grader.pipeline import versions
from grader.rooms.folder import Folder

if TYPE_CHECKING:
    from grader.rooms.house import Starter


@dataclass(frozen=True)
class Given:
    """What a worker needs to grade; Dask writes the arguments of failed tasks to its log, so no text tells of it.

    Attributes:
        run: name of the run.
        parcel: the packed course.
        digest: its hash.
        terms: what holds for all submissions; their paths mean nothing here.
    """

    run: str
    parcel: bytes = field(repr=False)
    digest: str
    terms: Terms = field(repr=False)


@dataclass(frozen=True)
class Ready:
    """What a worker says when it is ready, or why it never will be.

    Attributes:
        run: name of the run.
        processor: type of its processor.
        missing: layers of confinement that it lacks.
        problem: why it cannot grade, or empty.
    """

    run: str
    processor: str = ""
    missing: tuple[str, ...] = ()
    problem: str = ""


class Place(WorkerPlugin):
    """What a worker holds for one run: the course, the warm interpreter. It lives as long as its task is wanted.

    Dask forgets the task when the host lets go of it, or is gone; then, or when the worker ends, nothing is left.
    """

    def __init__(self, run: str, key: str) -> None:
        """Is empty at first.

        Args:
            run: name of the run.
            key: name of the task that makes it.
        """
        self._run, self._key = run, key
        self._stack = ExitStack()
        self._worker: Worker | None = None
        self.terms: Terms | None = None
        self.rooms: Starter | None = None

    def setup(self, worker: Worker) -> None:
        """Knows where it is."""
        self._worker = worker

    def make_ready(self, given: Given) -> tuple[str, ...]:
        """Unpacks the course, starts the warm interpreter and holds that rooms are confined as is asked.

        Args:
            given: what there is to work with.

        Returns:
            Names of the layers of confinement that are missing all the same.

        Raises:
            GraderFault: it cannot grade.
        """
        assert self._worker is not None  # noqa: S101  a bug of ours
        folder = Folder()
        self._stack.callback(folder.close)
        course = unpack(given.parcel, given.digest, folder.path)
        self.terms = replace(given.terms, course=course, hidden=_hidden(self._worker))
        # Where one warm interpreter dies, the next room comes from a new one.
        self.rooms = reach_rooms(self._stack.enter_context(rooms_for_all()))
        self._stack.callback(self.rooms.close)
        return hold_confined(self.terms, self.rooms)

    def transition(self, key: Any, start: Any, finish: Any, **_: Any) -> None:  # noqa: ARG002  Dask's signature
        """Goes when its task is wanted no more, which may be while it runs."""
        if key == self._key and finish in {"released", "forgotten"} and self._worker is not None:
            self._worker.loop.add_callback(self._worker.plugin_remove, self._run)
            self._worker = None

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002  Dask's signature
        """Ends all rooms and removes the course."""
        self._stack.close()


def describe() -> dict[str, str]:
    """Says what marks depend on here: plain text, which any other version understands."""
    return dict(msgspec.structs.asdict(versions()))


def get_ready(given: Given) -> Ready:
    """Gets a worker ready for a run.

    Args:
        given: what there is to work with.
    """
    worker = get_worker()
    place = Place(given.run, str(worker.get_current_task()))
    sync(worker.loop, worker.plugin_add, plugin=place, name=given.run)
    try:
        missing = place.make_ready(given)
    except Exception as problem:  # noqa: BLE001  whatever it is, this worker cannot grade, and says why
        return Ready(given.run, problem=str(problem) or type(problem).__name__)
    finally:
        if given.run not in worker.plugins:  # the host has let go meanwhile
            place.teardown(worker)
    return Ready(given.run, processor(), missing)


def judge_here(ready: Ready, job: Job) -> bytes:
    """Grades a submission.

    Args:
        ready: what the worker said when it was ready.
        job: the submission.

    Returns:
        What came of it: a packed `Judged`.
    """
    place = get_worker().plugins[ready.run]
    assert isinstance(place, Place)  # noqa: S101  a bug of ours
    assert place.terms is not None  # noqa: S101  as above
    assert place.rooms is not None  # noqa: S101  as above
    return msgspec.msgpack.encode(judge(job, place.terms, place.rooms))


def _hidden(worker: Worker) -> tuple[Path, ...]:
    """What no submission may read on a worker: what Dask writes to disk, and the key that proves who it is."""
    key = worker.security.get_tls_config_for_role("worker")["key"]
    paths = [worker.local_directory, *([key] if key and "\n" not in key else [])]
    return tuple(Path(path).resolve() for path in paths)

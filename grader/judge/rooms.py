"""The rooms that a check can ask for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from grader.judge.context import Context
from grader.judge.models import CleanRoom
from grader.judge.things import Carried
from grader.judge.views import SubmissionView

_T = TypeVar("_T")


class Rooms:
    """Gives checks rooms: student rooms, each with the submission loaded, and the clean room."""

    def __init__(self, context: Context) -> None:
        """Has no room yet.

        Args:
            context: the grading.
        """
        self._context = context
        self._threads = ThreadPoolExecutor(max_workers=4)
        self.clean = CleanRoom(context)

    def ahead(self, work: "Callable[[Rooms], _T]") -> Callable[[], _T]:
        """Begins work that takes long, such as a training, while other criteria are checked.

        Args:
            work: called in another thread with rooms of its own.

        Returns:
            A function that waits for the result; it raises what the work raised.
        """
        context = self._context.aside()

        def run() -> _T:
            context.work_here()
            return work(Rooms(context))

        future = self._threads.submit(run)

        def result() -> _T:
            try:
                return future.result()
            finally:
                self._context.noting().add(context.record)

        return result

    def close(self) -> None:
        """Gives up work that nobody waited for."""
        self._context.house.kill_all(kernels=False)
        self._threads.shutdown(wait=True, cancel_futures=True)

    def student(self, carried: Carried | None = None) -> SubmissionView:
        """A fresh room with the submission in it, as soon as something is asked of it.

        Args:
            carried: files from an earlier room, which it may read.
        """
        return SubmissionView(self._context, self.clean, carried)

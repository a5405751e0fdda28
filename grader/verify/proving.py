"""Grades the cases that are not proved yet, several at a time."""

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass

from grader.errors import GraderFault
from grader.notebook.writing import write_notebook
from grader.pipeline import Options, grade
from grader.rooms.house import Starter, starter
from grader.seeds import Secret, numbered_secret, public_secret
from grader.submission import Submission, parse_submission, read_submission
from grader.verify.cases import Case
from grader.verify.judging import problems
from grader.verify.proofs import PUBLIC


@dataclass(frozen=True)
class Verdict:
    """What came of one case on one seed.

    Attributes:
        case: the case.
        seed: the seed.
        problems: why it is not proved; empty if it is.
        fault: the grader's own fault, if it could not give a mark.
        seconds: how long it took.
    """

    case: Case
    seed: int
    problems: tuple[str, ...]
    fault: str
    seconds: float


def prove(case: Case, seed: int, rooms: Starter, *, as_notebook: bool = False) -> Verdict:
    """Grades one case and judges the grade.

    Args:
        case: the case.
        seed: the seed; 0 stands for the public one.
        rooms: what starts rooms.
        as_notebook: whether to grade the notebook that it makes.
    """
    try:
        submission = notebook_of(case) if as_notebook else read_submission(case.path)
        result = grade(submission, case.lesson, Options(secret_of(seed)), rooms)
    except GraderFault as fault:
        return Verdict(case, seed, (), str(fault), 0.0)
    return Verdict(case, seed, tuple(problems(case, result)), "", result.run.wall_seconds)


def notebook_of(case: Case) -> Submission:
    """The notebook that a case makes: the same code, cut into cells."""
    text = write_notebook(case.path.read_text("utf-8"), case.lesson.id)
    return parse_submission(f"{case.path.stem}.ipynb", text.encode())


def prove_all(work: list[tuple[Case, int]], jobs: int, *, as_notebooks: bool = False) -> Iterator[Verdict]:
    """Proves many cases in processes of their own, each with its own warm interpreter.

    Args:
        work: cases and seeds.
        jobs: how many at a time.
        as_notebooks: whether to grade the notebooks that they make.

    Yields:
        A verdict for each, in the order in which they are reached.

    Raises:
        GraderFault: a process died.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max(1, min(jobs, len(work))), mp_context=context, initializer=_warm_up) as pool:
        waiting: set[Future[Verdict]] = {pool.submit(_prove_here, case, seed, as_notebooks) for case, seed in work}
        try:
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    yield future.result()
        except BrokenExecutor as broken:
            raise GraderFault(f"a process of the proof died: {broken}") from broken
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def secret_of(seed: int) -> Secret:
    """The secret that a seed of a proof stands for."""
    return public_secret() if seed == PUBLIC else numbered_secret(seed)


_rooms: Starter | None = None


def _warm_up() -> None:
    global _rooms  # noqa: PLW0603  one warm interpreter for all cases of a process
    _rooms = starter()


def _prove_here(case: Case, seed: int, as_notebook: bool) -> Verdict:
    assert _rooms is not None, "the process was not warmed up"  # noqa: S101  a bug of ours
    return prove(case, seed, _rooms, as_notebook=as_notebook)

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import dask
import psutil
import pytest
from msgspec.structs import replace

import grader
from grader.batch.cluster.engine import ClusterEngine
from grader.batch.judging import Job, Judged, Terms
from grader.batch.local import LocalEngine
from grader.batch.reach import Reach
from grader.course import Lesson
from grader.errors import GraderFault
from grader.gradebook.keeping import processor
from grader.model import Grade, Isolation, Run
from grader.pipeline import versions
from grader.report.json_report import decode

pytestmark = pytest.mark.rooms

LACKING = (sys.executable, str(Path(__file__).resolve().parents[2] / "lacking.py"))
_NO_RUN = Run(started="", wall_seconds=0.0, cpu_seconds=0.0)


def _grades(judged: Iterable[Judged]) -> dict[int, Grade]:
    """What came of each job, but for how fast."""
    found = {}
    for each in judged:
        assert (each.fault, each.processor) == ("", processor())
        found[each.number] = replace(decode(each.report), run=_NO_RUN)
    return found


def test_marks_are_those_of_this_machine_and_nothing_is_left(
    manned: Any, terms: Terms, jobs: list[Job], wait_for: Any
) -> None:
    cluster, reach = manned
    said: list[str] = []
    with LocalEngine(terms, 1) as here, ClusterEngine(terms, reach, said.append) as there:
        there.hold_confined()
        far = _grades(there.judge_all(jobs))
        [warm] = cluster.processes()
        warm.kill()  # the next room comes from another one
        wait_for(lambda: warm.status() == psutil.STATUS_ZOMBIE)
        assert _grades(there.judge_all(jobs)) == far
        near = _grades(here.judge_all(jobs))
    assert far == near
    assert {number: grade.percent for number, grade in far.items()} == {1: 100, 2: 0, 3: 25}
    assert re.fullmatch(rf"tls://127\.0\.0\.1:\d+ grades: {re.escape(processor())}.*", said[0])
    wait_for(lambda: not cluster.left())


@pytest.fixture
def place(lesson: Lesson, jobs: list[Job]) -> Path:
    """A folder with a course and a class of three."""
    folder = lesson.course.parent
    for job in jobs:
        path = folder / "class" / f"student{job.number}" / job.name
        path.parent.mkdir(parents=True)
        path.write_bytes(job.data)
    return folder


@pytest.fixture
def batch(manned: Any, place: Path) -> Callable[[], "subprocess.Popen[str]"]:
    """Starts `grade batch` for that class on the cluster."""
    _, reach = manned
    certificates = ["--tls-ca-file", reach.tls_ca_file, "--tls-cert", reach.tls_cert, "--tls-key", reach.tls_key]
    options = ["--scheduler", reach.address, *map(str, certificates), "--isolation", "auto", "--course", "course"]

    def start() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "grader.cli", "batch", "class", *options],
            cwd=place,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def test_a_worker_that_is_killed_costs_one_fault_and_one_that_joins_late_goes_on(
    manned: Any, batch: Callable[[], "subprocess.Popen[str]"], place: Path, wait_for: Any
) -> None:
    cluster, _ = manned
    cluster.hold()
    command = batch()
    wait_for(cluster.held)
    [killed] = cluster.held()
    cluster.worker()
    wait_for(lambda: set(cluster.held()) - {killed})  # it has work, while the other one has some still
    os.kill(killed, signal.SIGKILL)
    cluster.let_go()
    output, _ = command.communicate(timeout=60)
    assert command.returncode == 0, output
    assert output.count("was lost while it judged; it is tried again") == 1
    assert "3 graded." in output
    with closing(connect(place / "gradebook.db")) as gradebook:
        rows = gradebook.execute("SELECT fault != '', percent, processor FROM attempt ORDER BY percent").fetchall()
    assert rows == [(1, None, processor()), (0, 0, processor()), (0, 25, processor()), (0, 100, processor())]


def test_a_host_that_is_killed_leaves_nothing_on_workers(
    manned: Any, batch: Callable[[], "subprocess.Popen[str]"], wait_for: Any
) -> None:
    cluster, _ = manned
    cluster.hold()
    command = batch()
    wait_for(cluster.held)
    assert cluster.left()
    command.kill()
    command.communicate()
    cluster.let_go()
    wait_for(lambda: not cluster.left())


def test_workers_that_cannot_give_the_same_marks_get_no_work_and_say_why(
    plain_cluster: Any, terms: Terms, tmp_path: Path, wait_for: Any
) -> None:
    other = tmp_path / "other" / "grader" / "__init__.py"
    other.parent.mkdir(parents=True)
    other.write_text(f"__path__ = {list(grader.__path__)!r}\n__version__ = '0.0.1'\n")
    plain_cluster.worker(PYTHONPATH=str(other.parent.parent))
    plain_cluster.worker("--nthreads", "3")
    plain_cluster.worker(before=(*LACKING, "unshare,landlock_create_ruleset"))
    wait_for(plain_cluster.all_joined)
    terms = Terms(terms.course, terms.secret, Isolation.FULL, terms.pass_mark)
    said: list[str] = []
    with (
        ClusterEngine(terms, Reach(plain_cluster.address), said.append, patience=1) as engine,
        pytest.raises(GraderFault, match="no worker of the cluster can grade: ") as caught,
    ):
        engine.hold_confined()
    for reason in (
        f"it has grade 0.0.1 where {versions().grade} is needed",
        "it has 3 threads, and grades in one; start it with --nthreads 1",
        "full confinement is not to be had here (missing: file tree or Landlock)",
    ):
        assert reason in str(caught.value)
        assert len([line for line in said if reason in line]) == 1


def test_without_workers_the_wait_is_bounded_and_a_dead_scheduler_is_told(plain_cluster: Any, terms: Terms) -> None:
    with ClusterEngine(terms, Reach(plain_cluster.address), print, patience=1) as engine:
        with pytest.raises(GraderFault, match="no worker has come to the scheduler for 1 s; start some"):
            engine.hold_confined()
        plain_cluster.scheduler.kill()
        plain_cluster.scheduler.wait()
        with pytest.raises(GraderFault, match="is gone; what has its mark keeps it"):
            list(engine.judge_all([None, None]))


def test_a_scheduler_that_does_not_trust_us_is_not_reached(
    tls_cluster: tuple[Any, Reach], certificates: Callable[[Path], Reach], terms: Terms, tmp_path: Path
) -> None:
    stranger = certificates(tmp_path / "stranger")
    reach = Reach(tls_cluster[1].address, stranger.tls_ca_file, stranger.tls_cert, stranger.tls_key)
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(GraderFault, match=f"the scheduler {reach.address} cannot be reached"),
    ):
        ClusterEngine(terms, reach, print)


def test_without_the_extra_it_is_said_what_to_install(place: Path) -> None:
    without = "import sys; sys.modules['distributed'] = None; from grader.cli.main import main; main()"
    command = [sys.executable, "-c", without, "batch", "class", "--course", "course", "--scheduler", "tls://far"]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "grade: --scheduler needs distributed: pip install 'grade-lstm[cluster]'\n",
    )

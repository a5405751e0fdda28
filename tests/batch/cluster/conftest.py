"""A real cluster on this machine, as a user starts one: a scheduler, workers and certificates."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from distributed import Security

from grader.batch.judging import Job, Terms
from grader.batch.reach import Reach
from grader.course import Lesson
from grader.model import Isolation
from grader.seeds import public_secret

#: Checks run on workers, so they can hold one there, and say which.
CHECKS = '''
import os, time
from pathlib import Path
from grader.judge import Miss, expect_number

def test_loads(submission):
    """Loads"""
    submission.load()
    place = Path(os.environ.get("HOLD", "/nowhere"))
    while (place / "hold").exists():
        (place / f"held-{os.getpid()}").touch()
        time.sleep(0.05)

def test_doubles(submission):
    """Doubles"""
    if expect_number(submission.double(-3), "double") != -6:
        raise Miss("wrong-value", function="double")
'''
RIGHT, WRONG, BROKEN = (
    b"def double(x):\n    return 2 * x\n",
    b"def double(x):\n    return 2 * abs(x)\n",
    b"def double(x) return",
)
#: Longer than anything should take, shorter than a person's patience.
_PATIENCE = 60.0


@pytest.fixture(scope="session")
def wait_for() -> Callable[[Callable[[], object]], None]:
    """Waits until something is so."""

    def wait(what: Callable[[], object]) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not what():
            assert time.monotonic() < deadline, "it takes too long"
            time.sleep(0.05)

    return wait


@dataclass
class Cluster:
    """A scheduler and its workers; all that they write lies in one place."""

    place: Path
    tls: tuple[str, ...] = ()
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.temporary = self.place / "temporary"
        self.temporary.mkdir(parents=True)
        known = self.place / "scheduler.json"
        host = ("--host", f"{'tls' if self.tls else 'tcp'}://127.0.0.1", "--port", "0", "--scheduler-file", str(known))
        self.scheduler = self._start("scheduler", *host)
        deadline = time.monotonic() + _PATIENCE
        while not known.exists():
            assert time.monotonic() < deadline, "the scheduler does not start"
            time.sleep(0.05)
        self.address: str = json.loads(known.read_text())["address"]

    def worker(self, *options: str, before: Sequence[str] = (), **environment: str) -> subprocess.Popen[bytes]:
        options = ("--no-nanny", *(options or ("--nthreads", "1")))
        self.workers.append(self._start("worker", self.address, *options, before=before, environment=environment))
        return self.workers[-1]

    def all_joined(self) -> bool:
        logs = [(self.place / f"worker{number}.log").read_text() for number in range(len(self.workers))]
        return all("Registered to" in log for log in logs)

    def hold(self) -> None:
        """From now on, checks hold their worker."""
        (self.place / "hold").touch()

    def held(self) -> list[int]:
        """Processes of the workers that are held."""
        return [int(path.name.partition("-")[2]) for path in self.place.glob("held-*")]

    def let_go(self) -> None:
        (self.place / "hold").unlink(missing_ok=True)
        for path in self.place.glob("held-*"):
            path.unlink()

    def left(self) -> list[object]:
        """What workers hold of runs: folders, and processes below them."""
        return [*self.temporary.glob("grade-*"), *self.processes()]

    def processes(self) -> list[psutil.Process]:
        """Processes that workers have started."""
        return [child for worker in self.workers if worker.poll() is None for child in _children(worker.pid)]

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(
        self, kind: str, *options: str, before: Sequence[str] = (), environment: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        variables = {"TMPDIR": str(self.temporary), "HOLD": str(self.place), **(environment or {})}
        with (self.place / f"{kind}{len(self.workers)}.log").open("wb") as log:
            return subprocess.Popen(
                [*before, sys.executable, "-m", "dask", kind, *options, *self.tls, "--no-dashboard"],
                cwd=self.place,
                env=os.environ | variables,
                stdout=log,
                stderr=log,
            )


def _children(pid: int) -> list[psutil.Process]:
    try:
        return list(psutil.Process(pid).children())
    except psutil.Error:
        return []


@pytest.fixture
def plain_cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers and without TLS."""
    cluster = Cluster(tmp_path / "cluster")
    yield cluster
    cluster.end()


def _certificates(folder: Path) -> Reach:
    folder.mkdir()
    parts = Security.temporary().get_tls_config_for_role("client")
    paths = {part: folder / f"{part}.pem" for part in ("ca_file", "cert", "key")}
    for part, path in paths.items():
        path.write_text(parts[part])
    return Reach("", paths["ca_file"], paths["cert"], paths["key"])


@pytest.fixture
def certificates() -> Callable[[Path], Reach]:
    """Makes certificates that nobody else trusts, in a new folder."""
    return _certificates


@pytest.fixture(scope="module")
def tls_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cluster, Reach]]:
    """A scheduler behind TLS, for all tests of a module, and how it is reached."""
    place = tmp_path_factory.mktemp("tls")
    own = _certificates(place / "certificates")
    options = ("--tls-ca-file", str(own.tls_ca_file), "--tls-cert", str(own.tls_cert), "--tls-key", str(own.tls_key))
    cluster = Cluster(place / "cluster", options)
    yield cluster, Reach(cluster.address, own.tls_ca_file, own.tls_cert, own.tls_key)
    cluster.end()


@pytest.fixture
def manned(tls_cluster: tuple[Cluster, Reach]) -> Iterator[tuple[Cluster, Reach]]:
    """The same, with one worker at least."""
    cluster, reach = tls_cluster
    if all(worker.poll() is not None for worker in cluster.workers):
        cluster.worker()
    yield cluster, reach
    cluster.let_go()


@pytest.fixture
def lesson(tmp_path: Path, write_lesson: Callable[..., Lesson]) -> Lesson:
    lesson = write_lesson(tmp_path / "course", {"loads": "points = 1", "doubles": "points = 3"}, CHECKS)
    (lesson.rubric / "reject").mkdir()
    (lesson.rubric / "reject" / "wrong.py").write_bytes(WRONG)
    return lesson


@pytest.fixture
def terms(lesson: Lesson) -> Terms:
    return Terms(lesson.course, public_secret(), Isolation.AUTO, 100.0)


@pytest.fixture
def jobs(lesson: Lesson) -> list[Job]:
    texts = (RIGHT, BROKEN, WRONG)
    return [Job(number, lesson.id, f"{lesson.id}.py", text, len(text)) for number, text in enumerate(texts, 1)]

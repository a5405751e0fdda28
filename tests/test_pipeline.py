"""The way of one submission: marks are the same each time, faults are ours and never a mark."""

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from grader.course import Lesson
from grader.errors import GraderFault
from grader.model import Grade, Isolation, Outcome
from grader.pipeline import Options, grade
from grader.rooms.house import Starter, starter
from grader.rooms.warm import WarmInterpreter
from grader.seeds import Secret, numbered_secret, public_secret
from grader.submission import parse_submission, read_submission

pytestmark = pytest.mark.rooms

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = Options(public_secret())

#: A course of one lesson that needs no training, so that what is tested here is the way and not the lesson.
CRITERIA = {
    "loads": "points = 1",
    "doubles": "points = 3",
    "noise": 'points = 4\nneeds = ["doubles"]',
    "secret": 'points = 2\ntitle = "A teacher\'s check"\nvisibility = "teacher"',
}
CHECKS = '''
import numpy as np
from grader.judge import Miss, expect_array, expect_number

def test_loads(submission):
    """Loads"""
    submission.load()

def test_doubles(submission, streams, record):
    """Doubles"""
    x = float(streams.generator("x").normal())
    if expect_number(submission.double(x), "double") != 2 * x:
        raise Miss("wrong-value", function="double")

def test_noise(submission, record):
    """Makes noise"""
    record.measured("noise", *expect_array(submission.noise(), "noise", (None,)))
'''
RIGHT = """
import random
import numpy as np
import keras

def double(x):
    return x + x

def noise():
    layers = [keras.layers.LSTM(3), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((5, 1)), *layers])
    model.compile("adam", "mse")
    model.fit(np.ones((32, 5, 1)), np.ones((32, 1)), verbose=0)
    rest = [random.random(), random.Random().random(), np.random.default_rng().random(), np.random.rand()]
    rest.append(hash("x") % 97)
    return np.concatenate([model.predict(np.ones((1, 5, 1)), verbose=0)[0], rest])
"""


@pytest.fixture
def tiny(tmp_path: Path, write_lesson: Callable[..., Lesson]) -> Lesson:
    return write_lesson(tmp_path, CRITERIA, CHECKS, "cpu_seconds = 5\nimport_seconds = 2")


def graded(text: str, lesson: Lesson, rooms: Starter, options: Options = OPTIONS) -> Grade:
    return grade(parse_submission("tiny.py", text.encode()), lesson, options, rooms)


def mark(result: Grade) -> bytes:
    """Everything of a grade but its circumstances, as bytes."""
    return msgspec.json.encode((result.rows, result.points, result.percent, result.key, result.next_step))


def outcomes(result: Grade) -> dict[str, Outcome]:
    return {row.id: row.checked.outcome for row in result.rows}


def test_a_right_solution_gets_every_point_and_a_withheld_check_is_said(tiny: Lesson, rooms: Starter) -> None:
    result = graded(RIGHT, tiny, rooms)
    assert (result.points, result.max_points, result.percent, result.passed) == (8, 8, 100, True)
    assert outcomes(result)["secret"] is Outcome.WITHHELD
    assert "More checks run when your teacher grades" in result.next_step
    assert "all" not in result.next_step.lower().split()


def test_marks_are_the_same_bit_for_bit(tiny: Lesson, rooms: Starter) -> None:
    first = mark(graded(RIGHT, tiny, rooms))
    assert mark(graded(RIGHT, tiny, rooms)) == first
    other = starter(fork=True)  # another interpreter
    try:
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(cores)})  # and one core
        assert mark(graded(RIGHT, tiny, other)) == first
    finally:
        os.sched_setaffinity(0, cores)
        other.close()


def test_fresh_processes_give_the_same_mark_as_forked_ones(tiny: Lesson, rooms: Starter) -> None:
    fresh = starter(fork=False)
    try:
        assert mark(graded(RIGHT, tiny, fresh)) == mark(graded(RIGHT, tiny, rooms))
    finally:
        fresh.close()


def test_another_seed_gives_other_data(tiny: Lesson, rooms: Starter) -> None:
    result = graded(RIGHT, tiny, rooms, Options(numbered_secret(5)))
    assert result.key.seed_id == "seed 5"
    assert result.rows[2].checked.evidence != graded(RIGHT, tiny, rooms).rows[2].checked.evidence


def test_what_failed_skips_what_needs_it(tiny: Lesson, rooms: Starter) -> None:
    result = graded("def double(x): return 3 * x", tiny, rooms)
    assert outcomes(result)["doubles"] is Outcome.FAILED
    assert outcomes(result)["noise"] is Outcome.SKIPPED
    assert result.rows[2].checked.finding is not None
    assert "Doubles" in result.rows[2].checked.finding.headline


BROKEN_CHECKS = {
    "a bug in a check": CHECKS.replace("2 * x:", "2 * y:"),
    "a syntax error": CHECKS + "\ndef",
    "an import that fails": "import no_such_module\n" + CHECKS,
    "a cause without words": CHECKS.replace('"wrong-value"', '"no-such-cause"').replace("2 * x", "7 * x"),
    "a check without a criterion": CHECKS + "\ndef test_more():\n    '''More'''\n",
    "a check missing": CHECKS.replace("test_noise", "noise_test"),
}


@pytest.mark.parametrize("checks", BROKEN_CHECKS.values(), ids=BROKEN_CHECKS)
def test_our_own_mistakes_are_faults_and_never_a_mark(tiny: Lesson, rooms: Starter, checks: str) -> None:
    (tiny.rubric / "checks.py").write_text(checks)
    with pytest.raises(GraderFault):
        graded(RIGHT, tiny, rooms)


def test_a_warm_interpreter_that_dies_while_grading_is_a_fault(tiny: Lesson) -> None:
    warm = WarmInterpreter()
    (tiny.rubric / "checks.py").write_text(
        CHECKS.replace("    x = float", f"    import os, signal; os.kill({warm.pid}, signal.SIGKILL)\n    x = float")
    )
    try:
        with pytest.raises(GraderFault, match="warm interpreter"):
            graded(RIGHT, tiny, warm)
    finally:
        warm.close()


TELLTALE = """
class Told(Exception): pass
def double(x):
    print("printed", x)
    raise {raised}(f"told {{x}}")
def noise(): return [1.0]
"""


@pytest.mark.parametrize("raised", ["ValueError", "Told"])
def test_what_may_quote_hidden_data_is_withheld_on_secret_data(tiny: Lesson, rooms: Starter, raised: str) -> None:
    text = TELLTALE.format(raised=raised)
    secret = Options(Secret(b"a secret of the teacher", "fingerprint"))
    row = next(row for row in graded(text, tiny, rooms, secret).rows if row.id == "doubles")
    finding = row.checked.finding
    assert finding is not None
    assert not re.search(r"(told|printed) -?\d", msgspec.json.encode(row).decode())
    assert "Told" not in finding.headline
    assert "kept back" in finding.headline
    assert finding.place is not None  # the line is still told
    public = next(row for row in graded(text, tiny, rooms).rows if row.id == "doubles")
    assert re.search(r"told -?\d", msgspec.json.encode(public).decode())


def test_full_confinement_grades_like_any_other(tiny: Lesson, rooms: Starter) -> None:
    full = graded(RIGHT, tiny, rooms, Options(public_secret(), Isolation.FULL))
    assert mark(full) == mark(graded(RIGHT, tiny, rooms))
    assert full.run.missing == ()


def test_a_submission_folder_full_of_traps_changes_nothing(tiny: Lesson, rooms: Starter, tmp_path: Path) -> None:
    folder = tmp_path / "Übung mit Fallen"
    folder.mkdir()
    for name in ("keras.py", "numpy.py", "conftest.py", "sitecustomize.py", "checks.py", "grader.py"):
        (folder / name).write_text("raise SystemExit('trap')")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (folder / "tiny.py").write_text(RIGHT)
    before = Path.cwd()
    os.chdir(folder)
    try:
        result = grade(read_submission(folder / "tiny.py"), tiny, OPTIONS, rooms)
    finally:
        os.chdir(before)
    assert mark(result) == mark(graded(RIGHT, tiny, rooms))


def test_a_numpy_room_has_no_keras(tiny: Lesson, rooms: Starter) -> None:
    rubric = (tiny.rubric / "rubric.toml").read_text().replace('id = "doubles"', 'id = "doubles"\nroom = "numpy"')
    (tiny.rubric / "rubric.toml").write_text(rubric)
    text = "import numpy as np\ndef double(x):\n    from keras import layers\n    return layers.Dense(x)\n"
    result = graded(text, tiny, rooms)
    assert outcomes(result)["doubles"] is Outcome.FAILED
    assert result.rows[1].checked.finding is not None
    assert "uses Keras" in result.rows[1].checked.finding.headline


@pytest.mark.parametrize(
    "line", ["import keras", "from keras import layers", "import tensorflow.keras as k", "np.ones(3)"]
)
def test_keras_may_be_imported_where_it_is_not_to_be_used(tiny: Lesson, rooms: Starter, line: str) -> None:
    rubric = (tiny.rubric / "rubric.toml").read_text().replace("points =", 'room = "numpy"\npoints =')
    (tiny.rubric / "rubric.toml").write_text(rubric)
    text = f"import numpy as np\n{line}\ndef double(x):\n    return 2 * x\ndef noise(): return [1.0]\n"
    assert graded(text, tiny, rooms).percent == 100


def test_a_strange_file_name_changes_no_mark(tiny: Lesson, rooms: Starter) -> None:
    right = mark(graded(RIGHT, tiny, rooms))
    for name in ("tmp", "Übung 6 \udcff.py", "a\nb.py", "keras.py"):
        assert mark(grade(parse_submission(name, RIGHT.encode()), tiny, OPTIONS, rooms)) == right


def test_a_full_disk_is_a_fault(tiny: Lesson, rooms: Starter, tmp_path: Path) -> None:
    if os.getuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small file system can only be mounted by root")
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=64k,nr_inodes=8 tmpfs {disk}") != 0:  # noqa: S605  a path of the test
        pytest.skip("no file system can be mounted here")
    try:
        (disk / "filler").write_bytes(b"x" * 60_000)
        for number in range(9):
            try:
                (disk / f"f{number}").touch()
            except OSError:
                break
        before, tempfile.tempdir = tempfile.tempdir, str(disk)
        try:
            with pytest.raises(GraderFault):
                graded(RIGHT, tiny, rooms)
        finally:
            tempfile.tempdir = before
    finally:
        os.system(f"umount {disk}")  # noqa: S605  a path of the test


@pytest.fixture(scope="module")
def own_rooms() -> Iterator[WarmInterpreter]:
    warm = WarmInterpreter()
    yield warm
    warm.close()


def test_a_stopped_room_process_is_no_fault_of_ours(tiny: Lesson, own_rooms: WarmInterpreter) -> None:
    text = f"import os, signal\ndef double(x):\n    os.kill(os.getpid(), {int(signal.SIGKILL)})\n"
    result = graded(text, tiny, own_rooms)
    assert outcomes(result)["doubles"] is Outcome.CRASHED
    assert outcomes(result)["loads"] is Outcome.PASSED

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import click
import psutil
import pytest

from grader import __version__
from grader.cli import group, main

ROOT = Path(__file__).resolve().parent.parent

_HEAVY = {
    "filelock",
    "jinja2",
    "keras",
    "msgspec",
    "nbformat",
    "numpy",
    "psutil",
    "pytest",
    "rich",
    "tensorflow",
    "watchfiles",
}
_RUBRIC = """\
schema = 1
title = "Stacked LSTMs"
theme = "models"
functions = ["build"]

[[criteria]]
id = "builds"
title = "The model can be built."
points = 10
why = "w"
hints = ["a", "b", "c"]

[[criteria]]
id = "trains"
title = "The model learns."
points = 2.5
why = "w"
hints = ["a", "b", "c"]
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course to stand in, of two lessons without a solved exercise."""
    for lesson in ("lesson06_stacked", "lesson07_bidirectional"):
        (tmp_path / "rubrics" / lesson).mkdir(parents=True)
        (tmp_path / "rubrics" / lesson / "rubric.toml").write_text(_RUBRIC)
    monkeypatch.chdir(tmp_path)
    return tmp_path


Grade = Callable[..., tuple[int, str, str]]


@pytest.fixture
def grade(here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Grade:
    """A function that runs `grade` and returns exit code, output and errors."""
    del here

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["grade", *arguments])
        try:
            main.main()
        except SystemExit as end:
            code = end.code
        else:
            code = 0
        assert isinstance(code, int)
        return code, *capsys.readouterr()

    return run


def _is_one_sentence(text: str) -> bool:
    return text.startswith("grade: ") and text.count("\n") == 1 and text.endswith("\n") and "Traceback" not in text


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["-h"], ["lesson", "--help"], ["init", "--help"], ["hint", "-h"], ["all", "-h"], ["--version"]],
)
def test_help_starts_without_what_grading_needs(arguments: list[str]) -> None:
    program = (
        "import sys\nfrom grader.cli import main\n"
        f"sys.argv = ['grade', *{arguments}]\n"
        "try:\n    main.main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "click" in loaded
    assert not loaded & _HEAVY
    assert "grade" in done.stdout


def test_help_is_quick() -> None:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "grader.cli", "--help"], capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    assert min(times) < 2  # TensorFlow alone would take longer


def test_help_names_examples_and_exit_codes(grade: Grade) -> None:
    code, out, err = grade("--help")
    assert (code, err) == (0, "")
    for told in (
        "grade init ",
        "grade lesson06 ",
        "grade hint lesson06",
        "grade lessons",
        "grade all",
        "0 passed, 1 checks failed, 2 wrong usage, 3 a fault",
    ):
        assert told in out
    code, out, _ = grade("lesson", "--help")
    options = set(re.findall(r"--[a-z-]+", out))
    assert code == 0
    assert options >= {
        "--course",
        "--report",
        "--seed",
        "--seed-file",
        "--pass-mark",
        "--timeout",
        "--isolation",
        "--watch",
    }


def test_the_version_is_told(grade: Grade) -> None:
    assert grade("--version") == (0, f"grade, version {__version__}\n", "")


def test_lessons_are_listed_and_nothing_is_written(grade: Grade, here: Path) -> None:
    before = sorted(here.iterdir())
    code, out, err = grade("lessons")
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()] == [
        ["lesson06_stacked", "models", "-", "-", "-"],
        ["lesson07_bidirectional", "models", "-", "-", "-"],
    ]
    code, out, err = grade("lessons", "--format", "json")
    assert (code, err) == (0, "")
    assert [(row["lesson"], row["title"], row["points"], row["best"]) for row in json.loads(out)] == [
        ("lesson06_stacked", "Stacked LSTMs", 12.5, None),
        ("lesson07_bidirectional", "Stacked LSTMs", 12.5, None),
    ]
    assert sorted(here.iterdir()) == before


def test_lessons_of_another_course_are_listed(grade: Grade, here: Path) -> None:
    (here / "other" / "rubrics").mkdir(parents=True)
    assert grade("lessons", "--course", "other") == (0, "", "")
    code, out, err = grade("lessons", "--course", "nowhere")
    assert (code, out) == (2, "")
    assert _is_one_sentence(err)


def test_exercises_are_written_and_kept(grade: Grade, here: Path) -> None:
    arguments = ("init", "mine", "--notebook", "--lesson", "6", "--course", str(ROOT))
    path = "mine/exercises/lesson06_stacked.ipynb"
    code, out, err = grade(*arguments)
    assert (code, err) == (0, "")
    assert out == (
        f"wrote {path}\n\nNext: open {path} in Jupyter, write your code and save. To see how far you are:\n"
        f"    grade lesson06 {path}\n"
    )
    written = (here / path).read_bytes()
    assert b'"cells"' in written
    code, out, err = grade(*arguments)
    assert (code, err) == (0, "")
    assert out.startswith(f"kept  {path}, which was there\n")
    assert (here / path).read_bytes() == written
    code, out, _ = grade("init", "--lesson", "6", "--course", str(ROOT))  # here, as a file
    assert (code, out.splitlines()[0]) == (0, "wrote exercises/lesson06_stacked.py")
    assert (here / "exercises/lesson06_stacked.py").read_bytes() == (
        ROOT / "exercises/lesson06_stacked.py"
    ).read_bytes()


def test_a_rubric_that_contradicts_itself_is_a_fault_of_ours(grade: Grade, here: Path) -> None:
    path = here / "rubrics/lesson06_stacked/rubric.toml"
    path.write_text(_RUBRIC.replace('"trains"', '"builds"'))
    code, _, err = grade("lessons")
    assert code == 3
    assert _is_one_sentence(err)
    assert "criterion builds of lesson06_stacked stands there twice" in err


@pytest.mark.parametrize(
    "arguments,told",
    [
        (["staked"], "near it: lesson06_stacked"),
        (["lesson", "staked"], "near it: lesson06_stacked"),
        (["--seed", "3", "staked"], "near it: lesson06_stacked"),
        (["99"], "there are: lesson06_stacked, lesson07_bidirectional"),
        (["9" * 5000], "there are: lesson06_stacked, lesson07_bidirectional"),
        (["lesson"], ""),
        (["6"], "grade lesson06 FILE"),
        (["6"], "grade init --lesson lesson06"),
        (["init", "--lesson", "staked"], "near it: lesson06_stacked"),
        (["init", "--course", "nowhere"], "nowhere is no course"),
        (["init"], "lesson06_stacked.py cannot be read"),
        (["6", "missing.py"], "there is no file missing.py"),
        (["6", "rubrics"], "rubrics is a folder"),
        (["6", "notes.ipynb"], "there is no file notes.ipynb"),
        (["6", "rubrics", "--course", "nowhere"], "nowhere is no course"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(grade: Grade, arguments: list[str], told: str) -> None:
    code, out, err = grade(*arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert _is_one_sentence(err) or arguments == ["lesson"]
    assert "Traceback" not in err


def test_a_submission_of_several_files_is_told_before_anything_runs(grade: Grade, here: Path) -> None:
    (here / "helpers.py").write_text("def scale(x): return x\n")
    (here / "mine.py").write_text("from helpers import scale\n")
    with zipfile.ZipFile(here / "mine.zip", "w") as packed:
        packed.write(here / "mine.py", "mine.py")
    assert grade("6", "mine.zip") == (
        2,
        "",
        "grade: mine.zip is an archive; unpack it, and name the one .py or .ipynb file with the exercise\n",
    )
    _, _, err = grade("6", "mine.py", "--report", "rubrics")  # which is a folder, so that nothing is graded
    assert err.splitlines() == [
        "grade: mine.py imports helpers from its folder, but a submission is one file: paste in what it needs of that",
        "grade: the report rubrics is a folder; name a file",
    ]


def test_a_pipe_a_loop_and_a_locked_file_are_told_in_a_sentence(grade: Grade, here: Path) -> None:
    os.mkfifo(here / "pipe.py")
    (here / "loop.py").symlink_to("loop.py")
    locked = here / "locked.py"
    locked.write_text("x = 1\n")
    locked.chmod(0)
    for name in ("pipe.py", "loop.py", *(() if os.geteuid() == 0 else ("locked.py",))):
        code, out, err = grade("6", name)
        assert (code, out) == (2, "")
        assert _is_one_sentence(err)
        assert name in err


def test_the_seed_is_a_number_or_a_file(grade: Grade, here: Path) -> None:
    (here / "mine.py").write_text("x = 1\n")
    (here / "seed").write_text("too short")
    for arguments, told in [
        (["--seed", "3", "--seed-file", "seed"], "--seed or --seed-file, not both"),
        (["--seed-file", "seed"], "holds 9 bytes; a secret needs at least 16"),
        (["--seed-file", "missing"], "the seed file missing cannot be read"),
        (["--seed-file", "."], "cannot be read"),
    ]:
        code, out, err = grade("6", "mine.py", *arguments)
        assert (code, out) == (2, "")
        assert told in err
        assert _is_one_sentence(err)
        assert "too short" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["6", "mine.py", "--seed", "-1"],
        ["6", "mine.py", "--seed", "x"],
        ["6", "mine.py", "--timeout", "0"],
        ["6", "mine.py", "--pass-mark", "101"],
        ["6", "mine.py", "--format", "xml"],
        ["6", "mine.py", "--isolation", "some"],
        ["6", "mine.py", "--sead", "1"],
        ["6", "mine.py", "another.py"],
        ["init", "here", "there"],
    ],
)
def test_wrong_options_are_told_with_the_right_use(grade: Grade, arguments: list[str]) -> None:
    code, out, err = grade(*arguments)
    assert (code, out) == (2, "")
    assert "Usage: " in err
    assert "Error: " in err
    assert "Traceback" not in err


def test_nothing_is_written_when_nothing_is_graded(grade: Grade, here: Path) -> None:
    before = sorted(path.name for path in here.iterdir())
    grade("6", "missing.py")
    grade("staked")
    assert sorted(path.name for path in here.iterdir()) == before


@pytest.mark.parametrize(
    "problem,code,told",
    [
        (RuntimeError("disk on fire"), 3, "grade: a fault of the grader: RuntimeError: disk on fire\n"),
        (KeyboardInterrupt(), 130, "\nstopped\n"),
        (click.Abort(), 130, "\nstopped\n"),
    ],
)
def test_whatever_happens_no_traceback_is_shown(
    grade: Grade, monkeypatch: pytest.MonkeyPatch, problem: BaseException, code: int, told: str
) -> None:
    def fail(**_: object) -> None:
        raise problem

    monkeypatch.setattr(group.cli, "main", fail)
    assert grade("6") == (code, "", told)


def test_the_command_itself_ends_with_the_code(here: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "grader.cli", "6", "missing.py"], cwd=here, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "grade: there is no file missing.py\n")


@pytest.mark.rooms
def test_ctrl_c_leaves_no_process_and_no_folder_behind(tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    (tmp_path / "mine.py").write_text("import time\ntime.sleep(99)\n")
    grading = subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "lesson06", "mine.py", "--course", str(ROOT)],
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
        stderr=subprocess.PIPE,
        text=True,
    )
    own = psutil.Process(grading.pid)
    rooms: list[psutil.Process] = []
    deadline = time.monotonic() + 60
    while len(rooms) < 2 and time.monotonic() < deadline:  # the warm interpreter and a room
        time.sleep(0.1)
        rooms = own.children(recursive=True)
    assert len(rooms) >= 2
    grading.send_signal(signal.SIGINT)
    _, said = grading.communicate(timeout=10)
    assert grading.returncode == 130
    assert said.strip() == "stopped"
    _, alive = psutil.wait_procs(rooms, timeout=5)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    assert not list((tmp_path / "temporary").iterdir())


def test_a_report_that_cannot_be_written_is_said_before_grading(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("x = 1\n")
    (tmp_path / "file").write_text("")
    for report in (tmp_path, tmp_path / "file" / "x.html"):
        done = subprocess.run(
            [sys.executable, "-m", "grader.cli", "6", "mine.py", "--course", str(ROOT), "--report", str(report)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr.startswith("grade: the report ")
        assert not done.stdout

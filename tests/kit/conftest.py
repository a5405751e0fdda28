"""A whole course of one lesson, with everything that must not reach students, each part marked with a canary."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.course import Course, Lesson

CRITERIA = {
    "loads": "points = 1",
    "doubles": "points = 3",
    "secret": 'points = 2\nvisibility = "teacher"',
    "negative": 'points = 1\nneeds = ["doubles", "secret"]',
    "answers": "points = 2",
}
CAUSES = '[causes.too-big]\nheadline = "For large numbers it gives {received}."\n'
TEACHER_CHECKS = '''
# CANARY-teacher-checks
from grader.judge import Miss, expect_number

def test_secret(submission):
    """Doubles large numbers"""
    number = 10**9 + 7
    given = expect_number(submission.double(number), "double")
    if given != 2 * number:
        raise Miss("too-big", received=f"{given:g}, though {number} was to be doubled", function="double")
'''
STUB = '''"""Doubling."""

def double(x):
    """Doubles a number."""
    raise NotImplementedError

ANSWERS = {
    "why": "",
}
'''
SOLUTION = '''"""Doubling."""

# CANARY-solution
def double(x):
    """Doubles a number."""
    parts = [part for part in (x, x, 0, 0) if part is not None or x is None]
    return sum(parts) if len(parts) == 4 else x * (1 + 1) + 0 * len(parts)

ANSWERS = {
    "why": "adds",
}
'''
QUESTIONS = """
schema = 1
[[choices]]
id = "why"
question = 1
points = 1
ask = "What is doubling?"
options = { adds = "Adding a number to itself.", squares = "Taking a number times itself." }
"""
KEY = """
schema = 1 # CANARY-answers-comment
[choices.why]
right = ["adds"]
[choices.why.because]
adds = "Two times anything is that very thing and once more the same, as CANARY-answers-text says."
squares = "The square of three is nine, which is more than six, so it cannot be the double of it."
"""
#: Plants a canary in each file that stays with the teacher.
FILES = {
    "rubrics/course.toml": (
        '[questions]\nkey = "exam" # CANARY-settings\n[policy]\ntrust_file_times = true\npass_mark = 70\n'
    ),
    "rubrics/proofs.json": '{"CANARY-proofs": "' + "5f" * 32 + '"}',
    "rubrics/seed.txt": "CANARY-seed-of-rubrics",
    "rubrics/lesson01_tiny/seed.txt": "CANARY-seed-of-lesson",
    "secret.txt": "CANARY-seed-of-course",
    "solutions/lesson01_tiny.py": SOLUTION,
    "exercises/lesson01_tiny.py": STUB,
    "exercises/notes.md": "CANARY-notes",
    "rubrics/lesson01_tiny/accept/other.py": SOLUTION.replace("CANARY-solution", "CANARY-accept"),
    "rubrics/lesson01_tiny/reject/wrong.py": "def double(x):\n    return 'CANARY-reject'\n",
    "rubrics/lesson01_tiny/teacher_checks.py": TEACHER_CHECKS,
    "rubrics/lesson01_tiny/questions.toml": QUESTIONS,
    "rubrics/lesson01_tiny/answers.toml": KEY,
}


@pytest.fixture
def course(tmp_path: Path, write_lesson: Callable[..., Lesson], doubling: str) -> Course:
    """The full course, an exam."""
    folder = tmp_path / "course"
    rubric = write_lesson(folder, CRITERIA, doubling, "cpu_seconds = 5\nimport_seconds = 2").rubric / "rubric.toml"
    rubric.write_text(f"{rubric.read_text('utf-8')}{CAUSES}# CANARY-rubric-comment\n", "utf-8")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return Course(folder)


@pytest.fixture
def change(course: Course) -> Callable[[str, str], None]:
    """Adds a text to the end of a file of the course."""

    def add(name: str, text: str) -> None:
        path = course.folder / name
        path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")

    return add


@pytest.fixture
def grade(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """The command `grade`, with the package installed away from any course, as students have it."""
    root = Path(__file__).resolve().parents[2]
    site = tmp_path / "site"
    shutil.copytree(root / "grader", site / "grader", ignore=shutil.ignore_patterns("__pycache__"))

    def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
        program = f"import sys; sys.path.insert(0, {str(site)!r}); from grader.cli.main import main; main()"
        command = [sys.executable, "-c", program, *arguments]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
        assert "Traceback" not in done.stderr
        return done

    return run

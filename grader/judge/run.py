"""Runs a lesson's checks with pytest, away from everything that a submission or its folder could bring along."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.course import Lesson
from grader.errors import GraderFault
from grader.judge.context import Context
from grader.judge.plugin import JudgePlugin
from grader.model import Checked, Finding, Outcome, Visibility

#: Plugins of pytest's own that the judge does without; others are not loaded at all.
_WITHOUT = ("cacheprovider", "terminal", "faulthandler", "logging", "stepwise", "doctest", "junitxml", "pastebin")
_CHECK_FILES = ("checks.py", "teacher_checks.py")
_USUAL = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


def run_checks(lesson: Lesson, context: Context) -> dict[str, Checked]:
    """Judges every criterion of a lesson.

    Args:
        lesson: the lesson.
        context: the grading.

    Returns:
        What became of each criterion; a teacher's criterion whose check is not here is withheld.

    Raises:
        GraderFault: a fault of ours; there is no mark then.
        KeyboardInterrupt: the person has enough.
    """
    files = [lesson.rubric / name for name in _CHECK_FILES if (lesson.rubric / name).exists()]
    plugin = JudgePlugin(context, lesson.rubric)
    with _own_world():
        code = pytest.main([*_options(lesson.rubric), *map(str, files)], plugins=[plugin])
    if plugin.fault is not None:
        raise plugin.fault
    if code == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if code not in _USUAL:
        raise GraderFault(f"the checks of {lesson.id} did not run ({pytest.ExitCode(code).name})")
    return _complete(plugin.checked, context)


def _options(folder: Path) -> list[str]:
    without = [option for name in _WITHOUT for option in ("-p", f"no:{name}")]
    return [
        *without,
        "--noconftest",
        "--import-mode=importlib",
        "--capture=no",
        "--assert=plain",  # a rewritten assert would tell hidden values
        f"--rootdir={folder}",
        f"--config-file={os.devnull}",
        "--override-ini=python_files=*.py",
        "--override-ini=addopts=",
    ]


@contextmanager
def _own_world() -> Iterator[None]:
    """Keeps pytest from loading plugins and options of the environment, and forgets the checks afterwards."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_CURRENT_TEST")
    before = {name: os.environ.pop(name, None) for name in names}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    modules, writes = set(sys.modules), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        for name in set(sys.modules) - modules:
            if Path(getattr(sys.modules[name], "__file__", None) or "").name in _CHECK_FILES:
                del sys.modules[name]
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def _complete(checked: dict[str, Checked], context: Context) -> dict[str, Checked]:
    """Adds the criteria whose checks are not here: they belong to the teacher."""
    for criterion in context.rubric.criteria:
        if criterion.id not in checked and criterion.visibility is Visibility.TEACHER:
            finding = Finding(cause="withheld", headline="runs when your teacher grades")
            checked[criterion.id] = Checked(outcome=Outcome.WITHHELD, finding=finding)
    return checked

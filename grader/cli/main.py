"""Runs the command line, and turns what goes wrong into a sentence and an exit code."""

import signal
import sys

import click

from grader.cli import authors, gradescope_command, students, teachers  # noqa: F401  they add their commands
from grader.cli.group import FAULT, USAGE, cli
from grader.errors import GradeError, UsageProblem


def main() -> None:
    """Runs the command line; whatever happens, a person reads a sentence and never our traceback."""
    _clean_up_when_asked_to_end()
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as problem:
        problem.show()
        sys.exit(USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nstopped", err=True)
        sys.exit(130)
    except UsageProblem as problem:
        click.echo(f"grade: {problem}", err=True)
        sys.exit(USAGE)
    except GradeError as problem:
        click.echo(f"grade: the grader could not give a mark: {problem}", err=True)
        sys.exit(FAULT)
    except Exception as problem:  # noqa: BLE001  the last net: a fault of ours, never a mark
        click.echo(f"grade: a fault of the grader: {type(problem).__name__}: {problem}", err=True)
        sys.exit(FAULT)


def _clean_up_when_asked_to_end() -> None:
    """Ends as after Ctrl-C also where a terminal is closed or a job is cancelled, unless the user ignores that."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)

"""What authors of a course type: prove it, write its questions, look at the machine."""

import sys
from pathlib import Path
from typing import Any

import click

from grader.cli.group import COURSE, FAILED, PASSED, cli


@cli.command()
def doctor() -> None:
    """Find out how well this machine confines submissions, by attacking a room from inside."""
    from rich.console import Console

    from grader.doctor.examine import examine
    from grader.doctor.table import is_safe, show

    findings = examine()
    show(findings, Console())
    sys.exit(PASSED if is_safe(findings) else FAILED)


@cli.command()
@click.argument("names", metavar="[LESSON]...", nargs=-1)
@COURSE
@click.option("--kind", type=click.Choice(["reference", "stub", "accept", "reject"]), multiple=True, help="Only these.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, show_default=True, help="Prove on so many seeds.")
@click.option("--all", "everything", is_flag=True, help="Prove again what is proved already.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Gradings at a time.")
@click.option("--notebooks", is_flag=True, help="Prove the notebooks that the files make.")
@click.option("--matrix", is_flag=True, help="Write the table of what is proved to rubrics/README.md.")
def verify(names: tuple[str, ...], course: Path | None, **options: Any) -> None:
    """Prove a course: references pass, stubs fail, wrong solutions fail where intended, other right ones pass.

    What was proved is remembered in rubrics/proofs.json by the content of everything that counts, so only what
    changed is graded, and long proofs add up over several runs.
    """
    from grader.course import find_course
    from grader.verify.command import Choice, run

    failed = run(find_course(course, Path.cwd()), names, Choice(**options))
    sys.exit(FAILED if failed else PASSED)


@cli.command()
@click.argument("name", metavar="LESSON")
@COURSE
def questions(name: str, course: Path | None) -> None:
    """Write a lesson's questions into its exercise and its solution, as ANSWERS.

    What stands in the rubric's questions.toml is written as comments and empty answers; the solution keeps its answers.
    """
    from grader.answers.block import write
    from grader.course import find_course

    lesson = find_course(course, Path.cwd()).lesson(name)
    for path in write(lesson.rubric, lesson.stub, lesson.solution):
        click.echo(f"Wrote {path}.")

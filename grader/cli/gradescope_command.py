"""What authors type to grade a lesson on Gradescope."""

from pathlib import Path

import click

from grader.cli.group import COURSE, cli
from grader.errors import UsageProblem


@cli.command("gradescope", options_metavar="--isolation LEVEL [OPTIONS]")
@click.argument("target", metavar="DIR|FILE.zip", type=click.Path(path_type=Path))
@COURSE
@click.option("--lesson", "names", metavar="LESSON", multiple=True, help="Only this one; may be given several times.")
@click.option("--seed-file", type=click.Path(path_type=Path), help="Grade on secret data, derived from this file.")
@click.option("--isolation", type=click.Choice(["auto", "full", "none"]), help="How strongly to confine submissions.")
def gradescope_command(
    target: Path, course: Path | None, names: tuple[str, ...], seed_file: Path | None, isolation: str | None
) -> None:
    """Pack autograders for Gradescope: DIR/LESSON.zip for each lesson, or FILE.zip for one.

    Gradescope starts autograders as root in a container. They grade as a user without rights there, but whether all
    layers of confinement hold depends on its machines: --isolation auto confines as far as it goes and so trusts your
    students a little, full gives no mark where a layer is missing.
    """
    from grader.course import find_course
    from grader.gradescope.building import build
    from grader.model import Isolation
    from grader.seeds import secret_from_file

    if isolation is None:
        raise UsageProblem(
            "full confinement cannot be promised in the containers of Gradescope; say --isolation auto to confine "
            "submissions as far as it goes there, or --isolation full to give no mark where a layer is missing"
        )
    if seed_file is not None:
        secret_from_file(seed_file)  # one that is no secret is told here, not there
    chosen = find_course(course, Path.cwd())
    for path in build(chosen, chosen.chosen(names), target, Isolation(isolation), seed_file):
        click.echo(f"Wrote {path}.")
    click.echo("Upload it as the autograder of one assignment; give it a container with 3 GB of memory or more.")

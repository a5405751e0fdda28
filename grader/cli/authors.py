"""What authors of a course type to hand it out."""

from pathlib import Path

import click

from grader.cli.group import COURSE, cli


@cli.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@COURSE
@click.option("--zip", "zipped", is_flag=True, help="Write DIR.zip, too.")
def release(folder: Path, course: Path | None, *, zipped: bool) -> None:
    """Write what students receive of a course to DIR: exercises, notebooks, their checks, pinned versions.

    DIR is new, empty or an earlier release. No solution, variant, proof or teacher's check travels: where one would,
    nothing is written, and the reason names file and line.
    """
    from grader.course import find_course
    from grader.kit.command import release as write_kit

    for line in write_kit(find_course(course, Path.cwd()), folder, zipped=zipped):
        click.echo(line)

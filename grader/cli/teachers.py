"""What authors of a course type: prove it, write its questions, look at the machine."""

import sys
from pathlib import Path
from typing import Any

import click

from grader.cli.group import COURSE, FAILED, FAULT, GRADEBOOK, PASSED, cli
from grader.errors import UsageProblem


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
@click.argument("submissions", type=click.Path(path_type=Path))
@COURSE
@click.option("--lesson", "name", metavar="LESSON", help="What all files are for, where their names do not say it.")
@click.option("--roster", type=click.Path(path_type=Path), help="CSV file with the students of the class.")
@GRADEBOOK
@click.option("--out", type=click.Path(path_type=Path), default="class", show_default=True, help="Folder for pages.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Gradings at a time [default: what fits this machine].")
@click.option("--scheduler", "address", metavar="ADDRESS", help="Grade on the workers of this Dask scheduler.")
@click.option("--tls-ca-file", type=click.Path(path_type=Path), help="Who signs for the cluster (PEM).")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="Our certificate for the cluster (PEM).")
@click.option("--tls-key", type=click.Path(path_type=Path), help="The key of our certificate (PEM).")
@click.option("--seed-file", type=click.Path(path_type=Path), help="Grade on secret data, derived from this file.")
@click.option("--retry", is_flag=True, help="Try again what the grader itself failed on three times.")
@click.option("--anonymous", is_flag=True, help="Hide in all pages who is who.")
@click.option(
    "--isolation",
    type=click.Choice(["full", "auto", "none"]),
    default="full",
    show_default=True,
    help="How strongly to confine submissions. Others than full trust everybody who handed something in.",
)
def batch(submissions: Path, course: Path | None, name: str | None, **options: Any) -> None:
    """Grade a class: a folder or zip with everybody's submissions.

    What has its mark in the gradebook already is not graded again. Exit codes: 0 everything has its mark, 1 something
    could not be placed, 3 the grader failed on something.
    """
    from rich.console import Console

    from grader.batch.command import Order
    from grader.batch.command import batch as grade_class
    from grader.batch.reach import Reach
    from grader.course import find_course
    from grader.model import Isolation
    from grader.seeds import public_secret, secret_from_file

    chosen = find_course(course, Path.cwd())
    seed_file = options["seed_file"]
    reach = [options.pop(part) for part in ("address", "tls_ca_file", "tls_cert", "tls_key")]
    order = Order(
        source=submissions,
        course=chosen,
        lesson=chosen.lesson(name) if name else None,
        secret=secret_from_file(seed_file) if seed_file else public_secret(),
        cluster=Reach(*reach) if reach[0] else None,
        **options | {"isolation": Isolation(options["isolation"])},
    )
    tally, unplaced = grade_class(order, Console())
    sys.exit(FAULT if tally.faults else FAILED if unplaced else PASSED)


@cli.command(options_metavar="[OPTIONS] --why TEXT")
@click.argument("student")
@click.argument("lesson")
@click.argument("what", metavar="[CRITERION] POINTS", nargs=-1)
@click.option("--why", required=True, help="The reason; it is kept, and the student reads it.")
@click.option("--withdraw", is_flag=True, help="Take back what was set; leave out POINTS then.")
@COURSE
@GRADEBOOK
def override(student: str, lesson: str, what: tuple[str, ...], course: Path | None, **options: Any) -> None:
    """Set the points of a criterion, or of a lesson as a whole, by hand.

    What was set before stays in the gradebook; the newest counts.
    """
    from grader.course import find_course
    from grader.gradebook.database import Database
    from grader.review.setting import Setting, me, set_points

    criterion, points = _points(what, withdraw=options["withdraw"])
    chosen = find_course(course, Path.cwd())
    setting = Setting(student, chosen.lesson(lesson), criterion, points, me(), options["why"])
    standing = set_points(Database(options["gradebook"], new=False), chosen, setting)
    mark = "no mark" if standing.final is None else f"{standing.final:g} %"
    click.echo(f"{standing.student}, {setting.lesson.short}: {mark}")
    for reason in (*standing.reasons, *standing.waiting):
        click.echo(f"  {reason}")


@cli.command()
@click.argument("names", metavar="[LESSON]...", nargs=-1)
@COURSE
@GRADEBOOK
@click.option("--anonymous", is_flag=True, help="Hide whose an answer is.")
def review(names: tuple[str, ...], course: Path | None, gradebook: str, *, anonymous: bool) -> None:
    """Decide what waits for you: answers in sentences, and points that only the submission vouches for."""
    from rich.console import Console

    from grader.course import find_course
    from grader.gradebook.database import Database
    from grader.review.session import Review
    from grader.review.setting import me

    chosen = find_course(course, Path.cwd())
    lessons = tuple(chosen.chosen(names))
    Review(Database(gradebook, new=False), chosen, lessons, me(), anonymous=anonymous).run(Console())


@cli.command()
@click.argument("student")
@COURSE
@GRADEBOOK
@click.option("--out", type=click.Path(path_type=Path), default="class", show_default=True, help="Folder of the pages.")
@click.option("--yes", is_flag=True, help="Do not ask whether this is meant.")
def forget(student: str, course: Path | None, gradebook: str, out: Path, *, yes: bool) -> None:
    """Erase all of one student from the gradebook and the pages, where the law asks for it.

    This is the one command that deletes. What it cannot reach, as backups, it says at the end.
    """
    from grader.batch.forgetting import find
    from grader.course import find_course
    from grader.gradebook.database import Database

    found = find(Database(gradebook, new=False), find_course(course, Path.cwd()), out, student)
    if not yes and not click.confirm(found.asks):
        raise UsageProblem("nothing was erased")
    for line in found.forget():
        click.echo(line)


@cli.command()
@click.argument("names", metavar="[LESSON]...", nargs=-1)
@COURSE
@click.option("--kind", type=click.Choice(["reference", "stub", "accept", "reject"]), multiple=True, help="Only these.")
@click.option("--seeds", type=click.IntRange(1, 1000), default=1, show_default=True, help="Prove on so many seeds.")
@click.option("--all", "everything", is_flag=True, help="Prove again what is proved already.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Gradings at a time [default: what fits this machine].")
@click.option("--notebooks", is_flag=True, help="Prove the notebooks that the files make.")
@click.option("--matrix", is_flag=True, help="Write the table of what is proved to rubrics/README.md.")
@click.option("--junit", type=click.Path(path_type=Path, dir_okay=False), help="Write all results as JUnit XML.")
@click.option(
    "--code-quality",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what is wrong as a code quality report of GitLab.",
)
@click.option(
    "--annotations/--no-annotations",
    default=None,
    help="Tell GitHub Actions what is wrong, beside the code and in the step's summary [default: where it runs this].",
)
def verify(names: tuple[str, ...], course: Path | None, **options: Any) -> None:
    """Prove a course: references pass, stubs fail, wrong solutions fail where intended, other right ones pass.

    That rubric, checks, exercise, solution and questions of a lesson agree is checked each time. What was proved is
    remembered in rubrics/proofs.json by the content of everything that counts, so only what changed is graded, and
    long proofs add up over several runs.
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


@cli.command("export", options_metavar="--format NAME [OPTIONS]")
@click.option("--format", "style", required=True, help="csv, canvas, moodle, nbgrader, gradescope …")
@click.option("--template", type=click.Path(path_type=Path), help="The file to fill in, as the other system gave it.")
@click.option("--lesson", "name", metavar="LESSON", help="Only this one.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write [default: by the format].")
@click.option("--anonymous", is_flag=True, help="Numbers in place of names.")
@COURSE
@GRADEBOOK
def export_command(style: str, name: str | None, course: Path | None, gradebook: str, **options: Any) -> None:
    """Write the marks in the gradebook for another system."""
    from grader.course import find_course
    from grader.export.formats import FORMATS, export
    from grader.gradebook.database import Database
    from grader.gradebook.standings import read_class

    chosen = find_course(course, Path.cwd())
    lesson = chosen.lesson(name) if name else None
    klass = read_class(Database(gradebook, new=False), chosen, [lesson] if lesson else None)
    target = options["output"] or Path(FORMATS[style].target if style in FORMATS else style)
    for note in export(klass, style, options["template"], target, anonymous=options["anonymous"]):
        click.echo(note)
    click.echo(f"Wrote {target}.")


def _points(what: tuple[str, ...], *, withdraw: bool) -> tuple[str | None, float | None]:
    """Reads [CRITERION] POINTS, or [CRITERION] where points are withdrawn."""
    words = list(what)
    points: float | None = None
    if not withdraw:
        try:
            points = float(words.pop())
        except (IndexError, ValueError) as problem:
            raise UsageProblem("say how many points: grade override STUDENT LESSON [CRITERION] POINTS") from problem
    if len(words) > 1:
        raise UsageProblem("there is one criterion at a time: grade override STUDENT LESSON [CRITERION] POINTS")
    return (words[0] if words else None), points

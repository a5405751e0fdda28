"""What students type: grade an exercise, ask for a hint, look at the course."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli.group import COURSE, FAILED, FAULT, FORMAT, ISOLATION, LESSON, PASS_MARK, PASSED, USAGE, cli
from grader.errors import UsageProblem

if TYPE_CHECKING:
    from grader.desk.desk import Desk, Graded
    from grader.seeds import Secret


@cli.command(LESSON, hidden=True, options_metavar="[OPTIONS]")
@click.argument("lesson")
@click.argument("submission", required=False, type=click.Path(path_type=Path))
@COURSE
@click.option("--report", type=click.Path(path_type=Path), help="HTML report [default: reports/LESSON.html].")
@FORMAT
@click.option("--open", "show", is_flag=True, help="Open the HTML report in a browser.")
@click.option("--timeout", type=click.FloatRange(min=0.1), help="CPU seconds that one call may use.")
@click.option("--seed", type=click.IntRange(min=0), help="Grade on other data, derived from this number.")
@click.option("--seed-file", type=click.Path(path_type=Path), help="Grade on secret data, derived from this file.")
@PASS_MARK
@ISOLATION
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when checks fail.")
@click.option("--watch", is_flag=True, help="Grade again each time the file is saved, until Ctrl-C.")
@click.option("-v", "--verbose", is_flag=True, help="All hints, tracebacks and measurements.")
def lesson_command(lesson: str, submission: Path | None, course: Path | None, **options: Any) -> None:
    """Grade one exercise.

    LESSON is a number, a name or a part of one: 6, lesson06, stacked. Without SUBMISSION your own file of that
    name is graded.
    """
    from grader.course import find_course, own_submission

    chosen = find_course(course, Path.cwd()).lesson(lesson)
    path = submission or own_submission(chosen, Path.cwd())
    if options["watch"] and options["style"] == "json":
        raise UsageProblem("--watch is for people; leave out --watch or --format json")
    desk = _desk(**options)
    report = options["report"] or desk.report(chosen)

    def show(graded: "Graded") -> None:
        _print(graded, style=options["style"], verbose=options["verbose"])
        if options.pop("show", False) and not graded.problem:  # once, also where it is graded again and again
            click.launch(str(graded.report))

    _tell_of_helpers(path)
    with desk:
        if options["watch"]:
            from grader.desk.watch import watch

            graded = watch(desk, chosen, path, report, show)
        else:
            graded = desk.grade(chosen, path, report)
    if not options["watch"]:
        show(graded)
    graded.hold_written()  # the mark was printed all the same: none is ever lost
    sys.exit(PASSED if graded.grade.passed or options["exit_zero"] else FAILED)


@cli.command()
@click.argument("lesson")
@click.argument("submission", required=False, type=click.Path(path_type=Path))
@COURSE
def hint(lesson: str, submission: Path | None, course: Path | None) -> None:
    """Give a hint for the first thing that is not right yet, a stronger one each time.

    The file is graded first where it has changed since the last try.
    """
    from rich.console import Console

    from grader.course import find_course, own_submission
    from grader.desk.hint import hint as give_hint

    chosen = find_course(course, Path.cwd()).lesson(lesson)
    with _desk() as desk:
        give_hint(desk, chosen, submission or own_submission(chosen, Path.cwd()), Console(), _tell)


@cli.command("all")
@COURSE
@ISOLATION
@PASS_MARK
@click.option("--open", "show", is_flag=True, help="Open the overview in a browser.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when checks fail.")
def all_command(course: Path | None, **options: Any) -> None:
    """Grade every lesson of which you have a file, and write an overview to reports/index.html."""
    from rich.console import Console

    from grader.course import find_course
    from grader.desk.everything import PAGE, grade_all

    with _desk(**options) as desk:
        overview = grade_all(desk, find_course(course, Path.cwd()), Console())
    click.echo(f"Overview: {Path('reports') / PAGE}")
    if options["show"]:
        click.launch(str(Path("reports") / PAGE))
    if overview.faults:
        sys.exit(FAULT)
    if overview.unread:
        sys.exit(USAGE)
    sys.exit(PASSED if overview.is_passed or options["exit_zero"] else FAILED)


@cli.command()
@COURSE
@FORMAT
def lessons(course: Path | None, style: str) -> None:
    """List the lessons: your best mark, your last try, and what is open."""
    from rich.console import Console

    from grader.course import find_course
    from grader.progress import Progress
    from grader.report.lessons import encode_rows, print_rows, rows

    table = rows(find_course(course, Path.cwd()), Progress(Path.cwd(), _tell).read())
    if style == "json":
        click.echo(encode_rows(table), nl=False)
    else:
        print_rows(table, Console())


@cli.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--notebook", "notebooks", is_flag=True, help="Write notebooks for Jupyter, not Python files.")
@click.option("--lesson", "names", metavar="LESSON", multiple=True, help="Only this one; may be given several times.")
@click.option("--course", type=click.Path(path_type=Path), help="Folder of the course, with rubrics/ in it.")
def init(folder: Path, names: tuple[str, ...], course: Path | None, *, notebooks: bool) -> None:
    """Write the exercises to DIR/exercises, by default here, to work on them.

    A file that is there already is kept as it is.
    """
    from grader.course import find_course
    from grader.starting import start

    for line in start(find_course(course, Path.cwd()), names, folder, notebooks=notebooks):
        click.echo(line)


def _secret(seed: int | None, seed_file: Path | None) -> "Secret":
    from grader import seeds

    if seed is not None and seed_file is not None:
        raise UsageProblem("give --seed or --seed-file, not both")
    if seed_file is not None:
        return seeds.secret_from_file(seed_file)
    return seeds.public_secret() if seed is None else seeds.numbered_secret(seed)


def _desk(**options: Any) -> "Desk":
    """The desk in the current folder; what is not among the options is as usual."""
    from grader.desk.desk import Desk
    from grader.model import Isolation
    from grader.progress import Progress
    from grader.report.live import Line, is_wanted

    seed_file = options.get("seed_file")
    return Desk(
        folder=Path.cwd(),
        progress=Progress(Path.cwd(), _tell),
        secret=_secret(options.get("seed"), seed_file),
        isolation=Isolation(options.get("isolation", "auto")),
        cpu_seconds=options.get("timeout"),
        pass_mark=options.get("pass_mark", 100.0),
        hidden=(seed_file,) if seed_file else (),
        line=Line(shown=options.get("style") != "json" and is_wanted()),
    )


def _tell_of_helpers(path: Path) -> None:
    """Says what is not handed in with a file, while there is time to change that."""
    from grader.intake.alone import modules_beside

    if beside := modules_beside(path):
        _tell(
            f"{path.name} imports {' and '.join(beside)} from its folder, but a submission is one file: "
            "paste in what it needs of that"
        )


def _tell(text: str) -> None:
    click.echo(f"grade: {text}", err=True)


def _print(graded: "Graded", *, style: str, verbose: bool) -> None:
    if style == "json":
        from grader.report.json_report import encode

        click.echo(encode(graded.grade), nl=False)
        return
    from rich.console import Console

    from grader.report.terminal import print_grade

    report = None if graded.problem else graded.report
    print_grade(graded.grade, console=Console(), verbose=verbose, report=report)

"""The command line: parse, call, print, exit code. Nothing is imported here that is not needed to say --help."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import __version__
from grader.errors import GradeError, GraderFault, UsageProblem

if TYPE_CHECKING:
    from grader.course import Lesson
    from grader.model import Grade
    from grader.seeds import Secret
    from grader.submission import Submission

PASSED, FAILED, USAGE, FAULT = 0, 1, 2, 3
_LESSON = "lesson"


class LessonGroup(click.Group):
    """A group whose first argument may also be a lesson: `grade lesson06 FILE` is `grade lesson lesson06 FILE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Takes a first argument that is no command as the name of a lesson."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            args = [_LESSON, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Lets options of a grading stand before the lesson, too: `grade --seed 3 lesson06`."""
        known = {name for parameter in self.params for name in parameter.opts}
        if args and args[0].startswith("-") and args[0].partition("=")[0] not in {*known, "--help", "-h"}:
            args = [_LESSON, *args]
        return super().parse_args(ctx, args)


@click.group(
    cls=LessonGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="LESSON [SUBMISSION] [OPTIONS]",
    epilog="Exit codes: 0 passed, 1 checks failed, 2 wrong usage, 3 a fault of the grader.",
)
@click.version_option(__version__, prog_name="grade")
def cli() -> None:
    """Grade an exercise of the LSTM course.

    \b
    grade init                     write the exercises, with --notebook as notebooks
    grade lesson06                 your own exercises/lesson06_stacked.py or .ipynb
    grade 6 my_lstm.py             another file
    grade stacked --seed 3         the same exercise on other data
    grade lessons                  which lessons there are
    grade doctor                   how well this machine confines submissions
    grade verify                   prove that the course's checks are right
    grade lesson --help            all options

    The report goes to the terminal and to reports/lesson06.html.
    """  # noqa: D301  \b is click's mark for text that is not to be wrapped


@cli.command(_LESSON, hidden=True, options_metavar="[OPTIONS]")
@click.argument("lesson")
@click.argument("submission", required=False, type=click.Path(path_type=Path))
@click.option("--course", type=click.Path(path_type=Path), help="Folder of the course, with rubrics/ in it.")
@click.option("--report", type=click.Path(path_type=Path), help="HTML report [default: reports/LESSON.html].")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="What to print.")
@click.option("--open", "show", is_flag=True, help="Open the HTML report in a browser.")
@click.option("--timeout", type=click.FloatRange(min=0.1), help="CPU seconds that one call may use.")
@click.option("--seed", type=click.IntRange(min=0), help="Grade on other data, derived from this number.")
@click.option("--seed-file", type=click.Path(path_type=Path), help="Grade on secret data, derived from this file.")
@click.option(
    "--pass-mark",
    type=click.FloatRange(0, 100),
    default=100,
    show_default=True,
    help="Percent needed for exit code 0.",
)
@click.option(
    "--isolation",
    type=click.Choice(["auto", "full", "none"]),
    default="auto",
    show_default=True,
    help="How strongly to confine the submission: as far as this machine allows, fully or not at all, or without.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 also when checks fail.")
@click.option("-v", "--verbose", is_flag=True, help="All hints, tracebacks and measurements.")
def lesson_command(lesson: str, submission: Path | None, course: Path | None, **options: Any) -> None:
    """Grade one exercise.

    LESSON is a number, a name or a part of one: 6, lesson06, stacked. Without SUBMISSION your own file of that
    name is graded.
    """
    from grader.course import find_course, own_submission  # noqa: PLC0415  --help starts without it
    from grader.submission import read_submission  # noqa: PLC0415  as above

    here = Path.cwd()
    chosen = find_course(course, here).lesson(lesson)
    path = submission or own_submission(chosen, here)
    secret = _secret(options["seed"], options["seed_file"])
    report = options["report"] or here / "reports" / f"{chosen.short}.html"
    student_file = read_submission(path)
    _hold_writable(report)
    options["hidden"] = (path.resolve().parent, *[options["seed_file"]] * bool(options["seed_file"]))
    grade = _grade(student_file, chosen, secret, options)
    problem = _write_reports(grade, report)
    _print(grade, None if problem else report, style=options["style"], verbose=options["verbose"])
    if problem:  # the mark is printed all the same: none is ever lost
        raise GraderFault(f"the report {report} cannot be written: {problem}")
    if options["show"]:
        click.launch(str(report))
    sys.exit(PASSED if grade.passed or options["exit_zero"] else FAILED)


@cli.command()
@click.option("--course", type=click.Path(path_type=Path), help="Folder of the course, with rubrics/ in it.")
def lessons(course: Path | None) -> None:
    """List the lessons."""
    from grader.course import find_course  # noqa: PLC0415  --help starts without it
    from grader.rubric import load_rubric  # noqa: PLC0415  as above

    for lesson in find_course(course, Path.cwd()).lessons():
        rubric = load_rubric(lesson.rubric)
        points = sum(criterion.points for criterion in rubric.criteria)
        click.echo(f"{lesson.id:28} {rubric.title}, {rubric.theme}, {points:g} points")


@cli.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.option("--notebook", "notebooks", is_flag=True, help="Write notebooks for Jupyter, not Python files.")
@click.option("--lesson", "names", metavar="LESSON", multiple=True, help="Only this one; may be given several times.")
@click.option("--course", type=click.Path(path_type=Path), help="Folder of the course, with rubrics/ in it.")
def init(folder: Path, names: tuple[str, ...], course: Path | None, *, notebooks: bool) -> None:
    """Write the exercises to DIR/exercises, by default here, to work on them.

    A file that is there already is kept as it is.
    """
    from grader.course import find_course  # noqa: PLC0415  --help starts without it
    from grader.starting import start  # noqa: PLC0415  as above

    for line in start(find_course(course, Path.cwd()), names, folder, notebooks=notebooks):
        click.echo(line)


@cli.command()
def doctor() -> None:
    """Find out how well this machine confines submissions, by attacking a room from inside."""
    from rich.console import Console  # noqa: PLC0415  --help starts without it

    from grader.doctor.examine import examine  # noqa: PLC0415  as above
    from grader.doctor.table import is_safe, show  # noqa: PLC0415  as above

    findings = examine()
    show(findings, Console())
    sys.exit(PASSED if is_safe(findings) else FAILED)


@cli.command()
@click.argument("names", metavar="[LESSON]...", nargs=-1)
@click.option("--course", type=click.Path(path_type=Path), help="Folder of the course, with rubrics/ in it.")
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
    from grader.course import find_course  # noqa: PLC0415  --help starts without it
    from grader.verify.command import Choice, run  # noqa: PLC0415  as above

    failed = run(find_course(course, Path.cwd()), names, Choice(**options))
    sys.exit(FAILED if failed else PASSED)


@cli.command()
@click.argument("name", metavar="LESSON")
@click.option("--course", type=click.Path(path_type=Path), help="Folder of the course, with rubrics/ in it.")
def questions(name: str, course: Path | None) -> None:
    """Write a lesson's questions into its exercise and its solution, as ANSWERS.

    What stands in the rubric's questions.toml is written as comments and empty answers; the solution keeps its answers.
    """
    from grader.answers.block import write  # noqa: PLC0415  --help starts without it
    from grader.course import find_course  # noqa: PLC0415  as above

    lesson = find_course(course, Path.cwd()).lesson(name)
    for path in write(lesson.rubric, lesson.stub, lesson.solution):
        click.echo(f"Wrote {path}.")


def _secret(seed: int | None, seed_file: Path | None) -> "Secret":
    from grader import seeds  # noqa: PLC0415  --help starts without it

    if seed is not None and seed_file is not None:
        raise UsageProblem("give --seed or --seed-file, not both")
    if seed_file is not None:
        return seeds.secret_from_file(seed_file)
    return seeds.public_secret() if seed is None else seeds.numbered_secret(seed)


def _grade(submission: "Submission", lesson: "Lesson", secret: "Secret", options: dict[str, Any]) -> "Grade":
    from grader.rooms.house import starter  # noqa: PLC0415  --help starts without it

    rooms = starter()  # Keras is imported there while pytest is imported here
    try:
        from grader.report.drawing.svg import warm_up  # noqa: PLC0415  as above

        warm_up()
        from grader.model import Isolation  # noqa: PLC0415  as above
        from grader.pipeline import Options, grade  # noqa: PLC0415  as above

        chosen = Options(
            secret,
            isolation=Isolation(options["isolation"]),
            cpu_seconds=options["timeout"],
            pass_mark=options["pass_mark"],
            hidden=options["hidden"],
        )
        return grade(submission, lesson, chosen, rooms)
    finally:
        rooms.close()


def _hold_writable(report: Path) -> None:
    """Holds that the report can be written, before any time is spent on grading."""
    if report.is_dir():
        raise UsageProblem(f"the report {report} is a folder; name a file")
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        with report.open("a"):
            pass
    except OSError as problem:
        raise UsageProblem(f"the report {report} cannot be written: {problem.strerror}") from problem


def _write_reports(grade: "Grade", report: Path) -> str:
    """Writes both reports; returns why they could not be written, or nothing."""
    from grader.report.html import render  # noqa: PLC0415  --help starts without it
    from grader.report.json_report import encode  # noqa: PLC0415  as above

    try:
        report.write_text(render(grade), "utf-8")
        report.with_suffix(".json").write_bytes(encode(grade))
    except OSError as problem:
        return problem.strerror or type(problem).__name__
    return ""


def _print(grade: "Grade", report: Path | None, *, style: str, verbose: bool) -> None:
    if style == "json":
        from grader.report.json_report import encode  # noqa: PLC0415  only for this format

        click.echo(encode(grade), nl=False)
        return
    from rich.console import Console  # noqa: PLC0415  only for this format

    from grader.report.terminal import print_grade  # noqa: PLC0415  as above

    print_grade(grade, console=Console(), verbose=verbose, report=report)


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


if __name__ == "__main__":
    main()

"""The command `grade` itself, and the options that several of its commands share."""

from pathlib import Path

import click

from grader import __version__

PASSED, FAILED, USAGE, FAULT = 0, 1, 2, 3
LESSON = "lesson"


class LessonGroup(click.Group):
    """A group whose first argument may also be a lesson: `grade lesson06 FILE` is `grade lesson lesson06 FILE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Takes a first argument that is no command as the name of a lesson."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            args = [LESSON, *args]
        return super().resolve_command(ctx, args)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Lets options of a grading stand before the lesson, too: `grade --seed 3 lesson06`."""
        known = {name for parameter in self.params for name in parameter.opts}
        if args and args[0].startswith("-") and args[0].partition("=")[0] not in {*known, "--help", "-h"}:
            args = [LESSON, *args]
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
    grade lesson06 --watch         grade again on every save
    grade hint lesson06            the next hint, a stronger one each time
    grade lessons                  all lessons, your marks, what is open
    grade all                      every lesson that you have a file of
    grade doctor                   how well this machine confines submissions
    grade verify                   prove that the course's checks are right

    \b
    grade batch SUBMISSIONS        a class: a folder or zip with everybody's files
    grade review                   what waits for a teacher
    grade override ada 6 70 --why  points set by hand
    grade export --format canvas   the marks for another system
    grade forget ada               erase all of one student

    \b
    grade release DIR              what students receive of a course
    grade gradescope DIR           autograders for Gradescope

    \b
    grade lesson --help            all options

    The report goes to the terminal and to reports/lesson06.html.
    """  # noqa: D301  \b is click's mark for text that is not to be wrapped


COURSE = click.option("--course", type=click.Path(path_type=Path), help="Folder of the course, with rubrics/ in it.")
FORMAT = click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="What to print.")
PASS_MARK = click.option(
    "--pass-mark",
    type=click.FloatRange(0, 100),
    default=100,
    show_default=True,
    help="Percent needed for exit code 0.",
)
ISOLATION = click.option(
    "--isolation",
    type=click.Choice(["auto", "full", "none"]),
    default="auto",
    show_default=True,
    help="How strongly to confine the submission: as far as this machine allows, fully or not at all, or without.",
)
GRADEBOOK = click.option(
    "--gradebook",
    default="gradebook.db",
    show_default=True,
    help="File, or postgresql://…, with all marks of a class.",
)

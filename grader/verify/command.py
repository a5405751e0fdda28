"""`grade verify`: grades what is not proved yet, and prints what came of it line by line."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from grader.batch.machine import usual_jobs
from grader.course import Course
from grader.errors import GraderFault, UsageProblem
from grader.verify import github, gitlab, junit
from grader.verify import matrix as tables
from grader.verify.cases import Case, Kind, cases
from grader.verify.consistency import check_course
from grader.verify.places import places
from grader.verify.proofs import PUBLIC, Proofs
from grader.verify.proving import prove_all
from grader.verify.results import CONSISTENCY, Result, of_consistency, of_verdict, proved_before
from grader.verify.tally import table
from grader.writing import write_whole


@dataclass(frozen=True)
class Choice:
    """What to prove, and how.

    Attributes:
        kind: kinds of cases, all if there are none.
        seeds: how many seeds to prove each on: the public one, then the numbers 1, 2, ...
        everything: whether to prove again what is proved.
        jobs: gradings at a time; None for as many as this machine has room for.
        matrix: whether to write the table of what is proved.
        notebooks: whether to prove the notebooks that the files make, on the public seed.
        junit: where to write the results as JUnit XML.
        code_quality: where to write what is wrong as a code quality report of GitLab.
        annotations: whether to tell GitHub Actions; None for: where it runs us.
    """

    kind: tuple[str, ...] = ()
    seeds: int = 1
    everything: bool = False
    jobs: int | None = None
    matrix: bool = False
    notebooks: bool = False
    junit: Path | None = None
    code_quality: Path | None = None
    annotations: bool | None = None


def run(course: Course, names: tuple[str, ...], choice: Choice) -> int:
    """Proves a course or some of its lessons.

    Args:
        course: the course.
        names: the lessons, all if there are none.
        choice: what to prove of them.

    Returns:
        How many cases and checks of consistency are not proved.

    Raises:
        GraderFault: some could not be graded.
        UsageProblem: there is no such lesson, a wrong solution does not say what it fails, or a report cannot be
            written.
    """
    proofs = Proofs(course.folder / "rubrics" / "proofs.json")
    proofs.forget_all_but(list(cases(course)))
    lessons = course.chosen(names)
    chosen = [case for case in cases(course, lessons) if not choice.kind or case.kind in choice.kind]
    for case in chosen:
        if case.kind is Kind.REJECT:
            _ = case.promise  # said now, not after an hour
    _write_reports([], choice)  # as above, where they cannot be written
    wanted = _wanted(chosen, choice)
    due = _due(wanted, proofs, choice)
    results: list[Result] = []
    try:
        for result in (*map(of_consistency, check_course(course, lessons)), *_known(wanted, due)):
            results.append(result)
            if not result.is_proved:
                click.echo(_line(result))
        results.extend(_prove(due, proofs, choice))
    finally:
        _write_reports(results, choice)  # also of a run that is stopped: what is known is told
        _tell_github(results, choice)
    if choice.matrix:
        _write_matrix(course, proofs)
    return _end(results)


def _known(wanted: list[tuple[Case, int]], due: list[tuple[Case, int]]) -> list[Result]:
    """What was proved in earlier runs."""
    open_ = set(due)
    known = [proved_before(case, seed) for case, seed in wanted if (case, seed) not in open_]
    if known:
        click.echo(f"{len(known)} of {len(wanted)} are proved already.")
    return known


def _wanted(chosen: list[Case], choice: Choice) -> list[tuple[Case, int]]:
    seeds = 1 if choice.notebooks else choice.seeds
    return [(case, seed) for seed in range(PUBLIC, PUBLIC + seeds) for case in chosen]


def _due(wanted: list[tuple[Case, int]], proofs: Proofs, choice: Choice) -> list[tuple[Case, int]]:
    """What has to be graded."""
    holds = (lambda case, _: proofs.holds_as_notebook(case)) if choice.notebooks else proofs.holds
    return [(case, seed) for case, seed in wanted if choice.everything or not holds(case, seed)]


def _prove(due: list[tuple[Case, int]], proofs: Proofs, choice: Choice) -> Iterator[Result]:
    """Proves what is due, and keeps each proof at once."""
    jobs = choice.jobs or usual_jobs()
    for verdict in prove_all(due, jobs, as_notebooks=choice.notebooks) if due else ():
        result = of_verdict(verdict)
        click.echo(_line(result))
        if result.is_proved and choice.notebooks:
            proofs.keep_as_notebook(verdict.case)
        elif result.is_proved:
            proofs.keep(verdict.case, verdict.seed, verdict.seconds)
        yield result


def _line(result: Result) -> str:
    if result.fault:
        return click.style(f"! {result.name}: fault of the grader: {result.fault}", fg="magenta")
    if result.troubles:
        said = "".join(f"\n    {trouble.said}" for trouble in result.troubles)
        return click.style(f"✗ {result.name}", fg="red") + said
    return f"{click.style('✓', fg='green')} {result.name}  {result.seconds:.1f} s"


def _write_reports(results: Sequence[Result], choice: Choice) -> None:
    """Writes the files that were asked for."""
    where = places()
    try:
        for path, encode in ((choice.junit, junit.encode), (choice.code_quality, gitlab.encode)):
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, encode(results, where))
    except OSError as problem:
        raise UsageProblem(f"the report {path} cannot be written: {problem.strerror}") from problem


def _tell_github(results: Sequence[Result], choice: Choice) -> None:
    """Tells GitHub Actions, where that is wanted."""
    if not (os.environ.get("GITHUB_ACTIONS") == "true" if choice.annotations is None else choice.annotations):
        return
    where, summary = places(), os.environ.get("GITHUB_STEP_SUMMARY")
    for line in github.annotations(results, where):
        click.echo(line)
    if summary:
        try:
            github.add_summary(Path(summary), results, where)
        except OSError as problem:
            raise UsageProblem(f"the summary {summary} cannot be written: {problem.strerror}") from problem


def _write_matrix(course: Course, proofs: Proofs) -> None:
    path = course.folder / "rubrics" / "README.md"
    path.write_text(tables.matrix(course, proofs), "utf-8")
    click.echo(f"Wrote {path}.")


def _end(results: Sequence[Result]) -> int:
    """Prints the run in short; returns how many are not proved."""
    Console().print(table(results))
    graded = [result for result in results if result.kind != CONSISTENCY]
    faults = sum(bool(result.fault) for result in results)
    click.echo(f"{sum(result.is_proved for result in graded)} of {len(graded)} proved.")
    if faults:
        raise GraderFault(f"{faults} could not be graded")
    return sum(not result.is_proved for result in results)

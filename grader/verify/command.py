"""`grade verify`: grades what is not proved yet, and prints what came of it line by line."""

import click

from grader.course import Course
from grader.errors import GraderFault
from grader.verify import matrix as table
from grader.verify.cases import Case, Kind, cases
from grader.verify.proofs import PUBLIC, Proofs
from grader.verify.proving import Verdict, prove_all


def run(
    course: Course,
    names: tuple[str, ...],
    *,
    kind: tuple[str, ...] = (),
    seeds: int = 1,
    everything: bool = False,
    jobs: int = 2,
    matrix: bool = False,
) -> int:
    """Proves a course or some of its lessons.

    Args:
        course: the course.
        names: the lessons, all if there are none.
        kind: kinds of cases, all if there are none.
        seeds: how many seeds to prove each on: the public one, then the numbers 1, 2, ...
        everything: whether to prove again what is proved.
        jobs: gradings at a time.
        matrix: whether to write the table of what is proved.

    Returns:
        How many cases are not proved.

    Raises:
        GraderFault: some could not be graded.
        UsageProblem: there is no such lesson, or a wrong solution does not say what it fails.
    """
    proofs = Proofs(course.folder / "rubrics" / "proofs.json")
    proofs.forget_all_but(list(cases(course)))
    lessons = [course.lesson(name) for name in names] or None
    chosen = [case for case in cases(course, lessons) if not kind or case.kind in kind]
    for case in chosen:
        if case.kind is Kind.REJECT:
            _ = case.promise  # said now, not after an hour
    wanted = [(case, seed) for seed in range(PUBLIC, PUBLIC + seeds) for case in chosen]
    due = [(case, seed) for case, seed in wanted if everything or not proofs.holds(case, seed)]
    if len(due) < len(wanted):
        click.echo(f"{len(wanted) - len(due)} of {len(wanted)} are proved already.")
    failed, faults = _prove(due, proofs, jobs)
    if matrix:
        _write_matrix(course, proofs)
    click.echo(f"{len(wanted) - failed - faults} of {len(wanted)} proved.")
    if faults:
        raise GraderFault(f"{faults} could not be graded")
    return failed


def _prove(due: list[tuple[Case, int]], proofs: Proofs, jobs: int) -> tuple[int, int]:
    """Proves what is due; returns how many failed and how many could not be graded."""
    failed = faults = 0
    for verdict in prove_all(due, jobs) if due else ():
        click.echo(_line(verdict))
        if verdict.fault:
            faults += 1
        elif verdict.problems:
            failed += 1
        else:
            proofs.keep(verdict.case, verdict.seed, verdict.seconds)
    return failed, faults


def _line(verdict: Verdict) -> str:
    seed = "" if verdict.seed == PUBLIC else f" on seed {verdict.seed}"
    name = f"{verdict.case}{seed}"
    if verdict.fault:
        return click.style(f"! {name}: fault of the grader: {verdict.fault}", fg="magenta")
    if verdict.problems:
        said = "".join(f"\n    {problem}" for problem in verdict.problems)
        return click.style(f"✗ {name}", fg="red") + said
    return f"{click.style('✓', fg='green')} {name}  {verdict.seconds:.1f} s"


def _write_matrix(course: Course, proofs: Proofs) -> None:
    path = course.folder / "rubrics" / "README.md"
    path.write_text(table.matrix(course, proofs), "utf-8")
    click.echo(f"Wrote {path}.")

"""`grade verify`: grades what is not proved yet, and prints what came of it line by line."""

from dataclasses import dataclass

import click

from grader.course import Course
from grader.errors import GraderFault
from grader.verify import matrix as table
from grader.verify.cases import Case, Kind, cases
from grader.verify.proofs import PUBLIC, Proofs
from grader.verify.proving import Verdict, prove_all


@dataclass(frozen=True)
class Choice:
    """What to prove, and how.

    Attributes:
        kind: kinds of cases, all if there are none.
        seeds: how many seeds to prove each on: the public one, then the numbers 1, 2, ...
        everything: whether to prove again what is proved.
        jobs: gradings at a time.
        matrix: whether to write the table of what is proved.
        notebooks: whether to prove the notebooks that the files make, on the public seed.
    """

    kind: tuple[str, ...] = ()
    seeds: int = 1
    everything: bool = False
    jobs: int = 2
    matrix: bool = False
    notebooks: bool = False


def run(course: Course, names: tuple[str, ...], choice: Choice) -> int:
    """Proves a course or some of its lessons.

    Args:
        course: the course.
        names: the lessons, all if there are none.
        choice: what to prove of them.

    Returns:
        How many cases are not proved.

    Raises:
        GraderFault: some could not be graded.
        UsageProblem: there is no such lesson, or a wrong solution does not say what it fails.
    """
    proofs = Proofs(course.folder / "rubrics" / "proofs.json")
    proofs.forget_all_but(list(cases(course)))
    lessons = [course.lesson(name) for name in names] or None
    chosen = [case for case in cases(course, lessons) if not choice.kind or case.kind in choice.kind]
    for case in chosen:
        if case.kind is Kind.REJECT:
            _ = case.promise  # said now, not after an hour
    seeds = 1 if choice.notebooks else choice.seeds
    wanted = [(case, seed) for seed in range(PUBLIC, PUBLIC + seeds) for case in chosen]
    holds = (lambda case, _: proofs.holds_as_notebook(case)) if choice.notebooks else proofs.holds
    due = [(case, seed) for case, seed in wanted if choice.everything or not holds(case, seed)]
    if len(due) < len(wanted):
        click.echo(f"{len(wanted) - len(due)} of {len(wanted)} are proved already.")
    failed, faults = _prove(due, proofs, choice)
    if choice.matrix:
        _write_matrix(course, proofs)
    click.echo(f"{len(wanted) - failed - faults} of {len(wanted)} proved.")
    if faults:
        raise GraderFault(f"{faults} could not be graded")
    return failed


def _prove(due: list[tuple[Case, int]], proofs: Proofs, choice: Choice) -> tuple[int, int]:
    """Proves what is due; returns how many failed and how many could not be graded."""
    failed = faults = 0
    for verdict in prove_all(due, choice.jobs, as_notebooks=choice.notebooks) if due else ():
        click.echo(_line(verdict))
        if verdict.fault:
            faults += 1
        elif verdict.problems:
            failed += 1
        elif choice.notebooks:
            proofs.keep_as_notebook(verdict.case)
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

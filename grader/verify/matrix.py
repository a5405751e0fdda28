"""The table of what is proved, for the readers of a course."""

from collections.abc import Iterator
from datetime import UTC, datetime

from grader.course import Course
from grader.rubric import load_rubric
from grader.verify.cases import Case, Kind, cases
from grader.verify.margins import margin
from grader.verify.proofs import PUBLIC, Proofs

_HEAD = """# What is proved of this course

Each lesson is proved from four sides: its reference solution and other right ones (`accept/`) get every point, its stub
gets none, and each wrong one (`reject/`) fails the criterion that it names, says why, and keeps all others. A number
such as 3 x 20 means: three submissions, each on 20 seeds or more, the public one among them. `grade verify --matrix`
wrote this file on {date}.

| lesson | points | reference | stub | accept | reject | criteria that some reject fails | seconds |
|---|---|---|---|---|---|---|---|
"""

_THRESHOLDS = """
## Thresholds

Standard deviations are estimated from mean and worst of the seeds that were measured.

"""


def matrix(course: Course, proofs: Proofs) -> str:
    """Writes the table as Markdown.

    Args:
        course: the course.
        proofs: what is known of it.
    """
    rows, thresholds = "".join(_rows(course, proofs)), "".join(_thresholds(course))
    return _HEAD.format(date=datetime.now(UTC).date().isoformat()) + rows + (thresholds and _THRESHOLDS + thresholds)


def _rows(course: Course, proofs: Proofs) -> Iterator[str]:
    for lesson in course.lessons():
        rubric = load_rubric(lesson.rubric)
        of_kind = {kind: [case for case in cases(course, [lesson]) if case.kind is kind] for kind in Kind}
        reference = proofs.of(of_kind[Kind.REFERENCE][0])
        failed = {name for case in of_kind[Kind.REJECT] for name in case.promise.fails}
        cells = [
            f"{lesson.id}: {rubric.title}",
            f"{sum(criterion.points for criterion in rubric.criteria):g}",
            *(_cell(of_kind[kind], proofs) for kind in Kind),
            f"{len(failed)} of {len(rubric.criteria)}",
            f"{reference.seconds:g}" if reference else "",
        ]
        yield f"| {' | '.join(cells)} |\n"


def _thresholds(course: Course) -> Iterator[str]:
    for lesson in course.lessons():
        for criterion in load_rubric(lesson.rubric).criteria:
            if criterion.threshold:
                yield f"- {lesson.id}, {criterion.id}: {margin(criterion.threshold)}\n"


def _cell(chosen: list[Case], proofs: Proofs) -> str:
    """How many cases, and on how many seeds each at least."""
    known = [proofs.of(case) for case in chosen]
    seeds = min((len(proof.seeds) if proof else 0 for proof in known), default=0)
    proved = sum(proof is not None and PUBLIC in proof.seeds for proof in known)
    return f"{proved} x {seeds}" if proved == len(chosen) else f"{proved} of {len(chosen)}"

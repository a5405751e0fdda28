"""Says whether a grade is what a case must get, and if not, why."""

from grader.model import Grade, Outcome, Scored
from grader.rubric import ANSWERS, Rubric, load_rubric
from grader.verify.cases import Case, Kind

#: The criterion that asks no more than that the file can be loaded; a stub passes it.
LOADS = "loads"
_LEFT_OUT = (Outcome.NOT_STARTED, Outcome.SKIPPED, Outcome.WITHHELD)


def problems(case: Case, grade: Grade) -> list[str]:
    """What is wrong with a grade, as sentences; nothing if the case is proved.

    Args:
        case: the case.
        grade: what it got.
    """
    rows = [row for row in grade.rows if case.answers or row.id != ANSWERS]
    match case.kind:
        case Kind.STUB:
            return [problem for row in rows for problem in _of_stub(row)]
        case Kind.REJECT:
            return _of_reject(case, rows, load_rubric(case.lesson.rubric))
        case _:
            return [f"right, but {_told(row)}" for row in rows if row.points < row.max_points] + _unfound(grade)


def _of_stub(row: Scored) -> list[str]:
    if row.id == LOADS:
        return [] if row.checked.outcome is Outcome.PASSED else [f"does not load: {_told(row)}"]
    if row.points or row.checked.outcome not in _LEFT_OUT:
        return [f"not started, but {_told(row)}"]
    return []


def _unfound(grade: Grade) -> list[str]:
    """What is missing in sentences that are given as right; where the file has none, nothing is wrong with them."""
    told = [each for each in (grade.answers.prose if grade.answers else ()) if each.suggested is not None]
    return [f"right, but the answer to {each.id} is not taken for that" for each in told if (each.suggested or 0.0) < 1]


def _of_reject(case: Case, graded: list[Scored], rubric: Rubric) -> list[str]:
    promise = case.promise
    rows = {row.id: row for row in graded}
    found = [f"there is no criterion {name}" for name in promise.fails if name not in rows]
    for name in promise.fails:
        row = rows.pop(name, None)
        if row is not None and row.points == row.max_points:
            found.append(f"wrong, but {_told(row)}")
        elif row is not None and name == promise.fails[0]:
            headline = row.checked.finding.headline if row.checked.finding else ""
            if promise.says not in headline:
                found.append(f"should say “{promise.says}”, but {_told(row)}")
    needing = _needing(rubric, promise.fails)
    for row in rows.values():
        skipped = row.checked.outcome is Outcome.SKIPPED and row.id in needing
        if not skipped and row.checked.outcome not in (Outcome.PASSED, Outcome.WITHHELD):
            found.append(f"nothing wrong with it, but {_told(row)}")
    return found


def _needing(rubric: Rubric, failed: tuple[str, ...]) -> set[str]:
    """The criteria that need one of those that failed, directly or through others, which stand after them."""
    needing = set(failed)
    for other in rubric.criteria:
        if needing.intersection(other.needs):
            needing.add(other.id)
    return needing


def _told(row: Scored) -> str:
    headline = f": {row.checked.finding.headline}" if row.checked.finding else ""
    return f"{row.id} {row.checked.outcome.value}, {row.points:g} of {row.max_points:g}{headline}"

"""The table of all standings: one row for each student and lesson, as spreadsheets and pandas like it best."""

from collections.abc import Iterator

from grader.export.order import Made, Order
from grader.export.table import Cell, encode_table
from grader.export.told import points_to_be_had, standings
from grader.standing import Clock, LessonInfo, Standing

COLUMNS = (
    "student name email lesson title state points max_points checked_percent percent passed tries handed clock file "
    "reasons waiting"
).split()


def make(order: Order) -> Made:
    """Writes the table; without a mark, points, percent and passed are empty."""
    return Made(encode_table([COLUMNS, *_rows(order)], bom=True), [])


def _rows(order: Order) -> Iterator[list[Cell]]:
    for lesson in order.klass.lessons:
        for standing in standings(order.klass, lesson):
            yield _row(lesson, standing)


def _row(lesson: LessonInfo, standing: Standing) -> list[Cell]:
    student, marked = standing.student, standing.final is not None
    return [
        student.key,
        student.name,
        student.email,
        lesson.id,
        lesson.title,
        standing.state.value,
        standing.points if marked and standing.max_points else None,
        points_to_be_had(lesson, standing),
        standing.raw,
        standing.final,
        ("yes" if standing.passed else "no") if marked else None,
        float(standing.tries),
        standing.handed.isoformat() if standing.handed else None,
        None if standing.clock is Clock.UNKNOWN else standing.clock.value,
        standing.file,
        " ".join(standing.reasons),
        " ".join(standing.waiting),
    ]

"""The table that nbgrader's CsvExportPlugin writes (nbgrader/plugins/export.py), column for column."""

from collections.abc import Iterator
from datetime import UTC, datetime

from grader.export.figures import scaled
from grader.export.order import Made, Order
from grader.export.table import Cell, encode_table, is_formula
from grader.export.told import about, points_to_be_had, standings
from grader.standing import LessonInfo, Standing, Student

COLUMNS = (
    "assignment duedate timestamp student_id last_name first_name email raw_score late_submission_penalty score "
    "max_score"
).split()
#: A mark in percent has one decimal; what lies within half of that is rounding and no penalty.
_ROUNDING = 0.0005


def make(order: Order) -> Made:
    """Writes the table; where nbgrader writes 0 for nothing handed in, the cells stay empty.

    There is no byte order mark: it would become part of the first column's name.
    """
    students = order.klass.students
    odd = [student for student in students if is_formula(_id(student))]
    notes = about("the student_id could be a formula, so an apostrophe stands before it, for", odd)
    if any(student.name and "," not in student.name for student in students):
        notes.append('names that are not written "Last, First" stand whole in last_name')
    return Made(encode_table([COLUMNS, *_rows(order)], end="\n"), notes)


def _rows(order: Order) -> Iterator[list[Cell]]:
    for lesson in order.klass.lessons:
        for standing in standings(order.klass, lesson):
            yield _row(lesson, standing)


def _row(lesson: LessonInfo, standing: Standing) -> list[Cell]:
    student = standing.student
    last, _, first = (part.strip() for part in student.name.partition(","))
    times = [_time(lesson.due), _time(standing.handed)]
    return [lesson.id, *times, _id(student), last, first, student.email, *_scores(lesson, standing)]


def _scores(lesson: LessonInfo, standing: Standing) -> list[Cell]:
    """As in nbgrader, the score is the raw score less the penalty."""
    if standing.final is None:
        return [None, None, None, lesson.max_points]
    top = points_to_be_had(lesson, standing)
    score = scaled(standing.final, top)
    raw = standing.points if standing.points - score > _ROUNDING * top else score
    return [raw, raw - score, score, top]


def _id(student: Student) -> str:
    return student.ids.get("nbgrader", student.key)


def _time(moment: datetime | None) -> str:
    """A time as nbgrader keeps it: in UTC, without saying so."""
    return str(moment.astimezone(UTC).replace(tzinfo=None)) if moment else ""

"""Canvas: the downloaded gradebook with our marks, ready to be imported.

The rules are those of Canvas itself: lib/gradebook_exporter.rb and lib/gradebook_importer.rb of
instructure/canvas-lms. All cells that Canvas wrote stay as they are, so that it knows its own names and numbers
again; what we write are numbers.
"""

import re
from typing import NamedTuple

from grader.errors import UsageProblem
from grader.export.figures import decimal_sign, read, scaled, written
from grader.export.headings import assigned
from grader.export.matching import Row, matched, unmatched
from grader.export.order import Made, Order
from grader.export.sheet import Sheet, read_sheet
from grader.export.told import about, standings
from grader.standing import LessonInfo, Student

#: Columns that name the student, with what they say.
_PERSON = {
    "Student": "name",
    "LastName": "last",
    "FirstName": "first",
    "ID": "canvas",
    "SIS User ID": "sis",
    "SIS Login ID": "login",
    "Integration ID": "",
    "Root Account": "",
    "Section": "",
}
_POINTS = "Points Possible"
#: Excused, and not assigned; neither is ours to change.
_KEPT = {"EX", "N/A"}
_ADVICE = "; to choose one, change its heading to the id of the lesson and keep the number in brackets"
_ASSIGNMENT = re.compile(r"(.*)\s\(\d+\)", re.DOTALL)
_TOTALS = re.compile("(Current|Final) (Score|Points|Grade)|Override (Score|Grade|Status)")


class _Gradebook(NamedTuple):
    """What there is in the gradebook.

    Attributes:
        sheet: its cells.
        heading: the texts of its first row.
        points: the row of the points possible.
        rows: what each row of a student says of them.
    """

    sheet: Sheet
    heading: list[str]
    points: int
    rows: dict[int, Row]


def make(order: Order) -> Made:
    """Fills in the gradebook.

    Columns of other assignments are left out: on import Canvas takes every mark in the file, and theirs may have
    changed since it was downloaded.

    Raises:
        UsageProblem: it is no gradebook, or has no column for the lessons.
    """
    book = _opened(read_sheet(order.template), order.template.name)
    titles = {column: text for column, text in enumerate(book.heading) if _is_assignment(text)}
    bare = [_ASSIGNMENT.sub(r"\1", title) for title in titles.values()]
    found = assigned(order.klass.lessons, bare, order.template.name, _ADVICE)
    columns = {lesson: [*titles][place] for lesson, place in found.places.items()}
    pairs = matched(order.klass.students, book.rows)
    notes = [f'{lesson.id} goes to the column "{book.heading[column]}"' for lesson, column in columns.items()]
    if found.missing:
        notes.append(f"the gradebook has no column for {', '.join(lesson.id for lesson in found.missing)}")
    for lesson, column in columns.items():
        notes += _fill(order, book, pairs, lesson, column)
    persons = [column for column, text in enumerate(book.heading) if text in _PERSON]
    book.sheet.keep(sorted([*persons, *columns.values()]))
    return Made(book.sheet.encode(), notes + unmatched(order.klass.students, book.rows, pairs))


def _opened(sheet: Sheet, name: str) -> _Gradebook:
    heading = sheet.values(0)
    if "ID" not in heading or not {"Student", "LastName"} & {*heading}:
        raise UsageProblem(f"{name} is no gradebook of Canvas: its first row has no columns Student and ID")
    points = next((row for row in range(1, len(sheet.rows)) if _POINTS in sheet.value(row, 0)), None)
    if points is None:
        raise UsageProblem(f"{name} is no gradebook of Canvas: it has no row {_POINTS}")
    rows = {row: _said(sheet, heading, row) for row in range(points + 1, len(sheet.rows))}
    return _Gradebook(
        sheet, heading, points, {row: said for row, said in rows.items() if said["canvas"] or said["name"]}
    )


def _said(sheet: Sheet, heading: list[str], row: int) -> dict[str, tuple[str, ...]]:
    """What a row says of a student, by kind."""
    said = {_PERSON[text]: sheet.value(row, column) for column, text in enumerate(heading) if text in _PERSON}
    said.setdefault("name", f"{said.get('first', '')} {said.get('last', '')}".strip())
    return {kind: (text,) if text else () for kind, text in said.items() if kind in {"name", "canvas", "sis", "login"}}


def _is_assignment(text: str) -> bool:
    return _ASSIGNMENT.fullmatch(text) is not None and _TOTALS.search(text) is None


def _fill(order: Order, book: _Gradebook, pairs: dict[int, Student], lesson: LessonInfo, column: int) -> list[str]:
    sheet, possible = book.sheet, book.sheet.value(book.points, column)
    maximum = read(possible)
    if not maximum:
        raise UsageProblem(
            f'"{book.heading[column]}" has no points possible in the gradebook, so no mark can be scaled'
        )
    known = {standing.student.key: standing for standing in standings(order.klass, lesson)}
    kept = []
    for row, student in pairs.items():
        final = known[student.key].final
        if final is None:
            continue
        if sheet.value(row, column).strip().upper() in _KEPT:
            kept.append(student)
        else:
            sheet.put(row, column, written(scaled(final, maximum), decimal_sign(possible)))
    return about(f"{lesson.id}: excused or not assigned in Canvas, so left as it was, for", kept)

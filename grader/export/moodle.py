"""Moodle: the downloaded grading worksheet of an assignment with our marks, ready to be uploaded.

The rules are those of Moodle itself: mod/assign/gradingtable.php writes the worksheet and
mod/assign/feedback/offline/importgradeslib.php reads it. All cells but grades stay as they are.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from grader.errors import UsageProblem
from grader.export.figures import decimal_sign, read, scaled, written
from grader.export.matching import Row, matched, unmatched
from grader.export.order import Made, Order
from grader.export.sheet import Sheet, read_sheet
from grader.export.told import about, standings

_NUMBER = re.compile(r"\d+$")
#: The headings are those of the teacher's language; Moodle reads the file back in the same one.
_IDENTIFIER = {"identifier", "id"}
_GRADE = {"grade", "bewertung"}
_MAXIMUM = {"maximum grade", "bestwertung", "bestbewertung"}
_CHANGEABLE = {"grade can be changed", "bewertung kann geändert werden"}
_NO = {"no", "nein"}


class _Worksheet(NamedTuple):
    """What there is in the worksheet.

    Attributes:
        sheet: its cells.
        grade: the column of grades; the next one has the maximum.
        changeable: the column that says whether a grade can be changed, or None.
        rows: what each row of a student says of them.
    """

    sheet: Sheet
    grade: int
    changeable: int | None
    rows: dict[int, Row]


def make(order: Order) -> Made:
    """Fills in the worksheet.

    Raises:
        UsageProblem: it is no grading worksheet, or more than one lesson is asked for.
    """
    if len(order.klass.lessons) != 1:
        raise UsageProblem("a worksheet of Moodle belongs to one assignment; say which lesson it is with --lesson")
    work = _opened(read_sheet(order.template), order.template.name)
    pairs = matched(order.klass.students, work.rows)
    known = {standing.student.key: standing for standing in standings(order.klass, order.klass.lessons[0])}
    locked, capped = [], []
    for row, student in pairs.items():
        final = known[student.key].final
        if final is None:
            continue
        if _is_locked(work, row):
            locked.append(student)
            continue
        capped += [student] if final > 100 else []  # noqa: PLR2004 percent
        _put(work, row, min(final, 100))
    notes = about("the grade is locked in Moodle, so it was left as it was, for", locked)
    notes += about("Moodle takes no grade above the maximum, so the maximum was written for", capped)
    return Made(work.sheet.encode(), notes + unmatched(order.klass.students, work.rows, pairs))


def _opened(sheet: Sheet, name: str) -> _Worksheet:
    heading = [text.strip().casefold() for text in sheet.values(0)]
    grades = [column for column, pair in enumerate(pairwise(heading)) if pair[0] in _GRADE and pair[1] in _MAXIMUM]
    if heading[0] not in _IDENTIFIER or len(grades) != 1:
        raise UsageProblem(
            f"{name} is no grading worksheet of Moodle with points, in English or German: it needs the columns "
            "Identifier, Grade and Maximum grade; in another language, set Moodle to English and download it again"
        )
    changeable = next((column for column, text in enumerate(heading) if text in _CHANGEABLE), None)
    rows = {row: _said(sheet, grades[0], row) for row in range(1, len(sheet.rows)) if sheet.value(row, 0).strip()}
    return _Worksheet(sheet, grades[0], changeable, rows)


def _said(sheet: Sheet, grade: int, row: int) -> Row:
    """What a row says of a student: the number, the name, and other fields, which each Moodle shows as it likes."""
    number = _NUMBER.search(sheet.value(row, 0).strip())
    cells = sheet.values(row)[1:grade]
    return {"name": cells[:1], "moodle": [number[0]] if number else [], "email": cells[1:], "cell": cells[1:]}


def _is_locked(work: _Worksheet, row: int) -> bool:
    return work.changeable is not None and work.sheet.value(row, work.changeable).strip().casefold() in _NO


def _put(work: _Worksheet, row: int, percent: float) -> None:
    top = work.sheet.value(row, work.grade + 1)
    maximum = read(top)
    if not maximum:
        raise UsageProblem(f"row {row + 1} of the worksheet has no maximum grade, so no mark can be scaled")
    work.sheet.put(row, work.grade, written(scaled(percent, maximum), decimal_sign(top)))
